/* SPDX-License-Identifier: MIT */
/* A change of PIN from request to reply: what is asked, and what the card sees. */
#include "change_rig.h"

#define DAY 86400L

static void each_pin_is_changed(void **state) {
    static const struct {
        const struct fake_answer *answers;
        const char *fresh;
    } cases[] = {[JB_PIN_AUTH] = {digits, NEW},
                 [JB_PIN_SIGN] = {password, NEW_PASSWORD},
                 [JB_PIN_PROFILE] = {profile, NEW}};

    (void)state;
    for (int shortcuts = 0; shortcuts < 2; shortcuts++) {
        for (int pin = JB_PIN_AUTH; pin <= JB_PIN_PROFILE; pin++) {
            struct scene scene;
            begin(&scene, cases[pin].answers, PROMPTS, (enum jb_pin)pin);
            scene.card.no_sfi_read = scene.card.no_sfi_verify = shortcuts == 1;
            assert_int_equal(run(&scene), JB_OK);
            assert_string_equal(scene.card.pin[pin], cases[pin].fresh);
            assert_int_equal(fake_prompts.shown, PROMPTS);
            assert_int_equal(kind(0), JB_PROMPT_PIN);
            assert_int_equal(kind(1), JB_PROMPT_NEW_PIN);
            assert_int_equal(kind(2), JB_PROMPT_NEW_PIN_AGAIN);
            for (unsigned i = 0; i < PROMPTS; i++) {
                assert_int_equal(fake_prompts.request[i].purpose, JB_PURPOSE_CHANGE_PIN);
                assert_int_equal(fake_prompts.request[i].pin, pin);
                assert_null(fake_prompts.request[i].origin);
            }
            assert_int_equal(fake_prompts.request[0].tries_left, pin == JB_PIN_SIGN ? 5 : 3);
            assert_string_equal(scene.events, "pnaw");
            assert_int_equal(scene_verifies(&scene), 1);
            assert_int_equal(scene.card.changes, 1);
            assert_int_equal(scene.card.spent, 0);
            assert_int_equal(scene.fake.reader[0].resets, 1);
            scene_end(&scene);
        }
    }
}

/* All forms are settled before the card sees a PIN. */
static void forms_are_settled_first(void **state) {
    static const struct fake_answer answers[] = {{.pin = "12"},   {.pin = "1234"}, {.pin = "73915"},
                                                 {.pin = "1234"}, {.pin = NEW},    {.pin = "7392"},
                                                 {.pin = NEW},    {.pin = NEW}};
    static const enum jb_prompt_note notes[] = {JB_NOTE_NONE,        JB_NOTE_PIN_FORM, JB_NOTE_NONE,
                                                JB_NOTE_PIN_FORM,    JB_NOTE_NEW_SAME, JB_NOTE_NONE,
                                                JB_NOTE_NEW_DIFFERS, JB_NOTE_NONE};
    struct scene scene;

    (void)state;
    begin(&scene, answers, COUNT(answers), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.shown, COUNT(answers));
    for (unsigned i = 0; i < COUNT(answers); i++) {
        assert_int_equal(fake_prompts.request[i].note, notes[i]);
    }
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(scene.card.changes, 1);
    scene_end(&scene);
}

static void a_signing_password_has_letters_and_digits(void **state) {
    static const struct fake_answer answers[] = {{.pin = "ABC123"},
                                                 {.pin = "739146"},
                                                 {.pin = "NEKONEKO"},
                                                 {.pin = NEW_PASSWORD},
                                                 {.pin = NEW_PASSWORD}};
    struct scene scene;

    (void)state;
    begin(&scene, answers, COUNT(answers), JB_PIN_SIGN);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.shown, COUNT(answers));
    assert_int_equal(fake_prompts.request[2].note, JB_NOTE_PIN_FORM);
    assert_int_equal(fake_prompts.request[3].note, JB_NOTE_PIN_FORM);
    scene_end(&scene);
}

static void what_is_easily_guessed_needs_a_yes(void **state) {
    static const struct fake_answer yes[] = {
        {.pin = "1234"}, {.pin = "0000"}, {.yes = true}, {.pin = "0000"}};
    static const struct fake_answer no[] = {
        {.pin = "1234"}, {.pin = "4321"}, {.yes = false}, {.pin = NEW}, {.pin = NEW}};
    struct scene scene;

    (void)state;
    begin(&scene, yes, COUNT(yes), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(2), JB_PROMPT_WEAK_PIN);
    assert_string_equal(scene.events, "pnyaw");
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], "0000");
    scene_end(&scene);

    begin(&scene, no, COUNT(no), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(3), JB_PROMPT_NEW_PIN);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], NEW);
    scene_end(&scene);
}

/* It is known only once the old one is verified; the card is left while the person is asked. */
static void the_birth_date_is_asked_about(void **state) {
    static const struct fake_answer yes[] = {
        {.pin = "ABC123"}, {.pin = "NEKO0504"}, {.pin = "NEKO0504"}, {.yes = true}};
    static const struct fake_answer no[] = {{.pin = "ABC123"},     {.pin = "X1985NEKO"},
                                            {.pin = "X1985NEKO"},  {.yes = false},
                                            {.pin = NEW_PASSWORD}, {.pin = NEW_PASSWORD}};
    struct scene scene;

    (void)state;
    begin(&scene, yes, COUNT(yes), JB_PIN_SIGN);
    scene.attributes[JB_ATTRIBUTE_BIRTH_DATE] = "319850504";
    scene_certify(&scene, JB_KEY_SIGN, -2 * DAY, -DAY); /* also of one that has ended */
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(3), JB_PROMPT_WEAK_PIN);
    assert_string_equal(scene.card.pin[JB_PIN_SIGN], "NEKO0504");
    assert_int_equal(scene.fake.reader[0].resets, 2);
    assert_int_equal(scene.card.changes, 1);
    scene_end(&scene);

    begin(&scene, no, COUNT(no), JB_PIN_SIGN);
    scene.attributes[JB_ATTRIBUTE_BIRTH_DATE] = "319850504";
    scene_certify(&scene, JB_KEY_SIGN, -DAY, DAY);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(4), JB_PROMPT_NEW_PIN);
    assert_int_equal(fake_prompts.shown, COUNT(no));
    assert_string_equal(scene.card.pin[JB_PIN_SIGN], NEW_PASSWORD);
    assert_int_equal(scene.card.spent, 0);
    scene_end(&scene);
}

static void a_wrong_old_one_is_asked_for_again_and_the_new_one_kept(void **state) {
    static const struct fake_answer answers[] = {
        {.pin = "9999"}, {.pin = NEW}, {.pin = NEW}, {.pin = "1234"}};
    struct scene scene;

    (void)state;
    begin(&scene, answers, COUNT(answers), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.shown, COUNT(answers));
    assert_int_equal(fake_prompts.request[3].note, JB_NOTE_PIN_WRONG);
    assert_int_equal(fake_prompts.request[3].tries_left, 2);
    assert_int_equal(scene.card.spent, 1);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], NEW);
    scene_end(&scene);
}

static void a_mistyped_old_one_does_not_hide_that_both_are_the_same(void **state) {
    static const struct fake_answer answers[] = {{.pin = "9999"}, {.pin = "5812"}, {.pin = "5812"},
                                                 {.pin = "5812"}, {.pin = NEW},    {.pin = NEW}};
    struct scene scene;

    (void)state;
    begin(&scene, answers, COUNT(answers), JB_PIN_AUTH);
    (void)memcpy(scene.card.pin[JB_PIN_AUTH], "5812", 5);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(4), JB_PROMPT_NEW_PIN);
    assert_int_equal(fake_prompts.request[4].note, JB_NOTE_NEW_SAME);
    scene_end(&scene);
}

static void the_last_try_needs_a_yes(void **state) {
    static const struct fake_answer yes[] = {
        {.yes = true}, {.pin = "1234"}, {.pin = NEW}, {.pin = NEW}};
    static const struct fake_answer no[] = {{.yes = false}};
    struct scene scene;

    (void)state;
    begin(&scene, yes, COUNT(yes), JB_PIN_AUTH);
    scene.card.tries[JB_PIN_AUTH] = 1;
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(0), JB_PROMPT_LAST_TRY);
    scene_end(&scene);

    begin(&scene, no, 1, JB_PIN_AUTH);
    scene.card.tries[JB_PIN_AUTH] = 1;
    assert_int_equal(run(&scene), JB_ERR_USER_CANCELLED);
    assert_int_equal(scene.tries_left, 1);
    assert_int_equal(scene_verifies(&scene), 0);
    scene_end(&scene);

    begin(&scene, no, 1, JB_PIN_AUTH);
    scene.card.tries[JB_PIN_AUTH] = 0;
    assert_int_equal(run(&scene), JB_ERR_PIN_LOCKED);
    assert_int_equal(scene.tries_left, 0);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);
}

static void another_program_spends_a_try(void *context) {
    struct scene *scene = context;

    scene->card.tries[JB_PIN_AUTH] = 2;
}

static void tries_that_fell_are_told_before_any_is_spent(void **state) {
    static const struct fake_answer answers[] = {
        {.pin = "1234"},
        {.pin = NEW},
        {.pin = NEW, .meanwhile = another_program_spends_a_try},
        {.pin = "1234"}};
    struct scene scene;

    (void)state;
    begin(&scene, answers, COUNT(answers), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.request[3].note, JB_NOTE_TRIES_FELL);
    assert_int_equal(fake_prompts.request[3].tries_left, 2);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);
}

static void another_program_resets(void *context) {
    struct scene *scene = context;

    fake_reset_by_other(&scene->fake, 0);
}

static struct fake_card second;

static void the_card_is_exchanged(void *context) {
    struct scene *scene = context;

    fake_put(&scene->fake, 0, &second);
}

static void a_card_that_was_touched_begins_it_anew(void **state) {
    static const struct fake_answer touched[] = {
        {.pin = "1234"}, {.pin = NEW}, {.pin = NEW, .meanwhile = another_program_resets},
        {.pin = "1234"}, {.pin = NEW}, {.pin = NEW}};
    static const struct fake_answer exchanged[] = {
        {.pin = "9999"}, {.pin = NEW},
        {.pin = NEW},    {.pin = "1234", .stays = true, .meanwhile = the_card_is_exchanged},
        {.pin = "4826"}, {.pin = "6428"},
        {.pin = "6428"}};
    struct scene scene;

    (void)state;
    begin(&scene, touched, COUNT(touched), JB_PIN_AUTH);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.shown, COUNT(touched));
    assert_int_equal(fake_prompts.request[3].note, JB_NOTE_CARD_CHANGED);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);

    /* Neither PIN of the first card goes to the second. */
    begin(&scene, exchanged, COUNT(exchanged), JB_PIN_AUTH);
    fake_card_init(&second);
    memcpy(second.pin[JB_PIN_AUTH], "4826", 5);
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(fake_prompts.shown, COUNT(exchanged));
    assert_int_equal(fake_prompts.request[4].note, JB_NOTE_CARD_CHANGED);
    assert_int_equal(kind(5), JB_PROMPT_NEW_PIN);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], "1234");
    assert_string_equal(second.pin[JB_PIN_AUTH], "6428");
    assert_int_equal(second.spent, 0);
    scene_end(&scene);
}

static void a_card_that_refuses_leaves_the_old_one(void **state) {
    static const uint16_t words[] = {0x6A80, 0x6982, 0x6985, 0x6D00, 0x6700};
    struct scene scene;

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        begin(&scene, digits, PROMPTS, JB_PIN_AUTH);
        scene.card.change_sw = words[i];
        assert_int_equal(run(&scene), JB_ERR_PIN_UNCHANGED);
        assert_int_equal(scene.card.changes, 1);
        assert_int_equal(scene.tries_left, -1);
        scene_end(&scene);
    }
}

static void a_keypad_is_not_used_and_that_is_said(void **state) {
    static const uint8_t features[] = {0x06, 4, 0x42, 0x33, 0x00, 0x06};
    struct scene scene;

    (void)state;
    begin(&scene, digits, PROMPTS, JB_PIN_AUTH);
    memcpy(scene.fake.features, features, sizeof features);
    scene.fake.features_len = sizeof features;
    assert_int_equal(run(&scene), JB_OK);
    assert_true(fake_prompts.request[0].idle_keypad);
    assert_int_equal(fake_prompts_of(JB_PROMPT_KEYPAD), 0);
    scene_end(&scene);
}

static void nothing_is_sent_after_the_operation_ended(void **state) {
    static const struct fake_answer stays[] = {{.pin = "1234"}, {.pin = NEW, .stays = true}};
    struct scene scene;

    (void)state;
    begin(&scene, stays, COUNT(stays), JB_PIN_AUTH);
    jb_op_free(&scene.op);
    scene.op = jb_op_new(300, NULL, NULL);
    scene.context.op = scene.op;
    assert_int_equal(run(&scene), JB_ERR_TIMEOUT);
    assert_int_equal(scene_verifies(&scene), 0);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pin_is_changed),
        cmocka_unit_test(forms_are_settled_first),
        cmocka_unit_test(a_signing_password_has_letters_and_digits),
        cmocka_unit_test(what_is_easily_guessed_needs_a_yes),
        cmocka_unit_test(the_birth_date_is_asked_about),
        cmocka_unit_test(a_wrong_old_one_is_asked_for_again_and_the_new_one_kept),
        cmocka_unit_test(a_mistyped_old_one_does_not_hide_that_both_are_the_same),
        cmocka_unit_test(the_last_try_needs_a_yes),
        cmocka_unit_test(tries_that_fell_are_told_before_any_is_spent),
        cmocka_unit_test(a_card_that_was_touched_begins_it_anew),
        cmocka_unit_test(a_card_that_refuses_leaves_the_old_one),
        cmocka_unit_test(a_keypad_is_not_used_and_that_is_said),
        cmocka_unit_test(nothing_is_sent_after_the_operation_ended),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
