/* SPDX-License-Identifier: MIT */
/* A certificate, looked at from all sides; what follows its DER is taken as a signature. */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/signature.h"
#include "jpki_bridge/text.h"

#define SIGNATURE_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_certificate *certificate = NULL;
    size_t der = size >= 4 && data[1] == 0x82 ? 4 + ((size_t)data[2] << 8 | data[3]) : size;

    der = der < size ? der : size;
    if (jb_certificate_parse(data, der, &certificate) == JB_OK) {
        look(certificate, data, der);
        verify(certificate, data + der, size - der);
    }
    jb_certificate_free(&certificate);
    return 0;
}
