/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "made_certificate.h"

#define NAME_OID "1.2.392.200149.8.5.5.1"
#define SIGN_POLICY "1.2.392.200149.8.5.1.1.20"
#define NOT_BEFORE 1704067200 /* 2024-01-01T00:00:00Z */
#define NOT_AFTER 1861973999  /* 2029-01-01T14:59:59Z */

static EVP_PKEY *rsa_key;
static EVP_PKEY *p256_key;

static struct made_certificate usual(void) {
    struct made_certificate wanted = {.not_before = "20240101000000Z",
                                      .not_after = "20290101145959Z",
                                      .subject_cn = "20240101-1"};
    return wanted;
}

static int make_keys(void **state) {
    (void)state;
    rsa_key = EVP_RSA_gen(2048);
    p256_key = EVP_EC_gen("P-256");
    return rsa_key != NULL && p256_key != NULL ? 0 : -1;
}

static int free_keys(void **state) {
    (void)state;
    EVP_PKEY_free(rsa_key);
    EVP_PKEY_free(p256_key);
    return 0;
}

static enum jb_error parse(const struct made_certificate *wanted, EVP_PKEY *key,
                           struct jb_certificate **out) {
    uint8_t *der;
    size_t len = made_der(wanted, key, &der);
    enum jb_error result;

    result = jb_certificate_parse(der, len, out);
    assert_int_equal(*out != NULL, result == JB_OK);
    assert_int_equal(ERR_peek_error(), 0); /* nothing is left for others to stumble over */
    OPENSSL_free(der);
    return result;
}

static void assert_refused(const struct made_certificate *wanted, EVP_PKEY *key) {
    struct jb_certificate *certificate;

    assert_int_equal(parse(wanted, key, &certificate), JB_ERR_CERTIFICATE_INVALID);
    jb_certificate_free(&certificate);
}

static void test_all_fields(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;
    const uint8_t *der;
    size_t len;

    (void)state;
    wanted.policy = SIGN_POLICY;
    assert_int_equal(parse(&wanted, rsa_key, &certificate), JB_OK);
    assert_int_equal(jb_certificate_key_type(certificate), JB_KEY_TYPE_RSA);
    assert_int_equal(jb_certificate_key_bits(certificate), 2048);
    assert_int_equal(jb_certificate_not_before(certificate), NOT_BEFORE);
    assert_int_equal(jb_certificate_not_after(certificate), NOT_AFTER);
    assert_string_equal(jb_certificate_subject(certificate), "CN=20240101-1,O=電子\\,証明,C=JP");
    assert_string_equal(jb_certificate_issuer(certificate), "CN=CA,O=電子\\,証明,C=JP");
    assert_string_equal(jb_certificate_serial(certificate), "ABCDEF0102");
    assert_true(jb_certificate_has_policy(certificate, SIGN_POLICY));
    assert_false(jb_certificate_has_policy(certificate, "1.2.392.200149.8.5.1.1.2"));
    assert_false(jb_certificate_has_policy(certificate, "1.2.392.200149.8.5.1.3.30"));
    assert_false(jb_certificate_has_policy(certificate, ""));
    der = jb_certificate_der(certificate, &len);
    assert_int_equal(der[0], 0x30);
    assert_true(len > 500);
    for (int i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        assert_null(jb_certificate_attribute(certificate, (enum jb_certificate_attribute)i));
    }
    jb_certificate_free(&certificate);
    assert_null(certificate);
    jb_certificate_free(&certificate); /* as often as one likes */
}

static void test_no_policy(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;

    (void)state;
    assert_int_equal(parse(&wanted, rsa_key, &certificate), JB_OK);
    assert_false(jb_certificate_has_policy(certificate, SIGN_POLICY));
    jb_certificate_free(&certificate);
}

static void test_attributes(void **state) {
    struct made_certificate wanted = usual();
    const char *values[JB_ATTRIBUTE_COUNT] = {"髙橋　花子",           "10000",     "2", "319800229",
                                              "東京都千代田区１－１", "0000000000"};
    char oids[JB_ATTRIBUTE_COUNT][32];
    struct jb_certificate *certificate;

    (void)state;
    for (int i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        (void)snprintf(oids[i], sizeof(oids[i]), "1.2.392.200149.8.5.5.%d", i + 1);
        wanted.names[i] = (struct made_name){oids[i], V_ASN1_UTF8STRING, values[i], -1};
    }
    assert_int_equal(parse(&wanted, rsa_key, &certificate), JB_OK);
    for (int i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        assert_string_equal(jb_certificate_attribute(certificate, (enum jb_certificate_attribute)i),
                            values[i]);
    }
    jb_certificate_free(&certificate);
}

static void test_some_attributes(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;

    (void)state;
    wanted.names[0] = (struct made_name){"1.2.3.4", V_ASN1_OCTET_STRING, "\xFF\0x", 3};
    wanted.names[1] = (struct made_name){"1.2.392.200149.8.5.5.5", V_ASN1_UTF8STRING, "大阪", -1};
    wanted.names[2] = (struct made_name){"1.2.392.200149.8.5.5.2", V_ASN1_UTF8STRING, "", 0};
    wanted.names[3] = (struct made_name){"1.2.392.200149.8.5.5.7", V_ASN1_UTF8STRING, "?", -1};
    assert_int_equal(parse(&wanted, rsa_key, &certificate), JB_OK);
    assert_null(jb_certificate_attribute(certificate, JB_ATTRIBUTE_NAME));
    assert_string_equal(jb_certificate_attribute(certificate, JB_ATTRIBUTE_ADDRESS), "大阪");
    assert_string_equal(jb_certificate_attribute(certificate, JB_ATTRIBUTE_NAME_SUBSTITUTES), "");
    assert_null(jb_certificate_attribute(certificate, JB_ATTRIBUTE_SEX));
    jb_certificate_free(&certificate);
}

static void test_wrong_attributes(void **state) {
    static const struct made_name wrong[] = {
        {NAME_OID, V_ASN1_PRINTABLESTRING, "HANAKO", -1}, {NAME_OID, V_ASN1_OCTET_STRING, "x", -1},
        {NAME_OID, V_ASN1_UTF8STRING, "\xFF", 1},         {NAME_OID, V_ASN1_UTF8STRING, "a\0b", 3},
        {NAME_OID, V_ASN1_UTF8STRING, "\xC0\x80", 2},     {NAME_OID, V_ASN1_UTF8STRING, "\0", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct made_certificate wanted = usual();
        wanted.names[0] = wrong[i];
        assert_refused(&wanted, rsa_key);
    }
}

static void test_ambiguous_attributes(void **state) {
    struct made_certificate wanted = usual();

    (void)state;
    wanted.names[0] = (struct made_name){NAME_OID, V_ASN1_UTF8STRING, "花子", -1};
    wanted.names[1] = (struct made_name){NAME_OID, V_ASN1_UTF8STRING, "太郎", -1};
    assert_refused(&wanted, rsa_key);
    wanted.names[1].oid = NULL;
    wanted.san_twice = true;
    assert_refused(&wanted, rsa_key);
}

static void test_names(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;
    uint8_t *der;
    uint8_t *mark;
    size_t len;

    (void)state;
    wanted.subject_cn = "a\0b\n";
    wanted.subject_cn_len = 4;
    assert_int_equal(parse(&wanted, rsa_key, &certificate), JB_OK);
    assert_string_equal(jb_certificate_subject(certificate), "CN=a\\00b\\0A,O=電子\\,証明,C=JP");
    jb_certificate_free(&certificate);
    wanted.subject_cn = "MARK";
    wanted.subject_cn_len = 0;
    len = made_der(&wanted, rsa_key, &der);
    mark = memmem(der, len, "MARK", 4);
    assert_non_null(mark);
    mark[1] = 0xFF; /* no UTF-8 any more */
    assert_int_equal(jb_certificate_parse(der, len, &certificate), JB_ERR_CERTIFICATE_INVALID);
    OPENSSL_free(der);
}

static void test_keys(void **state) {
    const struct {
        EVP_PKEY *key;
        int bits; /* 0: refused */
    } keys[] = {
        {EVP_EC_gen("P-256"), 256}, {EVP_EC_gen("P-384"), 384},
        {EVP_EC_gen("P-521"), 521}, {EVP_EC_gen("secp256k1"), 0},
        {EVP_EC_gen("P-224"), 0},   {EVP_EC_gen("brainpoolP256r1"), 0},
        {EVP_RSA_gen(1024), 0},     {EVP_RSA_gen(2040), 0},
        {EVP_RSA_gen(3072), 3072},  {EVP_PKEY_Q_keygen(NULL, NULL, "RSA-PSS", (size_t)2048), 0}};
    struct made_certificate wanted = usual();

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct jb_certificate *certificate = NULL;
        if (keys[i].key == NULL) {
            continue; /* not every OpenSSL has every curve */
        }
        if (keys[i].bits == 0) {
            assert_refused(&wanted, keys[i].key);
        } else {
            assert_int_equal(parse(&wanted, keys[i].key, &certificate), JB_OK);
            assert_int_equal(jb_certificate_key_bits(certificate), keys[i].bits);
            assert_int_equal(jb_certificate_key_type(certificate),
                             keys[i].bits < 1000 ? JB_KEY_TYPE_EC : JB_KEY_TYPE_RSA);
            jb_certificate_free(&certificate);
        }
        EVP_PKEY_free(keys[i].key);
    }
}

/* The curve in full instead of by name, by which another curve can be passed off for a good one. */
static void test_explicit_curve(void **state) {
    struct made_certificate wanted = usual();
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    assert_int_equal(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"),
                     1);
    assert_refused(&wanted, key);
    EVP_PKEY_free(key);
}

static void test_time(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;

    (void)state;
    assert_int_equal(parse(&wanted, p256_key, &certificate), JB_OK);
    assert_int_equal(jb_certificate_check_time(certificate, NOT_BEFORE - 1),
                     JB_ERR_CERTIFICATE_NOT_YET_VALID);
    assert_int_equal(jb_certificate_check_time(certificate, NOT_BEFORE), JB_OK);
    assert_int_equal(jb_certificate_check_time(certificate, NOT_AFTER), JB_OK);
    assert_int_equal(jb_certificate_check_time(certificate, NOT_AFTER + 1),
                     JB_ERR_CERTIFICATE_EXPIRED);
    assert_int_equal(jb_certificate_check_time(certificate, 0), JB_ERR_CERTIFICATE_NOT_YET_VALID);
    jb_certificate_free(&certificate);
}

static void test_times_far_away(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;

    (void)state;
    wanted.not_before = "500101000000Z"; /* UTCTime: 1950 */
    wanted.not_after = "99991231235959Z";
    assert_int_equal(parse(&wanted, p256_key, &certificate), JB_OK);
    assert_int_equal(jb_certificate_not_before(certificate), -631152000);
    assert_int_equal(jb_certificate_not_after(certificate), 253402300799);
    jb_certificate_free(&certificate);
}

static void test_local_time_zone_does_not_matter(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;

    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
    tzset();
    assert_int_equal(parse(&wanted, p256_key, &certificate), JB_OK);
    assert_int_equal(jb_certificate_not_before(certificate), NOT_BEFORE);
    jb_certificate_free(&certificate);
    (void)unsetenv("TZ");
    tzset();
}

static void test_lengths(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;
    uint8_t *der;
    size_t len = made_der(&wanted, p256_key, &der);
    uint8_t *longer = calloc(1, len + 4);

    (void)state;
    memcpy(longer, der, len);
    for (size_t extra = 1; extra <= 4; extra++) {
        assert_int_equal(jb_certificate_parse(longer, len + extra, &certificate),
                         JB_ERR_CERTIFICATE_INVALID);
        assert_null(certificate);
    }
    for (size_t shorter = 0; shorter < len; shorter++) {
        uint8_t *cut = malloc(shorter + 1); /* so that reading past the end is seen */
        memcpy(cut, der, shorter);
        assert_int_equal(jb_certificate_parse(cut, shorter, &certificate),
                         JB_ERR_CERTIFICATE_INVALID);
        free(cut);
    }
    assert_int_equal(jb_certificate_parse(longer, len, &certificate), JB_OK);
    memset(longer, 0, len); /* it has a copy */
    assert_string_equal(jb_certificate_serial(certificate), "ABCDEF0102");
    jb_certificate_free(&certificate);
    OPENSSL_free(der);
    free(longer);
}

/* The same certificate with the outer length in a longer form: BER, not DER. */
static void test_ber_is_refused(void **state) {
    struct made_certificate wanted = usual();
    struct jb_certificate *certificate;
    uint8_t *der;
    size_t len = made_der(&wanted, p256_key, &der);
    uint8_t *ber = malloc(len + 1);

    (void)state;
    assert_int_equal(der[1], 0x82);
    ber[0] = 0x30;
    ber[1] = 0x83;
    ber[2] = 0;
    memcpy(ber + 3, der + 2, len - 2);
    assert_int_equal(jb_certificate_parse(ber, len + 1, &certificate), JB_ERR_CERTIFICATE_INVALID);
    OPENSSL_free(der);
    free(ber);
}

/* Every byte changed in turn: refused or parsed, and every verb works on what was parsed. */
static void test_garbage(void **state) {
    struct made_certificate wanted = usual();
    uint8_t *der;
    size_t len;

    (void)state;
    wanted.policy = SIGN_POLICY;
    wanted.names[0] = (struct made_name){NAME_OID, V_ASN1_UTF8STRING, "花子", -1};
    len = made_der(&wanted, p256_key, &der);
    for (size_t i = 0; i < len * 6; i++) {
        static const uint8_t changes[] = {0x01, 0x80, 0xFF, 0x20, 0x7F, 0x04};
        struct jb_certificate *certificate;
        der[i / 6] ^= changes[i % 6];
        if (jb_certificate_parse(der, len, &certificate) == JB_OK) {
            (void)jb_certificate_has_policy(certificate, SIGN_POLICY);
            (void)jb_certificate_check_time(certificate, NOT_AFTER);
            assert_non_null(jb_certificate_subject(certificate));
        }
        jb_certificate_free(&certificate);
        der[i / 6] ^= changes[i % 6];
    }
    OPENSSL_free(der);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_fields),
        cmocka_unit_test(test_no_policy),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_some_attributes),
        cmocka_unit_test(test_wrong_attributes),
        cmocka_unit_test(test_ambiguous_attributes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_explicit_curve),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_times_far_away),
        cmocka_unit_test(test_local_time_zone_does_not_matter),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_ber_is_refused),
        cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
