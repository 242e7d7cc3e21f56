/* SPDX-License-Identifier: MIT */
/* The checks of jpki-bridge doctor, each filling in what it found and how to mend it. */
#ifndef JB_CLI_DOCTOR_H
#define JB_CLI_DOCTOR_H

#include "survey.h"
#include "terminal.h"

enum { JB_CHECK_TEXT = 4096 };

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
jb_check_function jb_check_policy;

#endif
