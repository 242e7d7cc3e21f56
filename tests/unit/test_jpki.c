/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <stdlib.h>
#include <string.h>

#include "fake_session.h"
#include "unit.h"

static void a_log_in_takes_eight_commands(void **state) {
    (void)state;
    assert_int_equal(session_log_in(), 8);
    assert_int_equal(fake_sent(&session_fake, "00 B0 8A 00 00 00 00"), 1);
    assert_int_equal(fake_sent(&session_fake, "00 20 00 98 04 **"), 1);
    assert_int_equal(session_fake.reader[0].resets, 1);
}

static void without_extended_length_thirteen(void **state) {
    (void)state;
    session_card.no_extended = true;
    assert_in_range(session_log_in(), 9, 13);
}

static void without_short_identifiers_too_eighteen(void **state) {
    (void)state;
    session_card.no_extended = session_card.no_sfi_read = session_card.no_sfi_verify = true;
    assert_in_range(session_log_in(), 14, 18);
}

static void a_reader_that_refuses_extended_length_costs_no_more(void **state) {
    (void)state;
    session_fake.refuses_extended = true;
    assert_in_range(session_log_in(), 9, 13);
}

static void a_reader_that_fails_at_extended_length_costs_no_more(void **state) {
    (void)state;
    session_fake.fails_extended = true;
    assert_in_range(session_log_in(), 9, 13);
}

static void short_identifiers_alone_missing_stay_within_eighteen(void **state) {
    static const uint16_t refusals[] = {0x6A82, 0x6A86, 0x6981, 0x6986, 0x6B00,
                                        0x6D00, 0x6700, 0x6A81, 0x6A88};

    for (size_t i = 0; i < COUNT(refusals); i++) {
        (void)session_set_up(state);
        session_card.no_sfi_read = session_card.no_sfi_verify = true;
        session_card.sfi_sw = refusals[i];
        /* a card that says 6700 to the identifier costs one more: the length is doubted first */
        assert_in_range(session_log_in(), 9, 18);
    }
}

static void short_identifiers_only_for_reading_are_enough(void **state) {
    (void)state;
    session_card.no_sfi_verify = true;
    assert_in_range(session_log_in(), 9, 13);
    assert_int_equal(fake_sent(&session_fake, "00 20 00 80 04 **"), 1);
}

static void a_locked_pin_is_locked_whatever_the_card_calls_it(void **state) {
    static const uint16_t locked[] = {0x6983, 0x6984, 0x63C0};

    for (size_t i = 0; i < COUNT(locked) * 2; i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session_card.tries[0] = 0;
        session_card.locked_sw = locked[i % COUNT(locked)];
        session_card.no_sfi_read = session_card.no_sfi_verify = i >= COUNT(locked);
        session_run(&session, &session_fake);
        assert_int_equal(session.error, JB_ERR_PIN_LOCKED);
        assert_int_equal(session.tries_before, 0);
        assert_int_equal(session_card.verifies, 0);
    }
}

static void an_unknown_identifier_is_not_a_locked_pin(void **state) {
    static const uint16_t unusable[] = {0x6983, 0x6984, 0x63C0};

    for (size_t i = 0; i < COUNT(unusable); i++) {
        (void)session_set_up(state);
        session_card.no_sfi_verify = true;
        session_card.sfi_sw = unusable[i];
        (void)session_log_in();
    }
}

static void a_wrong_pin_costs_one_try_and_tells_the_rest(void **state) {
    struct session session = A_LOG_IN;

    (void)state;
    session.pin = "4321";
    session_run(&session, &session_fake);
    assert_int_equal(session.error, JB_ERR_PIN_WRONG);
    assert_int_equal(session.tries, 2);
    assert_int_equal(session_card.spent, 1);
    session_run(&session, &session_fake);
    assert_int_equal(session.tries, 1);
    session_run(&session, &session_fake);
    assert_int_equal(session.error, JB_ERR_PIN_LOCKED);
    assert_int_equal(session.tries, 0);
    session_run(&session, &session_fake);
    assert_int_equal(session.error, JB_ERR_PIN_LOCKED);
    assert_int_equal(session_card.verifies, 3);
}

static void a_pin_of_the_wrong_form_is_not_sent(void **state) {
    static const char *const wrong[] = {"", "123", "12345", "abcd"};

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session.pin = wrong[i];
        session_run(&session, &session_fake);
        assert_int_equal(session.error, JB_ERR_INTERNAL);
        assert_int_equal(session_card.verifies, 0);
    }
}

static void verified_already_is_no_count(void **state) {
    struct session session = A_LOG_IN;

    (void)state;
    session_card.query_verified = true;
    session_run(&session, &session_fake);
    assert_int_equal(session.error, JB_OK);

    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    struct jb_card *found = NULL;
    struct jb_secret pin = {.len = 4, .bytes = "1234"};
    int tries = -2;

    assert_int_equal(jb_card_find(&session_fake.base, op, &found), JB_OK);
    assert_int_equal(jb_pin_verify(found, JB_PIN_AUTH, &pin, &tries), JB_OK);
    assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), JB_OK);
    assert_int_equal(tries, 3);
    assert_false(session_card.verified[0]);
    session_card.always_verified = true;
    assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), JB_OK);
    assert_int_equal(tries, JB_TRIES_VERIFIED);
    jb_card_free(&found);
    jb_op_free(&op);
}

static void a_count_is_read_only_from_63cx(void **state) {
    static const struct {
        uint16_t sw;
        enum jb_error error;
        int tries;
    } cases[] = {{0x63C1, JB_OK, 1},
                 {0x63CF, JB_OK, 15},
                 {0x63C0, JB_OK, 3}, /* doubted, and asked again by SELECT: 3 */
                 {0x6983, JB_OK, 3},
                 {0x6300, JB_ERR_CARD_ERROR, 0},
                 {0x63D3, JB_ERR_CARD_ERROR, 0},
                 {0x62C3, JB_ERR_CARD_ERROR, 0},
                 {0x6400, JB_ERR_CARD_ERROR, 0},
                 {0x6F00, JB_ERR_CARD_ERROR, 0},
                 {0x9100, JB_ERR_CARD_ERROR, 0},
                 {0x93C3, JB_ERR_CARD_ERROR, 0},
                 {0x6985, JB_OK, 3}}; /* refused by this form, answered in the other */

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_op *op = jb_op_new(60000, NULL, NULL);
        struct jb_card *found = NULL;
        int tries = -2;

        (void)session_set_up(state);
        assert_int_equal(jb_card_find(&session_fake.base, op, &found), JB_OK);
        session_fake.fault_at = 2;
        session_fake.fault = FAKE_STATUS;
        session_fake.fault_sw = cases[i].sw;
        assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), cases[i].error);
        assert_int_equal(tries, cases[i].tries);
        jb_card_free(&found);
        jb_op_free(&op);
    }
}

static void data_is_no_answer_to_a_query(void **state) {
    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    struct jb_card *found = NULL;
    int tries = -2;

    (void)state;
    assert_int_equal(jb_card_find(&session_fake.base, op, &found), JB_OK);
    session_fake.fault_at = 2;
    session_fake.fault = FAKE_DATA;
    assert_int_equal(jb_pin_tries(found, JB_PIN_AUTH, &tries), JB_ERR_CARD_ERROR);
    jb_card_free(&found);
    jb_op_free(&op);
}

/* SELECT of the common data, or of the issuer's domain where that went wrong. */
static bool leaves(unsigned number) {
    const char *command = session_fake.log[number - 1];

    return strcmp(command, "00 A4 04 0C 0A D3 92 10 00 31 00 01 01 01 00") == 0 ||
           strcmp(command, "00 A4 04 0C 08 A0 00 00 01 51 00 00 00") == 0;
}

static bool nothing_but_leaving_after(unsigned number) {
    bool all = true;

    for (unsigned i = number + 1; i <= session_fake.commands; i++) {
        all = all && leaves(i);
    }
    return all;
}

static void a_verify_without_a_proper_answer_is_never_sent_again(void **state) {
    static const uint16_t strange[] = {0x6104, 0x6C04, 0x6300, 0x63D1, 0x6200, 0x6282,
                                       0x6400, 0x6581, 0x6F00, 0x9001, 0x9100};
    static const enum fake_fault faults[] = {FAKE_LOST,         FAKE_GARBAGE, FAKE_ONE_BYTE,
                                             FAKE_EMPTY,        FAKE_DATA,    FAKE_REMOVED,
                                             FAKE_REMOVED_LATE, FAKE_RESET,   FAKE_NO_SERVICE};

    for (size_t i = 0; i < COUNT(strange) + COUNT(faults); i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session.pin = "9999";
        session_fake.fault_at = 6;
        session_fake.fault = i < COUNT(strange) ? FAKE_STATUS : faults[i - COUNT(strange)];
        session_fake.fault_sw = i < COUNT(strange) ? strange[i] : 0;
        session_run(&session, &session_fake);
        assert_int_equal(session.error, JB_ERR_PIN_UNANSWERED);
        assert_int_equal(session.tries, -1);
        assert_int_equal(fake_sent(&session_fake, "00 20 00 98 04 **"), 1);
        assert_true(nothing_but_leaving_after(6));
        assert_in_range(session_card.spent, 0, 1);
        assert_int_equal(session_tear_down(state), 0);
    }
}

static void a_verify_that_was_refused_for_its_form_cost_no_try(void **state) {
    static const uint16_t refused[] = {0x6700, 0x6A80, 0x6A86, 0x6982, 0x6985, 0x6D00, 0x6E00};

    for (size_t i = 0; i < COUNT(refused); i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session_fake.fault_at = 6;
        session_fake.fault = FAKE_STATUS;
        session_fake.fault_sw = refused[i];
        session_run(&session, &session_fake);
        assert_int_equal(session.error, JB_ERR_CARD_ERROR);
        assert_true(nothing_but_leaving_after(6));
    }
}

static void each_fault_at_each_command_ends_in_an_error(void **state) {
    static const enum fake_fault faults[] = {FAKE_REMOVED, FAKE_REMOVED_LATE, FAKE_LOST,
                                             FAKE_GARBAGE, FAKE_ONE_BYTE,     FAKE_EMPTY,
                                             FAKE_RESET,   FAKE_NO_SERVICE};

    for (int simple = 0; simple < 2; simple++) {
        for (int key = 0; key < 2; key++) {
            for (size_t f = 0; f < COUNT(faults); f++) {
                for (unsigned at = 1;; at++) {
                    struct session session = A_LOG_IN;
                    struct session next = A_LOG_IN;

                    (void)session_set_up(state);
                    session_card.no_extended = session_card.no_sfi_read =
                        session_card.no_sfi_verify = simple == 1;
                    session.key = (enum jb_key)key;
                    session.pin = key == 1 ? "ABC123" : "1234";
                    session_fake.on_wait = session_take_time_away;
                    session_fake.fault_at = at;
                    session_fake.fault = faults[f];
                    session_run(&session, &session_fake);
                    assert_int_equal(session_tear_down(state), 0);
                    assert_int_equal(session_card.spent, 0);
                    assert_in_range(session_card.verifies, 0, 1);
                    if (session_fake.commands < at) {
                        break; /* it was over before */
                    }
                    /* A lost answer may be mended by a shorter command, or a new search, but never
                     * a VERIFY; what goes wrong when all is done harms nothing. */
                    if (session.error == JB_OK) {
                        assert_true(leaves(at) || faults[f] == FAKE_LOST ||
                                    faults[f] == FAKE_RESET || faults[f] == FAKE_EMPTY);
                    } else {
                        assert_true(jb_error_reason(session.error)[0] != '\0');
                        assert_int_not_equal(session.error, JB_ERR_INTERNAL);
                    }
                    session_fake.no_service = false;
                    session_fake.fault_at = 0;
                    fake_put(&session_fake, 0, &session_card);
                    session_card.verifies = 0;
                    session_run(&next, &session_fake);
                    assert_int_equal(next.error, JB_OK);
                }
            }
        }
    }
}

static void a_signature_that_wants_the_pin_again_says_so(void **state) {
    static const uint8_t input[19] = {0x30};
    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    struct jb_card *found = NULL;
    struct jb_secret pin = {.len = 6, .bytes = "ABC123"};
    uint8_t signature[JB_SIGNATURE_MAX];
    size_t len = 0;
    int tries = 0;
    bool again = true;

    (void)state;
    session_card.pin_per_use = true;
    assert_int_equal(jb_card_find(&session_fake.base, op, &found), JB_OK);
    assert_int_equal(jb_pin_verify(found, JB_PIN_SIGN, &pin, &tries), JB_OK);
    assert_int_equal(jb_jpki_sign(found, JB_KEY_SIGN, input, sizeof input, signature, &len, &again),
                     JB_OK);
    assert_false(again);
    assert_int_equal(len, FAKE_SIGNATURE_LEN);
    assert_int_equal(jb_jpki_sign(found, JB_KEY_SIGN, input, sizeof input, signature, &len, &again),
                     JB_OK);
    assert_true(again);
    assert_int_equal(len, 0);
    assert_int_equal(session_card.verifies, 1);
    jb_card_free(&found);
    jb_op_free(&op);
}

static void several_signatures_want_no_select(void **state) {
    static const uint8_t input[19] = {0x30};
    struct jb_op *op = jb_op_new(60000, NULL, NULL);
    struct jb_card *found = NULL;
    struct jb_secret pin = {.len = 6, .bytes = "ABC123"};
    uint8_t signature[JB_SIGNATURE_MAX];
    size_t len = 0;
    int tries = 0;
    bool again = true;

    (void)state;
    assert_int_equal(jb_card_find(&session_fake.base, op, &found), JB_OK);
    assert_int_equal(jb_pin_verify(found, JB_PIN_SIGN, &pin, &tries), JB_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            jb_jpki_sign(found, JB_KEY_SIGN, input, sizeof input, signature, &len, &again), JB_OK);
    }
    assert_int_equal(fake_sent(&session_fake, "00 A4 02 0C 02 00 1A"), 0);
    jb_card_free(&found);
    jb_op_free(&op);
}

static void a_card_that_signs_by_select_only_is_asked_so(void **state) {
    static const uint16_t refusals[] = {0x6A82, 0x6A86, 0x6981, 0x6982, 0x6B00, 0x6D00, 0x6985};

    for (size_t i = 0; i < COUNT(refusals); i++) {
        (void)session_set_up(state);
        session_card.no_sfi_sign = true;
        session_card.sfi_sw = refusals[i];
        assert_int_equal(session_log_in(), 10);
        assert_int_equal(fake_sent(&session_fake, "80 2A 00 97"), 1);
        assert_int_equal(fake_sent(&session_fake, "00 A4 02 0C 02 00 17"), 1);
        assert_int_equal(session_tear_down(state), 0);
    }
}

static void the_length_of_a_signature_is_the_cards(void **state) {
    static const struct {
        size_t len;
        enum jb_error error;
    } cases[] = {{1, JB_OK},
                 {96, JB_OK},
                 {104, JB_OK},
                 {384, JB_OK},
                 {512, JB_OK},
                 {513, JB_ERR_CARD_ERROR},
                 {0, JB_ERR_CARD_ERROR}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session_card.signature_len = cases[i].len;
        session_run(&session, &session_fake);
        assert_int_equal(session.error, cases[i].error);
        assert_int_equal(session.signature_len, cases[i].error == JB_OK ? cases[i].len : 0);
        assert_int_equal(session_card.verifies, 1);
    }
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, session_set_up, session_tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(a_log_in_takes_eight_commands),
        A_TEST(without_extended_length_thirteen),
        A_TEST(without_short_identifiers_too_eighteen),
        A_TEST(a_reader_that_refuses_extended_length_costs_no_more),
        A_TEST(a_reader_that_fails_at_extended_length_costs_no_more),
        A_TEST(short_identifiers_alone_missing_stay_within_eighteen),
        A_TEST(short_identifiers_only_for_reading_are_enough),
        A_TEST(a_locked_pin_is_locked_whatever_the_card_calls_it),
        A_TEST(an_unknown_identifier_is_not_a_locked_pin),
        A_TEST(a_wrong_pin_costs_one_try_and_tells_the_rest),
        A_TEST(a_pin_of_the_wrong_form_is_not_sent),
        A_TEST(verified_already_is_no_count),
        A_TEST(a_count_is_read_only_from_63cx),
        A_TEST(data_is_no_answer_to_a_query),
        A_TEST(a_verify_without_a_proper_answer_is_never_sent_again),
        A_TEST(a_verify_that_was_refused_for_its_form_cost_no_try),
        A_TEST(each_fault_at_each_command_ends_in_an_error),
        A_TEST(a_signature_that_wants_the_pin_again_says_so),
        A_TEST(several_signatures_want_no_select),
        A_TEST(a_card_that_signs_by_select_only_is_asked_so),
        A_TEST(the_length_of_a_signature_is_the_cards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
