/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <stdlib.h>
#include <string.h>

#include "fake_session.h"
#include "unit.h"

static struct fake_card card;
static struct fake fake;

static int set_up(void **state) {
    (void)state;
    fake_card_init(&card);
    fake_init(&fake, &card);
    return 0;
}

/* After each test: nothing is open, and no PIN is left verified for another program. */
static int tear_down(void **state) {
    (void)state;
    return fake.connections == 0 && fake.transactions == 0 && !card.verified[0] && !card.verified[1]
               ? 0
               : -1;
}

static void must_succeed(const struct session *session) {
    int key = session->key == JB_KEY_SIGN;

    assert_int_equal(session->error, JB_OK);
    assert_false(session->again);
    assert_int_equal(session->signature_len, card.signature_len);
    assert_int_equal(session->certificate_len, card.file_len[key]);
    assert_memory_equal(session->certificate, card.file[key], card.file_len[key]);
    assert_int_equal(card.spent, 0);
    assert_int_equal(card.verifies, 1);
    assert_true(fake.reader[0].resets > 0);
}

static unsigned commands_of_a_log_in(void) {
    struct session session = A_LOG_IN;

    session_run(&session, &fake);
    must_succeed(&session);
    return fake.commands;
}

static void every_end_of_file_is_understood(void **state) {
    static const size_t lengths[] = {2,   100, 129, 131, 255,  256,  257, 258,
                                     260, 261, 512, 513, 1140, 2600, 8192};

    for (unsigned i = 0; i < COUNT(lengths) * 4 * 2 * 2 * 2; i++) {
        unsigned n = i / (4 * 2 * 2 * 2);

        (void)set_up(state);
        card.end = (enum fake_end)(i & 3);
        card.padding = (i & 4) != 0 ? 333 : 0;
        card.no_extended = (i & 8) != 0;
        card.no_sfi_read = card.no_sfi_verify = (i & 16) != 0;
        fake_card_certificate(&card, 0, lengths[n]);
        (void)commands_of_a_log_in();
    }
}

static void short_answers_are_joined(void **state) {
    for (size_t longest = 1; longest < 300; longest += longest < 5 ? 1 : 61) {
        (void)set_up(state);
        card.longest = longest;
        fake_card_certificate(&card, 0, longest < 11 ? 100 : 1140);
        (void)commands_of_a_log_in();
    }
}

static void a_card_that_gives_a_byte_at_a_time_is_not_read_for_ever(void **state) {
    struct session session = A_LOG_IN;

    (void)state;
    card.longest = 1;
    session_run(&session, &fake);
    assert_int_equal(session.error, JB_ERR_CARD_ERROR);
    assert_in_range(fake.commands, 100, 150);
}

static void what_is_held_ready_is_fetched(void **state) {
    (void)state;
    card.has_more = true;
    (void)commands_of_a_log_in();
    assert_true(fake_sent(&fake, "00 C0 00 00") > 5);
}

static void a_card_without_the_certificate_says_so(void **state) {
    for (int i = 0; i < 4; i++) {
        struct session log_in = A_LOG_IN, signature = A_SIGNATURE;

        (void)set_up(state);
        card.no_auth_key = card.no_sign_key = true;
        card.no_extended = (i & 1) != 0;
        card.no_sfi_read = card.no_sfi_verify = (i & 2) != 0;
        session_run(&log_in, &fake);
        assert_int_equal(log_in.error, JB_ERR_CERTIFICATE_ABSENT);
        session_run(&signature, &fake);
        assert_int_equal(signature.error, JB_ERR_CERTIFICATE_ABSENT);
        assert_int_equal(card.verifies, 0);
        assert_int_equal(fake.reader[0].resets, 0); /* left as it was found */
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

        (void)set_up(state);
        card.filled = true;
        card.filler = cases[i].filler;
        session_run(&session, &fake);
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

        (void)set_up(state);
        card.no_extended = i >= COUNT(cases);
        memcpy(card.file[0], cases[i % COUNT(cases)].header, 4);
        session_run(&session, &fake);
        assert_int_equal(session.error, cases[i % COUNT(cases)].error);
        assert_int_equal(card.verifies, 0);
    }
}

static void the_signing_certificate_is_asked_for_cheaply_before_the_pin(void **state) {
    struct session session = A_SIGNATURE;

    (void)state;
    session_run(&session, &fake);
    must_succeed(&session);
    assert_int_equal(fake_sent(&fake, "00 B0 81 00"), 2);
    assert_int_equal(fake.commands, 9);
}

static void the_signing_certificate_costs_no_identifier_on_simpler_cards(void **state) {
    struct session session = A_SIGNATURE;

    (void)state;
    card.no_extended = card.no_sfi_read = card.no_sfi_verify = true;
    session_run(&session, &fake);
    must_succeed(&session);
}

int main(void) {
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
