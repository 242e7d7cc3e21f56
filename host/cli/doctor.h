/* SPDX-License-Identifier: MIT */
/* The checks of jpki-bridge doctor, each filling in what it found and how to mend it. */
#ifndef JB_CLI_DOCTOR_H
#define JB_CLI_DOCTOR_H

#include "jpki_bridge/browsers.h"
#include "jpki_bridge/fault.h"
#include "manifest.h"
#include "survey.h"
#include "terminal.h"

enum {
    JB_CHECK_TEXT = 4096,
    JB_CHECK_PATH = 120,                /* characters of a path that are shown */
    JB_CHECK_SHOWN = JB_CHECK_PATH * 4, /* its bytes */
};

struct jb_check {
    const char *label; /* static */
    enum jb_mark mark;
    char found[JB_CHECK_TEXT];  /* lines, for the screen: nothing in it comes raw from outside */
    char remedy[JB_CHECK_TEXT]; /* lines; when mark is JB_MARK_BAD */
};

typedef void jb_check_function(const struct jb_terminal *terminal, const struct jb_survey *survey,
                               struct jb_check *check);

jb_check_function jb_check_service;
jb_check_function jb_check_reader;
jb_check_function jb_check_card;
jb_check_function jb_check_prompt;
jb_check_function jb_check_manifests;
jb_check_function jb_check_extension;
jb_check_function jb_check_browser_policies;
jb_check_function jb_check_policy;

/* ---- what they are made with ---- */

/* Adds a line to what was found. */
void jb_check_found(struct jb_check *check, const char *line);

/* The check fails; the first remedy counts. */
void jb_check_fail(struct jb_check *check, const char *remedy);

/* Adds the fault in words to what was found. */
void jb_check_add_fault(const struct jb_terminal *terminal, const struct jb_fault *fault,
                        struct jb_check *check);

/* The check fails for a fault of a file or folder, with the command that mends it; admin: it is an
 * administrator's. False when the fault is another one. */
bool jb_check_fail_for_file(const struct jb_terminal *terminal, const struct jb_fault *fault,
                            bool admin, struct jb_check *check);

void jb_check_skip(const struct jb_terminal *terminal, struct jb_check *check);

/* Adds a name to a list that is broken into lines. */
void jb_check_add_name(char *list, size_t size, const char *name);

/* The manifest that the browser obeys: the user's first, then the system's in order. Cleared with
 * jb_manifest_clear. */
void jb_browser_manifest(const struct jb_browser *browser, const char *self,
                         struct jb_manifest *manifest);

/* Likewise among the system's alone. */
void jb_browser_system_manifest(const struct jb_browser *browser, const char *self,
                                struct jb_manifest *manifest);

/* Whether the person has used the browser. */
bool jb_browser_is_used(const struct jb_browser *browser);

#endif
