/* SPDX-License-Identifier: MIT */
#include "extension_ids.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"
#define NAME LOWER UPPER DIGITS "-._"

enum { CHROMIUM_LEN = 32, GUID_LEN = 38 };

static bool is_chromium(const char *id) {
    return strlen(id) == CHROMIUM_LEN && strspn(id, "abcdefghijklmnop") == CHROMIUM_LEN;
}

/* {8-4-4-4-12} */
static bool is_guid(const char *id) {
    static const char form[] = "{########-####-####-####-############}";

    if (strlen(id) != GUID_LEN) {
        return false;
    }
    for (size_t i = 0; i < GUID_LEN; i++) {
        bool fits = form[i] == '#' ? strchr(HEX, id[i]) != NULL : id[i] == form[i];
        if (!fits) {
            return false;
        }
    }
    return true;
}

static bool is_name(const char *id) {
    size_t name = strspn(id, NAME);
    size_t place = id[name] == '@' ? strspn(id + name + 1, NAME) : 0;

    return place > 0 && id[name + 1 + place] == '\0';
}

bool jb_extension_id_is_valid(enum jb_browser_kind kind, const char *id) {
    if (strlen(id) >= JB_EXTENSION_ID_SIZE) {
        return false;
    }
    return kind == JB_BROWSER_CHROMIUM ? is_chromium(id) : is_guid(id) || is_name(id);
}

bool jb_extension_ids_have(const struct jb_extension_ids *ids, const char *id) {
    for (size_t i = 0; i < ids->count; i++) {
        if (strcmp(ids->id[i], id) == 0) {
            return true;
        }
    }
    return false;
}

bool jb_extension_ids_add(struct jb_extension_ids *ids, enum jb_browser_kind kind, const char *id) {
    if (!jb_extension_id_is_valid(kind, id)) {
        return false;
    }
    if (jb_extension_ids_have(ids, id)) {
        return true;
    }
    if (ids->count == JB_EXTENSION_IDS_MAX) {
        return false;
    }
    memcpy(ids->id[ids->count++], id, strlen(id) + 1);
    return true;
}
