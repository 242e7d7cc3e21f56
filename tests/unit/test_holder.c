/* SPDX-License-Identifier: MIT */
/* What the card says of its holder: card-details for the holder, read-profile for a site. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

#define DAY 86400L

static char directory[] = "/tmp/jb-test-holder-XXXXXX";
static const struct fake_answer password[] = {{.pin = "ABC123", .yes = true}};
static const struct fake_answer profile[] = {{.pin = "5678", .yes = true}};

static cJSON *run(struct scene *scene) {
    cJSON *result = NULL;

    assert_int_equal(jb_command_run(&scene->context, &result, &scene->tries_left), JB_OK);
    assert_int_equal(scene->fake.reader[0].resets, 1);
    return result;
}

static const cJSON *member(const cJSON *object, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);

    assert_non_null(found);
    return found;
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(member(object, name));

    assert_non_null(text);
    return text;
}

static cJSON *details(struct scene *scene, const char *const attributes[JB_ATTRIBUTE_COUNT]) {
    scene_begin(scene, password, 1);
    scene->request.command = JB_COMMAND_CARD_DETAILS;
    scene->request.origin[0] = '\0';
    memcpy(scene->attributes, attributes, sizeof scene->attributes);
    scene_certify(scene, JB_KEY_SIGN, -2 * DAY, -DAY); /* it has ended, and is shown all the same */
    return run(scene);
}

static void the_signing_certificate_is_shown(void **state) {
    static const char *const attributes[JB_ATTRIBUTE_COUNT] = {
        [JB_ATTRIBUTE_NAME] = "斎藤　花子",
        [JB_ATTRIBUTE_NAME_SUBSTITUTES] = "10001",
        [JB_ATTRIBUTE_SEX] = "2",
        [JB_ATTRIBUTE_BIRTH_DATE] = "319850504",
        [JB_ATTRIBUTE_ADDRESS] = "東京都千代田区",
        [JB_ATTRIBUTE_ADDRESS_SUBSTITUTES] = "0000000"};
    struct scene scene;
    cJSON *result = details(&scene, attributes);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(result), 6);
    assert_int_equal(strlen(text_of(result, "notAfter")), 20);
    const cJSON *name = member(result, "name");
    assert_string_equal(text_of(name, "value"), "斎藤　花子");
    const cJSON *places = member(name, "substituted");
    assert_int_equal(cJSON_GetArraySize(places), 2);
    assert_int_equal(cJSON_GetArrayItem(places, 0)->valueint, 0);
    assert_int_equal(cJSON_GetArrayItem(places, 1)->valueint, 4);
    assert_string_equal(text_of(member(result, "address"), "value"), "東京都千代田区");
    assert_int_equal(cJSON_GetArraySize(member(member(result, "address"), "substituted")), 0);
    assert_string_equal(text_of(member(result, "birthDate"), "era"), "showa");
    assert_string_equal(text_of(member(result, "birthDate"), "date"), "1985-05-04");
    assert_string_equal(text_of(result, "sex"), "female");
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_CARD_DETAILS);
    assert_null(fake_prompts.request[0].origin);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
    cJSON_Delete(result);
    scene_end(&scene);
}

static void what_it_lacks_is_null(void **state) {
    static const char *const attributes[JB_ATTRIBUTE_COUNT] = {NULL};
    static const char *const names[] = {"name", "address", "birthDate", "sex"};
    struct scene scene;
    cJSON *result = details(&scene, attributes);

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_true(cJSON_IsNull(member(result, names[i])));
    }
    cJSON_Delete(result);
    scene_end(&scene);
}

/* What is not as it must be is not told as if it were. */
static void oddities(void **state) {
    static const char *const attributes[JB_ATTRIBUTE_COUNT] = {
        [JB_ATTRIBUTE_NAME] = "花子",    [JB_ATTRIBUTE_NAME_SUBSTITUTES] = "111",
        [JB_ATTRIBUTE_SEX] = "7",        [JB_ATTRIBUTE_BIRTH_DATE] = "3198505",
        [JB_ATTRIBUTE_ADDRESS] = "東京", [JB_ATTRIBUTE_ADDRESS_SUBSTITUTES] = "0x"};
    struct scene scene;
    cJSON *result = details(&scene, attributes);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(member(member(result, "name"), "substituted")), 0);
    assert_int_equal(cJSON_GetArraySize(member(member(result, "address"), "substituted")), 0);
    assert_true(cJSON_IsNull(member(result, "birthDate")));
    assert_string_equal(text_of(result, "sex"), "unknown");
    cJSON_Delete(result);
    scene_end(&scene);
}

static void only_the_fields_asked_for_are_handed_over(void **state) {
    static const char *const names[] = {"name", "address", "birthDate", "sex"};
    static const char *const values[] = {"見本　花子", "東京都千代田区一丁目", "19850504", "2"};

    (void)state;
    for (unsigned fields = 1; fields <= JB_FIELD_ALL; fields++) {
        struct scene scene;
        int count = 0;
        scene_begin(&scene, profile, 1);
        scene.request.command = JB_COMMAND_READ_PROFILE;
        scene.request.fields = fields;
        cJSON *result = run(&scene);
        for (size_t i = 0; i < COUNT(names); i++) {
            if ((fields & 1U << i) != 0) {
                assert_string_equal(text_of(result, names[i]), values[i]);
                count++;
            }
        }
        assert_int_equal(cJSON_GetArraySize(result), count);
        assert_int_equal(fake_prompts.request[0].fields, fields);
        assert_string_equal(fake_prompts.request[0].origin, SCENE_ORIGIN);
        assert_int_equal(fake_prompts.request[0].pin, JB_PIN_PROFILE);
        cJSON_Delete(result);
        scene_end(&scene);
    }
}

static int set_up(void **state) {
    if (mkdtemp(directory) == NULL || setenv("HOME", directory, 1) != 0 ||
        setenv("XDG_CONFIG_HOME", directory, 1) != 0 ||
        setenv("XDG_RUNTIME_DIR", directory, 1) != 0) {
        return -1;
    }
    return scene_set_up(state);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int tear_down(void **state) {
    int left = nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS);

    return scene_tear_down(state) == 0 && left == 0 ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signing_certificate_is_shown),
        cmocka_unit_test(what_it_lacks_is_null),
        cmocka_unit_test(oddities),
        cmocka_unit_test(only_the_fields_asked_for_are_handed_over),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
