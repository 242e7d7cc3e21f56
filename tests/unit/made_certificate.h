/* SPDX-License-Identifier: MIT */
/* Certificates made on the fly, right or wrong as a test wants them. */
#ifndef JPKI_BRIDGE_TEST_MADE_CERTIFICATE_H
#define JPKI_BRIDGE_TEST_MADE_CERTIFICATE_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/certificate.h"

#define MADE_NAMES 8

struct made_name {
    const char *oid;
    int type; /* V_ASN1_… */
    const char *bytes;
    int len; /* -1: the bytes are a string */
};

struct made_certificate {
    const char *not_before; /* an ASN.1 GeneralizedTime or UTCTime */
    const char *not_after;
    const char *policy; /* or null */
    struct made_name names[MADE_NAMES];
    const char *subject_cn;
    int subject_cn_len; /* 0: a string */
    bool san_twice;
    uint64_t serial; /* 0: one that all have */
};

static inline bool made_add_extension(X509 *x509, int nid, void *value) {
    return X509_add1_ext_i2d(x509, nid, value, 0, X509V3_ADD_APPEND) == 1;
}

static inline bool made_add_names(X509 *x509, const struct made_certificate *wanted) {
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *mail = GENERAL_NAME_new();
    ASN1_IA5STRING *address = ASN1_IA5STRING_new();
    bool added;

    (void)ASN1_STRING_set(address, "nobody@example.jp", -1);
    GENERAL_NAME_set0_value(mail, GEN_EMAIL, address);
    (void)sk_GENERAL_NAME_push(names, mail);
    for (size_t i = 0; i < MADE_NAMES && wanted->names[i].oid != NULL; i++) {
        const struct made_name *name = &wanted->names[i];
        GENERAL_NAME *general = GENERAL_NAME_new();
        ASN1_TYPE *value = ASN1_TYPE_new();
        ASN1_STRING *text = ASN1_STRING_type_new(name->type);
        (void)ASN1_STRING_set(text, name->bytes, name->len);
        ASN1_TYPE_set(value, name->type, text);
        (void)GENERAL_NAME_set0_othername(general, OBJ_txt2obj(name->oid, 1), value);
        (void)sk_GENERAL_NAME_push(names, general);
    }
    added = made_add_extension(x509, NID_subject_alt_name, names) &&
            (!wanted->san_twice || made_add_extension(x509, NID_subject_alt_name, names));
    GENERAL_NAMES_free(names);
    return added;
}

static inline bool made_add_policy(X509 *x509, const char *oid) {
    CERTIFICATEPOLICIES *policies = sk_POLICYINFO_new_null();
    POLICYINFO *policy = POLICYINFO_new();
    bool added;

    ASN1_OBJECT_free(policy->policyid);
    policy->policyid = OBJ_txt2obj(oid, 1);
    (void)sk_POLICYINFO_push(policies, policy);
    added = made_add_extension(x509, NID_certificate_policies, policies);
    CERTIFICATEPOLICIES_free(policies);
    return added;
}

static inline void made_set_name(X509_NAME *name, const char *cn, int cn_len) {
    (void)X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"JP", -1, -1,
                                     0);
    (void)X509_NAME_add_entry_by_txt(name, "O", V_ASN1_UTF8STRING,
                                     (const unsigned char *)"電子,証明", -1, -1, 0);
    (void)X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                                     (const unsigned char *)cn, cn_len == 0 ? -1 : cn_len, -1, 0);
}

/* The DER of the certificate that is wanted, signed with its own key, and its length. Freed with
 * OPENSSL_free. */
static inline size_t made_der(const struct made_certificate *wanted, EVP_PKEY *key, uint8_t **der) {
    X509 *x509 = X509_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ASN1_TIME *from = ASN1_TIME_new();
    ASN1_TIME *until = ASN1_TIME_new();
    int len = 0;

    *der = NULL;
    (void)X509_set_version(x509, X509_VERSION_3);
    (void)ASN1_INTEGER_set_uint64(serial, wanted->serial != 0 ? wanted->serial : 0xABCDEF0102ULL);
    (void)X509_set_serialNumber(x509, serial);
    (void)ASN1_TIME_set_string(from, wanted->not_before);
    (void)ASN1_TIME_set_string(until, wanted->not_after);
    (void)X509_set1_notBefore(x509, from);
    (void)X509_set1_notAfter(x509, until);
    made_set_name(X509_get_subject_name(x509), wanted->subject_cn, wanted->subject_cn_len);
    made_set_name(X509_get_issuer_name(x509), "CA", 0);
    (void)X509_set_pubkey(x509, key);
    if ((wanted->names[0].oid == NULL || made_add_names(x509, wanted)) &&
        (wanted->policy == NULL || made_add_policy(x509, wanted->policy)) &&
        X509_sign(x509, key, EVP_sha256()) > 0) {
        len = i2d_X509(x509, der);
    }
    ASN1_TIME_free(until);
    ASN1_TIME_free(from);
    ASN1_INTEGER_free(serial);
    X509_free(x509);
    if (len <= 0) {
        abort(); /* a test that cannot make what it wants is wrong */
    }
    return (size_t)len;
}

/* A certificate of ours for the key; null when it is refused. */
static inline struct jb_certificate *made_for_key(EVP_PKEY *key) {
    const struct made_certificate wanted = {
        .not_before = "20240101000000Z", .not_after = "20290101145959Z", .subject_cn = "x"};
    struct jb_certificate *certificate = NULL;
    uint8_t *der;
    size_t len = made_der(&wanted, key, &der);

    (void)jb_certificate_parse(der, len, &certificate);
    OPENSSL_free(der);
    return certificate;
}

#endif
