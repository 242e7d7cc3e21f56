/* SPDX-License-Identifier: MIT */
/* The way to the profile application's verified PIN, which goes with no key and no certificate. */
#include <string.h>

#include "scene.h"
#include "unit.h"

#define RIGHT "5678"

static const struct fake_answer right[] = {{.pin = RIGHT, .yes = true}};

static void right_pin(void **state) {
    struct scene scene;

    (void)state;
    scene_begin(&scene, right, 1);
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_PROFILE);
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_PROFILE);
    assert_int_equal(fake_prompts.request[0].tries_left, 3);
    assert_true(scene.card.verified[JB_PIN_PROFILE]);
    assert_false(scene.card.verified[JB_PIN_AUTH]);
    assert_null(scene.unlocked.certificate);
    assert_int_equal(fake_sent(&scene.fake, "00 B0"), 0); /* and none was read */
    assert_string_equal(scene.events, "pw");
    jb_unlocked_clear(&scene.unlocked);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    scene_end(&scene);
}

static void a_card_without_shortcuts(void **state) {
    struct scene scene;

    (void)state;
    scene_begin(&scene, right, 1);
    scene.card.no_sfi_verify = scene.card.no_sfi_read = scene.card.no_extended = true;
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(scene.card.spent, 0);
    scene_end(&scene);
}

static void the_pin_for_logging_in_is_another_one(void **state) {
    static const struct fake_answer wrong[] = {{.pin = "1234", .yes = true}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, wrong, 1);
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_ERR_PIN_LOCKED);
    assert_int_equal(scene.tries_left, 0);
    assert_int_equal(fake_prompts.shown, 4);
    assert_int_equal(fake_prompts.request[1].note, JB_NOTE_PIN_WRONG);
    assert_int_equal(fake_prompts.request[1].tries_left, 2);
    assert_int_equal(fake_prompts.request[2].kind, JB_PROMPT_LAST_TRY);
    assert_int_equal(scene_verifies(&scene), 3);
    assert_int_equal(scene.card.tries[JB_PIN_AUTH], 3);
    scene_end(&scene);
}

/* A card on which somebody else verified it tells no count until the application is left. */
static void verified_already(void **state) {
    struct scene scene;

    (void)state;
    scene_begin(&scene, right, 1);
    scene.card.query_verified = true;
    scene.card.verified[JB_PIN_PROFILE] = true;
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    assert_int_equal(fake_prompts.request[0].tries_left, 3);
    scene_end(&scene);

    scene_begin(&scene, right, 1);
    scene.card.always_verified = true;
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_ERR_CARD_ERROR);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);
}

static void another_program_leaves_its_application(void *context) {
    struct scene *scene = context;

    scene->card.df = FAKE_DF_JPKI;
    scene->card.ef = 0x0018;
}

/* The PIN typed must not be tried on whatever is selected by then. */
static void the_application_is_selected_anew(void **state) {
    static const struct fake_answer answers[] = {
        {.pin = RIGHT, .meanwhile = another_program_leaves_its_application}};
    struct scene scene;

    (void)state;
    for (int i = 0; i < 2; i++) {
        scene_begin(&scene, answers, 1);
        scene.card.no_sfi_verify = i == 1;
        assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
        assert_int_equal(scene.card.tries[JB_PIN_AUTH], 3);
        assert_int_equal(scene.card.spent, 0);
        scene_end(&scene);
    }
}

static void a_card_without_the_application(void **state) {
    struct scene scene;

    (void)state;
    scene_begin(&scene, right, 1);
    scene.card.no_profile = true;
    assert_int_not_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    assert_int_equal(fake_prompts.shown, 0);
    assert_int_equal(scene_verifies(&scene), 0);
    jb_unlocked_clear(&scene.unlocked);
    assert_int_equal(scene.fake.reader[0].resets, 0);
    scene_end(&scene);
}

static void a_verify_without_an_answer_is_counted_anew(void **state) {
    struct scene scene;

    (void)state;
    scene_begin(&scene, right, 1);
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    unsigned at = scene.fake.commands; /* the VERIFY */
    scene_end(&scene);
    for (int i = 0; i < 2; i++) {
        scene_begin(&scene, (struct fake_answer[]){{.pin = i == 0 ? RIGHT : "0000"}}, 1);
        scene.fake.fault_at = at;
        scene.fake.fault = FAKE_GARBAGE;
        assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_ERR_PIN_UNANSWERED);
        assert_int_equal(scene.tries_left, i == 0 ? 3 : 2);
        assert_int_equal(scene_verifies(&scene), 1);
        assert_int_equal(fake_prompts.shown, 1);
        scene_end(&scene);
    }
}

/* It is of digits, so a keypad takes it. */
static void on_a_keypad(void **state) {
    static const uint8_t features[] = {0x06, 4, 0x42, 0x33, 0x00, 0x06};
    static const struct fake_answer stays[] = {{.stays = true}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, stays, 1);
    memcpy(scene.fake.features, features, sizeof features);
    scene.fake.features_len = sizeof features;
    memcpy(scene.fake.keyed, RIGHT, 4);
    assert_int_equal(scene_unlock_pin(&scene, JB_PIN_PROFILE), JB_OK);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_KEYPAD);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_PROFILE);
    assert_true(scene.card.verified[JB_PIN_PROFILE]);
    assert_int_equal(scene.fake.structure[22], 0x91); /* P2: short identifier of EF 0011 */
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_pin),
        cmocka_unit_test(a_card_without_shortcuts),
        cmocka_unit_test(the_pin_for_logging_in_is_another_one),
        cmocka_unit_test(verified_already),
        cmocka_unit_test(the_application_is_selected_anew),
        cmocka_unit_test(a_card_without_the_application),
        cmocka_unit_test(a_verify_without_an_answer_is_counted_anew),
        cmocka_unit_test(on_a_keypad),
    };

    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
