/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/signature.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "certificate_parts.h"

#define EC_FIELD_MAX 66 /* bytes of r or s: P-521 */
#define EC_DER_MAX 144  /* bytes of their DER */
#define PREFIX_MAX 19

/*
 * DigestInfo ::= SEQUENCE { AlgorithmIdentifier { OID, NULL }, OCTET STRING }: all of it but the
 * digest, as RFC 8017 §9.2 note 1 gives it.
 */
static const struct {
    const char *name;
    size_t size;
    size_t prefix_len;
    uint8_t prefix[PREFIX_MAX];
} hashes[] = {
    [JB_HASH_SHA1] = {"SHA-1",
                      20,
                      15,
                      {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00,
                       0x04, 0x14}},
    [JB_HASH_SHA224] = {"SHA-224",
                        28,
                        19,
                        {0x30, 0x2D, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
                         0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1C}},
    [JB_HASH_SHA256] = {"SHA-256",
                        32,
                        19,
                        {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
                         0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}},
    [JB_HASH_SHA384] = {"SHA-384",
                        48,
                        19,
                        {0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
                         0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30}},
    [JB_HASH_SHA512] = {"SHA-512",
                        64,
                        19,
                        {0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
                         0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40}},
};

bool jb_hash_of(const char *name, enum jb_hash *out) {
    /* SHA-1 is no name of Web eID's: no page may have one signed. */
    for (unsigned hash = JB_HASH_SHA224; hash <= JB_HASH_SHA512; hash++) {
        if (strcmp(name, hashes[hash].name) == 0) {
            *out = (enum jb_hash)hash;
            return true;
        }
    }
    return false;
}

const char *jb_hash_name(enum jb_hash hash) {
    return hashes[hash].name;
}

size_t jb_hash_size(enum jb_hash hash) {
    return hashes[hash].size;
}

/* Bytes of r, and of s. */
static size_t field_size(const struct jb_certificate *certificate) {
    return ((size_t)certificate->key_bits + 7) / 8;
}

enum jb_error jb_signature_input(const struct jb_certificate *certificate, enum jb_hash hash,
                                 const uint8_t *digest, uint8_t *out, size_t *len) {
    size_t size = hashes[hash].size;
    size_t prefix_len = hashes[hash].prefix_len;

    *len = 0;
    if (certificate->key_type == JB_KEY_TYPE_EC) {
        if (size > field_size(certificate)) {
            return JB_ERR_ALGORITHM_UNSUPPORTED; /* it would be cut, and cards differ in how */
        }
        prefix_len = 0;
    }
    memcpy(out, hashes[hash].prefix, prefix_len);
    memcpy(out + prefix_len, digest, size);
    *len = prefix_len + size;
    return JB_OK;
}

/* Verifies what is in the form that the key type has in X.509: EC as DER. */
static bool verify(const struct jb_certificate *certificate, enum jb_hash hash,
                   const uint8_t *digest, const uint8_t *signature, size_t len) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, certificate->key, NULL);
    EVP_MD *md = EVP_MD_fetch(NULL, hashes[hash].name, NULL);
    bool holds = false;

    if (context == NULL || md == NULL || EVP_PKEY_verify_init(context) != 1) {
        goto out;
    }
    if (certificate->key_type == JB_KEY_TYPE_RSA &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) {
        goto out;
    }
    holds = EVP_PKEY_CTX_set_signature_md(context, md) == 1 &&
            EVP_PKEY_verify(context, signature, len, digest, hashes[hash].size) == 1;

out:
    EVP_MD_free(md);
    EVP_PKEY_CTX_free(context);
    return holds;
}

static bool verify_ec(const struct jb_certificate *certificate, enum jb_hash hash,
                      const uint8_t *digest, const ECDSA_SIG *pair) {
    uint8_t der[EC_DER_MAX];
    uint8_t *end = der;
    int len = i2d_ECDSA_SIG(pair, NULL);

    return len > 0 && len <= EC_DER_MAX && i2d_ECDSA_SIG(pair, &end) == len &&
           verify(certificate, hash, digest, der, (size_t)len);
}

/* Reads r ‖ s; null when it is not that. */
static ECDSA_SIG *pair_of_raw(const uint8_t *signature, size_t len, size_t field) {
    ECDSA_SIG *pair = NULL;
    BIGNUM *r = NULL;
    BIGNUM *s = NULL;

    if (len != 2 * field) {
        return NULL;
    }
    pair = ECDSA_SIG_new();
    r = BN_bin2bn(signature, (int)field, NULL);
    s = BN_bin2bn(signature + field, (int)field, NULL);
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return NULL;
    }
    return pair;
}

static ECDSA_SIG *pair_of_der(const uint8_t *signature, size_t len) {
    const uint8_t *at = signature;
    ECDSA_SIG *pair;

    if (len > EC_DER_MAX) {
        return NULL;
    }
    pair = d2i_ECDSA_SIG(NULL, &at, (long)len);
    if (pair != NULL && at != signature + len) {
        ECDSA_SIG_free(pair);
        pair = NULL;
    }
    return pair;
}

static bool check_ec(const struct jb_certificate *certificate, enum jb_hash hash,
                     const uint8_t *digest, uint8_t *signature, size_t *len) {
    size_t field = field_size(certificate);
    ECDSA_SIG *pair = pair_of_raw(signature, *len, field);
    bool holds = pair != NULL && verify_ec(certificate, hash, digest, pair);

    if (!holds) { /* a DER one can have the length of the other by chance */
        ECDSA_SIG_free(pair);
        pair = pair_of_der(signature, *len);
        holds = pair != NULL && verify_ec(certificate, hash, digest, pair) &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, (int)field) == (int)field &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + field, (int)field) == (int)field;
        if (holds) {
            *len = 2 * field;
        }
    }
    ECDSA_SIG_free(pair);
    return holds;
}

enum jb_error jb_signature_verify(const struct jb_certificate *certificate, enum jb_hash hash,
                                  const uint8_t *digest, uint8_t *signature, size_t *len) {
    bool holds = certificate->key_type == JB_KEY_TYPE_RSA
                     ? verify(certificate, hash, digest, signature, *len)
                     : check_ec(certificate, hash, digest, signature, len);

    ERR_clear_error();
    return holds ? JB_OK : JB_ERR_SIGNATURE_INVALID;
}

enum jb_error jb_signature_verify_to_der(const struct jb_certificate *certificate,
                                         enum jb_hash hash, const uint8_t *digest,
                                         const uint8_t *signature, size_t len, uint8_t *out,
                                         size_t *out_len) {
    *out_len = 0;
    if (len > JB_SIGNATURE_DER_MAX) {
        return JB_ERR_SIGNATURE_INVALID;
    }
    memcpy(out, signature, len);
    enum jb_error error = jb_signature_verify(certificate, hash, digest, out, &len);
    if (error != JB_OK || certificate->key_type == JB_KEY_TYPE_RSA) {
        *out_len = error == JB_OK ? len : 0;
        return error;
    }
    ECDSA_SIG *pair = pair_of_raw(out, len, field_size(certificate));
    uint8_t *end = out;
    int der_len = pair != NULL ? i2d_ECDSA_SIG(pair, &end) : 0;
    ECDSA_SIG_free(pair);
    *out_len = der_len > 0 ? (size_t)der_len : 0;
    return der_len > 0 ? JB_OK : JB_ERR_INTERNAL;
}

bool jb_signature_input_is_valid(const uint8_t *input, size_t len) {
    for (size_t hash = 0; hash < sizeof hashes / sizeof hashes[0]; hash++) {
        size_t prefix_len = hashes[hash].prefix_len;

        if (len == prefix_len + hashes[hash].size &&
            memcmp(input, hashes[hash].prefix, prefix_len) == 0) {
            return true;
        }
    }
    return len == 20 || len == 32 || len == 48 || len == 64;
}

enum jb_error jb_signature_verify_input(const struct jb_certificate *certificate,
                                        const uint8_t *input, size_t input_len,
                                        const uint8_t *signature, size_t len) {
    EVP_PKEY_CTX *context = NULL;
    bool holds = false;

    if (certificate->key_type != JB_KEY_TYPE_RSA) {
        return JB_ERR_ALGORITHM_UNSUPPORTED;
    }
    context = EVP_PKEY_CTX_new_from_pkey(NULL, certificate->key, NULL);
    holds = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_verify(context, signature, len, input, input_len) == 1;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return holds ? JB_OK : JB_ERR_SIGNATURE_INVALID;
}

const char *jb_signature_crypto_algorithm(const struct jb_certificate *certificate) {
    return certificate->key_type == JB_KEY_TYPE_RSA ? "RSA" : "ECC";
}

const char *jb_signature_padding_scheme(const struct jb_certificate *certificate) {
    return certificate->key_type == JB_KEY_TYPE_RSA ? "PKCS1.5" : "NONE";
}
