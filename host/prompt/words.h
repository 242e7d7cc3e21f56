/* SPDX-License-Identifier: MIT */
/*
 * The words of a prompt: what a person reads in the dialog of any system. Who asks comes first and
 * the tries left second, so that nothing that follows can push them out of sight.
 */
#ifndef JPKI_BRIDGE_PROMPT_WORDS_H
#define JPKI_BRIDGE_PROMPT_WORDS_H

#include "jpki_bridge/prompt.h"

#define JB_WORDS_ORIGIN_MAX                                                                        \
    100 /* characters shown: 79 at the end hold a label of 63 and its suffix */
#define JB_WORDS_DESCRIPTION_MAX 850 /* bytes; a pinentry cuts at 1,000, escapes counted */

struct jb_prompt_words {
    const char *title;
    char description[JB_WORDS_DESCRIPTION_MAX + 1]; /* UTF-8, lines end with LF */
    const char *error;                              /* or null */
    const char *label;                              /* of the field; null when there is none */
    const char *ok;                                 /* "_" stands before the key of a button */
    const char *cancel;                             /* where ok is the one button, the same as ok */
};

/* Finds the words. False when they would not fit, which no origin brings about. */
bool jb_prompt_words_make(const struct jb_prompt_request *request, struct jb_prompt_words *out);

/* The origin as it is shown: cleaned, what cannot stand in one replaced by "?", and shortened in
 * the middle so that its beginning and the end of the host (with the domain that was registered)
 * stay. out has room for size bytes. */
void jb_prompt_words_origin(const char *origin, char *out, size_t size);

#endif
