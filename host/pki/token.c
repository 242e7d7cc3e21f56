/* SPDX-License-Identifier: MIT */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "jpki_bridge/signature.h"

enum jb_error jb_signature_token_algorithm(const struct jb_certificate *certificate,
                                           const char **algorithm, enum jb_hash *hash) {
    if (jb_certificate_key_type(certificate) == JB_KEY_TYPE_RSA) {
        *algorithm = "RS256";
        *hash = JB_HASH_SHA256;
        return JB_OK;
    }
    switch (jb_certificate_key_bits(certificate)) {
    case 256:
        *algorithm = "ES256";
        *hash = JB_HASH_SHA256;
        return JB_OK;
    case 384:
        *algorithm = "ES384";
        *hash = JB_HASH_SHA384;
        return JB_OK;
    case 521:
        *algorithm = "ES512";
        *hash = JB_HASH_SHA512;
        return JB_OK;
    default:
        return JB_ERR_ALGORITHM_UNSUPPORTED;
    }
}

enum jb_error jb_token_digest(enum jb_hash hash, const char *origin, const char *nonce,
                              uint8_t *digest) {
    const char *name = jb_hash_name(hash);
    size_t size = jb_hash_size(hash);
    uint8_t both[2 * JB_HASH_MAX];
    bool made;

    made = EVP_Q_digest(NULL, name, NULL, origin, strlen(origin), both, NULL) == 1 &&
           EVP_Q_digest(NULL, name, NULL, nonce, strlen(nonce), both + size, NULL) == 1 &&
           EVP_Q_digest(NULL, name, NULL, both, 2 * size, digest, NULL) == 1;
    ERR_clear_error();
    return made ? JB_OK : JB_ERR_INTERNAL;
}
