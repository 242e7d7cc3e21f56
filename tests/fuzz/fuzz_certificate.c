/* SPDX-License-Identifier: MIT */
/*
 * A certificate, looked at from all sides, and put into a CMS. What follows its DER is taken as a
 * signature; where the certificate still has the key of the file that FUZZ_KEY names, its own signs
 * as well, so that a CMS comes to its end.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "der_mutator.h"
#include "jpki_bridge/cms.h"
#include "jpki_bridge/text.h"

#define SIGNATURE_MAX 512

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* Mostly by structure; now and then byte by byte, for what is no DER. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
    return seed % 16 == 0 ? LLVMFuzzerMutate(data, size, max)
                          : der_mutate(data, size, max, seed / 16);
}

static EVP_PKEY *key; /* or null */

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    const char *name = getenv("FUZZ_KEY");
    FILE *file = name == NULL ? NULL : fopen(name, "r");

    (void)count;
    (void)arguments;
    key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (file != NULL) {
        (void)fclose(file);
    }
    return 0;
}

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

static void look(const struct jb_certificate *certificate, const uint8_t *data, size_t size) {
    size_t len = 0;

    must(memcmp(jb_certificate_der(certificate, &len), data, size) == 0 && len == size);
    must(jb_text_is_utf8(jb_certificate_subject(certificate),
                         strlen(jb_certificate_subject(certificate))));
    must(jb_text_is_utf8(jb_certificate_issuer(certificate),
                         strlen(jb_certificate_issuer(certificate))));
    must(strspn(jb_certificate_serial(certificate), "0123456789ABCDEF-") ==
         strlen(jb_certificate_serial(certificate)));
    (void)jb_certificate_has_policy(certificate, "1.2.392.200149.8.5.1.3.30");
    for (int i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        const char *text = jb_certificate_attribute(certificate, (enum jb_certificate_attribute)i);
        must(text == NULL || jb_text_is_utf8(text, strlen(text)));
        if (text != NULL) {
            struct jb_birth_date date;
            size_t places[4];
            must(!jb_birth_date_parse(text, &date) || strlen(date.year) == 4);
            must(jb_certificate_substituted(text, text, places, 4) <= 4);
        }
    }
    (void)jb_certificate_check_time(certificate, 1800000000);
}

static void verify(const struct jb_certificate *certificate, const uint8_t *data, size_t size) {
    uint8_t signature[SIGNATURE_MAX], input[JB_SIGNATURE_INPUT_MAX];
    const uint8_t digest[JB_HASH_MAX] = {0};
    const char *algorithm = NULL;
    enum jb_hash hash = JB_HASH_SHA256;

    (void)jb_signature_token_algorithm(certificate, &algorithm, &hash);
    for (int i = JB_HASH_SHA1; i <= JB_HASH_SHA512; i++) {
        size_t len = 0, signature_len = size < SIGNATURE_MAX ? size : SIGNATURE_MAX;
        must(jb_signature_input(certificate, (enum jb_hash)i, digest, input, &len) != JB_OK ||
             (len > 0 && len <= sizeof input));
        memcpy(signature, data, signature_len);
        must(jb_signature_verify(certificate, (enum jb_hash)i, digest, signature, &signature_len) !=
                 JB_OK ||
             signature_len <= SIGNATURE_MAX);
    }
}

/* The key's own signature of a CMS, as the card makes it; 0 where it can make none. */
static size_t sign(const struct jb_cms *cms, enum jb_hash hash, uint8_t out[SIGNATURE_MAX]) {
    EVP_PKEY_CTX *context = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
    size_t len = SIGNATURE_MAX;

    if (context == NULL || EVP_PKEY_sign_init(context) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(jb_hash_name(hash))) != 1 ||
        EVP_PKEY_sign(context, out, &len, jb_cms_digest(cms), jb_hash_size(hash)) != 1) {
        len = 0;
    }
    EVP_PKEY_CTX_free(context);
    return len;
}

/* The holder's certificate, and as it comes the CA's. */
static void put_into_cms(const struct jb_certificate *certificate, const uint8_t *data,
                         size_t size) {
    const uint8_t digest[JB_HASH_MAX] = {0};
    uint8_t zeros[JB_HASH_MAX] = {0}, own[SIGNATURE_MAX], *der = NULL;
    struct jb_cms *cms = NULL;
    size_t len = 0, own_len = 0;

    (void)jb_certificate_is_issued_by(certificate, certificate);
    for (int i = JB_HASH_SHA256; i <= JB_HASH_SHA512; i++) {
        enum jb_cms_profile profile = i == JB_HASH_SHA256 ? JB_CMS_CADES : JB_CMS_PADES;
        if (jb_cms_new(certificate, i == JB_HASH_SHA512 ? certificate : NULL, profile,
                       (enum jb_hash)i, digest, 1800000000, &cms) == JB_OK) {
            must(memcmp(jb_cms_digest(cms), zeros, sizeof zeros) != 0);
            must((jb_cms_finish(cms, data, size, &der, &len) == JB_OK) == (der != NULL));
            must((der != NULL) == (len > 0));
            if (der == NULL && (own_len = sign(cms, (enum jb_hash)i, own)) > 0) {
                must((jb_cms_finish(cms, own, own_len, &der, &len) == JB_OK) == (der != NULL));
            }
        }
        free(der);
        der = NULL;
        jb_cms_free(&cms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_certificate *certificate = NULL;
    size_t der = size >= 4 && data[1] == 0x82 ? 4 + ((size_t)data[2] << 8 | data[3]) : size;

    der = der < size ? der : size;
    if (jb_certificate_parse(data, der, &certificate) == JB_OK) {
        look(certificate, data, der);
        verify(certificate, data + der, size - der);
        put_into_cms(certificate, data + der, size - der);
    }
    jb_certificate_free(&certificate);
    return 0;
}
