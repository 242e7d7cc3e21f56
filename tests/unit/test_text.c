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

static void encode(uint32_t character, char *out) {
    size_t used = 0;

    if (character < 0x80) {
        out[used++] = (char)character;
    } else if (character < 0x800) {
        out[used++] = (char)(0xC0 | character >> 6);
        out[used++] = (char)(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        out[used++] = (char)(0xE0 | character >> 12);
        out[used++] = (char)(0x80 | (character >> 6 & 0x3F));
        out[used++] = (char)(0x80 | (character & 0x3F));
    } else {
        out[used++] = (char)(0xF0 | character >> 18);
        out[used++] = (char)(0x80 | (character >> 12 & 0x3F));
        out[used++] = (char)(0x80 | (character >> 6 & 0x3F));
        out[used++] = (char)(0x80 | (character & 0x3F));
    }
    out[used] = '\0';
}

static void test_hidden_characters_are_left_out(void **state) {
    static const uint32_t hidden[] = {
        0x01,   0x09,   0x0A,    0x0D,     0x1B,    0x1F,    0x7F,    0x80,    0x85,
        0x9F, /* C0, DEL, C1 */
        0xAD,   0x061C, 0x180E,  0x200B,   0x200C,  0x200D,  0x200E,  0x200F,  0x2028,
        0x2029, 0x202A, 0x202B,  0x202C,   0x202D,  0x202E,  0x2060,  0x2061,  0x2062,
        0x2063, 0x2064, 0x2066,  0x2067,   0x2068,  0x2069,  0xFEFF,  0xFFF9,  0xFFFA,
        0xFFFB, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xE0000, 0xE0001, 0xE0020, 0xE0041, 0xE007F, /* tags */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        char piece[5];
        char text[32];
        encode(hidden[i], piece);
        assert_true(jb_text_is_utf8(piece, strlen(piece)));
        (void)snprintf(text, sizeof(text), "%sa%sb%s", piece, piece, piece);
        assert_shown(text, 10, "ab");
        assert_shown(text, 2, "ab"); /* and they do not count */
    }
}

/* The neighbours of what is left out stay. */
static void test_visible_characters_stay(void **state) {
    static const uint32_t visible[] = {0x20,   0x7E,   0xA0,   0xAC,    0xAE,    0x061B,  0x200A,
                                       0x2010, 0x2027, 0x202F, 0x205F,  0x2070,  0x3000,  0xFEFC,
                                       0xFFEE, 0xFFFC, 0xFFFD, 0x10000, 0x1F600, 0x20BB7, 0xE0100};

    (void)state;
    for (size_t i = 0; i < sizeof(visible) / sizeof(visible[0]); i++) {
        char text[5];
        encode(visible[i], text);
        assert_shown(text, 1, text);
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
        cmocka_unit_test(test_visible_characters_stay),
        cmocka_unit_test(test_malformed_is_marked),
        cmocka_unit_test(test_too_many_characters),
        cmocka_unit_test(test_too_few_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
