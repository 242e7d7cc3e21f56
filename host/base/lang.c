/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/lang.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_japanese(const char *tag) {
    return strncasecmp(tag, "ja", 2) == 0 && (tag[2] == '\0' || strchr("-_.@", tag[2]) != NULL);
}

enum jb_lang jb_lang_of(const char *tag) {
    if (tag == NULL || tag[0] == '\0') {
        return jb_lang_system();
    }
    return is_japanese(tag) ? JB_LANG_JA : JB_LANG_EN;
}

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
        return is_japanese(value) ? JB_LANG_JA : JB_LANG_EN;
    }
    return JB_LANG_JA;
}
