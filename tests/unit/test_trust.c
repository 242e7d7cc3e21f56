/* SPDX-License-Identifier: MIT */
/* Which sites may use the Mynaportal command, and what is settled before the card is looked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

#define SERVICE "https://www.myna.go.jp"
#define STRANGER "https://portal.example.go.jp"
#define DIGEST "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU" /* 32 bytes of 0x55 */

static const struct fake_answer digits[] = {{.pin = "1234", .yes = true}};
static const struct fake_answer password[] = {{.pin = "ABC123", .yes = true}};
static const struct fake_answer no[] = {{.pin = "1234", .yes = false}};

static const char login[] = "{\"mode\":\"01\",\"service_id\":\"01\",\"digest\":\"" DIGEST "\"}";
static const char one[] = "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" DIGEST "\"}";
static const char three[] = "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[\"" DIGEST
                            "\",\"" DIGEST "\",\"" DIGEST "\"]}";

static void begin(struct scene *scene, const struct fake_answer *answers, size_t count,
                  const char *origin, const char *message) {
    const char *problem = NULL;

    scene_begin(scene, answers, count);
    scene->request.command = JB_COMMAND_MYNAPORTAL;
    (void)snprintf(scene->request.origin, sizeof scene->request.origin, "%s", origin);
    assert_int_equal(jb_mynaportal_parse(message, &scene->request.message, &problem), JB_OK);
}

static enum jb_error run(struct scene *scene, cJSON **answer) {
    return jb_command_run(&scene->context, answer, &scene->tries_left);
}

static void a_stranger_is_trusted_once_and_for_good(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, no, 1, STRANGER, login);
    assert_int_equal(run(&scene, &answer), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_TRUST);
    assert_string_equal(fake_prompts.request[0].origin, STRANGER);
    assert_int_equal(scene.fake.commands, 0);
    assert_string_equal(scene.events, "y");
    scene_end(&scene);

    begin(&scene, password, 1, STRANGER, one); /* the no was not kept, and neither was a yes */
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_TRUST);
    cJSON_Delete(answer);
    scene_end(&scene);

    begin(&scene, digits, 1, STRANGER, login); /* the yes is */
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(fake_prompts.shown, 1);
    cJSON_Delete(answer);
    scene_end(&scene);

    begin(&scene, no, 1, STRANGER ":8443", login); /* for that origin only */
    assert_int_equal(run(&scene, &answer), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_TRUST);
    scene_end(&scene);
}

/* Before the yes, since it is kept. */
static void the_question_says_how_much_is_signed(void **state) {
    static const struct {
        const char *message;
        enum jb_prompt_purpose purpose;
        enum jb_pin pin;
        unsigned documents;
    } cases[] = {{login, JB_PURPOSE_LOGIN, JB_PIN_AUTH, 0},
                 {one, JB_PURPOSE_SIGN, JB_PIN_SIGN, 1},
                 {three, JB_PURPOSE_SIGN, JB_PIN_SIGN, 3}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene;
        cJSON *answer = NULL;
        begin(&scene, no, 1, "https://other.example.jp", cases[i].message);
        assert_int_equal(run(&scene, &answer), JB_ERR_USER_CANCELLED);
        assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_TRUST);
        assert_int_equal(fake_prompts.request[0].purpose, cases[i].purpose);
        assert_int_equal(fake_prompts.request[0].pin, cases[i].pin);
        assert_int_equal(fake_prompts.request[0].documents, cases[i].documents);
        scene_end(&scene);
    }
}

static void trust_is_listed_and_taken_back(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    assert_int_equal(jb_config_trust(NULL, STRANGER), JB_OK);
    scene_begin(&scene, no, 1);
    scene.request.command = JB_COMMAND_TRUSTED_ORIGINS;
    assert_int_equal(run(&scene, &answer), JB_OK);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, "origins");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_string_equal(cJSON_GetStringValue(list->child), STRANGER);
    cJSON_Delete(answer);
    scene.request.command = JB_COMMAND_DISTRUST_ORIGIN;
    memcpy(scene.request.origin, STRANGER, sizeof STRANGER);
    for (int i = 0; i < 2; i++) { /* the second time changes nothing */
        assert_int_equal(run(&scene, &answer), JB_OK);
        assert_int_equal(cJSON_GetArraySize(answer), 0);
        cJSON_Delete(answer);
    }
    scene.request.command = JB_COMMAND_TRUSTED_ORIGINS;
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "origins")), 0);
    cJSON_Delete(answer);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);

    begin(&scene, no, 1, STRANGER, login);
    assert_int_equal(run(&scene, &answer), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_TRUST);
    scene_end(&scene);
}

static void closing_needs_neither_card_nor_person(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, no, 1, STRANGER, "{\"mode\":\"05\"}");
    fake_put(&scene.fake, 0, NULL);
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_true(cJSON_IsObject(answer));
    assert_int_equal(cJSON_GetArraySize(answer), 0);
    assert_int_equal(fake_prompts.shown, 0);
    cJSON_Delete(answer);
    scene_end(&scene);
}

/* Before the person is asked for anything. */
static void a_broken_identifier_is_told_at_once(void **state) {
    char path[128];
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/jpki-bridge/installation.json", scene_home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("\"not one\"", file) >= 0);
    assert_int_equal(fclose(file), 0);
    begin(&scene, digits, 1, SERVICE, login);
    assert_int_equal(run(&scene, &answer), JB_ERR_CONFIG_INVALID);
    assert_int_equal(fake_prompts.shown, 0);
    assert_int_equal(scene.fake.commands, 0);
    scene_end(&scene);
    assert_int_equal(remove(path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_is_trusted_once_and_for_good),
        cmocka_unit_test(the_question_says_how_much_is_signed),
        cmocka_unit_test(trust_is_listed_and_taken_back),
        cmocka_unit_test(closing_needs_neither_card_nor_person),
        cmocka_unit_test(a_broken_identifier_is_told_at_once),
    };

    return cmocka_run_group_tests(tests, scene_set_up_home, scene_tear_down_home);
}
