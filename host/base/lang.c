/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/lang.h"

#include <stdbool.h>
#include <stddef.h>
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
