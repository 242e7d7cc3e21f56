/* SPDX-License-Identifier: MIT */
/*
 * A person at the prompt, in place of host/prompt/prompt.c: a program that names fake_prompts links
 * this and not the product's. It answers from a list, keeps what was shown, and asserts that nobody
 * is asked inside a transaction, but on a keypad.
 */
#ifndef FAKE_PROMPT_H
#define FAKE_PROMPT_H

#include <stddef.h>

#include "fake_transport.h"
#include "jpki_bridge/prompt.h"

#define FAKE_SHOWN_MAX 16

struct fake_answer {
    const char *pin;                  /* what is typed; null: nothing */
    bool yes;                         /* for a prompt that asks for a yes */
    bool stays;                       /* is not answered: stays open until it is dismissed */
    enum jb_error error;              /* the prompt does not open */
    void (*meanwhile)(void *context); /* what happens while it is open */
};

struct fake_prompts {
    const struct fake_answer *answers; /* borrowed; the last one serves for all that follow */
    size_t count;
    const struct fake *fake; /* whose transactions are looked at */
    void *context;           /* for meanwhile */
    /* what happened */
    unsigned shown, open;
    struct jb_prompt_request request[FAKE_SHOWN_MAX];
};

extern struct fake_prompts fake_prompts;

/* How many prompts of this kind were shown. */
unsigned fake_prompts_of(enum jb_prompt_kind kind);

#endif
