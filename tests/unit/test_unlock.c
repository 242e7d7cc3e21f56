/* SPDX-License-Identifier: MIT */
/*
 * The one way to a verified PIN (design.md, points 2 and 5): what is asked, what the card sees, and
 * that neither a try is lost nor a verified PIN left behind, whatever happens in between.
 */
#include <string.h>

#include "scene.h"
#include "unit.h"

#define RIGHT "1234"
#define WRONG "4321"

static const struct fake_answer right_always[] = {{.pin = RIGHT, .yes = true}};
static const struct fake_answer wrong_always[] = {{.pin = WRONG, .yes = true}};

#define begin(scene, answers) scene_begin(scene, answers, COUNT(answers))

#define assert_shown(i, kind_, note_, tries)                                                       \
    do {                                                                                           \
        assert_true(fake_prompts.shown > (i));                                                     \
        assert_int_equal(fake_prompts.request[i].kind, kind_);                                     \
        assert_int_equal(fake_prompts.request[i].note, note_);                                     \
        assert_int_equal(fake_prompts.request[i].tries_left, tries);                               \
    } while (0)

static void right_pin(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, right_always);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 1);
    assert_shown(0, JB_PROMPT_PIN, JB_NOTE_NONE, 3);
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_LOGIN);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_AUTH);
    assert_int_equal(fake_prompts.request[0].lang, JB_LANG_EN);
    assert_string_equal(fake_prompts.request[0].origin, SCENE_ORIGIN);
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(scene.fake.transactions, 1);
    assert_true(scene.card.verified[JB_KEY_AUTH]);
    assert_non_null(scene.unlocked.certificate);
    assert_int_equal(scene.fake.reader[0].resets, 0);
    assert_int_equal(scene.tries_left, -1);
    assert_string_equal(scene.events, "pw");
    jb_unlocked_clear(&scene.unlocked);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    scene_end(&scene);
}

static void a_signing_password_is_folded_to_upper_case(void **state) {
    static const struct fake_answer answers[] = {{.pin = "abC123"}};
    struct scene scene;

    (void)state;
    begin(&scene, answers);
    assert_int_equal(scene_unlock(&scene, JB_KEY_SIGN), JB_OK);
    assert_shown(0, JB_PROMPT_PIN, JB_NOTE_NONE, 5);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_SIGN);
    assert_int_equal(scene.card.spent, 0);
    assert_non_null(scene.unlocked.certificate);
    scene_end(&scene);
}

static void card_is_clean(void *context) {
    struct scene *scene = context;

    assert_false(scene->card.verified[JB_KEY_AUTH]);
    assert_int_equal(scene->fake.reader[0].resets, fake_prompts.shown - 1);
}

static void wrong_then_right(void **state) {
    static const struct fake_answer answers[] = {{.pin = WRONG},
                                                 {.pin = RIGHT, .meanwhile = card_is_clean}};
    struct scene scene;

    (void)state;
    begin(&scene, answers);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_shown(1, JB_PROMPT_PIN, JB_NOTE_PIN_WRONG, 2);
    assert_int_equal(scene_verifies(&scene), 2);
    assert_int_equal(scene.card.spent, 1);
    scene_end(&scene);
}

static void wrong_until_locked(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, wrong_always);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PIN_LOCKED);
    assert_int_equal(scene.tries_left, 0);
    assert_int_equal(fake_prompts.shown, 4);
    assert_shown(1, JB_PROMPT_PIN, JB_NOTE_PIN_WRONG, 2);
    assert_shown(2, JB_PROMPT_LAST_TRY, JB_NOTE_PIN_WRONG, 1);
    assert_shown(3, JB_PROMPT_PIN, JB_NOTE_PIN_WRONG, 1);
    assert_int_equal(scene_verifies(&scene), 3);
    scene_end(&scene);
}

static void locked_asks_nothing(void **state) {
    static const uint16_t words[] = {0x6983, 0x6984, 0x63C0};

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct scene scene;
        begin(&scene, right_always);
        scene.card.tries[JB_KEY_AUTH] = 0;
        scene.card.locked_sw = words[i];
        assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PIN_LOCKED);
        assert_int_equal(scene.tries_left, 0);
        assert_int_equal(fake_prompts.shown, 0);
        assert_int_equal(scene_verifies(&scene), 0);
        jb_unlocked_clear(&scene.unlocked);
        assert_int_equal(scene.fake.reader[0].resets, 0);
        scene_end(&scene);
    }
}

static void the_last_try_wants_a_yes(void **state) {
    static const struct fake_answer no[] = {{.pin = RIGHT, .yes = false}};
    struct scene scene;

    (void)state;
    begin(&scene, right_always);
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_shown(0, JB_PROMPT_LAST_TRY, JB_NOTE_NONE, 1);
    assert_shown(1, JB_PROMPT_PIN, JB_NOTE_NONE, 1);
    assert_string_equal(scene.events, "ypw");
    scene_end(&scene);

    begin(&scene, no);
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(scene_verifies(&scene), 0);
    assert_int_equal(scene.tries_left, 1);
    scene_end(&scene);
}

static void a_try_falls(void *context) {
    struct scene *scene = context;

    scene->card.tries[JB_KEY_AUTH]--;
}

static void tries_that_fell_are_shown_before_anything_is_sent(void **state) {
    static const struct fake_answer once[] = {{.pin = RIGHT, .meanwhile = a_try_falls},
                                              {.pin = RIGHT}};
    static const struct fake_answer to_the_last[] = {{.pin = RIGHT, .meanwhile = a_try_falls},
                                                     {.pin = RIGHT, .meanwhile = a_try_falls},
                                                     {.yes = false}};
    struct scene scene;

    (void)state;
    begin(&scene, once);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_shown(1, JB_PROMPT_PIN, JB_NOTE_TRIES_FELL, 2);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);

    begin(&scene, to_the_last);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_USER_CANCELLED);
    assert_shown(2, JB_PROMPT_LAST_TRY, JB_NOTE_TRIES_FELL, 1);
    assert_int_equal(scene_verifies(&scene), 0);
    scene_end(&scene);

    /* While the last yes and the last PIN are asked for, the last try goes: nothing is sent. */
    static const struct fake_answer gone[] = {{.yes = true},
                                              {.pin = RIGHT, .meanwhile = a_try_falls}};
    begin(&scene, gone);
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PIN_LOCKED);
    assert_int_equal(scene.tries_left, 0);
    assert_int_equal(scene_verifies(&scene), 0);
    scene_end(&scene);
}

static void what_has_not_the_form_of_a_pin_is_never_sent(void **state) {
    static const struct {
        enum jb_key key;
        const char *pin;
    } cases[] = {
        {JB_KEY_AUTH, ""},         {JB_KEY_AUTH, "123"},
        {JB_KEY_AUTH, "12345"},    {JB_KEY_AUTH, "12a4"},
        {JB_KEY_AUTH, "１２３４"}, {JB_KEY_AUTH, " 1234"},
        {JB_KEY_SIGN, ""},         {JB_KEY_SIGN, "ABC12"},
        {JB_KEY_SIGN, "ABC-12"},   {JB_KEY_SIGN, "ABCDEFGH123456789"},
        {JB_KEY_SIGN, "ABC 12"},   {JB_KEY_SIGN, "ＡＢＣ１２３"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct fake_answer answers[] = {{.pin = cases[i].pin}, {.pin = NULL}};
        struct scene scene;
        begin(&scene, answers);
        assert_int_equal(scene_unlock(&scene, cases[i].key), JB_ERR_USER_CANCELLED);
        assert_int_equal(fake_prompts.shown, 2);
        assert_shown(1, JB_PROMPT_PIN, JB_NOTE_PIN_FORM, cases[i].key == JB_KEY_AUTH ? 3 : 5);
        assert_int_equal(scene_verifies(&scene), 0);
        scene_end(&scene);
    }
}

/* The number of the command that carries the PIN, counted in an undisturbed run. */
static unsigned verify_command(void) {
    struct scene scene;
    unsigned number = 0;

    begin(&scene, right_always);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    while (strstr(scene.fake.log[number], "**") == NULL) {
        number++;
        assert_true(number < scene.fake.commands);
    }
    scene_end(&scene);
    return number + 1;
}

/* Right or wrong, carried out or not: the person is told, and asked nothing more. */
static void a_verify_without_an_answer_is_never_sent_again(void **state) {
    static const struct {
        enum fake_fault fault;
        int tries; /* what can still be read */
    } cases[] = {
        {FAKE_LOST, 2},        {FAKE_GARBAGE, 2}, {FAKE_ONE_BYTE, 2}, {FAKE_EMPTY, 2},
        {FAKE_DATA, 3},        {FAKE_RESET, 3},   {FAKE_REMOVED, -1}, {FAKE_REMOVED_LATE, -1},
        {FAKE_NO_SERVICE, -1}, {FAKE_STATUS, 3},
    };
    unsigned number = verify_command();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene;
        begin(&scene, wrong_always);
        scene.fake.fault_at = number;
        scene.fake.fault = cases[i].fault;
        scene.fake.fault_sw = 0x6581; /* memory failure: who knows what was counted */
        assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PIN_UNANSWERED);
        assert_int_equal(scene.tries_left, cases[i].tries);
        assert_int_equal(fake_prompts.shown, 1);
        assert_int_equal(scene_verifies(&scene), 1);
        assert_true(scene.card.spent <= 1);
        scene_end(&scene);
    }
}

static const enum fake_fault faults[] = {FAKE_REMOVED,  FAKE_REMOVED_LATE, FAKE_LOST, FAKE_GARBAGE,
                                         FAKE_ONE_BYTE, FAKE_EMPTY,        FAKE_DATA, FAKE_STATUS,
                                         FAKE_RESET,    FAKE_NO_SERVICE};

/* Each command broken in each way: at most one VERIFY for each PIN typed, no try lost, nothing left
 * on the card, and the next time all is well. */
static void whatever_breaks_no_try_is_lost(enum jb_key key, const char *pin) {
    const struct fake_answer answers[] = {{.pin = pin, .yes = true}};
    struct scene scene;

    begin(&scene, answers);
    assert_int_equal(scene_unlock(&scene, key), JB_OK);
    unsigned last = scene.fake.commands;
    int tries = scene.card.tries[key];
    scene_end(&scene);
    for (unsigned n = 1; n <= last; n++) {
        for (size_t i = 0; i < COUNT(faults); i++) {
            begin(&scene, answers);
            scene.fake.fault_at = n;
            scene.fake.fault = faults[i];
            scene.fake.fault_sw = 0x6F00;
            scene.fake.on_wait = scene_take_time_away;
            (void)scene_unlock(&scene, key);
            assert_true(scene_verifies(&scene) <= fake_prompts_of(JB_PROMPT_PIN));
            assert_int_equal(scene.card.spent, 0);
            assert_int_equal(scene.card.tries[key], tries);
            jb_unlocked_clear(&scene.unlocked);
            assert_false(scene.card.verified[key]);
            scene_end(&scene);
        }
    }
}

static void faults_at_a_log_in(void **state) {
    (void)state;
    whatever_breaks_no_try_is_lost(JB_KEY_AUTH, RIGHT);
}

static void faults_at_a_signature(void **state) {
    (void)state;
    whatever_breaks_no_try_is_lost(JB_KEY_SIGN, "ABC123");
}

static unsigned cancel_at;

static void cancel_then(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    if (number == cancel_at) {
        jb_op_cancel(scene->op, JB_ERR_USER_CANCELLED);
    }
}

static void cancelled_at_each_command(void **state) {
    unsigned verify = verify_command();

    (void)state;
    for (cancel_at = 1; cancel_at <= verify; cancel_at++) {
        struct scene scene;
        begin(&scene, right_always);
        scene.fake.on_command = cancel_then;
        enum jb_error error = scene_unlock(&scene, JB_KEY_AUTH);
        assert_int_equal(scene_verifies(&scene), cancel_at == verify ? 1 : 0);
        if (cancel_at < verify) {
            assert_int_equal(error, JB_ERR_USER_CANCELLED);
            assert_int_equal(scene.fake.commands, cancel_at);
        }
        jb_unlocked_clear(&scene.unlocked);
        assert_int_equal(scene.fake.reader[0].resets, cancel_at == verify ? 1 : 0);
        scene_end(&scene);
    }
}

static void op_is_called_off(void *context) {
    struct scene *scene = context;

    jb_op_cancel(scene->op, JB_ERR_TIMEOUT);
}

/* Also when the person answers at the very moment: at its end every prompt closes and no PIN is
 * sent. */
static void called_off_during_a_prompt(void **state) {
    static const struct fake_answer cases[][1] = {
        {{.stays = true, .meanwhile = op_is_called_off}},
        {{.pin = RIGHT, .yes = true, .meanwhile = op_is_called_off}},
    };

    (void)state;
    for (int tries = 1; tries <= 2; tries++) { /* in the question before the last try, and for it */
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct scene scene;
            scene_begin(&scene, cases[i], 1);
            scene.card.tries[JB_KEY_AUTH] = tries;
            assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_TIMEOUT);
            assert_int_equal(scene_verifies(&scene), 0);
            scene_end(&scene);
        }
    }
}

static void saying_no_sends_nothing(void **state) {
    static const struct fake_answer no[] = {{.pin = NULL}};
    struct scene scene;

    (void)state;
    begin(&scene, no);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_USER_CANCELLED);
    assert_int_equal(scene.tries_left, 3);
    assert_int_equal(scene_verifies(&scene), 0);
    jb_unlocked_clear(&scene.unlocked);
    assert_int_equal(scene.fake.reader[0].resets, 0);
    scene_end(&scene);
}

static struct fake_card another;

static void card_is_taken(void *context) {
    struct scene *scene = context;

    fake_put(&scene->fake, 0, NULL);
}

static void card_is_swapped(void *context) {
    struct scene *scene = context;

    another = scene->card;
    another.tries[JB_KEY_AUTH] = 2;
    fake_put(&scene->fake, 0, &another);
}

static void card_is_taken_and_laid_down(void *context) {
    struct scene *scene = context;

    fake_put(&scene->fake, 0, NULL);
    fake_put(&scene->fake, 0, &scene->card);
}

static void card_is_reset(void *context) {
    struct scene *scene = context;

    fake_reset_by_other(&scene->fake, 0);
}

static void lay_down(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    (void)number;
    fake_put(fake, 0, &scene->card);
}

/* The PIN that was typed for one card is for that card alone, as it lay there. */
static void a_card_that_moved_starts_over_without_the_pin(void **state) {
    static void (*const moves[])(void *) = {card_is_taken, card_is_swapped,
                                            card_is_taken_and_laid_down, card_is_reset};

    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++) {
        for (int answered = 0; answered <= 1; answered++) {
            if (moves[i] == card_is_reset && !answered) {
                continue; /* nobody can see that before the transaction begins */
            }
            const struct fake_answer answers[] = {
                {.pin = RIGHT, .stays = !answered, .meanwhile = moves[i]}, {.pin = RIGHT}};
            struct scene scene;
            begin(&scene, answers);
            scene.fake.on_wait = lay_down;
            assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
            assert_int_equal(fake_prompts.shown, 2);
            assert_shown(1, JB_PROMPT_PIN, JB_NOTE_CARD_CHANGED,
                         moves[i] == card_is_swapped ? 2 : 3);
            assert_int_equal(scene_verifies(&scene), 1);
            scene_end(&scene);
        }
    }
}

static void moved_during_the_question_before_the_last_try(void **state) {
    static const struct fake_answer answers[] = {
        {.yes = true, .stays = true, .meanwhile = card_is_swapped}, {.pin = RIGHT}};
    struct scene scene;

    (void)state;
    begin(&scene, answers);
    scene.card.tries[JB_KEY_AUTH] = 1;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_shown(1, JB_PROMPT_PIN, JB_NOTE_CARD_CHANGED, 2);
    scene_end(&scene);
}

static void without_a_prompt_nothing_is_sent(void **state) {
    static const struct fake_answer none[] = {{.error = JB_ERR_PROMPT_UNAVAILABLE}};
    struct scene scene;

    (void)state;
    begin(&scene, none);
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_PROMPT_UNAVAILABLE);
    assert_int_equal(scene_verifies(&scene), 0);
    scene_end(&scene);
}

/* Another program left the PIN verified: the count is read all the same, or nobody is asked. */
static void verified_already(void **state) {
    struct scene scene;

    (void)state;
    begin(&scene, right_always);
    scene.card.query_verified = scene.card.verified[JB_KEY_AUTH] = true;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_OK);
    assert_shown(0, JB_PROMPT_PIN, JB_NOTE_NONE, 3);
    scene_end(&scene);

    begin(&scene, right_always);
    scene.card.always_verified = true;
    assert_int_equal(scene_unlock(&scene, JB_KEY_AUTH), JB_ERR_CARD_ERROR);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_pin),
        cmocka_unit_test(a_signing_password_is_folded_to_upper_case),
        cmocka_unit_test(wrong_then_right),
        cmocka_unit_test(wrong_until_locked),
        cmocka_unit_test(locked_asks_nothing),
        cmocka_unit_test(the_last_try_wants_a_yes),
        cmocka_unit_test(tries_that_fell_are_shown_before_anything_is_sent),
        cmocka_unit_test(what_has_not_the_form_of_a_pin_is_never_sent),
        cmocka_unit_test(a_verify_without_an_answer_is_never_sent_again),
        cmocka_unit_test(faults_at_a_log_in),
        cmocka_unit_test(faults_at_a_signature),
        cmocka_unit_test(cancelled_at_each_command),
        cmocka_unit_test(called_off_during_a_prompt),
        cmocka_unit_test(saying_no_sends_nothing),
        cmocka_unit_test(a_card_that_moved_starts_over_without_the_pin),
        cmocka_unit_test(moved_during_the_question_before_the_last_try),
        cmocka_unit_test(without_a_prompt_nothing_is_sent),
        cmocka_unit_test(verified_already),
    };

    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
