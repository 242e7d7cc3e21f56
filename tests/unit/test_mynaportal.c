/* SPDX-License-Identifier: MIT */
/* The message of a page that speaks the Mynaportal protocol: what is taken, and all that is not. */
#include "jpki_bridge/mynaportal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "unit.h"

#define TEXT_MAX 65536

/* DigestInfo of each hash, less the digest (RFC 8017 §9.2 note 1). */
static const struct {
    const char *prefix; /* hex */
    size_t size;
} hashes[] = {
    {"3021300906052b0e03021a05000414", 20},         {"302d300d06096086480165030402040500041c", 28},
    {"3031300d060960864801650304020105000420", 32}, {"3041300d060960864801650304020205000430", 48},
    {"3051300d060960864801650304020305000440", 64},
};

static size_t digest_info(size_t hash, uint8_t *out) {
    size_t len = strlen(hashes[hash].prefix) / 2;

    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hashes[hash].prefix + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
    memset(out + len, 0x5A, hashes[hash].size);
    return len + hashes[hash].size;
}

static enum jb_error parse(const char *text, struct jb_mynaportal *message, const char **problem) {
    return jb_mynaportal_parse(text, message, problem);
}

static void expect(const char *text, enum jb_error expected, const char *member) {
    struct jb_mynaportal message;
    const char *problem = NULL;
    enum jb_error error = parse(text, &message, &problem);

    if (error != expected) {
        fail_msg("%.200s: %s", text, jb_error_reason(error));
    }
    if (member != NULL) {
        assert_string_equal(problem, member);
    } else {
        assert_null(problem);
    }
    jb_mynaportal_clear(&message);
    assert_null(message.digests);
}

/* A message whose digest has these bytes, with the padding of its base64 or without. */
static void make(char *out, const char *mode, const uint8_t *bytes, size_t len, bool padded) {
    char *digest = jb_base64_encode(bytes, len);

    assert_non_null(digest);
    if (!padded) {
        digest[strcspn(digest, "=")] = '\0';
    }
    (void)snprintf(out, TEXT_MAX, "{\"mode\":\"%s\",\"service_id\":\"01\",\"digest\":\"%s\"}", mode,
                   digest);
    free(digest);
}

static void digests_of_each_hash(void **state) {
    static const char *const modes[] = {"01", "02"};
    static char text[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(hashes) * 4; i++) {
        uint8_t bytes[JB_SIGNATURE_INPUT_MAX];
        size_t len = digest_info(i / 4, bytes);
        struct jb_mynaportal message;
        const char *problem = NULL;
        make(text, modes[i % 2], bytes, len, i / 2 % 2 == 0);
        assert_int_equal(parse(text, &message, &problem), JB_OK);
        assert_int_equal(message.mode, i % 2 ? JB_MYNAPORTAL_SIGN : JB_MYNAPORTAL_AUTHENTICATE);
        assert_int_equal(message.count, 1);
        assert_int_equal(message.digests[0].len, len);
        assert_memory_equal(message.digests[0].bytes, bytes, len);
        jb_mynaportal_clear(&message);
    }
}

static void bare_hashes_of_four_lengths_and_nothing_else(void **state) {
    static char text[TEXT_MAX];
    uint8_t bytes[200];

    (void)state;
    memset(bytes, 0x30, sizeof bytes); /* begins as a SEQUENCE does */
    for (size_t len = 1; len <= sizeof bytes; len++) {
        bool taken = len == 20 || len == 32 || len == 48 || len == 64;
        make(text, "02", bytes, len, true);
        expect(text, taken ? JB_OK : JB_ERR_ARGUMENT_INVALID, taken ? NULL : "digest");
        make(text, "02", bytes, len, false);
        expect(text, taken ? JB_OK : JB_ERR_ARGUMENT_INVALID, taken ? NULL : "digest");
    }
}

static void a_digest_info_that_is_not_whole_or_not_right(void **state) {
    static char text[TEXT_MAX];

    (void)state;
    for (size_t hash = 0; hash < COUNT(hashes); hash++) {
        uint8_t bytes[JB_SIGNATURE_INPUT_MAX + 1];
        size_t len = digest_info(hash, bytes);
        size_t prefix = len - hashes[hash].size;
        bytes[len] = 0;
        if (len + 1 != 48) { /* which is also the length of a bare hash */
            make(text, "01", bytes, len + 1, true);
            expect(text, JB_ERR_ARGUMENT_INVALID, "digest");
        }
        for (size_t i = 0; i < prefix; i++) {
            bytes[i] ^= 1;
            make(text, "01", bytes, len, true);
            expect(text, JB_ERR_ARGUMENT_INVALID, "digest");
            bytes[i] ^= 1;
        }
    }
}

#define D "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU" /* 32 bytes, without padding */
/* 64 bytes, likewise */
#define H "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVQ"

static void base64_is_strict_but_for_its_padding(void **state) {
    static const char *const bad[] = {
        (D "=="),       /* one too many */
        (D "A="),       /* another digit */
        ("V" D "="),    /* one digit too many */
        (D "V"),        /* stray bits */
        (" " D "="),    /* white space */
        (D "=\\n"),     /* the same */
        (D "\\n"),      /* the same */
        ("VV-V" D "="), /* another alphabet */
        ("=" D),        /* padding first */
        (H "="),        /* half of its padding */
        "",
        "====",
        "VVVV",
        "Vg",
    };
    char text[512];

    (void)state;
    expect("{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" D "=\"}", JB_OK, NULL);
    expect("{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" D "\"}", JB_OK, NULL);
    expect("{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" H "==\"}", JB_OK, NULL);
    expect("{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" H "\"}", JB_OK, NULL);
    for (size_t i = 0; i < COUNT(bad); i++) {
        (void)snprintf(text, sizeof text,
                       "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"%s\"}", bad[i]);
        expect(text, JB_ERR_ARGUMENT_INVALID, "digest");
    }
}

static void many_digests(void **state) {
    static char text[TEXT_MAX];

    (void)state;
    for (int count = 0; count <= 200; count++) {
        bool taken = count >= 1 && count <= JB_MYNAPORTAL_DIGESTS_MAX;
        struct jb_mynaportal message;
        const char *problem = NULL;
        size_t used = (size_t)snprintf(text, sizeof text,
                                       "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[");
        for (int i = 0; i < count; i++) {
            /* the first digit tells which one it is */
            used += (size_t)snprintf(text + used, sizeof text - used, "%s\"%c%s\"",
                                     i > 0 ? "," : "", 'A' + i % 26, &D[1]);
        }
        (void)snprintf(text + used, sizeof text - used, "]}");
        assert_int_equal(parse(text, &message, &problem), taken ? JB_OK : JB_ERR_ARGUMENT_INVALID);
        assert_int_equal(message.count, taken ? count : 0);
        for (int i = 0; taken && i < count; i++) { /* in their order */
            assert_int_equal(message.digests[i].bytes[0] >> 2, i % 26);
        }
        jb_mynaportal_clear(&message);
    }
}

static void other_modes_need_no_digest(void **state) {
    struct jb_mynaportal message;
    const char *problem = NULL;

    (void)state;
    assert_int_equal(parse("{\"mode\":\"04\",\"service_id\":\"01\"}", &message, &problem), JB_OK);
    assert_int_equal(message.mode, JB_MYNAPORTAL_ATTRIBUTES);
    assert_int_equal(message.count, 0);
    assert_int_equal(parse("{\"mode\":\"05\"}", &message, &problem), JB_OK);
    assert_int_equal(message.mode, JB_MYNAPORTAL_CLOSE);
    expect("{\"mode\":\"05\",\"service_id\":\"01\"}", JB_OK, NULL);
    /* members that are not known are let pass */
    expect("{\"mode\":\"04\",\"service_id\":\"01\",\"screen_id\":\"7\",\"x\":{\"y\":[1]}}", JB_OK,
           NULL);
    expect("{\"mode\":\"02\",\"service_id\":\"07\",\"digest\":[\"" D "\"]}", JB_OK, NULL);
}

static void what_is_no_message(void **state) {
    static const char *const texts[] = {
        "",
        " ",
        "hello",
        "null",
        "1",
        "\"01\"",
        "[]",
        "[{\"mode\":\"05\"}]",
        "{\"mode\":\"05\"",
        "{\"mode\":\"05\"}}",
        "{\"mode\":\"05\"} {}",
        "{'mode':'05'}",
        "{mode:\"05\"}",
        "{\"mode\":\"05\",}",
        "{\"mode\":\"05\",\"mode\":\"05\"}",
        "{\"mode\":\"0\xFF\"}",
        "{\"mode\":\"05\\u0000\"}",
        "{\"mode\":\"\\ud800\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(texts[i], JB_ERR_REQUEST_MALFORMED, "message");
    }
}

static void members_that_are_missing_or_wrong(void **state) {
    static const struct {
        const char *text;
        enum jb_error error;
        const char *member;
    } cases[] = {
        {"{}", JB_ERR_ARGUMENT_MISSING, "mode"},
        {"{\"Mode\":\"05\"}", JB_ERR_ARGUMENT_MISSING, "mode"},
        {"{\"mode\":5}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":null}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":[\"05\"]}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"5\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"00\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"03\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"06\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"011\"}", JB_ERR_ARGUMENT_INVALID, "mode"},
        {"{\"mode\":\"01\",\"digest\":\"" D "\"}", JB_ERR_ARGUMENT_MISSING, "service_id"},
        {"{\"mode\":\"04\"}", JB_ERR_ARGUMENT_MISSING, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":1}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":null}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":\"\"}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":\"1\"}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":\"00\"}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":\"10\"}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"04\",\"service_id\":\"011\"}", JB_ERR_ARGUMENT_INVALID, "service_id"},
        {"{\"mode\":\"01\",\"service_id\":\"02\",\"digest\":\"" D "\"}", JB_ERR_ARGUMENT_INVALID,
         "service_id"},
        {"{\"mode\":\"01\",\"service_id\":\"01\"}", JB_ERR_ARGUMENT_MISSING, "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\"}", JB_ERR_ARGUMENT_MISSING, "digest"},
        {"{\"mode\":\"01\",\"service_id\":\"01\",\"digest\":[\"" D "\"]}", JB_ERR_ARGUMENT_INVALID,
         "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[]}", JB_ERR_ARGUMENT_INVALID,
         "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[[\"" D "\"]]}",
         JB_ERR_ARGUMENT_INVALID, "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[\"" D "\",1]}",
         JB_ERR_ARGUMENT_INVALID, "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":{\"0\":\"" D "\"}}",
         JB_ERR_ARGUMENT_INVALID, "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":true}", JB_ERR_ARGUMENT_INVALID,
         "digest"},
        {"{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":null}", JB_ERR_ARGUMENT_INVALID,
         "digest"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect(cases[i].text, cases[i].error, cases[i].member);
    }
}

static void ten_megabytes_are_looked_through_and_refused(void **state) {
    static const size_t len = (size_t)10 * 1024 * 1024;
    static const char head[] = "{\"mode\":\"01\",\"service_id\":\"01\",\"digest\":\"";
    char *text = malloc(len + sizeof head + 3);

    (void)state;
    assert_non_null(text);
    memcpy(text, head, sizeof head);
    memset(text + sizeof head - 1, 'A', len);
    memcpy(text + sizeof head - 1 + len, "\"}", 3);
    expect(text, JB_ERR_ARGUMENT_INVALID, "digest");
    memset(text, '[', len);
    expect(text, JB_ERR_REQUEST_MALFORMED, "message");
    free(text);
}

static void modes_have_names(void **state) {
    (void)state;
    assert_string_equal(jb_mynaportal_mode_name(JB_MYNAPORTAL_AUTHENTICATE), "01");
    assert_string_equal(jb_mynaportal_mode_name(JB_MYNAPORTAL_SIGN), "02");
    assert_string_equal(jb_mynaportal_mode_name(JB_MYNAPORTAL_ATTRIBUTES), "04");
    assert_string_equal(jb_mynaportal_mode_name(JB_MYNAPORTAL_CLOSE), "05");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_each_hash),
        cmocka_unit_test(bare_hashes_of_four_lengths_and_nothing_else),
        cmocka_unit_test(a_digest_info_that_is_not_whole_or_not_right),
        cmocka_unit_test(base64_is_strict_but_for_its_padding),
        cmocka_unit_test(many_digests),
        cmocka_unit_test(other_modes_need_no_digest),
        cmocka_unit_test(what_is_no_message),
        cmocka_unit_test(members_that_are_missing_or_wrong),
        cmocka_unit_test(ten_megabytes_are_looked_through_and_refused),
        cmocka_unit_test(modes_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
