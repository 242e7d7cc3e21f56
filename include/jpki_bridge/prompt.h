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
    JB_PROMPT_TRUST,    /* asks whether a site may have what it likes signed with the log-in key */
    JB_PROMPT_NEW_PIN,  /* asks for a new PIN */
    JB_PROMPT_NEW_PIN_AGAIN, /* asks for the new PIN once more */
    JB_PROMPT_WEAK_PIN,      /* asks for a yes where the new PIN is easily guessed */
    JB_PROMPT_TRY_NEW_PIN    /* tells that it is not known which PIN holds since a change, and asks
                                whether the new one is to be tried */
};

enum jb_prompt_purpose {
    JB_PURPOSE_LOGIN,
    JB_PURPOSE_READ_CERTIFICATE,
    JB_PURPOSE_SIGN,
    JB_PURPOSE_PROFILE,
    JB_PURPOSE_CARD_DETAILS, /* the holder's own look at the signing certificate: no origin */
    JB_PURPOSE_CHANGE_PIN    /* no origin */
};

enum jb_prompt_note {
    JB_NOTE_NONE,
    JB_NOTE_PIN_WRONG,    /* the last PIN was wrong; tries_left is the new count */
    JB_NOTE_PIN_FORM,     /* the last PIN had not the form of one and was not sent to the card */
    JB_NOTE_TRIES_FELL,   /* the tries fell since the last prompt: another program asked the card */
    JB_NOTE_CARD_CHANGED, /* the card was touched, moved or exchanged since the last prompt */
    JB_NOTE_PIN_AGAIN,    /* the card wants the PIN once more */
    JB_NOTE_NEW_DIFFERS,  /* the two entries of the new PIN were not the same */
    JB_NOTE_NEW_SAME      /* the new PIN was the old one */
};

/* The attributes of the profile, one bit each. */
enum jb_field {
    JB_FIELD_NAME = 1,
    JB_FIELD_ADDRESS = 2,
    JB_FIELD_BIRTH_DATE = 4,
    JB_FIELD_SEX = 8,
    JB_FIELD_ALL = 15
};

struct jb_prompt_request {
    enum jb_prompt_kind kind;
    enum jb_prompt_purpose purpose;
    enum jb_pin pin;
    enum jb_prompt_note note;
    enum jb_lang lang;
    int tries_left;      /* 1 to the PIN's maximum; less where there is none to tell */
    const char *origin;  /* as the browser serialises it; borrowed until the prompt has ended. Null
                            where no site asks */
    const char *program; /* absolute path of the prompt program, or null for the system's; borrowed
                            likewise */
    unsigned documents;  /* how many are signed under this PIN; 0: not told */
    unsigned fields;     /* JB_PURPOSE_PROFILE: the JB_FIELD_* handed over; 0: all of them */
    bool idle_keypad;    /* the reader has a keypad, which this prompt does not use: said so */
};

/* Whether the kind has a field for a PIN, so that jb_prompt_finish gives a secret. */
static inline bool jb_prompt_asks_pin(enum jb_prompt_kind kind) {
    return kind == JB_PROMPT_PIN || kind == JB_PROMPT_NEW_PIN || kind == JB_PROMPT_NEW_PIN_AGAIN;
}

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

/* Waits for the end, frees and nulls *prompt. JB_OK: where jb_prompt_asks_pin *secret is the PIN
 * as typed (freed with jb_secret_free), for the others null. JB_ERR_USER_CANCELLED: the person said
 * no, or it was dismissed before the answer came. JB_ERR_TIMEOUT: the prompt program has a time
 * limit of its own. A PIN longer than JB_SECRET_MAX comes as that many zero bytes, which is the
 * form of none. */
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
