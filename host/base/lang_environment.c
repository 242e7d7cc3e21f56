/* SPDX-License-Identifier: MIT */
/* The language of the session as POSIX keeps it, in the environment. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/lang.h"

enum jb_lang jb_lang_system(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || value[0] == '\0') {
            continue;
        }
        /* "C.UTF-8" names an encoding and no language. */
        if (strcmp(value, "C") == 0 || strcmp(value, "POSIX") == 0 ||
            strncmp(value, "C.", 2) == 0) {
            return JB_LANG_JA;
        }
        return jb_lang_of(value);
    }
    return JB_LANG_JA;
}
