/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../../host/prompt/words.h"
#include "jpki_bridge/text.h"

#define LIMIT 900 /* bytes of a line to a pinentry, verb and escapes included */

#define SIZE 400

enum {
    KINDS = JB_PROMPT_TRY_NEW_PIN + 1,
    PURPOSES = JB_PURPOSE_CHANGE_PIN + 1,
    NOTES = JB_NOTE_NEW_SAME + 1
};

static const char right_to_left[] = {'\xE2', '\x80', '\xAE', '\0'}; /* U+202E */
static char long_host[SIZE];
static char percents[SIZE];
static char overrides[SIZE];
static char feeds[SIZE];
static char broken[SIZE];
static char emoji[SIZE];

/* Repeats piece up to 300 bytes, behind head and before tail. */
static void fill(char *out, const char *head, const char *piece, const char *tail) {
    size_t used = (size_t)snprintf(out, SIZE, "%s", head);

    while (used + strlen(piece) <= 300) {
        used += (size_t)snprintf(out + used, SIZE - used, "%s", piece);
    }
    (void)snprintf(out + used, SIZE - used, "%s", tail);
}

static int make_origins(void **state) {
    (void)state;
    fill(long_host, "https://", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", "evil.example:8443");
    fill(percents, "", "%", "");
    fill(overrides, "", right_to_left, "");
    fill(feeds, "", "https://a\r\n", "");
    fill(broken, "", "\xFF\xC0", "");
    fill(emoji, "", "\xF0\x9F\x98\x80", "");
    return 0;
}

static size_t escaped_len(const char *text) {
    size_t len = 0;

    for (; *text != '\0'; text++) {
        len += (unsigned char)*text < 0x20 || *text == '%' || *text == 0x7F ? 3 : 1;
    }
    return len;
}

static void check(const struct jb_prompt_request *request, const struct jb_prompt_words *words) {
    const char *texts[] = {words->title,
                           words->description,
                           words->ok,
                           words->cancel,
                           words->error == NULL ? "-" : words->error,
                           words->label == NULL ? "-" : words->label};
    const char *second = strchr(words->description, '\n');

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_non_null(texts[i]);
        assert_true(texts[i][0] != '\0');
        assert_true(strlen("SETCANCEL ") + escaped_len(texts[i]) < LIMIT);
        assert_true(jb_text_is_utf8(texts[i], strlen(texts[i])));
        for (const char *at = texts[i]; *at != '\0'; at++) {
            assert_true((unsigned char)*at >= 0x20 || (*at == '\n' && i == 1));
        }
    }
    assert_non_null(second);
    if (request->tries_left > 0) {
        char digit[2] = {(char)('0' + request->tries_left), '\0'};
        const char *found = strstr(second, digit);
        assert_non_null(found);
        assert_true(found < strchr(second + 1, '\n')); /* on the second line */
    }
    assert_int_equal(words->label != NULL, jb_prompt_asks_pin(request->kind));
    assert_int_equal(words->error != NULL, request->note != JB_NOTE_NONE);
}

static void test_every_text_fits(void **state) {
    const char *origins[] = {"https://portal.example.go.jp",
                             "",
                             NULL,
                             long_host,
                             percents,
                             overrides,
                             feeds,
                             broken,
                             emoji,
                             "https://a_b.example/<b>&amp;\"'"};
    struct jb_prompt_request request = {0};
    struct jb_prompt_words words;

    (void)state;
    for (int i = 0; i < KINDS * PURPOSES * 3 * NOTES * 2 * 6 * 10; i++) {
        int rest = i;
        request.kind = (enum jb_prompt_kind)(rest % KINDS);
        request.purpose = (enum jb_prompt_purpose)((rest /= KINDS) % PURPOSES);
        request.pin = (enum jb_pin)((rest /= PURPOSES) % 3);
        request.note = (enum jb_prompt_note)((rest /= 3) % NOTES);
        request.lang = (enum jb_lang)((rest /= NOTES) % 2);
        request.fields = (unsigned)i % (JB_FIELD_ALL + 1);
        request.idle_keypad = i % 3 == 0;
        request.tries_left = (rest /= 2) % 6;
        request.origin = origins[(rest / 6) % 10];
        request.documents = i % 7 == 0 ? 0 : i % 7 == 1 ? UINT_MAX : 100;
        assert_true(jb_prompt_words_make(&request, &words));
        check(&request, &words);
    }
}

static void test_unknown_values_are_refused(void **state) {
    struct jb_prompt_request request = {0};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://a.example";
    request.tries_left = 3;
    assert_true(jb_prompt_words_make(&request, &words));
    request.purpose = (enum jb_prompt_purpose)PURPOSES;
    assert_false(jb_prompt_words_make(&request, &words));
}

static void test_origin_as_it_is(void **state) {
    char shown[JB_WORDS_ORIGIN_MAX + 4];
    const char *origin = "https://xn--wgv71a119e.example.lg.jp:8443";

    (void)state;
    jb_prompt_words_origin(origin, shown, sizeof(shown));
    assert_string_equal(shown, origin);
    jb_prompt_words_origin("https://[2001:db8::1]:8443", shown, sizeof(shown));
    assert_string_equal(shown, "https://[2001:db8::1]:8443");
}

static void test_origin_is_cut_in_the_middle(void **state) {
    char shown[JB_WORDS_ORIGIN_MAX + 4];
    char exact[JB_WORDS_ORIGIN_MAX + 2];

    (void)state;
    jb_prompt_words_origin(long_host, shown, sizeof(shown));
    assert_int_equal(strlen(shown), JB_WORDS_ORIGIN_MAX + 2); /* the ellipsis has three bytes */
    assert_memory_equal(shown, "https://aaaa", 12);
    assert_non_null(strstr(shown, "…"));
    assert_string_equal(shown + strlen(shown) - 18, ".evil.example:8443");

    memset(exact, 'a', sizeof(exact));
    exact[JB_WORDS_ORIGIN_MAX] = '\0';
    jb_prompt_words_origin(exact, shown, sizeof(shown));
    assert_string_equal(shown, exact);
    exact[JB_WORDS_ORIGIN_MAX] = 'b';
    exact[JB_WORDS_ORIGIN_MAX + 1] = '\0';
    jb_prompt_words_origin(exact, shown, sizeof(shown));
    assert_non_null(strstr(shown, "…"));
    assert_int_equal(shown[strlen(shown) - 1], 'b');
}

static void test_hostile_origin(void **state) {
    char shown[JB_WORDS_ORIGIN_MAX + 4];
    char hostile[64];

    (void)state;
    (void)snprintf(hostile, sizeof(hostile), "https://a%s.example\n\n<b>%%0Aあ", right_to_left);
    jb_prompt_words_origin(hostile, shown, sizeof(shown));
    assert_string_equal(shown, "https://a.example?b??0A?");
}

/* What the certificate gives away must be told for signing and must not be claimed for a log-in. */
static void test_what_is_given_away(void **state) {
    struct jb_prompt_request request = {0};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://a.example";
    request.tries_left = 3;
    for (int kind = JB_PROMPT_PIN; kind <= JB_PROMPT_KEYPAD; kind++) {
        if (kind == JB_PROMPT_LAST_TRY) {
            continue; /* the PIN prompt that follows tells it */
        }
        request.kind = (enum jb_prompt_kind)kind;
        request.purpose = JB_PURPOSE_LOGIN;
        request.pin = JB_PIN_AUTH;
        request.lang = JB_LANG_JA;
        assert_true(jb_prompt_words_make(&request, &words));
        assert_non_null(strstr(words.description, "氏名や住所は含みません"));
        assert_null(strstr(words.description, "生年月日"));
        request.purpose = JB_PURPOSE_SIGN;
        request.pin = JB_PIN_SIGN;
        assert_true(jb_prompt_words_make(&request, &words));
        assert_non_null(strstr(words.description, "氏名、住所、生年月日、性別"));
        request.lang = JB_LANG_EN;
        assert_true(jb_prompt_words_make(&request, &words));
        assert_non_null(strstr(words.description, "date of birth and sex"));
    }
}

static void test_last_try_says_what_follows(void **state) {
    struct jb_prompt_request request = {0};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://a.example";
    request.tries_left = 1;
    request.lang = JB_LANG_JA;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "市区町村の窓口"));
    request.lang = JB_LANG_EN;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "municipal office"));
    request.tries_left = 2;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_null(strstr(words.description, "municipal office"));
}

/* The holder must know what the yes is for, and that it lasts. */
static void test_trust_says_what_it_allows(void **state) {
    struct jb_prompt_request request = {.kind = JB_PROMPT_TRUST, .tries_left = -1};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://portal.example.go.jp";
    request.lang = JB_LANG_JA;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "サイト： https://portal.example.go.jp\n"));
    assert_non_null(strstr(words.description, "ほかのサイト"));
    assert_non_null(strstr(words.description, "取り消せます"));
    assert_null(strstr(words.description, "残り"));
    assert_string_equal(words.title, "このサイトを信頼しますか");
    request.lang = JB_LANG_EN;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "Site: https://portal.example.go.jp\n"));
    assert_non_null(strstr(words.description, "log in to other sites as you"));
    assert_non_null(strstr(words.description, "take it back"));
    assert_null(strstr(words.description, "left"));
    assert_string_equal(words.title, "Do you trust this site?");
    assert_null(words.label);
    assert_null(strstr(words.description, "Documents"));
    request.documents = 100;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "\nDocuments to sign: 100\n"));
    request.lang = JB_LANG_JA;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "\n署名する文書： 100件\n"));
}

static void test_profile_says_what_is_handed_over(void **state) {
    struct jb_prompt_request request = {
        .purpose = JB_PURPOSE_PROFILE, .pin = JB_PIN_PROFILE, .tries_left = 3};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://a.example";
    request.lang = JB_LANG_JA;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "氏名、住所、生年月日、性別"));
    assert_non_null(strstr(words.description, "券面事項入力補助用暗証番号"));
    request.lang = JB_LANG_EN;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "name, address,\ndate of birth and sex"));
    assert_non_null(strstr(words.description, "券面事項入力補助用暗証番号"));
}

static void test_documents_are_counted(void **state) {
    struct jb_prompt_request request = {
        .purpose = JB_PURPOSE_SIGN, .pin = JB_PIN_SIGN, .tries_left = 5, .documents = 20};
    struct jb_prompt_words words;

    (void)state;
    request.origin = "https://a.example";
    request.lang = JB_LANG_JA;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "署名する文書： 20件\n"));
    request.lang = JB_LANG_EN;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_non_null(strstr(words.description, "Documents to sign: 20\n"));
    request.documents = 0;
    assert_true(jb_prompt_words_make(&request, &words));
    assert_null(strstr(words.description, "Documents"));
}

static void test_only_the_fields_asked_for_are_named(void **state) {
    static const struct {
        unsigned fields;
        const char *ja, *en;
    } cases[] = {
        {JB_FIELD_NAME, "： 氏名（これだけです）", "only your\nname."},
        {JB_FIELD_ADDRESS | JB_FIELD_SEX, "： 住所、性別（これだけです）",
         "only your\naddress and sex."},
        {JB_FIELD_NAME | JB_FIELD_BIRTH_DATE | JB_FIELD_SEX,
         "： 氏名、生年月日、性別（これだけです）", "only your\nname, date of birth and sex."},
        {JB_FIELD_ALL, "： 氏名、住所、生年月日、性別", "name, address,\ndate of birth and sex."},
        {0, "： 氏名、住所、生年月日、性別", "name, address,\ndate of birth and sex."},
    };
    struct jb_prompt_request request = {.purpose = JB_PURPOSE_PROFILE,
                                        .pin = JB_PIN_PROFILE,
                                        .tries_left = 3,
                                        .origin = "https://a.example"};
    struct jb_prompt_words words;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *ends[] = {cases[i].ja, cases[i].en};
        request.fields = cases[i].fields;
        for (int lang = JB_LANG_JA; lang <= JB_LANG_EN; lang++) {
            request.lang = (enum jb_lang)lang;
            assert_true(jb_prompt_words_make(&request, &words));
            size_t len = strlen(words.description), end = strlen(ends[lang]);
            assert_true(len > end);
            assert_string_equal(words.description + len - end, ends[lang]);
        }
    }
}

/* The holder's own prompts name no site, and none is shown whatever stands in the request. */
static void test_no_site_is_named_where_none_asks(void **state) {
    struct jb_prompt_request request = {
        .tries_left = 3, .origin = "https://evil.example", .lang = JB_LANG_EN};
    struct jb_prompt_words words;

    (void)state;
    for (int purpose = JB_PURPOSE_CARD_DETAILS; purpose < PURPOSES; purpose++) {
        for (int kind = 0; kind < KINDS; kind++) {
            request.purpose = (enum jb_prompt_purpose)purpose;
            request.kind = (enum jb_prompt_kind)kind;
            assert_true(jb_prompt_words_make(&request, &words));
            assert_null(strstr(words.description, "evil"));
            assert_non_null(strstr(words.description, "JPKI Bridge (no site asks for this)"));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_fits),
        cmocka_unit_test(test_unknown_values_are_refused),
        cmocka_unit_test(test_origin_as_it_is),
        cmocka_unit_test(test_origin_is_cut_in_the_middle),
        cmocka_unit_test(test_hostile_origin),
        cmocka_unit_test(test_what_is_given_away),
        cmocka_unit_test(test_last_try_says_what_follows),
        cmocka_unit_test(test_trust_says_what_it_allows),
        cmocka_unit_test(test_profile_says_what_is_handed_over),
        cmocka_unit_test(test_documents_are_counted),
        cmocka_unit_test(test_only_the_fields_asked_for_are_named),
        cmocka_unit_test(test_no_site_is_named_where_none_asks),
    };

    return cmocka_run_group_tests(tests, make_origins, NULL);
}
