/* SPDX-License-Identifier: MIT */
/*
 * A browser's policies are a key of the registry: a value is a policy, a key below is a list, whose
 * values are its items, or an object. What is an object may also be one value, JSON in a string.
 * What is set for the computer comes before what is set for the user.
 * Sources: Chromium, components/policy/core/common/registry_dict.cc; Firefox,
 * WindowsGPOParser.sys.mjs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "browser_policies.h"
#include "jpki_bridge/json.h"
#include "jpki_bridge/windows.h"

enum { DEPTH_MAX = 8, ENTRIES_MAX = 10000, NAME_UNITS = 16384, VALUE_SIZE_MAX = 1 << 20 };

/* Takes the item, or frees it where the object has one of that name. */
static void put(cJSON *object, const char *name, cJSON *item) {
    if (item != NULL && (name == NULL || cJSON_GetObjectItemCaseSensitive(object, name) != NULL ||
                         !cJSON_AddItemToObject(object, name, item))) {
        cJSON_Delete(item);
    }
}

/* A string as it is, or what its JSON says. A list of strings in one value (REG_MULTI_SZ) is the
 * lines of one text. */
static cJSON *text_item(wchar_t *units, DWORD type, DWORD size, bool *broken) {
    size_t count = size / sizeof *units;
    char *text;
    cJSON *item = NULL;

    while (count > 0 && units[count - 1] == L'\0') {
        count--;
    }
    for (size_t i = 0; i < count && type == REG_MULTI_SZ; i++) {
        units[i] = units[i] == L'\0' ? L'\n' : units[i];
    }
    units[count] = L'\0';
    text = jb_narrow(units);
    if (text != NULL && (text[0] == '{' || text[0] == '[')) {
        item = jb_json_parse(text, strlen(text));
        *broken = *broken || item == NULL;
    } else if (text != NULL) {
        item = cJSON_CreateString(text);
    }
    free(text);
    return item;
}

static cJSON *item_of(HKEY key, const wchar_t *name, bool *broken) {
    DWORD type = REG_NONE, size = 0;
    unsigned char *data = NULL;
    cJSON *item = NULL;

    if (RegQueryValueExW(key, name, NULL, &type, NULL, &size) != ERROR_SUCCESS ||
        size > VALUE_SIZE_MAX || (data = calloc(1, size + 2 * sizeof(wchar_t))) == NULL ||
        RegQueryValueExW(key, name, NULL, &type, data, &size) != ERROR_SUCCESS) {
        *broken = true;
        free(data);
        return NULL;
    }
    if (type == REG_DWORD && size == sizeof(DWORD)) {
        DWORD number;
        memcpy(&number, data, sizeof number);
        item = number <= 1 ? cJSON_CreateBool(number == 1) : cJSON_CreateNumber(number);
    } else if (type == REG_SZ || type == REG_MULTI_SZ) {
        item = text_item((wchar_t *)(void *)data, type, size, broken);
    }
    free(data);
    return item;
}

/* Whether the walk through a key goes on; *broken where it ends before its end. */
static bool goes_on(LSTATUS status, DWORD index, bool *broken) {
    if (status == ERROR_SUCCESS && index < ENTRIES_MAX) {
        return true;
    }
    *broken = *broken || status != ERROR_NO_MORE_ITEMS;
    return false;
}

static void read_key(HKEY key, int depth, cJSON *object, bool *broken);

static cJSON *read_below(HKEY key, const wchar_t *name, int depth, bool *broken) {
    cJSON *below = cJSON_CreateObject();
    HKEY opened = NULL;

    if (depth == DEPTH_MAX) { /* nothing that a browser knows is so deep */
        *broken = true;
    } else if (below != NULL && RegOpenKeyExW(key, name, 0, KEY_READ, &opened) == ERROR_SUCCESS) {
        read_key(opened, depth + 1, below, broken);
        (void)RegCloseKey(opened);
    }
    return below;
}

/* Adds what the key says and the object does not have yet. */
static void read_key(HKEY key, int depth, cJSON *object, bool *broken) {
    wchar_t *name = malloc(NAME_UNITS * sizeof *name);
    DWORD units = NAME_UNITS;

    for (DWORD i = 0;
         name != NULL &&
         goes_on(RegEnumValueW(key, i, name, &units, NULL, NULL, NULL, NULL), i, broken);
         i++, units = NAME_UNITS) {
        char *narrow = jb_narrow(name);
        put(object, narrow, item_of(key, name, broken));
        free(narrow);
    }
    units = NAME_UNITS;
    for (DWORD i = 0;
         name != NULL &&
         goes_on(RegEnumKeyExW(key, i, name, &units, NULL, NULL, NULL, NULL), i, broken);
         i++, units = NAME_UNITS) {
        char *narrow = jb_narrow(name);
        put(object, narrow, read_below(key, name, depth, broken));
        free(narrow);
    }
    free(name);
}

static void read_place(HKEY root, const char *root_name, const char *place,
                       struct jb_browser_policies *out) {
    wchar_t *path = jb_wide(place);
    HKEY key = NULL;
    bool broken = false;

    if (path != NULL &&
        RegOpenKeyExW(root, path, 0, KEY_READ | KEY_WOW64_64KEY, &key) == ERROR_SUCCESS) {
        read_key(key, 0, out->set, &broken);
        (void)RegCloseKey(key);
    }
    free(path);
    if (broken && out->broken == NULL && asprintf(&out->broken, "%s\\%s", root_name, place) < 0) {
        out->broken = NULL;
    }
}

void jb_browser_policies_read(const struct jb_browser *browser, struct jb_browser_policies *out) {
    memset(out, 0, sizeof *out);
    out->set = cJSON_CreateObject();
    for (const char *const *place = browser->policies; out->set != NULL && *place != NULL;
         place++) {
        read_place(HKEY_LOCAL_MACHINE, "HKLM", *place, out);
        read_place(HKEY_CURRENT_USER, "HKCU", *place, out);
    }
}

void jb_browser_policies_clear(struct jb_browser_policies *policies) {
    cJSON_Delete(policies->set);
    free(policies->broken);
    memset(policies, 0, sizeof *policies);
}
