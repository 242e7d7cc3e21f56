/* SPDX-License-Identifier: MIT */
/* A change of PIN in which something breaks: what is sent, and what the holder is told. */
#include "change_rig.h"

static struct fake_card second;

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
                scene.fake.on_wait = scene_take_time_away;
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_answer_is_told_and_the_new_one_may_be_tried),
        cmocka_unit_test(the_last_try_of_the_new_one_needs_two_yeses),
        cmocka_unit_test(a_card_that_was_lifted_is_known_by_its_number),
        cmocka_unit_test(a_fault_at_each_command),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
