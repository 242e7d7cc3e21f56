/* SPDX-License-Identifier: MIT */
/*
 * From nothing to a verified PIN. A round begins with finding a card and ends with a VERIFY;
 * whatever makes the card a new one (a reset, an exchange, our own reset after a wrong PIN) begins
 * a new round, without the PIN.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/command.h"

#define SHOWN_STEP_MS 100

enum step {
    STEP_DONE,      /* verified, or an error */
    STEP_ASK_AGAIN, /* the same card, another prompt */
    STEP_NEW_ROUND  /* the card counts as a new one */
};

struct unlocking {
    const struct jb_context *context;
    struct jb_prompt_request
        prompt; /* what the next prompt says; its tries_left is what the card said last */
    struct jb_unlocked *unlocked;
    bool any_time;
    const struct jb_identity *same; /* as in jb_purpose */
    struct jb_reader place; /* where the card lay that was asked about last; no name: none was */
    enum jb_error error;
};

static enum step done(struct unlocking *u, enum jb_error error) {
    u->error = error;
    return STEP_DONE;
}

static enum step again(struct unlocking *u, enum jb_prompt_note note) {
    u->prompt.note = note;
    return STEP_ASK_AGAIN;
}

static enum step new_round(struct unlocking *u, enum jb_prompt_note note) {
    u->prompt.note = note;
    return STEP_NEW_ROUND;
}

/* The PIN of the profile goes with no key. */
static bool has_certificate(const struct unlocking *u) {
    return u->prompt.pin != JB_PIN_PROFILE;
}

static enum jb_error read_certificate(struct unlocking *u, bool *protected_) {
    struct jb_certificate **certificate = &u->unlocked->certificate;
    enum jb_key key = u->prompt.pin == JB_PIN_AUTH ? JB_KEY_AUTH : JB_KEY_SIGN;
    uint8_t *der = NULL;
    size_t len = 0;
    enum jb_error error = jb_jpki_read_certificate(u->unlocked->card, key, &der, &len, protected_);

    if (error == JB_OK && !*protected_ &&
        (error = jb_certificate_parse(der, len, certificate)) == JB_OK) {
        error = u->any_time ? JB_OK : jb_certificate_check_time(*certificate, time(NULL));
    }
    free(der);
    return error;
}

static enum jb_error select_application(struct unlocking *u) {
    return jb_application_select(u->unlocked->card, jb_application_of(u->prompt.pin));
}

static enum jb_error read_tries(struct unlocking *u) {
    int tries = 0;
    enum jb_error error = jb_pin_tries(u->unlocked->card, u->prompt.pin, &tries);

    if (error != JB_OK) {
        return error;
    }
    /* "Verified already" hides the count, and without a count nobody is asked for a PIN. */
    if (tries == JB_TRIES_VERIFIED) {
        return JB_ERR_CARD_ERROR;
    }
    u->prompt.tries_left = tries;
    return tries == 0 ? JB_ERR_PIN_LOCKED : JB_OK;
}

/* Whether the card that was found is the one that the person was asked about before, not moved
 * since. */
static bool is_same_card(const struct unlocking *u) {
    const struct jb_reader *now = jb_card_reader(u->unlocked->card);

    return strcmp(now->name, u->place.name) == 0 && now->events == u->place.events;
}

/* What was said of another card is not true of this one. */
static void compare(struct unlocking *u) {
    if (u->place.name[0] != '\0' && !is_same_card(u)) {
        u->prompt.note = JB_NOTE_CARD_CHANGED;
        u->prompt.tries_left = -1;
    }
    u->place = *jb_card_reader(u->unlocked->card);
}

/* Whether the card that was found may be asked. What lies where the other one lay, and has not
 * moved, is that one; else its number tells. */
static enum jb_error check_identity(struct unlocking *u) {
    struct jb_card *card = u->unlocked->card;
    struct jb_identity now;

    if (u->same == NULL || jb_identity_stayed(u->same, jb_card_reader(card))) {
        return JB_OK;
    }
    enum jb_error error = jb_identity_read(card, &now);
    if (error == JB_OK && !jb_identity_is_same(u->same, &now)) {
        error = JB_ERR_CERTIFICATE_MISMATCH;
    }
    OPENSSL_cleanse(&now, sizeof now);
    return error == JB_OK ? jb_application_select(card, JB_APPLICATION_JPKI) : error;
}

/* Finds a card and reads what the prompt must say, in one transaction that leaves the card as it
 * was. */
static enum jb_error look(struct unlocking *u) {
    bool protected_ = false;

    jb_unlocked_clear(u->unlocked);
    enum jb_error error =
        jb_card_find_on(u->context->transport, u->context->op,
                        u->same != NULL ? u->same->place.name : NULL, &u->unlocked->card);
    if (error == JB_OK) {
        error = check_identity(u);
    }
    if (error == JB_OK) {
        compare(u);
        /* Finding it has selected the JPKI AP. */
        error = has_certificate(u) ? read_certificate(u, &protected_) : select_application(u);
    }
    if (error == JB_OK) {
        error = read_tries(u);
    }
    if (u->unlocked->card != NULL) {
        jb_card_end(u->unlocked->card);
    }
    return error;
}

/* A new transaction in which the tries have been read once more; STEP_DONE with JB_OK when they did
 * not fall. */
static enum step open_again(struct unlocking *u) {
    int shown = u->prompt.tries_left;
    bool changed = false;
    enum jb_error error = jb_card_begin(u->unlocked->card, &changed);

    if (changed) {
        return new_round(u, JB_NOTE_CARD_CHANGED);
    }
    if (error != JB_OK || (error = select_application(u)) != JB_OK ||
        (error = read_tries(u)) != JB_OK) {
        return done(u, error);
    }
    if (u->prompt.tries_left < shown) {
        jb_card_end(u->unlocked->card);
        return again(u, JB_NOTE_TRIES_FELL);
    }
    return done(u, JB_OK);
}

/* What follows from a VERIFY that has been sent. */
static enum step judge(struct unlocking *u, enum jb_error error, int tries) {
    switch (error) {
    case JB_OK:
        jb_op_note_pin(u->context->op, -1, false);
        u->prompt.tries_left = -1; /* all of them again: no count to tell with a later error */
        return done(u, JB_OK);
    case JB_ERR_PIN_WRONG:
        jb_op_note_pin(u->context->op, tries, false);
        u->prompt.tries_left = tries;
        return new_round(u, JB_NOTE_PIN_WRONG);
    case JB_ERR_PIN_LOCKED:
        jb_op_note_pin(u->context->op, 0, false);
        u->prompt.tries_left = 0;
        return done(u, error);
    case JB_ERR_PIN_UNANSWERED:
        jb_op_note_pin(u->context->op, -1, true);
        jb_unlocked_clear(u->unlocked);
        u->prompt.tries_left = jb_recount(u->context, u->prompt.pin, &u->place);
        return done(u, error);
    default:
        return done(u, error);
    }
}

static enum step confirm_last_try(struct unlocking *u) {
    const struct jb_event event = {.kind = JB_EVENT_PIN_PROMPT, .tries_left = 1, .confirm = true};
    struct jb_prompt_request prompt = u->prompt;
    bool moved = false;

    prompt.kind = JB_PROMPT_LAST_TRY;
    jb_op_tell(u->context->op, &event);
    enum jb_error error = jb_ask(u->context, &prompt, u->unlocked->card, NULL, &moved);
    return moved ? new_round(u, JB_NOTE_CARD_CHANGED) : done(u, error);
}

static void tell(struct unlocking *u, enum jb_event_kind kind, bool keypad) {
    const struct jb_event event = {
        .kind = kind,
        .tries_left = kind == JB_EVENT_PIN_PROMPT ? u->prompt.tries_left : -1,
        .keypad = keypad,
    };

    jb_op_tell(u->context->op, &event);
}

static enum step ask_and_verify(struct unlocking *u) {
    struct jb_secret *pin = NULL;
    bool moved = false;
    int tries = -1;
    enum step step = STEP_DONE;

    u->prompt.kind = JB_PROMPT_PIN;
    tell(u, JB_EVENT_PIN_PROMPT, false);
    enum jb_error error = jb_ask(u->context, &u->prompt, u->unlocked->card, &pin, &moved);
    if (error != JB_OK) {
        step = moved ? new_round(u, JB_NOTE_CARD_CHANGED) : done(u, error);
        goto out;
    }
    if (!jb_pin_normalise(u->prompt.pin, pin)) {
        step = again(u, JB_NOTE_PIN_FORM);
        goto out;
    }
    tell(u, JB_EVENT_CARD_WORKING, false);
    step = open_again(u);
    if (step != STEP_DONE || u->error != JB_OK) {
        goto out;
    }
    error = jb_pin_verify(u->unlocked->card, u->prompt.pin, pin, &tries);
    jb_secret_free(&pin);
    step = judge(u, error, tries);
out:
    jb_secret_free(&pin);
    return step;
}

/* Whether the notice is on the screen; false when the operation or the notice has ended. */
static bool is_shown(struct unlocking *u, struct jb_prompt *notice) {
    while (!jb_prompt_wait_shown(notice, SHOWN_STEP_MS)) {
        if (jb_op_check(u->context->op) != JB_OK) {
            return false;
        }
    }
    return !jb_prompt_wait(notice, 0);
}

/* The reader's own keypad: the one prompt inside a transaction, since the reader sends the VERIFY
 * itself. Nothing is asked for there before the screen says who asks. */
static enum step verify_on_keypad(struct unlocking *u) {
    struct jb_prompt_request request = u->prompt;
    struct jb_prompt *notice = NULL;
    struct jb_secret *none = NULL;
    int tries = -1;
    enum step step = STEP_DONE;
    bool sent = false;

    request.kind = JB_PROMPT_KEYPAD;
    enum jb_error error = jb_prompt_start(&request, &notice);
    if (error != JB_OK) {
        return done(u, error);
    }
    u->error = JB_OK;
    if (is_shown(u, notice) && (step = open_again(u)) == STEP_DONE && u->error == JB_OK) {
        tell(u, JB_EVENT_PIN_PROMPT, true);
        sent = true;
        error = jb_pin_verify_on_keypad(u->unlocked->card, u->prompt.pin, &tries);
    }
    bool cancelled = jb_prompt_wait(notice, 0);
    jb_prompt_dismiss(notice);
    enum jb_error notice_error = jb_prompt_finish(&notice, &none);
    jb_secret_free(&none);
    if (!sent) {
        enum jb_error ended = jb_op_check(u->context->op);
        if (step != STEP_DONE || u->error != JB_OK) {
            return step;
        }
        return done(u, ended != JB_OK ? ended : notice_error);
    }
    step = judge(u, error, tries);
    if (step == STEP_DONE && u->error == JB_OK && cancelled) {
        return done(u, notice_error);
    }
    if (error == JB_OK) {
        tell(u, JB_EVENT_CARD_WORKING, false);
    }
    return step;
}

static enum step attempt(struct unlocking *u) {
    if (u->prompt.tries_left == 1) {
        enum step step = confirm_last_try(u);
        if (step != STEP_DONE || u->error != JB_OK) {
            return step;
        }
    }
    if (jb_pin_is_numeric(u->prompt.pin) && jb_card_has_keypad(u->unlocked->card)) {
        return verify_on_keypad(u);
    }
    return ask_and_verify(u);
}

enum jb_error jb_unlock(const struct jb_context *context, const struct jb_purpose *purpose,
                        struct jb_unlocked *unlocked, int *tries_left) {
    struct unlocking u = {
        .context = context,
        .prompt = {.purpose = purpose->prompt,
                   .pin = purpose->pin,
                   .note = purpose->note,
                   .documents = purpose->documents,
                   .fields = purpose->fields,
                   .tries_left = -1,
                   .lang = context->request->lang,
                   .origin = context->request->origin[0] != '\0' ? context->request->origin : NULL,
                   .program = context->config->pinentry},
        .unlocked = unlocked,
        .any_time = purpose->any_time,
        .same = purpose->same,
    };
    enum step step = STEP_NEW_ROUND;
    bool asked = false;

    while (step != STEP_DONE) {
        if (step == STEP_NEW_ROUND && (u.error = look(&u)) != JB_OK) {
            break;
        }
        asked = true;
        step = attempt(&u);
    }
    /* The signing certificate shows itself only now. */
    if (u.error == JB_OK && has_certificate(&u) && unlocked->certificate == NULL) {
        bool protected_ = false;
        u.error = read_certificate(&u, &protected_);
        if (u.error == JB_OK && protected_) {
            u.error = JB_ERR_CARD_ERROR;
        }
    }
    if (u.error != JB_OK && (asked || u.error == JB_ERR_PIN_LOCKED)) {
        *tries_left = u.prompt.tries_left;
    }
    return u.error;
}

void jb_unlocked_clear(struct jb_unlocked *unlocked) {
    jb_card_free(&unlocked->card);
    jb_certificate_free(&unlocked->certificate);
}

enum jb_error jb_unlocked_sign(struct jb_unlocked *unlocked, enum jb_key key, enum jb_hash hash,
                               const uint8_t *digest, char **signature) {
    uint8_t input[JB_SIGNATURE_INPUT_MAX], bytes[JB_SIGNATURE_MAX];
    size_t input_len = 0, len = 0;
    bool pin_again = false;
    enum jb_error error =
        jb_signature_input(unlocked->certificate, hash, digest, input, &input_len);

    if (error != JB_OK || (error = jb_jpki_sign(unlocked->card, key, input, input_len, bytes, &len,
                                                &pin_again)) != JB_OK) {
        return error;
    }
    /* The card wants a PIN right after it took one: nothing that a person could mend by typing it
     * again. */
    if (pin_again) {
        return JB_ERR_CARD_ERROR;
    }
    /* The card is done: it is not kept verified while the signature is checked. */
    jb_card_end(unlocked->card);
    error = jb_signature_verify(unlocked->certificate, hash, digest, bytes, &len);
    if (error == JB_OK && (*signature = jb_base64_encode(bytes, len)) == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
    }
    return error;
}
