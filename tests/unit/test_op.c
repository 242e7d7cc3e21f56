/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/op.h"

#include <pthread.h>
#include <time.h>

#include "unit.h"

static enum jb_error stuck(struct jb_op *op) {
    int tries = 0;
    enum jb_error error = jb_op_stuck(op, &tries);

    assert_int_equal(tries, -1);
    return error;
}

static void pause_ms(long ms) {
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

static void it_ends_at_its_deadline(void **state) {
    struct jb_op *op = jb_op_new(1000, NULL, NULL);
    uint64_t start = jb_clock_ms();

    (void)state;
    assert_non_null(op);
    assert_int_equal(jb_op_check(op), JB_OK);
    assert_in_range(jb_op_remaining(op), 1, 1000);
    assert_int_equal(jb_op_sleep(op, 5), JB_OK);
    assert_int_equal(jb_op_sleep(op, 60000), JB_ERR_TIMEOUT);
    assert_in_range(jb_clock_ms() - start, 999, 10000);
    assert_int_equal(jb_op_remaining(op), 0);
    assert_int_equal(jb_op_check(op), JB_ERR_TIMEOUT);
    jb_op_free(&op);
    assert_null(op);
    jb_op_free(&op);
}

static void *cancel_soon(void *op) {
    pause_ms(40);
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    return NULL;
}

static void calling_off_wakes_a_sleeper(void **state) {
    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    uint64_t start = jb_clock_ms();
    pthread_t other;

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, cancel_soon, op), 0);
    assert_int_equal(jb_op_sleep(op, 30000), JB_ERR_USER_CANCELLED);
    assert_in_range(jb_clock_ms() - start, 30, 5000);
    assert_int_equal(pthread_join(other, NULL), 0);
    start = jb_clock_ms();
    assert_int_equal(jb_op_sleep(op, 30000), JB_ERR_USER_CANCELLED);
    assert_in_range(jb_clock_ms() - start, 0, 5000);
    jb_op_free(&op);
}

static void the_first_reason_stays(void **state) {
    struct jb_op *op = jb_op_new(500, NULL, NULL);

    (void)state;
    jb_op_cancel(op, JB_ERR_CARD_UNRESPONSIVE);
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    pause_ms(600);
    assert_int_equal(jb_op_check(op), JB_ERR_CARD_UNRESPONSIVE);
    jb_op_free(&op);

    op = jb_op_new(0, NULL, NULL);
    assert_int_equal(jb_op_check(op), JB_ERR_TIMEOUT);
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    assert_int_equal(jb_op_check(op), JB_ERR_TIMEOUT);
    jb_op_free(&op);
}

static void count_event(void *context, const struct jb_event *event) {
    (void)event;
    ++*(int *)context;
}

static void an_event_is_told_once_per_change(void **state) {
    char other_card[] = "other-card", again[] = "other-card"; /* equal text, not one pointer */
    const struct jb_event events[] = {
        {.kind = JB_EVENT_WAITING_FOR_READER, .tries_left = -1},
        {.kind = JB_EVENT_WAITING_FOR_CARD, .tries_left = -1},
        {.kind = JB_EVENT_WAITING_FOR_CARD, .found = other_card, .tries_left = -1},
        {.kind = JB_EVENT_WAITING_FOR_CARD, .found = "unknown", .tries_left = -1},
        {.kind = JB_EVENT_PIN_PROMPT, .tries_left = 3},
        {.kind = JB_EVENT_PIN_PROMPT, .tries_left = 2},
        {.kind = JB_EVENT_PIN_PROMPT, .tries_left = 2, .keypad = true},
        {.kind = JB_EVENT_PIN_PROMPT, .tries_left = 2, .confirm = true},
        {.kind = JB_EVENT_CARD_WORKING, .tries_left = -1},
    };
    const struct jb_event same = {
        .kind = JB_EVENT_WAITING_FOR_CARD, .found = again, .tries_left = -1};
    int told = 0;
    struct jb_op *op = jb_op_new(60000, count_event, &told);

    (void)state;
    for (size_t i = 0; i < COUNT(events); i++) {
        jb_op_tell(op, &events[i]);
        jb_op_tell(op, &events[i]);
        assert_int_equal(told, i + 1);
    }
    told = 0;
    jb_op_tell(op, &events[2]);
    jb_op_tell(op, &same);
    assert_int_equal(told, 1);
    jb_op_free(&op);

    op = jb_op_new(60000, NULL, NULL);
    jb_op_tell(op, &events[0]);
    jb_op_free(&op);
}

static void a_call_that_lasts_too_long_is_stuck(void **state) {
    struct jb_op *op = jb_op_new(60000, NULL, NULL);

    (void)state;
    assert_int_equal(stuck(op), JB_OK);
    jb_op_enter_call(op, 30, JB_ERR_CARD_UNRESPONSIVE);
    assert_int_equal(stuck(op), JB_OK);
    pause_ms(40);
    assert_int_equal(stuck(op), JB_ERR_CARD_UNRESPONSIVE);
    jb_op_leave_call(op);
    assert_int_equal(stuck(op), JB_OK);
    jb_op_enter_call(op, 0, JB_ERR_CARD_BUSY);
    pause_ms(5);
    assert_int_equal(stuck(op), JB_OK);
    jb_op_free(&op);
}

static void a_change_of_pin_that_hangs_is_not_known(void **state) {
    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    int tries = 0;

    (void)state;
    jb_op_note_pin(op, 2, false);
    jb_op_note_change(op, true);
    assert_int_equal(jb_op_stuck(op, &tries), JB_OK);
    jb_op_enter_call(op, 1, JB_ERR_CARD_UNRESPONSIVE);
    (void)jb_op_sleep(op, 5);
    assert_int_equal(jb_op_stuck(op, &tries), JB_ERR_PIN_CHANGE_UNKNOWN);
    assert_int_equal(tries, 2);
    jb_op_note_change(op, false);
    assert_int_equal(jb_op_stuck(op, &tries), JB_ERR_CARD_UNRESPONSIVE);
    jb_op_free(&op);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ends_at_its_deadline),
        cmocka_unit_test(calling_off_wakes_a_sleeper),
        cmocka_unit_test(the_first_reason_stays),
        cmocka_unit_test(an_event_is_told_once_per_change),
        cmocka_unit_test(a_call_that_lasts_too_long_is_stuck),
        cmocka_unit_test(a_change_of_pin_that_hangs_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
