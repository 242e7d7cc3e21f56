/* SPDX-License-Identifier: MIT */
/*
 * A CoreFoundation for the tests on Linux: as much of it as the host uses, with objects that are
 * counted, preferences that a test forces, and a user notification that answers by script.
 */
#ifndef JB_TESTS_MACOS_FAKE_CF_H
#define JB_TESTS_MACOS_FAKE_CF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

typedef const struct __CFString *fake_string;

/* What a caller must keep to; on any thread. */
static inline void fake_require(bool holds) {
    if (!holds) {
        abort();
    }
}

/* The compiler's constant strings: never released. */
fake_string fake_constant(const char *text);

/* Objects for a test to build property lists from. A collection takes over what is added. */
const void *fake_text(const char *text);
const void *fake_bool(bool value);
const void *fake_number(int value);
void *fake_array(void);
void fake_array_add(void *array, const void *item);
void *fake_dictionary(void);
void fake_dictionary_add(void *dictionary, const char *key, const void *item);

/* How many objects are alive, constants aside. */
int fake_alive(void);

/* Takes a reference more; given back with CFRelease. */
const void *fake_keep(const void *object);

/* The bytes of a text, as they are now. */
const char *fake_bytes(const void *text);

/* ---- preferences ---- */

/* Sets a preference of an application, which it takes over; forced: by a profile. */
void fake_prefer(const char *application, const char *key, const void *value, bool forced);
void fake_forget_preferences(void);

/* What CFPropertyListCreateWithData makes of any data, next: taken over; null is no property list.
 */
void fake_next_list(void *list);

/* ---- the user notification ---- */

struct fake_answer {
    int looks;            /* how often it is waited for in vain first */
    unsigned long button; /* the response */
    const char *typed;    /* or null: there is no value */
    int code;             /* of the wait that brings it; 0: answered */
};

struct fake_notification {
    bool refuses;                      /* there is no screen */
    const struct fake_answer *answers; /* one for each that is opened */
    size_t count;
    void (*on_look)(void *); /* called at each wait in vain, or null */
    void *context;
    /* What was seen of it. */
    size_t opened;
    size_t cancelled;
    unsigned long flags;
    bool top_most;
    char title[256], message[2048], field[128], enter[128], alternate[128], other[128];
    const void *typed; /* the last value; the test's to release */
};
extern struct fake_notification fake_notification;

#endif
