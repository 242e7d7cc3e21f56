/* SPDX-License-Identifier: MIT */
/*
 * The native prompt: asks a person for a PIN or a yes, outside the browser. It runs on a thread of
 * its own while the card thread watches the card; it can be dismissed from any thread. One file per
 * system runs the dialog. What a page chose is shown escaped, cannot push origin and tries out of
 * sight, and is never part of a command.
 */
#ifndef JPKI_BRIDGE_PROMPT_H
#define JPKI_BRIDGE_PROMPT_H

#include <stdbool.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/lang.h"
#include "jpki_bridge/pin.h"
#include "jpki_bridge/secret.h"

enum jb_prompt_kind {
    JB_PROMPT_PIN,      /* asks for the PIN */
    JB_PROMPT_LAST_TRY, /* asks for a yes before the last try is asked for */
    JB_PROMPT_CALLER,   /* asks for a yes where the caller has no window of its own (Web eID's
                           extension) */
    JB_PROMPT_KEYPAD,   /* tells that the PIN is to be typed on the reader; stays until dismissed or
                           cancelled */
    JB_PROMPT_TRUST     /* asks whether a site may have what it likes signed with the log-in key */
};

enum jb_prompt_purpose {
    JB_PURPOSE_LOGIN,
    JB_PURPOSE_READ_CERTIFICATE,
    JB_PURPOSE_SIGN,
    JB_PURPOSE_PROFILE
};

enum jb_prompt_note {
    JB_NOTE_NONE,
    JB_NOTE_PIN_WRONG,    /* the last PIN was wrong; tries_left is the new count */
    JB_NOTE_PIN_FORM,     /* the last PIN had not the form of one and was not sent to the card */
    JB_NOTE_TRIES_FELL,   /* the tries fell since the last prompt: another program asked the card */
    JB_NOTE_CARD_CHANGED, /* the card was touched, moved or exchanged since the last prompt */
    JB_NOTE_PIN_AGAIN     /* the card wants the PIN once more */
};

struct jb_prompt_request {
    enum jb_prompt_kind kind;
    enum jb_prompt_purpose purpose;
    enum jb_pin pin;
    enum jb_prompt_note note;
    enum jb_lang lang;
    int tries_left;      /* 1 to the PIN's maximum */
    const char *origin;  /* as the browser serialises it; borrowed until the prompt has ended */
    const char *program; /* absolute path of the prompt program, or null for the system's; borrowed
                            likewise */
    unsigned documents;  /* how many are signed under this PIN; 0: not told */
};

struct jb_prompt;

/* Opens the prompt. JB_ERR_PROMPT_UNAVAILABLE may come here or from jb_prompt_finish. */
enum jb_error jb_prompt_start(const struct jb_prompt_request *request, struct jb_prompt **out);

/* Waits at most ms for the person's answer; true once there is one. */
bool jb_prompt_wait(struct jb_prompt *prompt, unsigned ms);

/* Waits at most ms until the dialog has taken all that it shows; true once it has, also when it has
 * ended since. */
bool jb_prompt_wait_shown(struct jb_prompt *prompt, unsigned ms);

/* Closes the dialog, if it is open; its result is then JB_ERR_USER_CANCELLED. Any thread. */
void jb_prompt_dismiss(struct jb_prompt *prompt);

/* Waits for the end, frees and nulls *prompt. JB_OK: for JB_PROMPT_PIN *secret is the PIN as typed
 * (freed with jb_secret_free), for the others null. JB_ERR_USER_CANCELLED: the person said no, or
 * it was dismissed before the answer came. JB_ERR_TIMEOUT: the prompt program has a time limit of
 * its own. A PIN longer than JB_SECRET_MAX comes as that many zero bytes, which is the form of
 * none. */
enum jb_error jb_prompt_finish(struct jb_prompt **prompt, struct jb_secret **secret);

/* The prompt program that would be used, "" where this program shows the prompt itself, or null
 * when there is none (doctor). configured may be null. Freed with free(). */
char *jb_prompt_program(const char *configured);

/* ---- one file per system ---- */

struct jb_prompt_dialog; /* the dialog of this system */

/* Runs the dialog to its end on the calling thread. secret is empty on entry. */
enum jb_error jb_prompt_dialog_run(struct jb_prompt_dialog *dialog,
                                   const struct jb_prompt_request *request,
                                   struct jb_secret *secret);
/* on_shown is called, once, when the dialog has taken all that it shows and is about to open. */
struct jb_prompt_dialog *jb_prompt_dialog_new(void (*on_shown)(void *), void *context);
/* Closes it from another thread, before, while or after it runs. */
void jb_prompt_dialog_close(struct jb_prompt_dialog *dialog);
void jb_prompt_dialog_free(struct jb_prompt_dialog **dialog);

#endif
