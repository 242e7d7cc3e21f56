/* SPDX-License-Identifier: MIT */
/* A change of PIN from request to reply: what is asked, what the card sees, and what the holder is
 * told when something goes wrong. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "unit.h"

#define NEW "7391"
#define NEW_PASSWORD "NEKO7391X"
#define DAY 86400L

/* How many prompts there are when all goes well: old, new, again. */
#define PROMPTS 3

static char directory[] = "/tmp/jb-test-change-XXXXXX";

static void begin(struct scene *scene, const struct fake_answer *answers, size_t count,
                  enum jb_pin pin) {
    scene_begin(scene, answers, count);
    scene->request.command = JB_COMMAND_CHANGE_PIN;
    scene->request.pin = pin;
    scene->request.origin[0] = '\0';
}

static enum jb_error run(struct scene *scene) {
    cJSON *result = NULL;
    enum jb_error error = jb_command_run(&scene->context, &result, &scene->tries_left);

    if (error == JB_OK) {
        assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "changed")));
        assert_int_equal(cJSON_GetArraySize(result), 1);
    } else {
        assert_null(result);
    }
    cJSON_Delete(result);
    return error;
}

static enum jb_prompt_kind kind(unsigned n) {
    assert_true(n < fake_prompts.shown);
    return fake_prompts.request[n].kind;
}

static const struct fake_answer digits[] = {{.pin = "1234"}, {.pin = NEW}, {.pin = NEW}};
static const struct fake_answer password[] = {
    {.pin = "abc123"}, {.pin = NEW_PASSWORD}, {.pin = "neko7391x"}};
static const struct fake_answer profile[] = {{.pin = "5678"}, {.pin = NEW}, {.pin = NEW}};

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

/* ---- answers that are lost ---- */

static unsigned change_at; /* the number of the CHANGE among the commands when all goes well */

static void find_change(enum jb_pin pin, const struct fake_answer *answers) {
    struct scene scene;

    begin(&scene, answers, PROMPTS, pin);
    assert_int_equal(run(&scene), JB_OK);
    for (unsigned i = 0; i < scene.fake.commands; i++) {
        if (strncmp(scene.fake.log[i], "00 24", 5) == 0) {
            change_at = i + 1;
        }
    }
    assert_true(change_at > 0);
    scene_end(&scene);
}

/* What the person is told, and tries, when the answer to the CHANGE does not come. */
static void lose(struct scene *scene, const struct fake_answer *answers, size_t count,
                 enum fake_fault fault) {
    find_change(JB_PIN_AUTH, digits);
    begin(scene, answers, count, JB_PIN_AUTH);
    scene->fake.fault_at = change_at;
    scene->fake.fault = fault;
}

static const struct fake_answer and_yes[] = {
    {.pin = "1234"}, {.pin = NEW}, {.pin = NEW}, {.yes = true}};
static const struct fake_answer and_no[] = {
    {.pin = "1234"}, {.pin = NEW}, {.pin = NEW}, {.yes = false}};

static void a_lost_answer_is_told_and_the_new_one_may_be_tried(void **state) {
    struct scene scene;

    (void)state;
    lose(&scene, and_yes, COUNT(and_yes), FAKE_LOST); /* the card had carried it out */
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(3), JB_PROMPT_TRY_NEW_PIN);
    assert_int_equal(fake_prompts.request[3].tries_left, 3);
    assert_string_equal(scene.events, "pnawyw");
    assert_int_equal(scene.card.changes, 1);
    assert_int_equal(scene_verifies(&scene), 2);
    assert_int_equal(scene.card.spent, 0);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], NEW);
    scene_end(&scene);

    lose(&scene, and_yes, COUNT(and_yes), FAKE_STATUS); /* it had not */
    scene.fake.fault_sw = 0x6581;
    assert_int_equal(run(&scene), JB_ERR_PIN_UNCHANGED);
    assert_int_equal(scene.tries_left, 2);
    assert_int_equal(scene.card.spent, 1);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], "1234");
    scene_end(&scene);

    lose(&scene, and_no, COUNT(and_no), FAKE_LOST);
    assert_int_equal(run(&scene), JB_ERR_PIN_CHANGE_UNKNOWN);
    assert_int_equal(scene.tries_left, 3);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);
}

static void only_one_try_is_left(void *context) {
    struct scene *scene = context;

    scene->card.tries[JB_PIN_AUTH] = 1;
}

static void the_last_try_of_the_new_one_needs_two_yeses(void **state) {
    static const struct fake_answer answers[] = {
        {.pin = "1234"},
        {.pin = NEW},
        {.pin = NEW},
        {.yes = true, .meanwhile = only_one_try_is_left}, /* it fell: asked once more */
        {.yes = true},
        {.yes = false}};
    struct scene scene;

    (void)state;
    lose(&scene, answers, COUNT(answers), FAKE_LOST);
    assert_int_equal(run(&scene), JB_ERR_PIN_CHANGE_UNKNOWN);
    assert_int_equal(kind(4), JB_PROMPT_TRY_NEW_PIN);
    assert_int_equal(fake_prompts.request[4].tries_left, 1);
    assert_int_equal(kind(5), JB_PROMPT_LAST_TRY);
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(scene.card.tries[JB_PIN_AUTH], 1);
    scene_end(&scene);
}

static void lay_back(struct fake *fake, unsigned number) {
    struct scene *scene = fake->context;

    (void)number;
    fake_put(fake, 0, &scene->card);
}

static void lay_another(struct fake *fake, unsigned number) {
    (void)number;
    fake_put(fake, 0, &second);
}

static void a_card_that_was_lifted_is_known_by_its_number(void **state) {
    struct scene scene;

    (void)state;
    lose(&scene, and_yes, COUNT(and_yes), FAKE_REMOVED_LATE);
    scene.fake.on_wait = lay_back;
    assert_int_equal(run(&scene), JB_OK);
    assert_int_equal(kind(3), JB_PROMPT_TRY_NEW_PIN);
    assert_string_equal(scene.card.pin[JB_PIN_AUTH], NEW);
    scene_end(&scene);

    /* Another card is not asked, and not even named. */
    fake_card_init(&second);
    second.record[5] = 'Z';
    lose(&scene, and_yes, COUNT(and_yes), FAKE_REMOVED_LATE);
    scene.fake.on_wait = lay_another;
    assert_int_equal(run(&scene), JB_ERR_PIN_CHANGE_UNKNOWN);
    assert_int_equal(fake_prompts.shown, PROMPTS);
    assert_int_equal(second.verifies, 0);
    assert_int_equal(scene.tries_left, -1);
    scene_end(&scene);
}

/* Whatever breaks, and where: nothing is sent twice, no try is spent, and what is told is true. */
static void a_fault_at_each_command(void **state) {
    static const enum fake_fault faults[] = {FAKE_REMOVED, FAKE_REMOVED_LATE, FAKE_LOST,
                                             FAKE_GARBAGE, FAKE_ONE_BYTE,     FAKE_EMPTY,
                                             FAKE_DATA,    FAKE_RESET,        FAKE_NO_SERVICE};
    static const struct fake_answer *const answers[] = {digits, password, profile};
    static const char *const fresh[] = {NEW, NEW_PASSWORD, NEW};
    static const char *const old[] = {"1234", "ABC123", "5678"};

    (void)state;
    for (int pin = JB_PIN_SIGN; pin <= JB_PIN_PROFILE; pin++) {
        find_change((enum jb_pin)pin, answers[pin]);
        for (size_t f = 0; f < COUNT(faults); f++) {
            for (unsigned at = 1; at <= change_at; at++) {
                struct fake_answer all[12] = {
                    answers[pin][0], answers[pin][1], answers[pin][2], {.pin = NULL}};
                struct scene scene;
                begin(&scene, all, 4, (enum jb_pin)pin);
                jb_op_free(&scene.op);
                scene.op = jb_op_new(250, NULL, NULL);
                scene.context.op = scene.op;
                scene.fake.fault_at = at;
                scene.fake.fault = faults[f];
                enum jb_error error = run(&scene);
                bool is_new = strcmp(scene.card.pin[pin], fresh[pin]) == 0;
                assert_true(is_new || strcmp(scene.card.pin[pin], old[pin]) == 0);
                assert_true(scene.card.changes <= 1 && fake_sent(&scene.fake, "00 24") <= 1);
                assert_true(scene_verifies(&scene) <= 1);
                assert_int_equal(scene.card.spent, 0);
                assert_true(error != JB_OK || is_new);
                assert_true(!is_new || error == JB_OK || error == JB_ERR_PIN_CHANGE_UNKNOWN);
                assert_true(at < change_at || error == JB_ERR_PIN_CHANGE_UNKNOWN);
                scene_end(&scene);
            }
        }
    }
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

/* A holder's configuration and runtime directories of this run's own. */
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
        cmocka_unit_test(a_lost_answer_is_told_and_the_new_one_may_be_tried),
        cmocka_unit_test(the_last_try_of_the_new_one_needs_two_yeses),
        cmocka_unit_test(a_card_that_was_lifted_is_known_by_its_number),
        cmocka_unit_test(a_fault_at_each_command),
        cmocka_unit_test(nothing_is_sent_after_the_operation_ended),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
