/* SPDX-License-Identifier: MIT */
/*
 * The policy in the registry, as group policy writes it, with the members of policy.json: a list is
 * a key whose values are its items; true and false are the DWORDs 1 and 0; "mynaportal" is a key. A
 * key without values is no list: group policy leaves one where a list was switched off. What has
 * another form makes the policy invalid, as in the file. Only administrators can write below
 * Software\Policies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/windows.h"

#define POLICY_KEY "Software\\Policies\\JPKI Bridge"
#define NAME_UNITS 256
#define VALUE_UNITS 4096
#define ITEMS_MAX 10000

const char *jb_platform_policy_place(void) {
    return "HKEY_LOCAL_MACHINE\\" POLICY_KEY;
}

/* Whether the text ends where the value does, and not at a NUL before. */
static bool is_whole(const wchar_t *text, DWORD size) {
    size_t units = size / sizeof *text;

    return size % sizeof *text == 0 && wcsnlen(text, units) + 1 >= units;
}

/* A value of the key, by its place among them; false at the end. The type is REG_NONE where it
 * cannot be read. */
struct value {
    wchar_t name[NAME_UNITS];
    DWORD type;
    union {
        DWORD number;
        wchar_t text[VALUE_UNITS + 1];
    } as;
};

static bool read_value(HKEY key, DWORD index, struct value *value) {
    DWORD name_units = NAME_UNITS;
    DWORD size = VALUE_UNITS * sizeof(wchar_t);

    memset(value, 0, sizeof *value);
    LSTATUS status = RegEnumValueW(key, index, value->name, &name_units, NULL, &value->type,
                                   (BYTE *)value->as.text, &size);
    if (status == ERROR_NO_MORE_ITEMS) {
        return false;
    }
    if (status != ERROR_SUCCESS || (value->type == REG_DWORD && size != sizeof(DWORD)) ||
        (value->type == REG_SZ && !is_whole(value->as.text, size))) {
        value->type = REG_NONE;
    }
    return true;
}

static bool add(cJSON *object, const wchar_t *name, cJSON *item) {
    char *narrow = jb_narrow(name);
    /* A name twice, or in another case, is left to the checks of the whole: it is no known one. */
    bool added = narrow != NULL && cJSON_AddItemToObject(object, narrow, item);

    free(narrow);
    if (!added) {
        cJSON_Delete(item);
    }
    return added;
}

static cJSON *read_list(HKEY key) {
    cJSON *list = cJSON_CreateArray();
    struct value *value = malloc(sizeof *value);
    bool good = list != NULL && value != NULL;

    for (DWORD i = 0; good && read_value(key, i, value); i++) {
        char *text = value->type == REG_SZ ? jb_narrow(value->as.text) : NULL;
        cJSON *item = text == NULL ? NULL : cJSON_CreateString(text);
        /* A list that is longer is not obeyed in part. */
        good = i < ITEMS_MAX && cJSON_AddItemToArray(list, item);
        if (!good) {
            cJSON_Delete(item);
        }
        free(text);
    }
    free(value);
    if (!good) {
        cJSON_Delete(list);
        list = NULL;
    }
    return list;
}

/* The DWORDs of a key. */
static bool read_flags(HKEY key, cJSON *object) {
    struct value *value = malloc(sizeof *value);
    bool good = value != NULL;

    for (DWORD i = 0; good && read_value(key, i, value); i++) {
        if (value->name[0] == L'\0' && value->type == REG_SZ && value->as.text[0] == L'\0') {
            continue; /* the key's own, unset */
        }
        good = value->type == REG_DWORD && value->as.number <= 1 &&
               add(object, value->name, cJSON_CreateBool(value->as.number == 1));
    }
    free(value);
    return good;
}

static cJSON *read_object(HKEY key, bool inner);

static bool read_subkey(HKEY key, const wchar_t *name, bool inner, cJSON *object) {
    HKEY below = NULL;
    cJSON *item = NULL;

    if (RegOpenKeyExW(key, name, 0, KEY_READ, &below) != ERROR_SUCCESS) {
        return false;
    }
    item = !inner && wcscmp(name, L"mynaportal") == 0 ? read_object(below, true) : read_list(below);
    (void)RegCloseKey(below);
    if (cJSON_IsArray(item) && cJSON_GetArraySize(item) == 0) {
        cJSON_Delete(item);
        return true;
    }
    return item != NULL && add(object, name, item);
}

static cJSON *read_object(HKEY key, bool inner) {
    cJSON *object = cJSON_CreateObject();
    bool good = object != NULL && read_flags(key, object);

    for (DWORD i = 0; good; i++) {
        wchar_t name[NAME_UNITS];
        DWORD units = NAME_UNITS;
        LSTATUS status = RegEnumKeyExW(key, i, name, &units, NULL, NULL, NULL, NULL);
        if (status == ERROR_NO_MORE_ITEMS) {
            break;
        }
        good = status == ERROR_SUCCESS && read_subkey(key, name, inner, object);
    }
    if (!good) {
        cJSON_Delete(object);
        object = NULL;
    }
    return object;
}

enum jb_error jb_platform_read_policy(size_t max, char **text, size_t *len,
                                      struct jb_fault *fault) {
    HKEY key = NULL;
    LSTATUS status =
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"" POLICY_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key);
    cJSON *policy = NULL;
    char *printed = NULL;

    *text = NULL;
    *len = 0;
    if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) {
        return JB_OK;
    }
    if (status == ERROR_SUCCESS) {
        policy = read_object(key, false);
        (void)RegCloseKey(key);
    }
    printed = policy == NULL ? NULL : cJSON_PrintUnformatted(policy);
    if (printed != NULL && strlen(printed) <= max) {
        *text = strdup(printed);
        *len = strlen(printed);
    }
    cJSON_free(printed);
    cJSON_Delete(policy);
    if (*text == NULL) {
        (void)jb_fault_set(fault, JB_FAULT_FORM, "");
    }
    return *text == NULL ? JB_ERR_POLICY_INVALID : JB_OK;
}
