/* SPDX-License-Identifier: MIT */
#include "fake_cf.h"

#include <CoreFoundation/CoreFoundation.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 32
#define PREFERENCES_MAX 16
#define CONSTANTS_MAX 32

enum type { TEXT = 1, BOOL, NUMBER, ARRAY, DICTIONARY, DATA };

struct object {
    enum type type;
    bool constant;
    bool flag;
    int references;
    size_t count;
    struct object *keys[ITEMS_MAX];
    struct object *items[ITEMS_MAX];
    char *text;
};

static int alive;
static struct object *next_list;

static struct object *make(enum type type) {
    struct object *object = calloc(1, sizeof *object);

    fake_require(object != NULL);
    object->type = type;
    object->references = 1;
    alive++;
    return object;
}

static struct object *of(const void *object) {
    struct object *own = NULL;

    memcpy(&own, &object, sizeof(void *));
    fake_require(own != NULL && (own->constant || own->references > 0));
    return own;
}

static struct object *retain(const void *object) {
    of(object)->references++;
    return of(object);
}

const void *fake_keep(const void *object) {
    return retain(object);
}

void CFRelease(CFTypeRef reference) {
    struct object *object = of(reference);

    if (object->constant || --object->references > 0) {
        return;
    }
    for (size_t i = 0; i < object->count; i++) {
        CFRelease(object->items[i]);
        if (object->keys[i] != NULL) {
            CFRelease(object->keys[i]);
        }
    }
    free(object->text);
    free(object);
    alive--;
}

int fake_alive(void) {
    return alive;
}

CFTypeID CFGetTypeID(CFTypeRef object) {
    return (CFTypeID)of(object)->type;
}

/* ---- strings ---- */

const CFAllocatorRef kCFAllocatorDefault;

CFTypeID CFStringGetTypeID(void) {
    return TEXT;
}

const void *fake_text(const char *text) {
    struct object *object = make(TEXT);

    object->text = strdup(text);
    fake_require(object->text != NULL);
    return object;
}

const char *fake_bytes(const void *text) {
    return of(text)->text;
}

fake_string fake_constant(const char *text) {
    static struct object constants[CONSTANTS_MAX];
    size_t i = 0;

    for (; constants[i].text != NULL && strcmp(constants[i].text, text) != 0; i++) {
        fake_require(i + 1 < CONSTANTS_MAX);
    }
    if (constants[i].text == NULL) {
        constants[i].type = TEXT;
        constants[i].constant = true;
        memcpy(&constants[i].text, &text, sizeof(void *));
    }
    return (CFStringRef)&constants[i];
}

static bool same(const void *a, const void *b) {
    return strcmp(of(a)->text, of(b)->text) == 0;
}

CFStringRef CFStringCreateWithCString(CFAllocatorRef allocator, const char *text,
                                      CFStringEncoding encoding) {
    fake_require(allocator == kCFAllocatorDefault && encoding == kCFStringEncodingUTF8);
    return fake_text(text);
}

/* Characters outside of the first plane, which are two units, are not in any test. */
CFIndex CFStringGetLength(CFStringRef string) {
    CFIndex units = 0;

    for (const char *at = of(string)->text; *at != '\0'; at++) {
        units += (*at & 0xC0) != 0x80 ? 1 : 0;
    }
    return units;
}

CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding) {
    fake_require(encoding == kCFStringEncodingUTF8);
    return length * 3;
}

/* Whole characters only, as many as there is room for. */
CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding encoding,
                         UInt8 loss_byte, Boolean external, UInt8 *buffer, CFIndex room,
                         CFIndex *used) {
    const char *text = of(string)->text;
    CFIndex taken = 0;
    size_t len = 0;

    fake_require(range.location == 0 && range.length == CFStringGetLength(string));
    fake_require(encoding == kCFStringEncodingUTF8 && loss_byte == 0 && !external);
    while (text[len] != '\0') {
        size_t next = len + 1;
        while ((text[next] & 0xC0) == 0x80) {
            next++;
        }
        if (next > (size_t)room) {
            break;
        }
        len = next;
        taken++;
    }
    memcpy(buffer, text, len);
    *used = (CFIndex)len;
    return taken;
}

const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding encoding) {
    fake_require(encoding == kCFStringEncodingASCII);
    return CFStringGetLength(string) == (CFIndex)strlen(of(string)->text) ? of(string)->text : NULL;
}

const UniChar *CFStringGetCharactersPtr(CFStringRef string) {
    (void)string;
    return NULL;
}

/* ---- booleans, numbers, collections ---- */

static struct object yes = {.type = BOOL, .constant = true, .flag = true};
static struct object no = {.type = BOOL, .constant = true};
const CFBooleanRef kCFBooleanTrue = (CFBooleanRef)&yes;
struct CFDictionaryKeyCallBacks {
    int unused;
};
struct CFDictionaryValueCallBacks {
    int unused;
};
const CFDictionaryKeyCallBacks kCFTypeDictionaryKeyCallBacks;
const CFDictionaryValueCallBacks kCFTypeDictionaryValueCallBacks;

const void *fake_bool(bool value) {
    return value ? &yes : &no;
}

const void *fake_number(int value) {
    struct object *object = make(NUMBER);

    object->flag = value != 0;
    return object;
}

CFTypeID CFBooleanGetTypeID(void) {
    return BOOL;
}

Boolean CFBooleanGetValue(CFBooleanRef boolean) {
    return of(boolean)->flag;
}

void *fake_array(void) {
    return make(ARRAY);
}

void fake_array_add(void *array, const void *item) {
    fake_require(of(array)->count < ITEMS_MAX);
    of(array)->items[of(array)->count++] = of(item);
}

CFTypeID CFArrayGetTypeID(void) {
    return ARRAY;
}

CFIndex CFArrayGetCount(CFArrayRef array) {
    fake_require(of(array)->type == ARRAY);
    return (CFIndex)of(array)->count;
}

const void *CFArrayGetValueAtIndex(CFArrayRef array, CFIndex index) {
    fake_require(index >= 0 && index < CFArrayGetCount(array));
    return of(array)->items[index];
}

void *fake_dictionary(void) {
    return make(DICTIONARY);
}

void fake_dictionary_add(void *dictionary, const char *key, const void *item) {
    struct object *object = of(dictionary);

    fake_require(object->count < ITEMS_MAX);
    object->keys[object->count] = of(fake_text(key));
    object->items[object->count++] = of(item);
}

CFTypeID CFDictionaryGetTypeID(void) {
    return DICTIONARY;
}

CFMutableDictionaryRef CFDictionaryCreateMutable(CFAllocatorRef allocator, CFIndex capacity,
                                                 const CFDictionaryKeyCallBacks *of_keys,
                                                 const CFDictionaryValueCallBacks *of_values) {
    fake_require(allocator == kCFAllocatorDefault && capacity == 0);
    fake_require(of_keys == &kCFTypeDictionaryKeyCallBacks &&
                 of_values == &kCFTypeDictionaryValueCallBacks);
    return fake_dictionary();
}

void CFDictionarySetValue(CFMutableDictionaryRef dictionary, const void *key, const void *value) {
    struct object *object = of(dictionary);

    fake_require(CFDictionaryGetValue((CFDictionaryRef)dictionary, key) == NULL &&
                 object->count < ITEMS_MAX);
    object->keys[object->count] = retain(key);
    object->items[object->count++] = retain(value);
}

const void *CFDictionaryGetValue(CFDictionaryRef dictionary, const void *key) {
    const struct object *object = of(dictionary);

    fake_require(object->type == DICTIONARY);
    for (size_t i = 0; i < object->count; i++) {
        if (same(object->keys[i], key)) {
            return object->items[i];
        }
    }
    return NULL;
}

CFIndex CFDictionaryGetCount(CFDictionaryRef dictionary) {
    fake_require(of(dictionary)->type == DICTIONARY);
    return (CFIndex)of(dictionary)->count;
}

void CFDictionaryGetKeysAndValues(CFDictionaryRef dictionary, const void **keys,
                                  const void **values) {
    fake_require(of(dictionary)->type == DICTIONARY);
    for (size_t i = 0; i < of(dictionary)->count; i++) {
        keys[i] = of(dictionary)->keys[i];
        if (values != NULL) {
            values[i] = of(dictionary)->items[i];
        }
    }
}

CFDataRef CFDataCreate(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length) {
    fake_require(allocator == kCFAllocatorDefault && bytes != NULL && length >= 0);
    return (CFDataRef)make(DATA);
}

void fake_next_list(void *list) {
    next_list = list;
}

CFPropertyListRef CFPropertyListCreateWithData(CFAllocatorRef allocator, CFDataRef data,
                                               CFOptionFlags options, CFPropertyListFormat *format,
                                               CFErrorRef *error) {
    CFPropertyListRef list = next_list;

    fake_require(allocator == kCFAllocatorDefault && of(data)->type == DATA);
    fake_require(options == kCFPropertyListImmutable && format == NULL && error == NULL);
    next_list = NULL;
    return list;
}

/* ---- constants ---- */

#define KEY(name)                                                                                  \
    static struct object key_##name = {.type = TEXT, .constant = true, .text = text_##name};       \
    const CFStringRef kCFUserNotification##name##Key = (CFStringRef)&key_##name
static char text_AlertHeader[] = "AlertHeader";
static char text_AlertMessage[] = "AlertMessage";
static char text_AlertTopMost[] = "AlertTopMost";
static char text_DefaultButtonTitle[] = "DefaultButtonTitle";
static char text_AlternateButtonTitle[] = "AlternateButtonTitle";
static char text_OtherButtonTitle[] = "OtherButtonTitle";
static char text_TextFieldTitles[] = "TextFieldTitles";
static char text_TextFieldValues[] = "TextFieldValues";
KEY(AlertHeader);
KEY(AlertMessage);
KEY(AlertTopMost);
KEY(DefaultButtonTitle);
KEY(AlternateButtonTitle);
KEY(OtherButtonTitle);
KEY(TextFieldTitles);
KEY(TextFieldValues);

/* ---- preferences ---- */

const CFStringRef kCFPreferencesCurrentApplication;
static struct preference {
    const char *application, *key;
    const void *value;
    bool forced;
} preferences[PREFERENCES_MAX];
static size_t preferences_count;

void fake_prefer(const char *application, const char *key, const void *value, bool forced) {
    fake_require(preferences_count < PREFERENCES_MAX);
    preferences[preferences_count++] = (struct preference){application, key, value, forced};
}

void fake_forget_preferences(void) {
    for (size_t i = 0; i < preferences_count; i++) {
        CFRelease(preferences[i].value);
    }
    preferences_count = 0;
}

static const struct preference *preference_of(CFStringRef key, CFStringRef application) {
    const char *own = application == kCFPreferencesCurrentApplication ? "" : of(application)->text;

    for (size_t i = 0; i < preferences_count; i++) {
        if (strcmp(preferences[i].application, own) == 0 &&
            strcmp(preferences[i].key, of(key)->text) == 0) {
            return &preferences[i];
        }
    }
    return NULL;
}

CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application) {
    const struct preference *found = preference_of(key, application);
    return found == NULL ? NULL : retain(found->value);
}

Boolean CFPreferencesAppValueIsForced(CFStringRef key, CFStringRef application) {
    const struct preference *found = preference_of(key, application);
    return found != NULL && found->forced;
}
