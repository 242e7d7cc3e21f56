/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "jpki_bridge/signature.h"
#include "made_certificate.h"

#define SIGNATURE_ROOM 512

static EVP_PKEY *rsa_key;
static struct jb_certificate *rsa;

static int make_keys(void **state) {
    (void)state;
    rsa_key = EVP_RSA_gen(2048);
    rsa = made_for_key(rsa_key);
    return rsa == NULL ? -1 : 0;
}

static int free_keys(void **state) {
    (void)state;
    jb_certificate_free(&rsa);
    EVP_PKEY_free(rsa_key);
    return 0;
}

static size_t from_hex(const char *hex, uint8_t *out) {
    size_t len = 0;

    for (; hex[0] != '\0' && hex[1] != '\0'; hex += hex[0] == ' ' ? 1 : 2) {
        if (hex[0] != ' ') {
            char pair[3] = {hex[0], hex[1], '\0'};
            out[len++] = (uint8_t)strtoul(pair, NULL, 16);
        }
    }
    return len;
}

static void test_hash_names(void **state) {
    static const struct {
        const char *name;
        enum jb_hash hash;
        size_t size;
    } known[] = {{"SHA-224", JB_HASH_SHA224, 28},
                 {"SHA-256", JB_HASH_SHA256, 32},
                 {"SHA-384", JB_HASH_SHA384, 48},
                 {"SHA-512", JB_HASH_SHA512, 64}};
    static const char *const unknown[] = {"",       "SHA-1",    "SHA1",     "sha-256",
                                          "SHA256", "SHA-256 ", "SHA3-256", "MD5"};
    enum jb_hash hash;

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_true(jb_hash_of(known[i].name, &hash));
        assert_int_equal(hash, known[i].hash);
        assert_string_equal(jb_hash_name(hash), known[i].name);
        assert_int_equal(jb_hash_size(hash), known[i].size);
    }
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_false(jb_hash_of(unknown[i], &hash));
    }
    assert_int_equal(jb_hash_size(JB_HASH_SHA1), 20);
}

/* RFC 8017 §9.2, note 1, copied from the RFC. */
static void test_digest_info(void **state) {
    static const struct {
        enum jb_hash hash;
        const char *prefix;
    } rfc[] = {
        {JB_HASH_SHA1, "30 21 30 09 06 05 2b 0e 03 02 1a 05 00 04 14"},
        {JB_HASH_SHA224, "30 2d 30 0d 06 09 60 86 48 01 65 03 04 02 04 05 00 04 1c"},
        {JB_HASH_SHA256, "30 31 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20"},
        {JB_HASH_SHA384, "30 41 30 0d 06 09 60 86 48 01 65 03 04 02 02 05 00 04 30"},
        {JB_HASH_SHA512, "30 51 30 0d 06 09 60 86 48 01 65 03 04 02 03 05 00 04 40"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rfc) / sizeof(rfc[0]); i++) {
        uint8_t digest[JB_HASH_MAX];
        uint8_t expected[JB_SIGNATURE_INPUT_MAX];
        uint8_t input[JB_SIGNATURE_INPUT_MAX];
        size_t size = jb_hash_size(rfc[i].hash);
        size_t expected_len = from_hex(rfc[i].prefix, expected);
        size_t len;

        memset(digest, 0xA5, sizeof(digest));
        memcpy(expected + expected_len, digest, size);
        assert_int_equal(jb_signature_input(rsa, rfc[i].hash, digest, input, &len), JB_OK);
        assert_int_equal(len, expected_len + size);
        assert_memory_equal(input, expected, len);
    }
}

/* Has the key do what the card does: pad the input and sign it. */
static size_t sign_raw(EVP_PKEY *key, const uint8_t *input, size_t len, uint8_t *signature) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t made = SIGNATURE_ROOM;

    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    }
    assert_int_equal(EVP_PKEY_sign(context, signature, &made, input, len), 1);
    EVP_PKEY_CTX_free(context);
    return made;
}

static void test_rsa(void **state) {
    EVP_PKEY *other_key = EVP_RSA_gen(2048);
    struct jb_certificate *other = made_for_key(other_key);

    (void)state;
    for (int i = JB_HASH_SHA1; i <= JB_HASH_SHA512; i++) {
        enum jb_hash hash = (enum jb_hash)i;
        uint8_t digest[JB_HASH_MAX] = {1, 2, 3};
        uint8_t input[JB_SIGNATURE_INPUT_MAX];
        uint8_t signature[SIGNATURE_ROOM];
        size_t input_len;
        size_t len;
        size_t wrong_len;

        assert_int_equal(jb_signature_input(rsa, hash, digest, input, &input_len), JB_OK);
        len = sign_raw(rsa_key, input, input_len, signature);
        assert_int_equal(len, 256);
        assert_int_equal(jb_signature_verify(rsa, hash, digest, signature, &len), JB_OK);
        assert_int_equal(jb_signature_verify(other, hash, digest, signature, &len),
                         JB_ERR_SIGNATURE_INVALID);
        assert_int_equal(ERR_peek_error(), 0);
        wrong_len = 255;
        assert_int_equal(jb_signature_verify(rsa, hash, digest, signature, &wrong_len),
                         JB_ERR_SIGNATURE_INVALID);
        wrong_len = 0;
        assert_int_equal(jb_signature_verify(rsa, hash, digest, signature, &wrong_len),
                         JB_ERR_SIGNATURE_INVALID);
        signature[100] ^= 1;
        assert_int_equal(jb_signature_verify(rsa, hash, digest, signature, &len),
                         JB_ERR_SIGNATURE_INVALID);
        signature[100] ^= 1;
        digest[0] ^= 1;
        assert_int_equal(jb_signature_verify(rsa, hash, digest, signature, &len),
                         JB_ERR_SIGNATURE_INVALID);
    }
    jb_certificate_free(&other);
    EVP_PKEY_free(other_key);
}

/* A signature of the bare digest is none: the DigestInfo names the hash. */
static void test_rsa_without_digest_info(void **state) {
    uint8_t digest[32] = {9};
    uint8_t signature[SIGNATURE_ROOM];
    size_t len = sign_raw(rsa_key, digest, sizeof(digest), signature);

    (void)state;
    assert_int_equal(jb_signature_verify(rsa, JB_HASH_SHA256, digest, signature, &len),
                     JB_ERR_SIGNATURE_INVALID);
}

static size_t raw_of_der(const uint8_t *der, size_t len, size_t field, uint8_t *raw) {
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);

    assert_non_null(pair);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)field), (int)field);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + field, (int)field), (int)field);
    ECDSA_SIG_free(pair);
    return 2 * field;
}

static void check_ec(const char *curve, enum jb_hash hash, size_t field) {
    EVP_PKEY *key = EVP_EC_gen(curve);
    struct jb_certificate *certificate = made_for_key(key);
    uint8_t digest[JB_HASH_MAX] = {4, 5, 6};
    uint8_t input[JB_SIGNATURE_INPUT_MAX];
    uint8_t der[SIGNATURE_ROOM];
    uint8_t raw[SIGNATURE_ROOM];
    uint8_t trailing[SIGNATURE_ROOM] = {0};
    size_t len;
    size_t raw_len;

    assert_int_equal(jb_signature_input(certificate, hash, digest, input, &len), JB_OK);
    assert_int_equal(len, jb_hash_size(hash));
    assert_memory_equal(input, digest, len);
    len = sign_raw(key, input, len, der);
    memcpy(trailing, der, len);
    raw_len = raw_of_der(der, len, field, raw);

    assert_int_equal(jb_signature_verify(certificate, hash, digest, raw, &raw_len), JB_OK);
    assert_int_equal(raw_len, 2 * field);
    raw_len = len + 1;
    assert_int_equal(jb_signature_verify(certificate, hash, digest, trailing, &raw_len),
                     JB_ERR_SIGNATURE_INVALID);
    assert_int_equal(jb_signature_verify(certificate, hash, digest, der, &len), JB_OK);
    assert_int_equal(len, 2 * field);
    assert_memory_equal(der, raw, len); /* rewritten */
    assert_int_equal(jb_signature_verify(certificate, hash, digest, der, &len), JB_OK);
    der[field] ^= 1;
    assert_int_equal(jb_signature_verify(certificate, hash, digest, der, &len),
                     JB_ERR_SIGNATURE_INVALID);
    memset(der, 0, sizeof(der));
    assert_int_equal(jb_signature_verify(certificate, hash, digest, der, &len),
                     JB_ERR_SIGNATURE_INVALID);
    len = 0;
    assert_int_equal(jb_signature_verify(certificate, hash, digest, der, &len),
                     JB_ERR_SIGNATURE_INVALID);
    assert_int_equal(ERR_peek_error(), 0);
    jb_certificate_free(&certificate);
    EVP_PKEY_free(key);
}

static void test_ec(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) { /* r or s is short now and then */
        check_ec("P-256", JB_HASH_SHA256, 32);
    }
    check_ec("P-384", JB_HASH_SHA384, 48);
    check_ec("P-384", JB_HASH_SHA256, 48);
    check_ec("P-521", JB_HASH_SHA512, 66);
}

static void test_hash_longer_than_the_curve(void **state) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    struct jb_certificate *certificate = made_for_key(key);
    uint8_t digest[JB_HASH_MAX] = {0};
    uint8_t input[JB_SIGNATURE_INPUT_MAX];
    size_t len;

    (void)state;
    assert_int_equal(jb_signature_input(certificate, JB_HASH_SHA384, digest, input, &len),
                     JB_ERR_ALGORITHM_UNSUPPORTED);
    jb_certificate_free(&certificate);
    EVP_PKEY_free(key);
}

static void check_token_algorithm(const char *curve, const char *expected,
                                  enum jb_hash expected_hash) {
    EVP_PKEY *key = curve == NULL ? EVP_RSA_gen(2048) : EVP_EC_gen(curve);
    struct jb_certificate *certificate = made_for_key(key);
    const char *algorithm;
    enum jb_hash hash;

    assert_int_equal(jb_signature_token_algorithm(certificate, &algorithm, &hash), JB_OK);
    assert_string_equal(algorithm, expected);
    assert_int_equal(hash, expected_hash);
    assert_string_equal(jb_signature_crypto_algorithm(certificate), curve == NULL ? "RSA" : "ECC");
    assert_string_equal(jb_signature_padding_scheme(certificate),
                        curve == NULL ? "PKCS1.5" : "NONE");
    jb_certificate_free(&certificate);
    EVP_PKEY_free(key);
}

static void test_token_algorithm(void **state) {
    (void)state;
    check_token_algorithm(NULL, "RS256", JB_HASH_SHA256);
    check_token_algorithm("P-256", "ES256", JB_HASH_SHA256);
    check_token_algorithm("P-384", "ES384", JB_HASH_SHA384);
    check_token_algorithm("P-521", "ES512", JB_HASH_SHA512);
}

/* Made with the openssl command line:
 * (printf %s "$origin" | openssl dgst -sha256 -binary; printf %s "$nonce" | openssl dgst -sha256
 * -binary) | openssl dgst -sha256 */
static void test_token_digest(void **state) {
    static const struct {
        enum jb_hash hash;
        const char *digest;
    } vectors[] = {
        {JB_HASH_SHA256, "cd83586ccf10a439057216576b3d14c3de411d69c83e904c68a85fd62108596c"},
        {JB_HASH_SHA384, "3fd4938781a42d41d35e7cc4e17fc8c95d348d83cc6fa1f3"
                         "c53601993e090d42fab934cf20bef82e9c2c29b0cf12e4bb"},
        {JB_HASH_SHA512, "bea79471ae52098734ee3f7587e95eb323d7fe516918468406435aa092b37604"
                         "d26907250928cc68161af05f776d6d102d9650ffb6622f1db91f453aac028ced"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        uint8_t expected[JB_HASH_MAX];
        uint8_t digest[JB_HASH_MAX];
        size_t len = from_hex(vectors[i].digest, expected);

        assert_int_equal(len, jb_hash_size(vectors[i].hash));
        assert_int_equal(jb_token_digest(vectors[i].hash, "https://portal.example.go.jp:8443",
                                         "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", digest),
                         JB_OK);
        assert_memory_equal(digest, expected, len);
    }
}

static size_t sign_as_card(EVP_PKEY *key, const uint8_t *input, size_t len, uint8_t *out) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t out_len = SIGNATURE_ROOM;

    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(context, out, &out_len, input, len), 1);
    EVP_PKEY_CTX_free(context);
    return out_len;
}

/* What a site had signed as it is: a bare hash, a DigestInfo. */
static void test_inputs_as_they_are(void **state) {
    static const size_t lengths[] = {20, 32, 48, 64, 35, 51, 83};
    uint8_t input[JB_SIGNATURE_INPUT_MAX], signature[SIGNATURE_ROOM];

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memset(input, 0x33, sizeof input);
        size_t len = sign_as_card(rsa_key, input, lengths[i], signature);
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i], signature, len), JB_OK);
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i] - 1, signature, len),
                         JB_ERR_SIGNATURE_INVALID);
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i] + 1, signature, len),
                         JB_ERR_SIGNATURE_INVALID);
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i], signature, len - 1),
                         JB_ERR_SIGNATURE_INVALID);
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i], signature, 0),
                         JB_ERR_SIGNATURE_INVALID);
        input[0] ^= 1;
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i], signature, len),
                         JB_ERR_SIGNATURE_INVALID);
        input[0] ^= 1;
        signature[0] ^= 1;
        assert_int_equal(jb_signature_verify_input(rsa, input, lengths[i], signature, len),
                         JB_ERR_SIGNATURE_INVALID);
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static void test_inputs_of_other_keys(void **state) {
    EVP_PKEY *key = EVP_EC_gen("P-384");
    struct jb_certificate *certificate = made_for_key(key);
    uint8_t bytes[96] = {0};

    (void)state;
    assert_int_equal(jb_signature_verify_input(certificate, bytes, 48, bytes, 96),
                     JB_ERR_ALGORITHM_UNSUPPORTED);
    jb_certificate_free(&certificate);
    EVP_PKEY_free(key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_names),
        cmocka_unit_test(test_digest_info),
        cmocka_unit_test(test_rsa),
        cmocka_unit_test(test_rsa_without_digest_info),
        cmocka_unit_test(test_ec),
        cmocka_unit_test(test_hash_longer_than_the_curve),
        cmocka_unit_test(test_token_algorithm),
        cmocka_unit_test(test_token_digest),
        cmocka_unit_test(test_inputs_as_they_are),
        cmocka_unit_test(test_inputs_of_other_keys),
    };

    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
