/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/card.h"

#include <string.h>

#include "fake_clock.h"
#include "fake_session.h"
#include "unit.h"

static struct fake_card card, other, second;
static struct fake fake;
static struct jb_op *op;
static struct jb_card *found;
static char told[200]; /* the events, one letter each: r, c, o (other card), u (unknown) */

static void on_event(void *context, const struct jb_event *event) {
    const char *letter = "?";

    (void)context;
    if (event->kind == JB_EVENT_WAITING_FOR_READER) {
        letter = "r";
    } else if (event->kind == JB_EVENT_WAITING_FOR_CARD) {
        letter = event->found == NULL ? "c" : strcmp(event->found, "other-card") == 0 ? "o" : "u";
    }
    (void)strncat(told, letter, sizeof told - strlen(told) - 1);
}

static void new_op(unsigned timeout_ms) {
    jb_op_free(&op);
    op = jb_op_new(timeout_ms, on_event, NULL);
    told[0] = '\0';
}

static int set_up(void **state) {
    (void)state;
    fake_card_init(&card);
    fake_card_init(&second);
    fake_card_init(&other);
    other.other = true;
    fake_init(&fake, &card);
    new_op(60000);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jb_card_free(&found);
    jb_op_free(&op);
    return fake.connections == 0 && fake.transactions == 0 ? 0 : -1;
}

static enum jb_error find(void) {
    return jb_card_find(&fake.base, op, &found);
}

static void a_card_that_lies_there_is_found_at_once(void **state) {
    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_string_equal(told, "");
    assert_int_equal(fake.commands, 1);
    assert_int_equal(fake.transactions, 1);
    assert_ptr_equal(jb_card_op(found), op);
    jb_card_free(&found);
    assert_null(found);
    assert_int_equal(fake.reader[0].resets, 0);
}

static void other_cards_are_passed_over_and_left_alone(void **state) {
    (void)state;
    fake_init(&fake, &other);
    fake_add_reader(&fake, NULL);
    fake_add_reader(&fake, &card);
    assert_int_equal(find(), JB_OK);
    assert_string_equal(told, "");
    jb_card_free(&found);
    assert_int_equal(fake.reader[0].resets, 0);
    assert_int_equal(fake.reader[0].connects, 1);
}

static void put_card_at_third_wait(struct fake *f, unsigned number) {
    if (number == 3) {
        fake_put(f, 1, &card);
    }
}

static void a_card_that_comes_later_is_found_without_bothering_the_other_again(void **state) {
    (void)state;
    fake_init(&fake, &other);
    fake_add_reader(&fake, NULL);
    fake.on_wait = put_card_at_third_wait;
    assert_int_equal(find(), JB_OK);
    assert_string_equal(told, "o");
    assert_int_equal(fake.reader[0].connects, 1);
}

static void exchange_at_third_wait(struct fake *f, unsigned number) {
    if (number == 3) {
        fake_put(f, 0, &card);
    }
}

static void an_exchange_between_two_looks_is_noticed(void **state) {
    (void)state;
    fake_init(&fake, &other);
    fake.on_wait = exchange_at_third_wait;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(fake.reader[0].connects, 2);
}

static void plug_in(void) {
    fake.reader[0].card = &card;
    fake.count = 1;
}

static void a_reader_that_comes_later_is_found(void **state) {
    (void)state;
    fake.count = 0;
    fake_clock_at(300, plug_in);
    assert_int_equal(find(), JB_OK);
    assert_string_equal(told, "r");
}

static void at_the_end_of_time_it_says_what_was_missing(void **state) {
    (void)state;
    new_op(1000);
    fake.count = 0;
    assert_int_equal(find(), JB_ERR_READER_ABSENT);
    assert_string_equal(told, "r");

    fake_init(&fake, NULL);
    new_op(1000);
    assert_int_equal(find(), JB_ERR_CARD_ABSENT);
    assert_string_equal(told, "c");

    fake_init(&fake, &other);
    new_op(1000);
    assert_int_equal(find(), JB_ERR_NOT_A_MYNUMBER_CARD);
    assert_string_equal(told, "o");
    assert_int_equal(fake.reader[0].connects, 1);

    fake_init(&fake, &card);
    fake.reader[0].mute = true;
    new_op(1000);
    assert_int_equal(find(), JB_ERR_CARD_UNRESPONSIVE);
    assert_string_equal(told, "u");

    fake_init(&fake, &card);
    fake.reader[0].held = true;
    new_op(1000);
    assert_int_equal(find(), JB_ERR_CARD_BUSY);
    assert_null(found);
    assert_int_equal(fake.commands, 0);
}

static void the_reason_of_a_cancel_is_kept(void **state) {
    (void)state;
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    assert_int_equal(find(), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake.commands, 0);
    assert_int_equal(fake.reader[0].connects, 0);
}

static void cancel(void) {
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
}

/* Whatever is waited for, a cancel ends it within a quarter second. */
static void a_cancel_ends_each_wait(void **state) {
    for (int i = 0; i < 5; i++) {
        (void)set_up(state);
        fake_init(&fake, i == 0 ? NULL : i == 1 ? &other : &card);
        fake.count = i == 2 ? 0 : 1;
        fake.reader[0].exclusive = i == 3;
        fake.reader[0].held = i == 4;
        new_op(60000);
        uint64_t start = jb_clock_ms();

        fake_clock_at(400, cancel);
        assert_int_equal(find(), JB_ERR_USER_CANCELLED);
        assert_in_range(jb_clock_ms() - start, 400, 650);
        assert_int_equal(tear_down(state), 0);
    }
}

static void release_at_fifth_wait(struct fake *f, unsigned number) {
    if (number == 5) {
        f->reader[0].exclusive = false;
    }
}

static void a_card_held_for_a_moment_is_waited_for_in_silence(void **state) {
    (void)state;
    fake.reader[0].exclusive = true;
    fake.on_wait = release_at_fifth_wait;
    assert_int_equal(find(), JB_OK);
    assert_string_equal(told, "");
}

static void other_readers_go_on_while_one_is_held(void **state) {
    (void)state;
    fake.reader[0].held = true;
    fake_add_reader(&fake, &second);
    uint64_t start = jb_clock_ms();

    assert_int_equal(find(), JB_OK);
    assert_in_range(jb_clock_ms() - start, 0, 3000);
}

static void unused_cards_are_tried_before_used_ones(void **state) {
    (void)state;
    fake.reader[0].in_use = true;
    fake_add_reader(&fake, &second);
    assert_int_equal(find(), JB_OK);
    assert_int_equal(fake.reader[0].connects, 0);
}

static void a_card_that_stays_held_is_busy_after_five_seconds(void **state) {
    (void)state;
    fake.reader[0].exclusive = true;
    new_op(60000);
    uint64_t start = jb_clock_ms();

    assert_int_equal(find(), JB_ERR_CARD_BUSY);
    assert_in_range(jb_clock_ms() - start, 4900, 15000);
    assert_string_equal(told, "u");
}

static void a_card_that_answers_nonsense_is_an_error_unless_another_is_found(void **state) {
    (void)state;
    fake.fault_at = 1;
    fake.fault = FAKE_GARBAGE;
    assert_int_equal(find(), JB_ERR_CARD_ERROR);
    (void)set_up(state);
    fake_add_reader(&fake, &second);
    fake.fault_at = 1;
    fake.fault = FAKE_GARBAGE;
    assert_int_equal(find(), JB_OK);
}

static void a_mute_card_is_tried_a_few_times_only(void **state) {
    (void)state;
    fake_init(&fake, &card);
    fake.fault = FAKE_LOST;
    fake.fault_at = 1;
    assert_int_equal(find(), JB_OK); /* the second attempt */
    assert_int_equal(fake.reader[0].connects, 2);
    assert_string_equal(told, "u");
}

static void a_stopped_service_is_tried_once_more(void **state) {
    (void)state;
    fake.no_service = true;
    uint64_t start = jb_clock_ms();

    assert_int_equal(find(), JB_ERR_PCSC_UNAVAILABLE);
    assert_in_range(jb_clock_ms() - start, 100, 5000);
    assert_int_equal(fake.lists, 2);
}

/* Trying again changes nothing. */
static void a_session_that_may_not_is_told_at_once(void **state) {
    struct jb_card_status status[JB_READERS_MAX];
    size_t count = 0;

    (void)state;
    fake_init(&fake, &card);
    fake.denied = true;
    assert_int_equal(find(), JB_ERR_PCSC_DENIED);
    assert_int_equal(fake.lists, 1);
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_ERR_PCSC_DENIED);
    assert_int_equal(fake.lists, 2);
}

/* One reader that this session may not use says nothing of the next. */
static void a_denied_reader_ends_no_search_on_another(void **state) {
    struct jb_card_status status[JB_READERS_MAX];
    size_t count = 0;

    (void)state;
    fake_init(&fake, &second);
    fake.reader[0].denied = true;
    assert_int_equal(find(), JB_ERR_PCSC_DENIED);
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_ERR_PCSC_DENIED);
    fake_add_reader(&fake, NULL);
    fake.on_wait = put_card_at_third_wait;
    assert_int_equal(find(), JB_OK);
}

static void stop_service(struct fake *f, unsigned number) {
    f->no_service = number == 2;
}

static void a_service_that_stops_while_waiting_is_told(void **state) {
    (void)state;
    fake_init(&fake, NULL);
    fake.on_wait = stop_service;
    assert_int_equal(find(), JB_ERR_PCSC_UNAVAILABLE);
}

/* --- what lies there ----------------------------------------------------------------------- */

static void a_survey_names_what_lies_on_each_reader(void **state) {
    struct jb_card_status status[JB_READERS_MAX];
    size_t count = 0;

    (void)state;
    fake_add_reader(&fake, NULL);
    fake_add_reader(&fake, &other);
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
    assert_int_equal(count, 3);
    assert_string_equal(status[0].reader, "Fake Reader 0");
    assert_int_equal(status[0].kind, JB_CARD_MYNUMBER);
    assert_int_equal(status[1].kind, JB_CARD_NONE);
    assert_int_equal(status[2].kind, JB_CARD_OTHER);
    assert_int_equal(fake.reader[0].resets + fake.reader[2].resets, 0);
    assert_int_equal(fake.connections, 0);

    card.phone = true;
    other.other = false;
    fake.reader[2].held = true;
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
    assert_int_equal(status[0].kind, JB_CARD_PHONE);
    assert_int_equal(status[2].kind, JB_CARD_UNKNOWN);
    card.no_sfi_read = true;
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
    assert_int_equal(status[0].kind, JB_CARD_PHONE);
}

static void a_survey_never_waits(void **state) {
    struct jb_card_status status[JB_READERS_MAX];
    size_t count = 0;
    uint64_t start = jb_clock_ms();

    (void)state;
    fake.reader[0].exclusive = true;
    fake_add_reader(&fake, &second);
    fake.reader[1].mute = true;
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
    assert_int_equal(status[0].kind, JB_CARD_UNKNOWN);
    assert_int_equal(status[1].kind, JB_CARD_UNKNOWN);
    fake.count = 0;
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
    assert_int_equal(count, 0);
    fake.no_service = true;
    assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_ERR_PCSC_UNAVAILABLE);
    assert_in_range(jb_clock_ms() - start, 0, 3500);
}

static void a_survey_survives_a_fault_at_each_command(void **state) {
    static const enum fake_fault faults[] = {FAKE_REMOVED, FAKE_LOST,  FAKE_GARBAGE,
                                             FAKE_EMPTY,   FAKE_RESET, FAKE_NO_SERVICE};

    for (size_t f = 0; f < COUNT(faults); f++) {
        for (unsigned at = 1; at <= 3; at++) {
            struct jb_card_status status[JB_READERS_MAX];
            size_t count = 0;

            (void)set_up(state);
            fake.fault_at = at;
            fake.fault = faults[f];
            assert_int_equal(jb_card_survey(&fake.base, op, status, &count), JB_OK);
            assert_int_not_equal(status[0].kind, JB_CARD_PHONE);
            assert_int_equal(tear_down(state), 0);
        }
    }
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(a_card_that_lies_there_is_found_at_once),
        A_TEST(other_cards_are_passed_over_and_left_alone),
        A_TEST(a_card_that_comes_later_is_found_without_bothering_the_other_again),
        A_TEST(an_exchange_between_two_looks_is_noticed),
        A_TEST(a_reader_that_comes_later_is_found),
        A_TEST(at_the_end_of_time_it_says_what_was_missing),
        A_TEST(the_reason_of_a_cancel_is_kept),
        A_TEST(a_cancel_ends_each_wait),
        A_TEST(a_card_held_for_a_moment_is_waited_for_in_silence),
        A_TEST(other_readers_go_on_while_one_is_held),
        A_TEST(unused_cards_are_tried_before_used_ones),
        A_TEST(a_card_that_stays_held_is_busy_after_five_seconds),
        A_TEST(a_card_that_answers_nonsense_is_an_error_unless_another_is_found),
        A_TEST(a_mute_card_is_tried_a_few_times_only),
        A_TEST(a_stopped_service_is_tried_once_more),
        A_TEST(a_session_that_may_not_is_told_at_once),
        A_TEST(a_denied_reader_ends_no_search_on_another),
        A_TEST(a_service_that_stops_while_waiting_is_told),
        A_TEST(a_survey_names_what_lies_on_each_reader),
        A_TEST(a_survey_never_waits),
        A_TEST(a_survey_survives_a_fault_at_each_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
