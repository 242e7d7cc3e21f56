/* SPDX-License-Identifier: MIT */
/* What card-info tells of each kind of card, and what it costs. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

#define DAY 86400L

static const struct fake_answer nobody[] = {{.pin = NULL}};

static void begin(struct scene *scene) {
    scene_begin(scene, nobody, 1);
    scene->request.command = JB_COMMAND_CARD_INFO;
    scene->request.origin[0] = '\0';
}

static cJSON *info_of(struct scene *scene) {
    cJSON *result = NULL;

    assert_int_equal(jb_command_run(&scene->context, &result, &scene->tries_left), JB_OK);
    assert_int_equal(fake_prompts.shown, 0);
    assert_int_equal(scene->card.verifies + scene->card.spent, 0);
    for (size_t i = 0; i < scene->fake.count; i++) {
        assert_int_equal(scene->fake.reader[i].resets, 0);
    }
    return result;
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    assert_non_null(text);
    return text;
}

/* -1 for null. */
static int tries_of(const cJSON *info, const char *pin) {
    const cJSON *count =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(info, "pins"), pin);

    assert_true(cJSON_IsNull(count) || cJSON_IsNumber(count));
    return cJSON_IsNull(count) ? -1 : count->valueint;
}

static bool has_login(const cJSON *info) {
    const cJSON *login = cJSON_GetObjectItemCaseSensitive(info, "authentication");

    if (login != NULL) {
        assert_int_equal(strlen(text_of(login, "notBefore")), 20);
        assert_int_equal(strlen(text_of(login, "notAfter")), 20);
        assert_true(strcmp(text_of(login, "notBefore"), text_of(login, "notAfter")) < 0);
    }
    return login != NULL;
}

static void a_card_tells_all_in_eight_commands(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.card.tries[JB_PIN_AUTH] = 2;
    scene.card.tries[JB_PIN_SIGN] = 0;
    cJSON *info = info_of(&scene);
    assert_string_equal(text_of(info, "card"), "mynumber-card");
    assert_string_equal(text_of(info, "reader"), "Fake Reader 0");
    assert_string_equal(text_of(info, "signing"), "present");
    assert_true(has_login(info));
    assert_int_equal(tries_of(info, "authentication"), 2);
    assert_int_equal(tries_of(info, "signing"), 0);
    assert_int_equal(tries_of(info, "profile"), 3);
    assert_int_equal(scene.fake.commands, 8);
    assert_string_equal(scene.events, "");
    cJSON_Delete(info);
    scene_end(&scene);
}

static void cards_without_shortcuts_tell_the_same(void **state) {
    (void)state;
    for (int bits = 0; bits < 16; bits++) {
        struct scene scene;
        begin(&scene);
        scene.card.no_sfi_read = (bits & 1) != 0;
        scene.card.no_sfi_verify = (bits & 2) != 0;
        scene.card.no_extended = (bits & 4) != 0;
        scene.card.sfi_sw = (bits & 8) != 0 ? 0x6A86 : 0x6A82;
        cJSON *info = info_of(&scene);
        assert_string_equal(text_of(info, "card"), "mynumber-card");
        assert_string_equal(text_of(info, "signing"), "present");
        assert_true(has_login(info));
        assert_int_equal(tries_of(info, "authentication"), 3);
        assert_int_equal(tries_of(info, "signing"), 5);
        assert_int_equal(tries_of(info, "profile"), 3);
        cJSON_Delete(info);
        scene_end(&scene);
    }
}

static void what_a_card_lacks(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.card.no_sign_key = true;
    scene.card.no_profile = true;
    cJSON *info = info_of(&scene);
    assert_string_equal(text_of(info, "signing"), "absent");
    assert_int_equal(tries_of(info, "signing"), -1);
    assert_int_equal(tries_of(info, "profile"), -1);
    assert_int_equal(tries_of(info, "authentication"), 3);
    cJSON_Delete(info);
    scene_end(&scene);

    begin(&scene);
    scene.card.no_auth_key = true;
    info = info_of(&scene);
    assert_string_equal(text_of(info, "card"), "mynumber-card");
    assert_false(has_login(info));
    assert_int_equal(tries_of(info, "authentication"), -1);
    assert_int_equal(tries_of(info, "signing"), 5);
    cJSON_Delete(info);
    scene_end(&scene);

    begin(&scene);
    scene.card.filled = true; /* files that were never written */
    scene.card.filler = 0xFF;
    info = info_of(&scene);
    assert_false(has_login(info));
    assert_string_equal(text_of(info, "signing"), "present");
    cJSON_Delete(info);
    scene_end(&scene);
}

static void a_verified_pin_hides_its_count_only_for_good(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.card.always_verified = true;
    cJSON *info = info_of(&scene);
    assert_int_equal(tries_of(info, "authentication"), -1);
    assert_string_equal(text_of(info, "card"), "mynumber-card");
    cJSON_Delete(info);
    scene_end(&scene);
}

static void a_phone_is_told_apart(void **state) {
    static const char *const tokens[] = {"JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN"};

    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct scene scene;
        begin(&scene);
        scene.card.token = tokens[i];
        scene.card.no_profile = true;
        cJSON *info = info_of(&scene);
        assert_string_equal(text_of(info, "card"), "phone-certificate");
        assert_false(has_login(info));
        assert_int_equal(tries_of(info, "authentication"), 3);
        assert_int_equal(tries_of(info, "profile"), -1);
        cJSON_Delete(info);
        scene_end(&scene);
    }
}

static void the_older_card_is_told_by_what_it_says_and_lacks(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.card.token = "JPKIAPICCTOKEN";
    scene.card.no_auth_key = scene.card.no_profile = true;
    cJSON *info = info_of(&scene);
    assert_string_equal(text_of(info, "card"), "juki-card");
    assert_false(has_login(info));
    assert_int_equal(tries_of(info, "authentication"), -1);
    assert_int_equal(tries_of(info, "signing"), 5);
    assert_int_equal(tries_of(info, "profile"), -1);
    cJSON_Delete(info);
    scene_end(&scene);

    /* A MyNumber card never passes for one: whatever it says, it has what is new. */
    for (int bits = 0; bits < 3; bits++) {
        begin(&scene);
        scene.card.token = "JPKIAPICCTOKEN";
        scene.card.no_auth_key = bits == 1;
        scene.card.no_profile = bits == 2;
        info = info_of(&scene);
        assert_string_equal(text_of(info, "card"), "mynumber-card");
        assert_int_equal(tries_of(info, "signing"), 5);
        cJSON_Delete(info);
        scene_end(&scene);
    }
    static const char *const others[] = {"JPKIAPICCTOKEN2",  "JPKIAPICCTOKEN3", "JPKIAPICCTOKENX",
                                         "JPKIAPICCTOKEN 2", "XPKIAPICCTOKEN",  ""};
    for (size_t i = 0; i < COUNT(others); i++) {
        begin(&scene);
        scene.card.token = others[i];
        scene.card.no_auth_key = scene.card.no_profile = true;
        info = info_of(&scene);
        assert_string_equal(text_of(info, "card"), "mynumber-card");
        cJSON_Delete(info);
        scene_end(&scene);
    }
}

static enum jb_error error_of(struct scene *scene) {
    cJSON *result = NULL;
    enum jb_error error = jb_command_run(&scene->context, &result, &scene->tries_left);

    cJSON_Delete(result);
    return error;
}

static void what_stands_against_it_is_told_at_once(void **state) {
    struct scene scene;
    uint64_t start = jb_clock_ms();

    (void)state;
    begin(&scene);
    fake_put(&scene.fake, 0, NULL);
    assert_int_equal(error_of(&scene), JB_ERR_CARD_ABSENT);
    scene.fake.count = 0;
    assert_int_equal(error_of(&scene), JB_ERR_READER_ABSENT);
    scene_end(&scene);

    begin(&scene);
    scene.card.other = true;
    assert_int_equal(error_of(&scene), JB_ERR_NOT_A_MYNUMBER_CARD);
    scene.fake.reader[0].mute = true;
    assert_int_equal(error_of(&scene), JB_ERR_CARD_UNRESPONSIVE);
    scene_end(&scene);
    assert_in_range(jb_clock_ms() - start, 0, 3000);

    begin(&scene);
    scene.fake.reader[0].held = true;
    assert_int_equal(error_of(&scene), JB_ERR_CARD_BUSY);
    scene.fake.no_service = true;
    assert_int_equal(error_of(&scene), JB_ERR_PCSC_UNAVAILABLE);
    scene_end(&scene);
    assert_in_range(jb_clock_ms() - start, 0, 4000);
}

static void of_several_the_mynumber_card_is_meant(void **state) {
    static struct fake_card phone, other;
    struct scene scene;

    (void)state;
    begin(&scene);
    fake_card_init(&phone);
    fake_card_init(&other);
    phone.phone = true;
    other.other = true;
    fake_put(&scene.fake, 0, &phone);
    fake_add_reader(&scene.fake, &other);
    cJSON *info = info_of(&scene);
    assert_string_equal(text_of(info, "card"), "phone-certificate");
    cJSON_Delete(info);
    fake_add_reader(&scene.fake, &scene.card);
    info = info_of(&scene);
    assert_string_equal(text_of(info, "card"), "mynumber-card");
    assert_string_equal(text_of(info, "reader"), "Fake Reader 2");
    cJSON_Delete(info);
    scene_end(&scene);
}

static void a_fault_at_each_command(void **state) {
    static const enum fake_fault faults[] = {FAKE_REMOVED,  FAKE_LOST,      FAKE_GARBAGE,
                                             FAKE_ONE_BYTE, FAKE_EMPTY,     FAKE_DATA,
                                             FAKE_RESET,    FAKE_NO_SERVICE};

    (void)state;
    for (size_t f = 0; f < COUNT(faults); f++) {
        for (unsigned at = 1; at <= 8; at++) {
            struct scene scene;
            cJSON *result = NULL;
            begin(&scene);
            scene.fake.fault_at = at;
            scene.fake.fault = faults[f];
            enum jb_error error = jb_command_run(&scene.context, &result, &scene.tries_left);
            assert_true((error == JB_OK) == (result != NULL));
            if (result != NULL) {
                assert_string_not_equal(text_of(result, "card"), "juki-card");
                /* A card that says 9000 to a SELECT and does nothing is not seen through. */
                if (at > 1 || faults[f] != FAKE_DATA) {
                    assert_string_not_equal(text_of(result, "signing"), "absent");
                }
            }
            assert_int_equal(scene.fake.reader[0].resets, 0);
            cJSON_Delete(result);
            scene_end(&scene);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_tells_all_in_eight_commands),
        cmocka_unit_test(cards_without_shortcuts_tell_the_same),
        cmocka_unit_test(what_a_card_lacks),
        cmocka_unit_test(a_verified_pin_hides_its_count_only_for_good),
        cmocka_unit_test(a_phone_is_told_apart),
        cmocka_unit_test(the_older_card_is_told_by_what_it_says_and_lacks),
        cmocka_unit_test(what_stands_against_it_is_told_at_once),
        cmocka_unit_test(of_several_the_mynumber_card_is_meant),
        cmocka_unit_test(a_fault_at_each_command),
    };

    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
