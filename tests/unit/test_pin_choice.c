/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "jpki_bridge/certificate.h"
#include "jpki_bridge/pin.h"
#include "unit.h"

static struct jb_secret secret_of(const char *text) {
    struct jb_secret secret = {.len = strlen(text)};

    memcpy(secret.bytes, text, secret.len);
    return secret;
}

static void a_new_signing_password_has_both(void **state) {
    static const struct {
        const char *text;
        bool may;
    } cases[] = {{"ABC123", true},  {"1A2B3C", true},           {"123456", false},
                 {"ABCDEF", false}, {"AB123", false},           {"ABC12!", false},
                 {"", false},       {"A234567890123456", true}, {"A2345678901234567", false}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_secret secret = secret_of(cases[i].text);
        assert_int_equal(jb_pin_may_be_new(JB_PIN_SIGN, &secret), cases[i].may);
    }
    struct jb_secret digits = secret_of("1234"), letters = secret_of("12A4");
    assert_true(jb_pin_may_be_new(JB_PIN_AUTH, &digits));
    assert_false(jb_pin_may_be_new(JB_PIN_PROFILE, &letters));
}

static void what_is_easily_guessed(void **state) {
    static const char *const weak[] = {"0000", "1234", "4321", "9999", "7890", "0987", "1212"};
    static const char *const strong[] = {"7391", "1235", "1243", "0507", "1122", "2580"};
    static const char *const weak_passwords[] = {"ABC123", "AAAAA1",   "A11111",
                                                 "123ABC", "ABCD1234", "AAA000",
                                                 "X12345", "ABABAB12", "XYZABC98"};
    static const char *const strong_passwords[] = {"NEKO7391", "A1B2C3", "ABC739", "NEKO1234",
                                                   "K7Q2X9"};

    (void)state;
    for (size_t i = 0; i < COUNT(weak); i++) {
        struct jb_secret secret = secret_of(weak[i]);
        assert_true(jb_pin_is_weak(JB_PIN_AUTH, &secret));
        assert_true(jb_pin_is_weak(JB_PIN_PROFILE, &secret));
    }
    for (size_t i = 0; i < COUNT(strong); i++) {
        struct jb_secret secret = secret_of(strong[i]);
        assert_false(jb_pin_is_weak(JB_PIN_AUTH, &secret));
    }
    for (size_t i = 0; i < COUNT(weak_passwords); i++) {
        struct jb_secret secret = secret_of(weak_passwords[i]);
        assert_true(jb_pin_is_weak(JB_PIN_SIGN, &secret));
    }
    for (size_t i = 0; i < COUNT(strong_passwords); i++) {
        struct jb_secret secret = secret_of(strong_passwords[i]);
        assert_false(jb_pin_is_weak(JB_PIN_SIGN, &secret));
    }
    struct jb_secret empty = {.len = 0};
    assert_false(jb_pin_is_weak(JB_PIN_SIGN, &empty));
}

static void the_birth_date_in_it(void **state) {
    static const char *const telling[] = {"A19850504", "NEKO0504", "0504NEKO",
                                          "A850504",   "NEKO1985", "A600504B"};
    static const char *const silent[] = {"NEKO504", "NEKO05X04", "A1958", "0405NEKO"};

    (void)state;
    for (size_t i = 0; i < COUNT(telling); i++) {
        struct jb_secret secret = secret_of(telling[i]);
        assert_true(jb_pin_tells_birth(&secret, "1985", "05", "04"));
    }
    for (size_t i = 0; i < COUNT(silent); i++) {
        struct jb_secret secret = secret_of(silent[i]);
        assert_false(jb_pin_tells_birth(&secret, "1985", "05", "04"));
    }
    /* what is not known is not in it */
    struct jb_secret zeros = secret_of("A0000X0500"), year = secret_of("A1985");
    assert_false(jb_pin_tells_birth(&zeros, "0000", "00", "00"));
    assert_false(jb_pin_tells_birth(&zeros, "1985", "05", "00"));
    assert_true(jb_pin_tells_birth(&year, "1985", "00", "00"));
}

static void birth_dates(void **state) {
    static const struct {
        const char *text, *era, *year, *month, *day; /* year null: none */
    } cases[] = {{"319850504", "showa", "1985", "05", "04"},
                 {"119100101", "meiji", "1910", "01", "01"},
                 {"219200101", "taisho", "1920", "01", "01"},
                 {"419991103", "heisei", "1999", "11", "03"},
                 {"520200229", "reiwa", "2020", "02", "29"},
                 {"919850504", NULL, "1985", "05", "04"},
                 {"019850504", NULL, "1985", "05", "04"},
                 {"319850000", "showa", "1985", "00", "00"},
                 {"300000000", "showa", "0000", "00", "00"},
                 {"319850500", "showa", "1985", "05", "00"},
                 {"19850504", NULL, "1985", "05", "04"},
                 {"319851304", NULL, NULL, NULL, NULL},
                 {"319850532", NULL, NULL, NULL, NULL},
                 {"3198505", NULL, NULL, NULL, NULL},
                 {"3198505044", NULL, NULL, NULL, NULL},
                 {"31985050x", NULL, NULL, NULL, NULL},
                 {"", NULL, NULL, NULL, NULL}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_birth_date date;
        assert_int_equal(jb_birth_date_parse(cases[i].text, &date), cases[i].year != NULL);
        if (cases[i].year != NULL) {
            assert_string_equal(date.era != NULL ? date.era : "",
                                cases[i].era != NULL ? cases[i].era : "");
            assert_string_equal(date.year, cases[i].year);
            assert_string_equal(date.month, cases[i].month);
            assert_string_equal(date.day, cases[i].day);
        }
    }
}

static void substitutes(void **state) {
    size_t indexes[3];

    (void)state;
    assert_int_equal(jb_certificate_substituted("a花b", "010", indexes, 3), 1);
    assert_int_equal(indexes[0], 1);
    assert_int_equal(jb_certificate_substituted("a花b", "101", indexes, 1), 1);
    assert_int_equal(jb_certificate_substituted("a花b", "1", indexes, 3), 0);
    assert_int_equal(jb_certificate_substituted("a花b", "1111", indexes, 3), 0);
    assert_int_equal(jb_certificate_substituted("a花b", "1a1", indexes, 3), 0);
    assert_int_equal(jb_certificate_substituted("", "", indexes, 3), 0);
}

static void secrets_are_the_same_or_not(void **state) {
    struct jb_secret a = secret_of("1234"), b = secret_of("1234"), c = secret_of("1235"),
                     d = secret_of("12345");

    (void)state;
    b.bytes[4] = 9; /* beyond its length */
    assert_true(jb_secret_equals(&a, &b));
    assert_false(jb_secret_equals(&a, &c));
    assert_false(jb_secret_equals(&a, &d));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_signing_password_has_both),
        cmocka_unit_test(what_is_easily_guessed),
        cmocka_unit_test(the_birth_date_in_it),
        cmocka_unit_test(birth_dates),
        cmocka_unit_test(substitutes),
        cmocka_unit_test(secrets_are_the_same_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
