/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a file that decides something, so that a person can be told which file or
 * which member of it, and how to mend it. Finding faults is the matter of whoever reads the file.
 */
#ifndef JPKI_BRIDGE_FAULT_H
#define JPKI_BRIDGE_FAULT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define JB_FAULT_SUBJECT_MAX 1024 /* bytes; a longer one is cut */

enum jb_fault_kind {
    JB_FAULT_NONE,
    /* of a file or a folder, whose path is the subject */
    JB_FAULT_OWNER,      /* belongs to somebody else */
    JB_FAULT_WRITABLE,   /* somebody else may write to it */
    JB_FAULT_UNREADABLE, /* this user may not read it, or it cannot be read */
    JB_FAULT_DANGLING,   /* a link that leads nowhere, or in a circle */
    JB_FAULT_NOT_FILE,   /* something else where a file belongs */
    JB_FAULT_NOT_FOLDER, /* something else where a folder belongs */
    JB_FAULT_TOO_LARGE,
    /* of what it holds */
    JB_FAULT_BYTE_ORDER_MARK,
    JB_FAULT_JSON, /* not a JSON object in UTF-8, or a name twice */
    JB_FAULT_FORM, /* not what the system keeps such a thing as (registry, profile) */
    /* of a member, whose name is the subject */
    JB_FAULT_UNKNOWN_MEMBER,
    JB_FAULT_NOT_PATH,
    JB_FAULT_NOT_ORIGINS,
    JB_FAULT_NOT_MODES,
    JB_FAULT_NOT_OBJECT,
    JB_FAULT_NOT_BOOL,
    JB_FAULT_TOO_MANY
};

struct jb_fault {
    enum jb_fault_kind kind;
    char subject[JB_FAULT_SUBJECT_MAX]; /* raw: for showing it is made harmless first */
};

/* Notes a fault, unless one was noted already; fault may be null. False, for "return". */
bool jb_fault_set(struct jb_fault *fault, enum jb_fault_kind kind, const char *subject);

/* Likewise of a member: outer is the name of the member that holds it, or "" at the top. */
bool jb_fault_set_member(struct jb_fault *fault, enum jb_fault_kind kind, const char *outer,
                         const char *name);

/* The text as a JSON object, with nothing but these members (a null ends the names); null with the
 * fault. Freed with cJSON_Delete. */
cJSON *jb_fault_parse(const char *text, size_t len, const char *const *names,
                      struct jb_fault *fault);

/* The members of an object that stands in another, likewise. */
bool jb_fault_check_names(const cJSON *object, const char *outer, const char *const *names,
                          struct jb_fault *fault);

#endif
