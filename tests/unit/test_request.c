/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"
#include "jpki_bridge/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define NONCE "0123456789abcdef0123456789abcdef0123456789ab"  /* 44 characters */
#define SHA256 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" /* of nothing */
#define O "\"origin\":\"https://example.jp\""
#define AUTH "{\"command\":\"authenticate\",\"arguments\":{\"challengeNonce\":\"" NONCE "\"," O "}"
#define SIGN(more)                                                                                 \
    "{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256                                \
    "\",\"hashFunction\":\"SHA-256\"" more "}}"
#define MYNA(message) "{\"command\":\"mynaportal\",\"arguments\":{" O ",\"message\":" message "}}"
#define PROFILE(fields) "{\"command\":\"read-profile\",\"arguments\":{" O ",\"fields\":" fields "}}"
#define STATUS(more) "{\"command\":\"status\",\"arguments\":{}" more "}"

static enum jb_error parse(const char *text, struct jb_request *request, const char **problem) {
    return jb_request_parse(text, strlen(text), request, problem);
}

static void commands_become_typed(void **state) {
    static const struct {
        const char *text;
        enum jb_command command;
    } cases[] = {
        {STATUS(""), JB_COMMAND_STATUS},
        {AUTH "}", JB_COMMAND_AUTHENTICATE},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{" O ",\"lang\":\"ja\"}}",
         JB_COMMAND_GET_SIGNING_CERTIFICATE},
        {SIGN(""), JB_COMMAND_SIGN},
        {MYNA("\"{\\\"mode\\\":\\\"05\\\"}\""), JB_COMMAND_MYNAPORTAL},
        {"{\"command\":\"trusted-origins\",\"arguments\":{}}", JB_COMMAND_TRUSTED_ORIGINS},
        {"{\"command\":\"distrust-origin\",\"arguments\":{" O "}}", JB_COMMAND_DISTRUST_ORIGIN},
        {"{\"command\":\"card-info\",\"arguments\":{}}", JB_COMMAND_CARD_INFO},
        {"{\"command\":\"card-details\",\"arguments\":{\"lang\":\"ja\"}}", JB_COMMAND_CARD_DETAILS},
        {"{\"command\":\"change-pin\",\"arguments\":{\"pin\":\"signing\"}}", JB_COMMAND_CHANGE_PIN},
        {PROFILE("[\"sex\"]"), JB_COMMAND_READ_PROFILE},
        {"{\"command\":\"doctor\",\"arguments\":{\"lang\":\"en\"}}", JB_COMMAND_DOCTOR},
        {"{\"command\":\"quit\",\"arguments\":{}}", JB_COMMAND_QUIT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_request request;
        const char *problem = NULL;
        assert_int_equal(parse(cases[i].text, &request, &problem), JB_OK);
        assert_int_equal(request.command, cases[i].command);
        assert_int_equal(jb_command_of(&request)->command, cases[i].command);
        assert_int_equal(request.id_kind, JB_ID_NONE);
        assert_false(request.events);
        assert_int_equal(request.timeout_ms, JB_TIMEOUT_DEFAULT_MS);
        jb_request_clear(&request);
    }
}

static void arguments_are_taken_over(void **state) {
    static const uint8_t empty_hash[] = {0xE3, 0xB0, 0xC4, 0x42, 0x98, 0xFC, 0x1C, 0x14};
    struct jb_request request;
    const char *problem = NULL;

    (void)state;
    assert_int_equal(
        parse(AUTH ",\"id\":\"a-1\",\"events\":true,\"timeout\":600000}", &request, &problem),
        JB_OK);
    assert_string_equal(request.origin, "https://example.jp");
    assert_string_equal(request.nonce, NONCE);
    assert_int_equal(request.id_kind, JB_ID_STRING);
    assert_string_equal(request.id, "a-1");
    assert_true(request.events);
    assert_int_equal(request.timeout_ms, 600000);
    jb_request_clear(&request);

    assert_int_equal(
        parse(SIGN(",\"certificate\":\"AQID\",\"lang\":\"en-GB\""), &request, &problem), JB_OK);
    assert_int_equal(request.hash, JB_HASH_SHA256);
    assert_memory_equal(request.digest, empty_hash, sizeof empty_hash);
    assert_int_equal(request.certificate_len, 3);
    assert_memory_equal(request.certificate, "\1\2\3", 3);
    assert_int_equal(request.lang, JB_LANG_EN);
    jb_request_clear(&request);
    assert_null(request.certificate);

    assert_int_equal(parse(SIGN(""), &request, &problem), JB_OK);
    assert_null(request.certificate);
    jb_request_clear(&request);
}

static void pins_and_fields_are_told_by_name(void **state) {
    static const char *const names[] = {"authentication", "signing", "profile"};
    struct jb_request request;
    const char *problem = NULL;
    char text[128];

    (void)state;
    for (int pin = JB_PIN_AUTH; pin <= JB_PIN_PROFILE; pin++) {
        (void)snprintf(text, sizeof text,
                       "{\"command\":\"change-pin\",\"arguments\":{\"pin\":\"%s\"}}", names[pin]);
        assert_int_equal(parse(text, &request, &problem), JB_OK);
        assert_int_equal(request.pin, pin);
        assert_string_equal(request.origin, "");
        jb_request_clear(&request);
    }
    assert_int_equal(parse(PROFILE("[\"sex\",\"name\"]"), &request, &problem), JB_OK);
    assert_int_equal(request.fields, JB_FIELD_NAME | JB_FIELD_SEX);
    jb_request_clear(&request);
    assert_int_equal(
        parse(PROFILE("[\"birthDate\",\"address\",\"sex\",\"name\"]"), &request, &problem), JB_OK);
    assert_int_equal(request.fields, JB_FIELD_ALL);
    jb_request_clear(&request);
}

static void ids(void **state) {
    static const struct {
        const char *id;
        enum jb_id_kind kind; /* JB_ID_NONE: refused */
    } cases[] = {
        {"0", JB_ID_NUMBER},
        {"-2147483648", JB_ID_NUMBER},
        {"2147483647", JB_ID_NUMBER},
        {"2147483648", JB_ID_NONE},
        {"-2147483649", JB_ID_NONE},
        {"1.5", JB_ID_NONE},
        {"1e99", JB_ID_NONE},
        {"true", JB_ID_NONE},
        {"null", JB_ID_NONE},
        {"{}", JB_ID_NONE},
        {"\"\"", JB_ID_STRING},
        {"\"0123456789012345678901234567890123456789012345678901234567890123\"", JB_ID_STRING},
        {"\"01234567890123456789012345678901234567890123456789012345678901234\"", JB_ID_NONE},
        /* 22 characters, 66 bytes */
        {"\"ああああああああああああああああああああああ\"", JB_ID_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_request request;
        const char *problem = NULL;
        char text[256];
        (void)snprintf(text, sizeof text, STATUS(",\"id\":%s"), cases[i].id);
        enum jb_error error = parse(text, &request, &problem);
        assert_int_equal(error, cases[i].kind == JB_ID_NONE ? JB_ERR_ARGUMENT_INVALID : JB_OK);
        assert_int_equal(request.id_kind, cases[i].kind);
        if (error != JB_OK) {
            assert_string_equal(problem, "id");
        }
        jb_request_clear(&request);
    }
}

static void what_is_wrong_is_named(void **state) {
    static const struct {
        const char *text;
        enum jb_error error;
        const char *problem;
    } cases[] = {
        {"", JB_ERR_REQUEST_MALFORMED, "request"},
        {"x", JB_ERR_REQUEST_MALFORMED, "request"},
        {"[]", JB_ERR_REQUEST_MALFORMED, "request"},
        {"null", JB_ERR_REQUEST_MALFORMED, "request"},
        {STATUS("") "x", JB_ERR_REQUEST_MALFORMED, "request"},
        {STATUS(",\"id\":\"\xFF\""), JB_ERR_REQUEST_MALFORMED, "request"},
        {"{}", JB_ERR_ARGUMENT_MISSING, "command"},
        {"{\"Command\":\"status\",\"arguments\":{}}", JB_ERR_ARGUMENT_UNKNOWN, "request"},
        {"{\"command\":\"STATUS\",\"arguments\":{}}", JB_ERR_COMMAND_UNKNOWN, "command"},
        {"{\"command\":\"read-number\",\"arguments\":{}}", JB_ERR_COMMAND_UNKNOWN, "command"},
        {"{\"command\":\"card-info\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_UNKNOWN, "arguments"},
        {"{\"command\":\"change-pin\",\"arguments\":{}}", JB_ERR_ARGUMENT_MISSING, "pin"},
        {"{\"command\":\"change-pin\",\"arguments\":{\"pin\":\"1234\"}}", JB_ERR_ARGUMENT_INVALID,
         "pin"},
        {"{\"command\":\"change-pin\",\"arguments\":{\"pin\":1}}", JB_ERR_ARGUMENT_INVALID, "pin"},
        {"{\"command\":\"change-pin\",\"arguments\":{\"pin\":\"signing\"," O "}}",
         JB_ERR_ARGUMENT_UNKNOWN, "arguments"},
        {PROFILE("\"name\""), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("[]"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("[\"name\",\"sex\",\"name\"]"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("[\"number\"]"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("[\"\"]"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("[1]"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {PROFILE("{\"0\":\"name\"}"), JB_ERR_ARGUMENT_INVALID, "fields"},
        {"{\"command\":\"read-profile\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_MISSING, "fields"},
        {"{\"command\":\"read-profile\",\"arguments\":{\"fields\":[\"name\"]}}",
         JB_ERR_ARGUMENT_MISSING, "origin"},
        {"{\"command\":1,\"arguments\":{}}", JB_ERR_ARGUMENT_INVALID, "command"},
        {"{\"command\":\"status\"}", JB_ERR_ARGUMENT_MISSING, "arguments"},
        {"{\"command\":\"status\",\"arguments\":[]}", JB_ERR_ARGUMENT_INVALID, "arguments"},
        {"{\"command\":\"status\",\"arguments\":{\"pin\":\"1234\"}}", JB_ERR_ARGUMENT_UNKNOWN,
         "arguments"},
        {"{\"command\":\"quit\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_UNKNOWN, "arguments"},
        {STATUS(",\"pin\":\"1234\""), JB_ERR_ARGUMENT_UNKNOWN, "request"},
        {STATUS(",\"events\":1"), JB_ERR_ARGUMENT_INVALID, "events"},
        {STATUS(",\"events\":null"), JB_ERR_ARGUMENT_INVALID, "events"},
        {STATUS(",\"timeout\":999"), JB_ERR_ARGUMENT_INVALID, "timeout"},
        {STATUS(",\"timeout\":600001"), JB_ERR_ARGUMENT_INVALID, "timeout"},
        {STATUS(",\"timeout\":1000.5"), JB_ERR_ARGUMENT_INVALID, "timeout"},
        {STATUS(",\"timeout\":\"1000\""), JB_ERR_ARGUMENT_INVALID, "timeout"},
        {"{\"command\":\"authenticate\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_MISSING,
         "challengeNonce"},
        {"{\"command\":\"authenticate\",\"arguments\":{\"challengeNonce\":\"" NONCE "\"}}",
         JB_ERR_ARGUMENT_MISSING, "origin"},
        {"{\"command\":\"authenticate\",\"arguments\":{\"challengeNonce\":\"short\"," O "}}",
         JB_ERR_ARGUMENT_INVALID, "challengeNonce"},
        {"{\"command\":\"authenticate\",\"arguments\":{\"challengeNonce\":\"" NONCE NONCE NONCE
         "\"," O "}}",
         JB_ERR_ARGUMENT_INVALID, "challengeNonce"},
        {"{\"command\":\"authenticate\",\"arguments\":{\"challengeNonce\":[]," O "}}",
         JB_ERR_ARGUMENT_INVALID, "challengeNonce"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{\"origin\":\"http://a.jp\"}}",
         JB_ERR_ORIGIN_INVALID, "origin"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{\"origin\":\"null\"}}",
         JB_ERR_ORIGIN_INVALID, "origin"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{\"origin\":\"https://a.jp/\"}}",
         JB_ERR_ORIGIN_INVALID, "origin"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{\"origin\":null}}",
         JB_ERR_ARGUMENT_INVALID, "origin"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{" O ",\"lang\":1}}",
         JB_ERR_ARGUMENT_INVALID, "lang"},
        {"{\"command\":\"get-signing-certificate\",\"arguments\":{" O
         ",\"lang\":\"ja-ja-ja-ja-ja-ja-ja-ja-ja-ja-ja-ja-ja\"}}",
         JB_ERR_ARGUMENT_INVALID, "lang"},
        {SIGN(",\"certificate\":\"AQID\\n\""), JB_ERR_ARGUMENT_INVALID, "certificate"},
        {SIGN(",\"certificate\":\"\""), JB_ERR_ARGUMENT_INVALID, "certificate"},
        {SIGN(",\"certificate\":null"), JB_ERR_ARGUMENT_INVALID, "certificate"},
        {SIGN(",\"challengeNonce\":\"" NONCE "\""), JB_ERR_ARGUMENT_UNKNOWN, "arguments"},
        {"{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256 "\"}}",
         JB_ERR_ARGUMENT_MISSING, "hashFunction"},
        {"{\"command\":\"sign\",\"arguments\":{" O ",\"hashFunction\":\"SHA-256\"}}",
         JB_ERR_ARGUMENT_MISSING, "hash"},
        {"{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256
         "\",\"hashFunction\":\"SHA-384\"}}",
         JB_ERR_ARGUMENT_INVALID, "hash"},
        {"{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256
         "\",\"hashFunction\":\"SHA3-256\"}}",
         JB_ERR_ALGORITHM_UNSUPPORTED, "hashFunction"},
        {"{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256
         "\",\"hashFunction\":\"sha-256\"}}",
         JB_ERR_ALGORITHM_UNSUPPORTED, "hashFunction"},
        {"{\"command\":\"mynaportal\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_MISSING, "message"},
        {"{\"command\":\"mynaportal\",\"arguments\":{\"message\":\"{}\"}}", JB_ERR_ARGUMENT_MISSING,
         "origin"},
        {"{\"command\":\"mynaportal\",\"arguments\":{\"message\":\"{}\",\"origin\":"
         "\"http://www.myna.go.jp\"}}",
         JB_ERR_ORIGIN_INVALID, "origin"},
        {MYNA("null"), JB_ERR_ARGUMENT_INVALID, "message"},
        {MYNA("1"), JB_ERR_ARGUMENT_INVALID, "message"},
        {MYNA("[]"), JB_ERR_ARGUMENT_INVALID, "message"},
        {MYNA("\"\""), JB_ERR_REQUEST_MALFORMED, "message"},
        {MYNA("\"[]\""), JB_ERR_REQUEST_MALFORMED, "message"},
        {MYNA("{}"), JB_ERR_ARGUMENT_MISSING, "mode"},
        {MYNA("{\"mode\":\"09\"}"), JB_ERR_ARGUMENT_INVALID, "mode"},
        {MYNA("{\"mode\":\"05\"},\"lang\":1"), JB_ERR_ARGUMENT_INVALID, "lang"},
        {MYNA("{\"mode\":\"05\"},\"pin\":\"1\""), JB_ERR_ARGUMENT_UNKNOWN, "arguments"},
        {"{\"command\":\"trusted-origins\",\"arguments\":{" O "}}", JB_ERR_ARGUMENT_UNKNOWN,
         "arguments"},
        {"{\"command\":\"distrust-origin\",\"arguments\":{}}", JB_ERR_ARGUMENT_MISSING, "origin"},
        {"{\"command\":\"distrust-origin\",\"arguments\":{\"origin\":\"https://a.example/\"}}",
         JB_ERR_ORIGIN_INVALID, "origin"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct jb_request request;
        const char *problem = NULL;
        enum jb_error error = parse(cases[i].text, &request, &problem);
        if (error != cases[i].error || problem == NULL || strcmp(problem, cases[i].problem) != 0) {
            fail_msg("%s: %s at %s", cases[i].text, jb_error_reason(error),
                     problem != NULL ? problem : "nothing");
        }
        jb_request_clear(&request);
    }
}

/* So that the error of a bad request still reaches who sent it, in the language asked for. */
static void id_is_known_when_the_rest_is_wrong(void **state) {
    struct jb_request request;
    const char *problem = NULL;

    (void)state;
    assert_int_equal(parse("{\"command\":\"sing\",\"arguments\":{},\"id\":7}", &request, &problem),
                     JB_ERR_COMMAND_UNKNOWN);
    assert_int_equal(request.id_kind, JB_ID_NUMBER);
    assert_int_equal(request.id_number, 7);
    jb_request_clear(&request);
    assert_int_equal(parse("{\"command\":\"sign\",\"arguments\":{\"lang\":\"en\"},\"id\":\"x\"}",
                           &request, &problem),
                     JB_ERR_ARGUMENT_MISSING);
    assert_string_equal(request.id, "x");
    assert_int_equal(request.lang, JB_LANG_EN);
    jb_request_clear(&request);
}

static void an_oversized_certificate_is_refused(void **state) {
    static const char head[] = "{\"command\":\"sign\",\"arguments\":{" O ",\"hash\":\"" SHA256
                               "\",\"hashFunction\":\"SHA-256\",\"certificate\":\"";
    size_t digits = 32768; /* three quarters of these are bytes */
    char *text = malloc(sizeof head + digits + 8);
    struct jb_request request;
    const char *problem = NULL;

    (void)state;
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'A', digits);
    memcpy(text + sizeof head - 1 + digits, "\"}}", 4);
    assert_int_equal(parse(text, &request, &problem), JB_ERR_ARGUMENT_INVALID);
    assert_string_equal(problem, "certificate");
    assert_null(request.certificate);
    jb_request_clear(&request);
    free(text);
}

static void a_message_is_text_or_an_object(void **state) {
    static const char *const texts[] = {
        MYNA("{\"mode\":\"04\",\"service_id\":\"01\"},\"lang\":\"en\""),
        MYNA("\"{\\\"mode\\\":\\\"04\\\",\\\"service_id\\\":\\\"01\\\"}\",\"lang\":\"en\"")};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct jb_request request;
        const char *problem = NULL;
        assert_int_equal(parse(texts[i], &request, &problem), JB_OK);
        assert_int_equal(request.message.mode, JB_MYNAPORTAL_ATTRIBUTES);
        assert_string_equal(request.origin, "https://example.jp");
        assert_int_equal(request.lang, JB_LANG_EN);
        jb_request_clear(&request);
    }
}

static void an_oversized_message_is_refused(void **state) {
    static const char head[] = "{\"command\":\"mynaportal\",\"arguments\":{" O ",\"message\":\"";
    size_t len = 70000;
    char *text = malloc(sizeof head + len + 8);
    struct jb_request request;
    const char *problem = NULL;

    (void)state;
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, ' ', len);
    memcpy(text + sizeof head - 1 + len, "\"}}", 4);
    assert_int_equal(parse(text, &request, &problem), JB_ERR_ARGUMENT_INVALID);
    assert_string_equal(problem, "message");
    jb_request_clear(&request);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_become_typed),
        cmocka_unit_test(arguments_are_taken_over),
        cmocka_unit_test(pins_and_fields_are_told_by_name),
        cmocka_unit_test(ids),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(id_is_known_when_the_rest_is_wrong),
        cmocka_unit_test(an_oversized_certificate_is_refused),
        cmocka_unit_test(a_message_is_text_or_an_object),
        cmocka_unit_test(an_oversized_message_is_refused),
    };

    (void)setenv("LC_ALL", "ja_JP.UTF-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
