/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/error.h"

#include <string.h>

#include "jpki_bridge/text.h"
#include "unit.h"

/* protocols.md 1a: what web-eid.js knows. */
static const char *const known_codes[] = {
    "ERR_WEBEID_ACTION_TIMEOUT",     "ERR_WEBEID_USER_TIMEOUT",
    "ERR_WEBEID_VERSION_MISMATCH",   "ERR_WEBEID_VERSION_INVALID",
    "ERR_WEBEID_UNKNOWN_ERROR",      "ERR_WEBEID_EXTENSION_UNAVAILABLE",
    "ERR_WEBEID_NATIVE_UNAVAILABLE", "ERR_WEBEID_CONTEXT_INSECURE",
    "ERR_WEBEID_USER_CANCELLED",     "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
    "ERR_WEBEID_NATIVE_FATAL",       "ERR_WEBEID_ACTION_PENDING",
    "ERR_WEBEID_MISSING_PARAMETER",
};

static void reasons_are_unique_hyphenated_words(void **state) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

    (void)state;
    for (int i = JB_OK + 1; i < JB_ERROR_COUNT; i++) {
        const char *reason = jb_error_reason((enum jb_error)i);
        size_t len = strlen(reason);
        assert_true(len > 0);
        assert_int_equal(strspn(reason, letters), len);
        assert_true(reason[0] != '-' && reason[len - 1] != '-' && strstr(reason, "--") == NULL);
        for (int j = JB_OK + 1; j < i; j++) {
            assert_string_not_equal(reason, jb_error_reason((enum jb_error)j));
        }
    }
}

static void codes_are_known_to_web_eid(void **state) {
    (void)state;
    for (int i = JB_OK + 1; i < JB_ERROR_COUNT; i++) {
        const char *code = jb_error_code((enum jb_error)i);
        size_t at = 0;
        while (at < COUNT(known_codes) && strcmp(known_codes[at], code) != 0) {
            at++;
        }
        assert_true(at < COUNT(known_codes));
    }
}

/* Both languages are there and in their own columns. */
static void sentences_are_in_both_languages(void **state) {
    (void)state;
    for (int i = JB_OK + 1; i < JB_ERROR_COUNT; i++) {
        const char *ja = jb_error_sentence((enum jb_error)i, JB_LANG_JA);
        const char *en = jb_error_sentence((enum jb_error)i, JB_LANG_EN);
        size_t ja_len = strlen(ja), en_len = strlen(en);
        assert_true(jb_text_is_utf8(ja, ja_len));
        assert_true(ja_len > 3 && strcmp(ja + ja_len - 3, "。") == 0);
        assert_true(en_len > 0 && en[en_len - 1] == '.');
        for (size_t at = 0; at < en_len; at++) {
            assert_in_range(en[at], ' ', '~');
        }
    }
}

/* Sites act on these: their names and codes stay. */
static void published_reasons_stay(void **state) {
    static const struct {
        enum jb_error error;
        const char *reason, *code;
    } published[] = {
        {JB_ERR_READER_ABSENT, "reader-absent", "ERR_WEBEID_USER_TIMEOUT"},
        {JB_ERR_CARD_ABSENT, "card-absent", "ERR_WEBEID_USER_TIMEOUT"},
        {JB_ERR_CARD_REMOVED, "card-removed", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_NOT_A_MYNUMBER_CARD, "not-a-mynumber-card", "ERR_WEBEID_USER_TIMEOUT"},
        {JB_ERR_PIN_LOCKED, "pin-locked", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_PIN_WRONG, "pin-wrong", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_CERTIFICATE_ABSENT, "certificate-absent", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_CERTIFICATE_EXPIRED, "certificate-expired", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_CERTIFICATE_MISMATCH, "certificate-mismatch", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_ORIGIN_DENIED, "origin-denied", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_PROMPT_UNAVAILABLE, "prompt-unavailable", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_CARD_BUSY, "card-busy", "ERR_WEBEID_NATIVE_FATAL"},
        {JB_ERR_USER_CANCELLED, "user-cancelled", "ERR_WEBEID_USER_CANCELLED"},
        {JB_ERR_TIMEOUT, "timeout", "ERR_WEBEID_USER_TIMEOUT"},
        {JB_ERR_OPERATION_PENDING, "operation-pending", "ERR_WEBEID_ACTION_PENDING"},
        {JB_ERR_ARGUMENT_MISSING, "argument-missing", "ERR_WEBEID_MISSING_PARAMETER"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(published); i++) {
        assert_string_equal(jb_error_reason(published[i].error), published[i].reason);
        assert_string_equal(jb_error_code(published[i].error), published[i].code);
    }
}

static void a_locked_pin_says_where_to_go(void **state) {
    (void)state;
    assert_non_null(strstr(jb_error_sentence(JB_ERR_PIN_LOCKED, JB_LANG_JA), "市区町村の窓口"));
    assert_non_null(strstr(jb_error_sentence(JB_ERR_PIN_LOCKED, JB_LANG_EN), "municipal office"));
}

static void nothing_is_said_of_success_and_unknown_values_are_internal(void **state) {
    (void)state;
    assert_string_equal(jb_error_reason(JB_OK), "");
    assert_string_equal(jb_error_code(JB_OK), "");
    assert_string_equal(jb_error_sentence(JB_OK, JB_LANG_JA), "");
    assert_string_equal(jb_error_reason(JB_ERROR_COUNT), "internal-error");
    assert_string_equal(jb_error_reason((enum jb_error)(-1)), "internal-error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_unique_hyphenated_words),
        cmocka_unit_test(codes_are_known_to_web_eid),
        cmocka_unit_test(sentences_are_in_both_languages),
        cmocka_unit_test(published_reasons_stay),
        cmocka_unit_test(a_locked_pin_says_where_to_go),
        cmocka_unit_test(nothing_is_said_of_success_and_unknown_values_are_internal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
