/* SPDX-License-Identifier: MIT */
/*
 * The policy in a configuration profile: the preferences that one forces for org.jpkibridge.host,
 * with the members of policy.json. What a person sets by themselves is not forced and counts for
 * nothing. CFPreferences does not list what is forced, so the names come from the files that macOS
 * keeps profiles in, where they can be read; whether one is forced is asked of CFPreferences alone.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/json.h"
#include "jpki_bridge/macos.h"
#include "jpki_bridge/platform.h"

#define DOMAIN "org.jpkibridge.host"
#define MANAGED "/Library/Managed Preferences/"
#define MANAGED_MAX 1048576
#define DEPTH_MAX 8
#define PASSWD_BUFFER 16384
#define NAMES_MAX 1000

static const char *const members[] = {"allowedOrigins", "deniedOrigins", "mynaportal",
                                      "individualNumber", "logging"};

const char *jb_platform_policy_place(void) {
    return "org.jpkibridge.host (configuration profile)";
}

/* ---- a property list as JSON; what has no counterpart there is null ---- */

static cJSON *convert(CFTypeRef value, unsigned depth);

static cJSON *convert_string(CFTypeRef value) {
    char *text = jb_macos_text(value);
    cJSON *item = text == NULL ? NULL : cJSON_CreateString(text);

    free(text);
    return item;
}

static cJSON *convert_array(CFArrayRef array, unsigned depth) {
    cJSON *list = cJSON_CreateArray();
    CFIndex count = CFArrayGetCount(array);

    for (CFIndex i = 0; list != NULL && i < count; i++) {
        cJSON *item = convert(CFArrayGetValueAtIndex(array, i), depth + 1);
        if (item == NULL || !cJSON_AddItemToArray(list, item)) {
            cJSON_Delete(item);
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return list;
}

static bool add(cJSON *object, CFTypeRef name, cJSON *item) {
    char *text = jb_macos_text(name);
    bool added = text != NULL && item != NULL && cJSON_AddItemToObject(object, text, item);

    free(text);
    if (!added) {
        cJSON_Delete(item);
    }
    return added;
}

static cJSON *convert_dictionary(CFDictionaryRef dictionary, unsigned depth) {
    size_t count = (size_t)CFDictionaryGetCount(dictionary);
    const void **names = calloc(count + 1, sizeof *names);
    cJSON *object = cJSON_CreateObject();
    bool good = names != NULL && object != NULL;

    if (good) {
        CFDictionaryGetKeysAndValues(dictionary, names, NULL);
    }
    for (size_t i = 0; good && i < count; i++) {
        good =
            add(object, names[i], convert(CFDictionaryGetValue(dictionary, names[i]), depth + 1));
    }
    free((void *)names);
    if (!good) {
        cJSON_Delete(object);
        object = NULL;
    }
    return object;
}

static cJSON *convert(CFTypeRef value, unsigned depth) {
    CFTypeID type = value == NULL ? 0 : CFGetTypeID(value);

    if (value == NULL || depth > DEPTH_MAX) {
        return NULL;
    }
    if (type == CFStringGetTypeID()) {
        return convert_string(value);
    }
    if (type == CFBooleanGetTypeID()) {
        return cJSON_CreateBool(CFBooleanGetValue(value));
    }
    if (type == CFArrayGetTypeID()) {
        return convert_array(value, depth);
    }
    return type == CFDictionaryGetTypeID() ? convert_dictionary(value, depth) : NULL;
}

/* ---- names that are no member's ---- */

static bool is_member(const char *name) {
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(members[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether one of the names is forced and is no member's. */
static bool has_stranger(CFDictionaryRef managed) {
    size_t count = (size_t)CFDictionaryGetCount(managed);
    const void **names = count > NAMES_MAX ? NULL : calloc(count + 1, sizeof *names);
    bool stranger = names == NULL;

    if (names != NULL) {
        CFDictionaryGetKeysAndValues(managed, names, NULL);
    }
    for (size_t i = 0; !stranger && i < count; i++) {
        char *name = jb_macos_text(names[i]);
        stranger = name == NULL ||
                   (!is_member(name) && CFPreferencesAppValueIsForced(names[i], CFSTR(DOMAIN)));
        free(name);
    }
    free((void *)names);
    return stranger;
}

static bool file_has_stranger(const char *path) {
    size_t len = 0;
    bool absent = false;
    char *bytes = jb_file_read(path, MANAGED_MAX, &len, &absent);
    CFDataRef data = NULL;
    CFPropertyListRef list = NULL;
    bool stranger = false;

    if (bytes != NULL) {
        data = CFDataCreate(kCFAllocatorDefault, (const UInt8 *)bytes, (CFIndex)len);
    }
    if (data != NULL) {
        list = CFPropertyListCreateWithData(kCFAllocatorDefault, data, kCFPropertyListImmutable,
                                            NULL, NULL);
        CFRelease(data);
    }
    if (list != NULL) {
        stranger = CFGetTypeID(list) == CFDictionaryGetTypeID() && has_stranger(list);
        CFRelease(list);
    }
    free(bytes);
    return stranger;
}

/* Profiles are for the computer, or for a user of it. */
static bool any_stranger(void) {
    char buffer[PASSWD_BUFFER];
    struct passwd entry;
    struct passwd *user = NULL;
    char *path = NULL;
    bool stranger = file_has_stranger(MANAGED DOMAIN ".plist");

    if (!stranger && getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &user) == 0 &&
        user != NULL && asprintf(&path, MANAGED "%s/" DOMAIN ".plist", user->pw_name) >= 0) {
        stranger = file_has_stranger(path);
        free(path);
    }
    return stranger;
}

/* ---- the policy ---- */

/* Adds the member where it is forced; false when it has a form that none has. */
static bool read_member(const char *name, cJSON *policy) {
    CFStringRef key = jb_macos_create_string(name);
    CFPropertyListRef value = NULL;
    bool good = key != NULL;

    if (good && CFPreferencesAppValueIsForced(key, CFSTR(DOMAIN))) {
        value = CFPreferencesCopyAppValue(key, CFSTR(DOMAIN));
        good = add(policy, key, convert(value, 0));
    }
    if (value != NULL) {
        CFRelease(value);
    }
    if (key != NULL) {
        CFRelease(key);
    }
    return good;
}

enum jb_error jb_platform_read_policy(size_t max, char **text, size_t *len,
                                      struct jb_fault *fault) {
    cJSON *policy = cJSON_CreateObject();
    bool good = policy != NULL && !any_stranger();
    char *printed = NULL;
    enum jb_error error = JB_ERR_POLICY_INVALID;

    *text = NULL;
    *len = 0;
    for (size_t i = 0; good && i < sizeof members / sizeof members[0]; i++) {
        good = read_member(members[i], policy);
    }
    if (good && policy->child == NULL) {
        error = JB_OK; /* there is none */
        goto out;
    }
    printed = good ? cJSON_PrintUnformatted(policy) : NULL;
    if (printed != NULL && strlen(printed) <= max && (*text = strdup(printed)) != NULL) {
        *len = strlen(printed);
        error = JB_OK;
    }
out:
    if (error != JB_OK) {
        (void)jb_fault_set(fault, JB_FAULT_FORM, "");
    }
    cJSON_free(printed);
    cJSON_Delete(policy);
    return error;
}
