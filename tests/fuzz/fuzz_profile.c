/* SPDX-License-Identifier: MIT */
/* The file of the four attributes, as a card could hold it. */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/profile.h"
#include "jpki_bridge/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_profile profile;
    uint8_t *bytes = malloc(size > 0 ? size : 1); /* so that a byte read too far is noticed */

    must(bytes != NULL);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    if (jb_profile_parse(bytes, size, &profile)) {
        must(jb_text_is_utf8(profile.name, strlen(profile.name)));
        must(jb_text_is_utf8(profile.address, strlen(profile.address)));
        must(strspn(profile.birth_date, "0123456789") == 8 && strlen(profile.birth_date) == 8);
        must(strspn(profile.sex, "0123456789") == 1 && strlen(profile.sex) == 1);
    }
    jb_profile_clear(&profile);
    free(bytes);
    return 0;
}
