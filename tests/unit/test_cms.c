/* SPDX-License-Identifier: MIT */
/* Each CMS read by OpenSSL as whoever receives it reads it, and its signed attributes byte by byte.
 */
#include <openssl/cms.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/ess.h>

#include "jpki_bridge/cms.h"
#include "made_certificate.h"
#include "unit.h"

#define WHEN 1794000000 /* in November 2026 */
#define SIGNATURE_ROOM 512
#define ATTRIBUTE_MAX 512

static const char content[] = "what is signed";
static const enum jb_hash hashes[] = {JB_HASH_SHA256, JB_HASH_SHA384, JB_HASH_SHA512};

/* A key, as the card has it, and the certificate for it. */
struct pair {
    EVP_PKEY *key;
    struct jb_certificate *certificate;
};

static struct pair rsa, p256, p384, other;
static int allocations = -1; /* how many of OpenSSL's go well before one fails; -1: all */

static bool spend(void) {
    return allocations < 0 || allocations-- > 0;
}

static void *get(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return spend() ? malloc(size) : NULL;
}

static void *get_again(void *block, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return spend() ? realloc(block, size) : NULL;
}

static void give_back(void *block, const char *file, int line) {
    (void)file;
    (void)line;
    free(block);
}

/* Each with a serial number of its own, by which a signer is found among certificates. */
static struct pair make_pair(EVP_PKEY *key, uint64_t serial) {
    const struct made_certificate wanted = {.not_before = "20240101000000Z",
                                            .not_after = "20290101145959Z",
                                            .subject_cn = "x",
                                            .serial = serial};
    struct pair pair = {.key = key};
    uint8_t *der = NULL;
    size_t len = made_der(&wanted, key, &der);

    assert_int_equal(jb_certificate_parse(der, len, &pair.certificate), JB_OK);
    OPENSSL_free(der);
    return pair;
}

static void free_pair(struct pair *pair) {
    jb_certificate_free(&pair->certificate);
    EVP_PKEY_free(pair->key);
}

static int set_up(void **state) {
    (void)state;
    rsa = make_pair(EVP_RSA_gen(2048), 1);
    p256 = make_pair(EVP_EC_gen("P-256"), 2);
    p384 = make_pair(EVP_EC_gen("P-384"), 3);
    other = make_pair(EVP_RSA_gen(2048), 4);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free_pair(&rsa);
    free_pair(&p256);
    free_pair(&p384);
    free_pair(&other);
    return 0;
}

/* Does what the card does with a digest: PKCS#1 of a DigestInfo, or r ‖ s. */
static size_t sign(const struct pair *pair, enum jb_hash hash, const uint8_t *digest,
                   uint8_t *signature) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair->key, NULL);
    uint8_t input[JB_SIGNATURE_INPUT_MAX];
    size_t input_len = 0, len = SIGNATURE_ROOM;

    assert_int_equal(jb_signature_input(pair->certificate, hash, digest, input, &input_len), JB_OK);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (EVP_PKEY_get_base_id(pair->key) == EVP_PKEY_RSA) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    }
    assert_int_equal(EVP_PKEY_sign(context, signature, &len, input, input_len), 1);
    EVP_PKEY_CTX_free(context);
    /* As OpenSSL has it, so that the form is at issue. */
    if (EVP_PKEY_get_base_id(pair->key) == EVP_PKEY_EC) {
        const uint8_t *at = signature;
        ECDSA_SIG *made = d2i_ECDSA_SIG(NULL, &at, (long)len);
        int field = (EVP_PKEY_get_bits(pair->key) + 7) / 8;
        assert_non_null(made);
        assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(made), signature, field), field);
        assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(made), signature + field, field), field);
        len = 2 * (size_t)field;
        ECDSA_SIG_free(made);
    }
    return len;
}

static struct jb_cms *begin(const struct pair *pair, const struct jb_certificate *ca,
                            enum jb_cms_profile profile, enum jb_hash hash, time_t when) {
    uint8_t digest[JB_HASH_MAX];
    struct jb_cms *cms = NULL;

    assert_int_equal(
        EVP_Q_digest(NULL, jb_hash_name(hash), NULL, content, strlen(content), digest, NULL), 1);
    assert_int_equal(jb_cms_new(pair->certificate, ca, profile, hash, digest, when, &cms), JB_OK);
    assert_int_equal(ERR_peek_error(), 0);
    return cms;
}

static CMS_ContentInfo *read_der(const uint8_t *der, size_t len) {
    const uint8_t *at = der;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)len);

    assert_non_null(info);
    assert_ptr_equal(at, der + len);
    return info;
}

/* One that is whole, read back. */
static CMS_ContentInfo *make(const struct pair *pair, const struct jb_certificate *ca,
                             enum jb_cms_profile profile, enum jb_hash hash, time_t when) {
    struct jb_cms *cms = begin(pair, ca, profile, hash, when);
    uint8_t signature[SIGNATURE_ROOM], *der = NULL;
    size_t len = sign(pair, hash, jb_cms_digest(cms), signature), der_len = 0;

    assert_int_equal(jb_cms_finish(cms, signature, len, &der, &der_len), JB_OK);
    CMS_ContentInfo *info = read_der(der, der_len);
    free(der);
    jb_cms_free(&cms);
    assert_null(cms);
    return info;
}

static bool verifies(CMS_ContentInfo *info, const char *document) {
    BIO *given = BIO_new_mem_buf(document, -1);
    bool held =
        CMS_verify(info, NULL, NULL, given, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;

    BIO_free(given);
    ERR_clear_error();
    return held;
}

static CMS_SignerInfo *signer_of(CMS_ContentInfo *info) {
    assert_int_equal(sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(info)), 1);
    return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(info), 0);
}

static const ASN1_TYPE *value_of(const CMS_SignerInfo *signer, int nid) {
    int at = CMS_signed_get_attr_by_NID(signer, nid, -1);

    assert_true(at >= 0);
    assert_int_equal(CMS_signed_get_attr_by_NID(signer, nid, at), -1);
    X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer, at);
    assert_int_equal(X509_ATTRIBUTE_count(attribute), 1);
    return X509_ATTRIBUTE_get0_type(attribute, 0);
}

/* X.690 §11.6: the encodings ascend, the shorter padded with zeros. */
static void assert_sorted(const CMS_SignerInfo *signer) {
    uint8_t last[ATTRIBUTE_MAX] = {0};

    for (int i = 0; i < CMS_signed_get_attr_count(signer); i++) {
        uint8_t now[ATTRIBUTE_MAX] = {0}, *end = now;
        int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), NULL);
        assert_in_range(len, 1, ATTRIBUTE_MAX);
        assert_int_equal(i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &end), len);
        assert_true(memcmp(last, now, sizeof now) < 0);
        memcpy(last, now, sizeof last);
    }
}

/* RFC 5035 §4: SEQUENCE of certs, of ESSCertIDv2, whose hashAlgorithm is left out when it is the
 * default, SHA-256; then the hash of the certificate, and what issued it. */
static void assert_names(const CMS_SignerInfo *signer, const struct pair *pair, enum jb_hash hash) {
    const ASN1_TYPE *value = value_of(signer, NID_id_smime_aa_signingCertificateV2);
    uint8_t expected[2 + JB_HASH_MAX] = {0x04, (uint8_t)jb_hash_size(hash)};
    size_t len = 0, size = jb_hash_size(hash);
    const uint8_t *der = jb_certificate_der(pair->certificate, &len);

    assert_int_equal(EVP_Q_digest(NULL, jb_hash_name(hash), NULL, der, len, expected + 2, NULL), 1);
    assert_int_equal(value->type, V_ASN1_SEQUENCE);
    const uint8_t *bytes = ASN1_STRING_get0_data(value->value.sequence), *at = bytes;
    size_t left = (size_t)ASN1_STRING_length(value->value.sequence);
    for (int depth = 0; depth < 3; depth++) {
        long inside = 0;
        int tag = 0, class = 0;
        assert_int_equal(ASN1_get_object(&at, &inside, &tag, &class, (long)left),
                         V_ASN1_CONSTRUCTED);
        assert_int_equal(tag, V_ASN1_SEQUENCE);
        assert_ptr_equal(at + inside, bytes + ASN1_STRING_length(value->value.sequence));
        left = (size_t)inside;
    }
    if (hash != JB_HASH_SHA256) {
        X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &at, (long)left);
        const ASN1_OBJECT *oid = NULL;
        assert_non_null(algorithm);
        X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
        assert_int_equal(OBJ_obj2nid(oid), hash == JB_HASH_SHA384 ? NID_sha384 : NID_sha512);
        X509_ALGOR_free(algorithm);
    }
    assert_memory_equal(at, expected, 2 + size);
    at += 2 + size;
    assert_int_equal(at[0], 0x30); /* issuerSerial */
    assert_ptr_equal(at + 2 + at[1], bytes + ASN1_STRING_length(value->value.sequence));
}

static void assert_attributes(CMS_ContentInfo *info, const struct pair *pair,
                              enum jb_cms_profile profile, enum jb_hash hash) {
    CMS_SignerInfo *signer = signer_of(info);
    uint8_t digest[JB_HASH_MAX];

    assert_int_equal(CMS_signed_get_attr_count(signer), profile == JB_CMS_CADES ? 4 : 3);
    assert_int_equal(CMS_unsigned_get_attr_count(signer), -1);
    assert_sorted(signer);
    const ASN1_TYPE *type = value_of(signer, NID_pkcs9_contentType);
    assert_int_equal(type->type, V_ASN1_OBJECT);
    assert_int_equal(OBJ_obj2nid(type->value.object), NID_pkcs7_data);
    const ASN1_TYPE *imprint = value_of(signer, NID_pkcs9_messageDigest);
    assert_int_equal(imprint->type, V_ASN1_OCTET_STRING);
    assert_int_equal(
        EVP_Q_digest(NULL, jb_hash_name(hash), NULL, content, strlen(content), digest, NULL), 1);
    assert_int_equal(ASN1_STRING_length(imprint->value.octet_string), jb_hash_size(hash));
    assert_memory_equal(ASN1_STRING_get0_data(imprint->value.octet_string), digest,
                        jb_hash_size(hash));
    assert_names(signer, pair, hash);
    assert_int_equal(CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0,
                     profile == JB_CMS_CADES);
}

static void assert_algorithms(CMS_ContentInfo *info, const struct pair *pair, enum jb_hash hash) {
    static const int digests[] = {[JB_HASH_SHA256] = NID_sha256,
                                  [JB_HASH_SHA384] = NID_sha384,
                                  [JB_HASH_SHA512] = NID_sha512};
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *oid = NULL;
    int parameters = 0, expected = NID_rsaEncryption;

    CMS_SignerInfo_get0_algs(signer_of(info), NULL, NULL, &digest, &signature);
    X509_ALGOR_get0(&oid, &parameters, NULL, digest);
    assert_int_equal(OBJ_obj2nid(oid), digests[hash]);
    assert_int_equal(parameters, V_ASN1_UNDEF); /* RFC 5754 §2: left out */
    if (EVP_PKEY_get_base_id(pair->key) == EVP_PKEY_EC) {
        assert_int_equal(OBJ_find_sigid_by_algs(&expected, digests[hash], NID_X9_62_id_ecPublicKey),
                         1);
    }
    X509_ALGOR_get0(&oid, &parameters, NULL, signature);
    assert_int_equal(OBJ_obj2nid(oid), expected);
    assert_int_equal(parameters, expected == NID_rsaEncryption ? V_ASN1_NULL : V_ASN1_UNDEF);
}

static void every_key_hash_and_profile(void **state) {
    const struct pair *const pairs[] = {&rsa, &p256, &p384};

    (void)state;
    for (size_t i = 0; i < COUNT(pairs) * COUNT(hashes) * 2; i++) {
        const struct pair *pair = pairs[i / (COUNT(hashes) * 2)];
        enum jb_hash hash = hashes[i / 2 % COUNT(hashes)];
        enum jb_cms_profile profile = i % 2 == 0 ? JB_CMS_CADES : JB_CMS_PADES;
        if (pair != &rsa && jb_hash_size(hash) * 8 > (size_t)EVP_PKEY_get_bits(pair->key)) {
            continue; /* signature.h refuses it before */
        }
        CMS_ContentInfo *info = make(pair, NULL, profile, hash, WHEN);
        assert_int_equal(CMS_is_detached(info), 1);
        assert_attributes(info, pair, profile, hash);
        assert_algorithms(info, pair, hash);
        assert_true(verifies(info, content));
        assert_false(verifies(info, "what is signee"));
        CMS_ContentInfo_free(info);
    }
}

/* RFC 5652 §11.3: UTCTime through 2049, GeneralizedTime after. */
static void signing_time_is_the_moment_given(void **state) {
    static const struct {
        time_t when;
        int type;
        const char *text;
    } cases[] = {{WHEN, V_ASN1_UTCTIME, "261106212000Z"},
                 {2524607999, V_ASN1_UTCTIME, "491231235959Z"},
                 {2524608000, V_ASN1_GENERALIZEDTIME, "20500101000000Z"}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CMS_ContentInfo *info = make(&rsa, NULL, JB_CMS_CADES, JB_HASH_SHA256, cases[i].when);
        const ASN1_TYPE *time = value_of(signer_of(info), NID_pkcs9_signingTime);
        assert_int_equal(time->type, cases[i].type);
        assert_int_equal(ASN1_STRING_length(time->value.asn1_string), strlen(cases[i].text));
        assert_memory_equal(ASN1_STRING_get0_data(time->value.asn1_string), cases[i].text,
                            strlen(cases[i].text));
        CMS_ContentInfo_free(info);
    }
}

static bool holds_certificate(CMS_ContentInfo *info, const struct jb_certificate *certificate) {
    STACK_OF(X509) *all = CMS_get1_certs(info);
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);
    bool found = false;

    for (int i = 0; i < sk_X509_num(all); i++) {
        uint8_t *bytes = NULL;
        int bytes_len = i2d_X509(sk_X509_value(all, i), &bytes);
        found = found || (bytes_len == (int)len && memcmp(bytes, der, len) == 0);
        OPENSSL_free(bytes);
    }
    sk_X509_pop_free(all, X509_free);
    return found;
}

static void the_ca_goes_along(void **state) {
    (void)state;
    CMS_ContentInfo *info = make(&rsa, other.certificate, JB_CMS_PADES, JB_HASH_SHA256, WHEN);
    assert_true(holds_certificate(info, rsa.certificate));
    assert_true(holds_certificate(info, other.certificate));
    assert_true(verifies(info, content));
    CMS_ContentInfo_free(info);

    info = make(&rsa, NULL, JB_CMS_PADES, JB_HASH_SHA256, WHEN);
    assert_true(holds_certificate(info, rsa.certificate));
    assert_false(holds_certificate(info, other.certificate));
    CMS_ContentInfo_free(info);
}

static void a_long_certificate(void **state) {
    static const uint8_t letter[] = {0xE6, 0x9D, 0xB1}; /* 東 */
    char name[901] = "", address[1501] = "";
    const struct made_certificate wanted = {
        .not_before = "20240101000000Z",
        .not_after = "20290101145959Z",
        .subject_cn = "x",
        .names = {{"1.2.392.200149.8.5.5.1", V_ASN1_UTF8STRING, name, -1},
                  {"1.2.392.200149.8.5.5.5", V_ASN1_UTF8STRING, address, -1}}};
    struct pair pair = {.key = rsa.key};
    uint8_t *der = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof address - 1; i += 3) {
        memcpy(address + i, letter, sizeof letter);
        memcpy(name + i % (sizeof name - 1), letter, sizeof letter);
    }
    size_t len = made_der(&wanted, pair.key, &der);
    assert_in_range(len, 2600, 8192);
    assert_int_equal(jb_certificate_parse(der, len, &pair.certificate), JB_OK);
    CMS_ContentInfo *info = make(&pair, NULL, JB_CMS_CADES, JB_HASH_SHA256, WHEN);
    assert_true(holds_certificate(info, pair.certificate));
    assert_attributes(info, &pair, JB_CMS_CADES, JB_HASH_SHA256);
    assert_true(verifies(info, content));
    CMS_ContentInfo_free(info);
    jb_certificate_free(&pair.certificate);
    OPENSSL_free(der);
}

static void refuse(const struct pair *pair, const struct pair *signer, size_t cut, size_t flip,
                   const uint8_t *digest) {
    struct jb_cms *cms = begin(pair, NULL, JB_CMS_CADES, JB_HASH_SHA256, WHEN);
    uint8_t signature[SIGNATURE_ROOM + 1] = {0}, *der = NULL;
    size_t len = sign(signer, JB_HASH_SHA256, digest != NULL ? digest : jb_cms_digest(cms),
                      signature),
           der_len = 1;

    signature[flip] ^= flip < len ? 1 : 0;
    assert_int_equal(jb_cms_finish(cms, signature, len - cut, &der, &der_len),
                     JB_ERR_SIGNATURE_INVALID);
    assert_null(der);
    assert_int_equal(der_len, 0);
    assert_int_equal(ERR_peek_error(), 0);
    jb_cms_free(&cms);
}

static void a_signature_that_does_not_hold_is_refused(void **state) {
    static const uint8_t digest[JB_HASH_MAX] = {1, 2, 3};
    const struct pair *const pairs[] = {&rsa, &p256};

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        size_t len = pairs[i] == &rsa ? 256 : 64;
        refuse(pairs[i], pairs[i], 0, 0, NULL);
        refuse(pairs[i], pairs[i], 0, len - 1, NULL);
        refuse(pairs[i], pairs[i], 1, len, NULL);
        refuse(pairs[i], pairs[i], len, len, NULL);
        refuse(pairs[i], pairs[i], len - SIGNATURE_ROOM - 1, len, NULL); /* longer than any */
        refuse(pairs[i], pairs[i], 0, len, digest);
    }
    refuse(&rsa, &other, 0, SIGNATURE_ROOM, NULL);
    refuse(&p256, &rsa, 0, SIGNATURE_ROOM, NULL);
    refuse(&rsa, &p256, 0, SIGNATURE_ROOM, NULL);
}

static void weak_hashes_are_refused(void **state) {
    static const uint8_t digest[JB_HASH_MAX] = {0};
    struct jb_cms *cms = NULL;

    (void)state;
    for (int hash = JB_HASH_SHA1; hash <= JB_HASH_SHA224; hash++) {
        assert_int_equal(
            jb_cms_new(rsa.certificate, NULL, JB_CMS_CADES, (enum jb_hash)hash, digest, WHEN, &cms),
            JB_ERR_ALGORITHM_UNSUPPORTED);
        assert_null(cms);
    }
}

static void names_of_profiles(void **state) {
    static const char *const unknown[] = {"", "CAdES", "cades ", "pade", "xades", "p"};
    enum jb_cms_profile profile = JB_CMS_PADES;

    (void)state;
    assert_true(jb_cms_profile_of("cades", &profile));
    assert_int_equal(profile, JB_CMS_CADES);
    assert_true(jb_cms_profile_of("pades", &profile));
    assert_int_equal(profile, JB_CMS_PADES);
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_false(jb_cms_profile_of(unknown[i], &profile));
    }
}

/* OpenSSL's allocations in turn, each of the first hundred and then fewer of the many: an error or
 * a CMS that is whole, and nothing left behind.
 */
static void memory_that_runs_short(void **state) {
    static const uint8_t digest[JB_HASH_MAX] = {7};
    uint8_t signature[SIGNATURE_ROOM];
    bool done = false;
    int failures = 0;

    (void)state;
    CMS_ContentInfo_free(make(&p256, NULL, JB_CMS_CADES, JB_HASH_SHA256, WHEN));
    struct jb_cms *first = NULL;
    assert_int_equal(jb_cms_new(p256.certificate, other.certificate, JB_CMS_CADES, JB_HASH_SHA256,
                                digest, WHEN, &first),
                     JB_OK);
    size_t len = sign(&p256, JB_HASH_SHA256, jb_cms_digest(first), signature);
    jb_cms_free(&first);
    for (int after = 0; !done; after += 1 + after / 100) {
        struct jb_cms *cms = NULL;
        uint8_t *der = NULL;
        size_t der_len = 0;
        allocations = after;
        enum jb_error error = jb_cms_new(p256.certificate, other.certificate, JB_CMS_CADES,
                                         JB_HASH_SHA256, digest, WHEN, &cms);
        assert_int_equal(error == JB_OK, cms != NULL);
        if (error == JB_OK) {
            error = jb_cms_finish(cms, signature, len, &der, &der_len);
            assert_int_equal(error == JB_OK, der != NULL);
        }
        done = allocations >= 0;
        allocations = -1;
        if (error == JB_OK) {
            CMS_ContentInfo_free(read_der(der, der_len));
        }
        assert_true(!done || error == JB_OK);
        failures += error == JB_OK ? 0 : 1;
        free(der);
        jb_cms_free(&cms);
        ERR_clear_error();
    }
    assert_true(failures > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_hash_and_profile),
        cmocka_unit_test(signing_time_is_the_moment_given),
        cmocka_unit_test(the_ca_goes_along),
        cmocka_unit_test(a_long_certificate),
        cmocka_unit_test(a_signature_that_does_not_hold_is_refused),
        cmocka_unit_test(weak_hashes_are_refused),
        cmocka_unit_test(names_of_profiles),
        cmocka_unit_test(memory_that_runs_short),
    };

    if (CRYPTO_set_mem_functions(get, get_again, give_back) != 1) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
