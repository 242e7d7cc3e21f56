/* SPDX-License-Identifier: MIT */
/* A page's Mynaportal message: whatever text it is, what comes out has the form that it must. */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/mynaportal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

static void check(const struct jb_mynaportal *message) {
    bool signs = message->mode == JB_MYNAPORTAL_AUTHENTICATE || message->mode == JB_MYNAPORTAL_SIGN;

    must(strlen(jb_mynaportal_mode_name(message->mode)) == 2);
    must(signs == (message->count > 0) && signs == (message->digests != NULL));
    must(message->count <= JB_MYNAPORTAL_DIGESTS_MAX);
    must(message->mode != JB_MYNAPORTAL_AUTHENTICATE || message->count == 1);
    for (size_t i = 0; i < message->count; i++) {
        const struct jb_mynaportal_digest *digest = &message->digests[i];
        must(digest->len <= JB_SIGNATURE_INPUT_MAX);
        must(jb_signature_input_is_valid(digest->bytes, digest->len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_mynaportal message;
    const char *problem = NULL;
    char *text = malloc(size + 1);

    must(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    enum jb_error error = jb_mynaportal_parse(text, &message, &problem);
    must((error == JB_OK) == (problem == NULL));
    if (error == JB_OK) {
        check(&message);
    }
    jb_mynaportal_clear(&message);
    free(text);
    return 0;
}
