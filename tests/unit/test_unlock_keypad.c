/* SPDX-License-Identifier: MIT */
/* The way to a verified PIN when the reader has a keypad of its own: the same promises. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

static const struct fake_answer agrees[] = {{.yes = true}};
static const struct fake_answer refuses[] = {{.yes = false}};

static void begin(struct scene *scene, const struct fake_answer answers[1], const char *keyed) {
    static const uint8_t features[] = {0x06, 4, 0x42, 0x33, 0x00, 0x06};

    scene_begin(scene, answers, 1);
    memcpy(scene->fake.features, features, sizeof features);
    scene->fake.features_len = sizeof features;
    memcpy(scene->fake.keyed, keyed, 4);
}

static void the_pin_is_typed_on_the_reader(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, agrees, "1234");
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_KEYPAD);
    assert_int_equal(fake_prompts.request[0].tries_left, 3);
    assert_int_equal(scene_verifies(&scene), 0); /* not through this program */
    assert_true(scene.card.verified[JB_KEY_AUTH]);
    assert_string_equal(scene.events, "kw");
    jb_unlocked_clear(&scene.unlocked);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    scene_end(&scene);
}

static void remember_the_pin(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    (void)number;
    if (scene->card.spent > 0) {
        memcpy(fake->keyed, "1234", 4);
    }
}

static void wrong_then_right(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, agrees, "4321");
    scene.fake.on_command = remember_the_pin;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_int_equal(fake_prompts.request[1].note, JB_NOTE_PIN_WRONG);
    assert_int_equal(fake_prompts.request[1].tries_left, 2);
    assert_int_equal(scene.card.spent, 1);
    scene_end(&scene);
}

static void the_last_try_wants_a_yes(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, agrees, "1234");
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_LAST_TRY);
    assert_int_equal(fake_prompts.request[1].kind, JB_PROMPT_KEYPAD);
    scene_end(&scene);

    begin(&scene, refuses, "1234");
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_USER_CANCELLED);
    assert_int_equal(scene.fake.structure_len, 0);
    scene_end(&scene);
}

/* Before the transaction in which the reader asks, another program spends tries down to the last.
 */
static void tries_fall(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    if (number > 3) {
        scene->card.tries[JB_KEY_AUTH] = 1;
    }
}

static void tries_are_read_again_before_the_reader_asks(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, refuses, "1234");
    scene.fake.on_command = tries_fall;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.shown, 2);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_KEYPAD);
    assert_int_equal(fake_prompts.request[1].kind, JB_PROMPT_LAST_TRY);
    assert_int_equal(fake_prompts.request[1].note, JB_NOTE_TRIES_FELL);
    assert_int_equal(scene.fake.structure_len, 0);
    scene_end(&scene);
}

static void endings_on_the_reader(void **state) {
    static const struct {
        uint16_t sw;
        enum jb_io io;
        enum jb_error error;
    } cases[] = {
        {0x6400, JB_IO_OK, JB_ERR_KEYPAD_TIMEOUT}, {0x6401, JB_IO_OK, JB_ERR_KEYPAD_CANCELLED},
        {0x6983, JB_IO_OK, JB_ERR_PIN_LOCKED},     {0, JB_IO_FAILED, JB_ERR_PIN_UNANSWERED},
        {0, JB_IO_REMOVED, JB_ERR_PIN_UNANSWERED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene;
        begin(&scene, agrees, "1234");
        scene.fake.keypad_sw = cases[i].sw;
        scene.fake.keypad_io = cases[i].io;
        assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), cases[i].error);
        assert_int_equal(fake_prompts.shown, 1);
        jb_unlocked_clear(&scene.unlocked);
        assert_true(scene.fake.reader[0].resets >= 1);
        scene_end(&scene);
    }
}

static void without_a_notice_the_reader_does_not_ask(void **state) {
    static const struct fake_answer none[] = {{.error = JB_ERR_PROMPT_UNAVAILABLE}};
    struct scene scene;

    (void)state;
    begin(&scene, none, "1234");
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PROMPT_UNAVAILABLE);
    assert_int_equal(scene.fake.structure_len, 0);
    scene_end(&scene);
}

static void a_password_with_letters_is_typed_at_the_prompt(void **state) {
    static const struct fake_answer password[] = {{.pin = "ABC123"}};
    struct scene scene;

    (void)state;
    begin(&scene, password, "1234");
    assert_int_equal(scene_unlock(&scene, JB_KEY_SIGN), JB_OK);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_PIN);
    assert_int_equal(scene.fake.structure_len, 0);
    scene_end(&scene);
}

/* Not the keypad's alone: a card that forgets its PIN at once is not asked for a second one. */
static void a_card_that_wants_the_pin_again_at_once(void **state) {
    const uint8_t digest[JB_HASH_MAX] = {0};
    char *signature = NULL;
    struct scene scene;

    (void)state;
    begin(&scene, agrees, "1234");
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    scene.card.verified[JB_KEY_AUTH] = false;
    assert_int_equal(
        jb_unlocked_sign(&scene.unlocked, JB_KEY_AUTH, JB_HASH_SHA256, digest, &signature),
        JB_ERR_CARD_ERROR);
    assert_null(signature);
    assert_int_equal(fake_prompts.shown, 1);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pin_is_typed_on_the_reader),
        cmocka_unit_test(wrong_then_right),
        cmocka_unit_test(the_last_try_wants_a_yes),
        cmocka_unit_test(tries_are_read_again_before_the_reader_asks),
        cmocka_unit_test(endings_on_the_reader),
        cmocka_unit_test(without_a_notice_the_reader_does_not_ask),
        cmocka_unit_test(a_password_with_letters_is_typed_at_the_prompt),
        cmocka_unit_test(a_card_that_wants_the_pin_again_at_once),
    };

    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
