/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "jpki_bridge/text.h"

static void assert_utf8(const char *text, bool expected) {
    if (jb_text_is_utf8(text, strlen(text)) != expected) {
        fail_msg("judged wrongly: %02X %02X …", (unsigned char)text[0], (unsigned char)text[1]);
    }
}

static void test_well_formed(void **state) {
    (void)state;
    assert_true(jb_text_is_utf8("", 0));
    assert_true(jb_text_is_utf8("a\0b", 3)); /* NUL is a character */
    assert_utf8("マイナンバー", true);
    assert_utf8("\x7F", true);
    assert_utf8("\xC2\x80", true);
    assert_utf8("\xDF\xBF", true);
    assert_utf8("\xE0\xA0\x80", true);
    assert_utf8("\xED\x9F\xBF", true);
    assert_utf8("\xEE\x80\x80", true);
    assert_utf8("\xEF\xBF\xBF", true);
    assert_utf8("\xF0\x90\x80\x80", true);
    assert_utf8("\xF4\x8F\xBF\xBF", true);
}

static void test_malformed(void **state) {
    (void)state;
    assert_utf8("\x80", false);
    assert_utf8("\xBF", false);
    assert_utf8("\xC0\x80", false); /* overlong */
    assert_utf8("\xC1\xBF", false);
    assert_utf8("\xE0\x9F\xBF", false);
    assert_utf8("\xF0\x8F\xBF\xBF", false);
    assert_utf8("\xED\xA0\x80", false); /* surrogates */
    assert_utf8("\xED\xBF\xBF", false);
    assert_utf8("\xF4\x90\x80\x80", false); /* beyond U+10FFFF */
    assert_utf8("\xF5\x80\x80\x80", false);
    assert_utf8("\xF8\x88\x80\x80\x80", false);
    assert_utf8("\xFE", false);
    assert_utf8("\xFF", false);
    assert_utf8("\xE3\x81", false); /* cut */
    assert_utf8("a\xE3", false);
    assert_utf8("\xE3\x41\x82", false);
    assert_utf8("\xC3\xC3\xA9", false);
    /* The length counts, not the bytes that happen to follow. */
    assert_false(jb_text_is_utf8("\xE3\x81\x82", 2));
}

static void assert_shown(const char *text, size_t max_chars, const char *expected) {
    char out[256];

    memset(out, 'x', sizeof(out));
    jb_text_for_display(text, max_chars, out, sizeof(out));
    assert_string_equal(out, expected);
}

static void test_shown_as_it_is(void **state) {
    (void)state;
    assert_shown("", 10, "");
    assert_shown("https://例え.example/?a=%20&b", 100, "https://例え.example/?a=%20&b");
    assert_shown("\xF0\xA0\xAE\xB7野屋", 10, "\xF0\xA0\xAE\xB7野屋");
    assert_shown("葛\xF3\xA0\x84\x80城", 10, "葛\xF3\xA0\x84\x80城"); /* a variation selector */
}

static void test_hidden_characters_are_left_out(void **state) {
    static const char *const pieces[] = {
        "\x01",
        "\t",
        "\n",
        "\r",
        "\x1B",
        "\x7F",
        "\xC2\x80",
        "\xC2\x85",
        "\xC2\x9F",     /* C0, C1 */
        "\xC2\xAD",     /* soft hyphen */
        "\xD8\x9C",     /* U+061C */
        "\xE1\xA0\x8E", /* U+180E */
        "\xE2\x80\x8B",
        "\xE2\x80\x8D",
        "\xE2\x80\x8E",
        "\xE2\x80\x8F", /* U+200B to U+200F */
        "\xE2\x80\xA8",
        "\xE2\x80\xA9", /* separators */
        "\xE2\x80\xAA",
        "\xE2\x80\xAB",
        "\xE2\x80\xAC",
        "\xE2\x80\xAD",
        "\xE2\x80\xAE",
        "\xE2\x81\xA0",
        "\xE2\x81\xA4", /* U+2060 to U+2064 */
        "\xE2\x81\xA6",
        "\xE2\x81\xA7",
        "\xE2\x81\xA8",
        "\xE2\x81\xA9", /* isolates */
        "\xEF\xBB\xBF", /* U+FEFF */
        "\xEF\xBF\xB9",
        "\xEF\xBF\xBB", /* U+FFF9 to U+FFFB */
        "\xEF\xBF\xBF",
        "\xF0\x9F\xBF\xBE", /* noncharacters */
        "\xF3\xA0\x80\x81",
        "\xF3\xA0\x80\xA0",
        "\xF3\xA0\x81\xBF", /* tags */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), "%sa%sb%s", pieces[i], pieces[i], pieces[i]);
        assert_shown(text, 10, "ab");
        assert_shown(text, 2, "ab"); /* and do not count */
    }
}

static void test_malformed_is_marked(void **state) {
    (void)state;
    assert_shown("a\xFFz", 10, "a\xEF\xBF\xBDz");
    assert_shown("a\xE3\x81", 10, "a\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_shown("\xC0\xAE", 10, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_too_many_characters(void **state) {
    (void)state;
    assert_shown("abcdef", 6, "abcdef");
    assert_shown("abcdefg", 6, "abcde…");
    assert_shown("あいうえお", 4, "あいう…");
    assert_shown("ab", 1, "…");
    assert_shown("ab", 0, "");
    assert_shown("ab\xE2\x80\xAE", 2, "ab"); /* nothing to see was left out */
}

static void test_too_few_bytes(void **state) {
    (void)state;
    for (size_t size = 0; size <= 20; size++) {
        char out[24];
        memset(out, 'x', sizeof(out));
        jb_text_for_display("あいうえおか", 100, out, size);
        if (size > 0) {
            assert_true(strlen(out) < size);
            assert_true(jb_text_is_utf8(out, strlen(out)));
        }
        assert_int_equal(out[size], 'x');
        if (size >= 4 && size <= 18) {
            assert_string_equal(out + strlen(out) - 3, "…");
        }
        if (size >= 19) {
            assert_string_equal(out, "あいうえおか");
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_formed),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_shown_as_it_is),
        cmocka_unit_test(test_hidden_characters_are_left_out),
        cmocka_unit_test(test_malformed_is_marked),
        cmocka_unit_test(test_too_many_characters),
        cmocka_unit_test(test_too_few_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
