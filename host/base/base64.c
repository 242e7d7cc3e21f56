/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

char *jb_base64_encode(const uint8_t *bytes, size_t len) {
    char *text = NULL;

    if (len <= INT_MAX / 2 && (text = malloc((len + 2) / 3 * 4 + 1)) != NULL) {
        (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
    }
    return text;
}

enum jb_error jb_base64_decode(const char *text, size_t max, uint8_t **out, size_t *len) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t text_len = strlen(text), digits = strspn(text, alphabet), padding = text_len - digits;
    enum jb_error error = JB_ERR_ARGUMENT_INVALID;
    uint8_t *bytes = NULL;
    char *again = NULL;

    *out = NULL;
    *len = 0;
    if (text_len == 0 || text_len % 4 != 0 || text_len / 4 > max / 3 + 1 || text_len > INT_MAX ||
        padding > 2 || strspn(text + digits, "=") != padding) {
        return JB_ERR_ARGUMENT_INVALID;
    }
    bytes = malloc(text_len / 4 * 3);
    if (bytes == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)text_len) < 0) {
        goto out;
    }
    *len = text_len / 4 * 3 - padding;
    if (*len > max) {
        goto out;
    }
    /* Stray bits before the padding: the encoding would not be the same again. */
    again = jb_base64_encode(bytes, *len);
    if (again == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    if (strcmp(again, text) == 0) {
        *out = bytes;
        bytes = NULL;
        error = JB_OK;
    }
out:
    free(again);
    free(bytes);
    return error;
}
