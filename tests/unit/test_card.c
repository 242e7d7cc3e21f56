/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/card.h"

#include <string.h>

#include "fake_clock.h"
#include "fake_session.h"
#include "unit.h"

static struct fake_card card, second;
static struct fake fake;
static struct jb_op *op;
static struct jb_card *found;

static void new_op(unsigned timeout_ms) {
    jb_op_free(&op);
    op = jb_op_new(timeout_ms, NULL, NULL);
}

static int set_up(void **state) {
    (void)state;
    fake_card_init(&card);
    fake_card_init(&second);
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

static enum jb_error verify(const char *digits, int *tries) {
    struct jb_secret pin = {.len = 4};

    memcpy(pin.bytes, digits, 4);
    return jb_pin_verify(found, JB_PIN_AUTH, &pin, tries);
}

static void cancel(void) {
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
}

/* --- the same card ------------------------------------------------------------------------- */

static void a_reset_follows_a_verify_and_nothing_else(void **state) {
    bool changed = true;
    int tries = 0;

    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), JB_OK);
    jb_card_end(found);
    assert_int_equal(fake.reader[0].resets, 0);

    assert_int_equal(jb_card_begin(found, &changed), JB_OK);
    assert_false(changed);
    assert_int_equal(jb_application_select(found, JB_APPLICATION_JPKI), JB_OK);
    assert_int_equal(verify("1234", &tries), JB_OK);
    assert_true(card.verified[0]);
    jb_card_end(found);
    assert_int_equal(fake.reader[0].resets, 1);
    assert_false(card.verified[0]);

    /* our own reset makes no other card of it, and the next transaction needs none */
    assert_int_equal(jb_card_begin(found, &changed), JB_OK);
    assert_false(changed);
    jb_card_end(found);
    assert_int_equal(fake.reader[0].resets, 1);
}

/* What is done to a card whose application will not be left: it loses its power. */
static void a_card_that_cannot_be_left_loses_its_power(void **state) {
    static const enum fake_fault faults[] = {FAKE_LOST, FAKE_GARBAGE, FAKE_ONE_BYTE, FAKE_EMPTY,
                                             FAKE_DATA};
    bool changed = false;
    int tries = 0;

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)set_up(state);
        assert_int_equal(find(), JB_OK);
        assert_int_equal(verify("1234", &tries), JB_OK);
        card.other = true; /* it knows no application any more */
        fake.fault_at = fake.commands + 1;
        fake.fault = faults[i];
        jb_card_end(found);
        assert_false(card.verified[0]);
        assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
        assert_true(changed);
        card.other = false;
        assert_int_equal(tear_down(state), 0);
    }
}

static void a_wrong_pin_is_reset_away_too(void **state) {
    int tries = 0;

    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(verify("9999", &tries), JB_ERR_PIN_WRONG);
    jb_card_free(&found);
    assert_int_equal(fake.reader[0].resets, 1);
}

static void a_card_reset_by_another_program_is_a_new_card(void **state) {
    bool changed = false;

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    fake_reset_by_other(&fake, 0);
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
    changed = false;
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
}

static void an_exchanged_card_is_a_new_card(void **state) {
    bool changed = false;

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    assert_true(jb_card_lies(found, 0));
    fake_put(&fake, 0, &second);
    assert_false(jb_card_lies(found, 0));
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
}

static void laid_down_again_it_is_a_new_card(void **state) {
    bool changed = false;

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    fake_put(&fake, 0, NULL);
    fake_put(&fake, 0, &card);
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
}

static void an_exchange_during_our_own_reset_is_noticed(void **state) {
    bool changed = false;
    int tries = 0;

    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(verify("1234", &tries), JB_OK);
    fake.reader[0].events += 2; /* as PC/SC counts it, with the connection none the wiser */
    jb_card_end(found);
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
}

static void a_card_taken_right_after_our_reset_is_waited_for(void **state) {
    bool changed = false;
    int tries = 0;

    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(verify("1234", &tries), JB_OK);
    fake.reader[0].held = true;
    jb_card_end(found);
    assert_false(card.verified[0]);
    fake.reader[0].held = false;
    assert_int_equal(jb_card_begin(found, &changed), JB_OK);
    jb_card_end(found);
}

static void a_card_held_between_two_transactions_is_busy_and_a_cancel_ends_the_wait(void **state) {
    bool changed = true;

    (void)state;
    new_op(60000);
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    fake.reader[0].held = true;
    uint64_t start = jb_clock_ms();

    fake_clock_at(400, cancel);
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_USER_CANCELLED);
    assert_in_range(jb_clock_ms() - start, 400, 650);
    assert_false(changed);
}

/* It may be back by the time the card is looked for again: a service that was started anew. */
static void a_service_that_stops_between_is_looked_for_again(void **state) {
    bool changed = true;

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    fake.no_service = true;
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_CARD_REMOVED);
    assert_true(changed);
    assert_false(jb_card_lies(found, 0));
}

static void lying_is_watched_for_as_long_as_asked(void **state) {
    uint64_t start = jb_clock_ms();

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    assert_true(jb_card_lies(found, 300));
    assert_in_range(jb_clock_ms() - start, 290, 3000);
}

/* --- sending ------------------------------------------------------------------------------- */

static void cancel_at_command(struct fake *f, unsigned number) {
    if (number == *(const unsigned *)f->context) {
        jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    }
}

static void nothing_is_sent_after_a_cancel(void **state) {
    for (unsigned at = 1; at <= 3; at++) {
        bool again = false;
        uint8_t signature[JB_SIGNATURE_MAX];
        size_t len = 0;
        int tries = 0;

        (void)set_up(state);
        fake.on_command = cancel_at_command;
        fake.context = &at;
        enum jb_error error = find();

        if (error == JB_OK) {
            error = jb_pin_tries(found, JB_PIN_AUTH, &tries);
        }
        if (error == JB_OK) {
            error = verify("1234", &tries);
        }
        if (error == JB_OK) {
            error = jb_jpki_sign(found, JB_KEY_AUTH, signature, 19, signature, &len, &again);
        }
        assert_int_equal(error, JB_ERR_USER_CANCELLED);
        assert_int_equal(fake.commands, at);
        bool was_sent = fake_sent(&fake, "00 20 00 98 04") > 0;
        jb_card_free(&found);
        assert_int_equal(fake.commands, at + was_sent); /* the SELECT that leaves the application */
        assert_false(card.verified[0]);
        assert_int_equal(fake.reader[0].resets, was_sent);
        assert_int_equal(tear_down(state), 0);
    }
}

static void no_verify_is_sent_after_the_deadline(void **state) {
    int tries = 0;

    (void)state;
    new_op(1500);
    assert_int_equal(find(), JB_OK);
    jb_pause(1600);
    assert_int_equal(verify("1234", &tries), JB_ERR_TIMEOUT);
    assert_int_equal(card.verifies, 0);
}

static void nothing_is_sent_outside_a_transaction(void **state) {
    struct jb_apdu query = {.ins = 0x20, .p2 = 0x98};
    struct jb_response response;

    (void)state;
    assert_int_equal(find(), JB_OK);
    jb_card_end(found);
    assert_int_equal(jb_card_transmit(found, &query, &response), JB_ERR_INTERNAL);
    assert_int_equal(fake.commands, 1);
    jb_card_end(found); /* twice does no harm */
}

static void a_transaction_is_not_opened_twice(void **state) {
    bool changed = true;

    (void)state;
    assert_int_equal(find(), JB_OK);
    assert_int_equal(jb_card_begin(found, &changed), JB_ERR_INTERNAL);
    assert_false(changed);
}

static void a_length_the_card_names_is_asked_for_once(void **state) {
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x86, .le = 10};
    struct jb_response response;

    (void)state;
    assert_int_equal(find(), JB_OK);
    fake.fault_at = 2;
    fake.fault = FAKE_STATUS;
    fake.fault_sw = 0x6C20;
    assert_int_equal(jb_card_transmit(found, &read, &response), JB_OK);
    assert_int_equal(response.sw, 0x9000);
    assert_int_equal(response.len, 32);
    assert_int_equal(fake_sent(&fake, "00 B0 86 00 20"), 1);
}

static void repeat_fault(struct fake *f, unsigned number) {
    f->fault_at = number;
}

static void a_card_that_always_names_another_length_is_not_followed(void **state) {
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x86, .le = 10};
    struct jb_response response;

    (void)state;
    assert_int_equal(find(), JB_OK);
    fake.on_command = repeat_fault;
    fake.fault = FAKE_STATUS;
    fake.fault_sw = 0x6C20;
    assert_int_equal(jb_card_transmit(found, &read, &response), JB_OK);
    assert_int_equal(response.sw, 0x6C20);
    assert_int_equal(fake.commands, 3);
}

static void a_card_that_always_has_more_is_not_followed_for_ever(void **state) {
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x86, .le = 10};
    struct jb_response response;

    (void)state;
    assert_int_equal(find(), JB_OK);
    fake.on_command = repeat_fault;
    fake.fault = FAKE_STATUS;
    fake.fault_sw = 0x6100;
    assert_int_equal(jb_card_transmit(found, &read, &response), JB_ERR_CARD_ERROR);
    assert_in_range(fake.commands, 2, 400);
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(a_reset_follows_a_verify_and_nothing_else),
        A_TEST(a_card_that_cannot_be_left_loses_its_power),
        A_TEST(a_wrong_pin_is_reset_away_too),
        A_TEST(a_card_reset_by_another_program_is_a_new_card),
        A_TEST(an_exchanged_card_is_a_new_card),
        A_TEST(laid_down_again_it_is_a_new_card),
        A_TEST(an_exchange_during_our_own_reset_is_noticed),
        A_TEST(a_card_taken_right_after_our_reset_is_waited_for),
        A_TEST(a_card_held_between_two_transactions_is_busy_and_a_cancel_ends_the_wait),
        A_TEST(a_service_that_stops_between_is_looked_for_again),
        A_TEST(lying_is_watched_for_as_long_as_asked),
        A_TEST(nothing_is_sent_after_a_cancel),
        A_TEST(no_verify_is_sent_after_the_deadline),
        A_TEST(nothing_is_sent_outside_a_transaction),
        A_TEST(a_transaction_is_not_opened_twice),
        A_TEST(a_length_the_card_names_is_asked_for_once),
        A_TEST(a_card_that_always_names_another_length_is_not_followed),
        A_TEST(a_card_that_always_has_more_is_not_followed_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
