/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <stdlib.h>
#include <string.h>

#include "fake_session.h"
#include "unit.h"

static void every_end_of_file_is_understood(void **state) {
    static const size_t lengths[] = {2,   100, 129, 131, 255,  256,  257, 258,
                                     260, 261, 512, 513, 1140, 2600, 8192};

    for (unsigned i = 0; i < COUNT(lengths) * 4 * 2 * 2 * 2; i++) {
        unsigned n = i / (4 * 2 * 2 * 2);

        (void)session_set_up(state);
        session_card.end = (enum fake_end)(i & 3);
        session_card.padding = (i & 4) != 0 ? 333 : 0;
        session_card.no_extended = (i & 8) != 0;
        session_card.no_sfi_read = session_card.no_sfi_verify = (i & 16) != 0;
        fake_card_certificate(&session_card, 0, lengths[n]);
        (void)session_log_in();
    }
}

static void short_answers_are_joined(void **state) {
    for (size_t longest = 1; longest < 300; longest += longest < 5 ? 1 : 61) {
        (void)session_set_up(state);
        session_card.longest = longest;
        fake_card_certificate(&session_card, 0, longest < 11 ? 100 : 1140);
        (void)session_log_in();
    }
}

static void a_card_that_gives_a_byte_at_a_time_is_not_read_for_ever(void **state) {
    struct session session = A_LOG_IN;

    (void)state;
    session_card.longest = 1;
    session_run(&session, &session_fake);
    assert_int_equal(session.error, JB_ERR_CARD_ERROR);
    assert_in_range(session_fake.commands, 100, 150);
}

static void what_is_held_ready_is_fetched(void **state) {
    (void)state;
    session_card.has_more = true;
    (void)session_log_in();
    assert_true(fake_sent(&session_fake, "00 C0 00 00") > 5);
}

static void a_card_without_the_certificate_says_so(void **state) {
    for (int i = 0; i < 4; i++) {
        struct session log_in = A_LOG_IN, signature = A_SIGNATURE;

        (void)session_set_up(state);
        session_card.no_auth_key = session_card.no_sign_key = true;
        session_card.no_extended = (i & 1) != 0;
        session_card.no_sfi_read = session_card.no_sfi_verify = (i & 2) != 0;
        session_run(&log_in, &session_fake);
        assert_int_equal(log_in.error, JB_ERR_CERTIFICATE_ABSENT);
        session_run(&signature, &session_fake);
        assert_int_equal(signature.error, JB_ERR_CERTIFICATE_ABSENT);
        assert_int_equal(session_card.verifies, 0);
        assert_int_equal(session_fake.reader[0].resets, 0); /* left as it was found */
    }
}

static void a_file_of_filler_is_no_certificate(void **state) {
    static const struct {
        uint8_t filler;
        enum jb_error error;
    } cases[] = {{0x00, JB_ERR_CERTIFICATE_ABSENT},
                 {0xFF, JB_ERR_CERTIFICATE_ABSENT},
                 {0x30, JB_OK}, /* 30 30: a short SEQUENCE */
                 {0x41, JB_ERR_CERTIFICATE_INVALID}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session_card.filled = true;
        session_card.filler = cases[i].filler;
        session_run(&session, &session_fake);
        assert_int_equal(session.error, cases[i].error);
    }
}

static void lengths_that_lie_are_refused(void **state) {
    static const struct {
        uint8_t header[4];
        enum jb_error error;
    } cases[] = {
        {{0x30, 0x80, 0x01, 0x01}, JB_ERR_CERTIFICATE_INVALID}, /* indefinite */
        {{0x30, 0x83, 0x01, 0x00}, JB_ERR_CERTIFICATE_INVALID}, /* 64 KiB and more */
        {{0x30, 0x82, 0xFF, 0xFF}, JB_ERR_CERTIFICATE_INVALID},
        {{0x30, 0x82, 0x20, 0x00}, JB_ERR_CERTIFICATE_INVALID}, /* 8,196 bytes: over the most */
        {{0x30, 0x82, 0x00, 0x80}, JB_ERR_CERTIFICATE_INVALID}, /* not the shortest form */
        {{0x30, 0x81, 0x7F, 0x00}, JB_ERR_CERTIFICATE_INVALID},
        {{0x30, 0x82, 0x1F, 0xFC}, JB_ERR_CARD_ERROR}, /* fits, and the file ends before */
        {{0x30, 0xFF, 0xFF, 0xFF}, JB_ERR_CERTIFICATE_INVALID},
    };

    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        struct session session = A_LOG_IN;

        (void)session_set_up(state);
        session_card.no_extended = i >= COUNT(cases);
        memcpy(session_card.file[0], cases[i % COUNT(cases)].header, 4);
        session_run(&session, &session_fake);
        assert_int_equal(session.error, cases[i % COUNT(cases)].error);
        assert_int_equal(session_card.verifies, 0);
    }
}

static void the_signing_certificate_is_asked_for_cheaply_before_the_pin(void **state) {
    struct session session = A_SIGNATURE;

    (void)state;
    session_run(&session, &session_fake);
    session_must_succeed(&session);
    assert_int_equal(fake_sent(&session_fake, "00 B0 81 00"), 2);
    assert_int_equal(session_fake.commands, 9);
}

static void the_signing_certificate_costs_no_identifier_on_simpler_cards(void **state) {
    struct session session = A_SIGNATURE;

    (void)state;
    session_card.no_extended = session_card.no_sfi_read = session_card.no_sfi_verify = true;
    session_run(&session, &session_fake);
    session_must_succeed(&session);
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, session_set_up, session_tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(every_end_of_file_is_understood),
        A_TEST(short_answers_are_joined),
        A_TEST(a_card_that_gives_a_byte_at_a_time_is_not_read_for_ever),
        A_TEST(what_is_held_ready_is_fetched),
        A_TEST(a_card_without_the_certificate_says_so),
        A_TEST(a_file_of_filler_is_no_certificate),
        A_TEST(lengths_that_lie_are_refused),
        A_TEST(the_signing_certificate_is_asked_for_cheaply_before_the_pin),
        A_TEST(the_signing_certificate_costs_no_identifier_on_simpler_cards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
