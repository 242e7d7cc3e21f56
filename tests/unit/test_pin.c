/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/pin.h"

#include <string.h>

#include "unit.h"

struct a_case {
    enum jb_pin pin;
    const char *typed;
    const char *sent; /* null: refused */
};

static const struct a_case cases[] = {
    {JB_PIN_AUTH, "1234", "1234"},
    {JB_PIN_AUTH, "0000", "0000"},
    {JB_PIN_AUTH, "", NULL},
    {JB_PIN_AUTH, "123", NULL},
    {JB_PIN_AUTH, "12345", NULL},
    {JB_PIN_AUTH, "12a4", NULL},
    {JB_PIN_AUTH, "12 4", NULL},
    {JB_PIN_AUTH, "-123", NULL},
    {JB_PIN_AUTH, "\xEF\xBC\x91\x32", NULL}, /* a full-width 1, and 2: four bytes */
    {JB_PIN_PROFILE, "9876", "9876"},
    {JB_PIN_PROFILE, "98765", NULL},
    {JB_PIN_SIGN, "ABC123", "ABC123"},
    {JB_PIN_SIGN, "abc123", "ABC123"},
    {JB_PIN_SIGN, "aZ09zA", "AZ09ZA"},
    {JB_PIN_SIGN, "ABCDEF",
     "ABCDEF"}, /* whether it must mix letters and digits is the card's matter */
    {JB_PIN_SIGN, "123456", "123456"},
    {JB_PIN_SIGN, "ABC12", NULL},
    {JB_PIN_SIGN, "ABCDEFGH12345678", "ABCDEFGH12345678"},
    {JB_PIN_SIGN, "ABCDEFGH123456789", NULL},
    {JB_PIN_SIGN, "ABC-123", NULL},
    {JB_PIN_SIGN, "ABC 123", NULL},
    {JB_PIN_SIGN, "ABC@123", NULL}, /* the neighbours of the letters and digits in ASCII */
    {JB_PIN_SIGN, "ABC[123", NULL},
    {JB_PIN_SIGN, "ABC`123", NULL},
    {JB_PIN_SIGN, "ABC{123", NULL},
    {JB_PIN_SIGN, "ABC/123", NULL},
    {JB_PIN_SIGN, "ABC:123", NULL},
    {JB_PIN_SIGN,
     "\xEF\xBC\xA1"
     "BC123",
     NULL},
    {JB_PIN_SIGN,
     "\xC3\x9C"
     "BC123",
     NULL},
};

static void a_pin_has_its_form_or_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_secret secret = {.len = strlen(cases[i].typed)};

        memcpy(secret.bytes, cases[i].typed, secret.len);
        bool taken = jb_pin_normalise(cases[i].pin, &secret);

        if (taken != (cases[i].sent != NULL)) {
            fail_msg("case %zu, \"%s\"", i, cases[i].typed);
        }
        if (taken && cases[i].sent != NULL) {
            assert_int_equal(secret.len, strlen(cases[i].sent));
            assert_memory_equal(secret.bytes, cases[i].sent, secret.len);
            assert_true(jb_pin_has_form(cases[i].pin, &secret));
        }
    }
}

static void a_nul_within_is_refused(void **state) {
    struct jb_secret secret = {.len = 4, .bytes = {'1', '2', 0, '4'}};

    (void)state;
    assert_false(jb_pin_normalise(JB_PIN_AUTH, &secret));
}

static void a_length_over_the_room_is_refused(void **state) {
    struct jb_secret secret = {.len = JB_SECRET_MAX + 1};

    (void)state;
    memset(secret.bytes, 'a', sizeof secret.bytes);
    assert_false(jb_pin_normalise(JB_PIN_SIGN, &secret));
}

static void the_form_is_not_folded_by_looking_at_it(void **state) {
    const struct jb_secret secret = {.len = 6, .bytes = "abc123"};

    (void)state;
    assert_false(jb_pin_has_form(JB_PIN_SIGN, &secret));
}

static void tries_and_digits_are_the_cards(void **state) {
    (void)state;
    assert_int_equal(jb_pin_max_tries(JB_PIN_AUTH), 3);
    assert_int_equal(jb_pin_max_tries(JB_PIN_SIGN), 5);
    assert_int_equal(jb_pin_max_tries(JB_PIN_PROFILE), 3);
    assert_true(jb_pin_is_numeric(JB_PIN_AUTH));
    assert_true(jb_pin_is_numeric(JB_PIN_PROFILE));
    assert_false(jb_pin_is_numeric(JB_PIN_SIGN));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pin_has_its_form_or_is_refused),
        cmocka_unit_test(a_nul_within_is_refused),
        cmocka_unit_test(a_length_over_the_room_is_refused),
        cmocka_unit_test(the_form_is_not_folded_by_looking_at_it),
        cmocka_unit_test(tries_and_digits_are_the_cards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
