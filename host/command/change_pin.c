/* SPDX-License-Identifier: MIT */
/*
 * change-pin: the old PIN, the new one and the new one again are asked for before the card sees
 * any; VERIFY and CHANGE REFERENCE DATA then go out in one transaction, each once. A card that
 * moved, or was touched, begins it all anew, without any PIN.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "change_private.h"

static void finish(struct jb_change *c, enum jb_error error) {
    c->done = true;
    c->error = error;
}

static void forget_pins(struct jb_change *c) {
    jb_secret_free(&c->old);
    jb_secret_free(&c->fresh);
    c->old_note = c->fresh_note = JB_NOTE_NONE;
    c->weak_agreed = false;
}

/* The card counts as a new one. */
static void start_over(struct jb_change *c) {
    jb_card_free(&c->card);
    forget_pins(c);
    c->old_note = JB_NOTE_CARD_CHANGED;
    c->tries = -1;
}

bool jb_change_is_same_card(const struct jb_change *change, const struct jb_reader *place,
                            const char *number) {
    bool stayed =
        strcmp(change->place.name, place->name) == 0 && change->place.events == place->events;

    return stayed || (change->number[0] != '\0' && strcmp(change->number, number) == 0);
}

/* A card that does not tell its number is none the worse for it. */
static enum jb_error read_number(struct jb_card *card, char *number) {
    enum jb_error error = jb_common_manufacture_number(card, number);

    if (error == JB_ERR_CARD_ERROR) {
        number[0] = '\0';
        error = JB_OK;
    }
    return error;
}

static enum jb_error read_tries(struct jb_change *change) {
    int tries = -1;
    enum jb_error error = jb_application_select(change->card, jb_application_of(change->pin));

    if (error == JB_OK) {
        error = jb_pin_tries(change->card, change->pin, &tries);
    }
    if (error != JB_OK) {
        return error;
    }
    /* "Verified already" hides the count, and without a count nobody is asked for a PIN. */
    if (tries == JB_TRIES_VERIFIED) {
        return JB_ERR_CARD_ERROR;
    }
    change->tries = tries;
    return tries == 0 ? JB_ERR_PIN_LOCKED : JB_OK;
}

enum jb_error jb_change_look(struct jb_change *change, struct jb_reader *place,
                             char number[JB_MANUFACTURE_NUMBER_LEN + 1]) {
    const struct jb_context *context = change->context;

    number[0] = '\0';
    jb_card_free(&change->card);
    enum jb_error error = jb_card_find(context->transport, context->op, &change->card);
    if (error != JB_OK) {
        return error;
    }
    *place = *jb_card_reader(change->card);
    if ((error = read_number(change->card, number)) == JB_OK) {
        error = read_tries(change);
    }
    jb_card_end(change->card);
    return error;
}

enum jb_error jb_change_open(struct jb_change *change, bool *moved, bool *fell) {
    int shown = change->tries;
    enum jb_error error = jb_card_begin(change->card, moved);

    *fell = false;
    if (error == JB_OK && (error = read_tries(change)) == JB_OK && change->tries < shown) {
        *fell = true;
        jb_card_end(change->card);
    }
    return error;
}

static bool tells_tries(enum jb_prompt_kind kind) {
    return kind == JB_PROMPT_PIN || kind == JB_PROMPT_LAST_TRY || kind == JB_PROMPT_TRY_NEW_PIN;
}

static enum jb_prompt_note note_of(const struct jb_change *change, enum jb_prompt_kind kind) {
    return kind == JB_PROMPT_PIN || kind == JB_PROMPT_LAST_TRY ? change->old_note
           : kind == JB_PROMPT_NEW_PIN                         ? change->fresh_note
                                                               : JB_NOTE_NONE;
}

enum jb_error jb_change_ask(struct jb_change *change, enum jb_prompt_kind kind,
                            struct jb_secret **secret, bool *moved) {
    int tries = tells_tries(kind) ? change->tries : -1;
    const struct jb_prompt_request request = {
        .kind = kind,
        .purpose = jb_command_purpose(change->context->request).prompt,
        .pin = change->pin,
        .note = note_of(change, kind),
        .lang = change->context->request->lang,
        .tries_left = tries,
        .program = change->context->config->pinentry,
        /* No reader's keypad takes three PINs with a yes between them. */
        .idle_keypad = jb_pin_is_numeric(change->pin) && jb_card_has_keypad(change->card),
    };
    const struct jb_event event = {
        .kind = JB_EVENT_PIN_PROMPT,
        .tries_left = tries,
        .confirm = !jb_prompt_asks_pin(kind),
        .fresh = kind == JB_PROMPT_NEW_PIN,
        .again = kind == JB_PROMPT_NEW_PIN_AGAIN,
    };

    jb_op_tell(change->context->op, &event);
    return jb_ask(change->context, &request, change->card, secret, moved);
}

static void look(struct jb_change *c) {
    struct jb_reader place;
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];
    enum jb_error error = jb_change_look(c, &place, number);

    if (error != JB_OK) {
        finish(c, error);
    } else if (c->place.name[0] != '\0' && !jb_change_is_same_card(c, &place, number)) {
        forget_pins(c); /* what was chosen for another card is not for this one */
        c->old_note = JB_NOTE_CARD_CHANGED;
    }
    c->place = place;
    memcpy(c->number, number, sizeof number);
}

/* What follows from a prompt that gave nothing. */
static void unanswered(struct jb_change *c, enum jb_error error, bool moved) {
    if (moved) {
        start_over(c);
    } else {
        finish(c, error);
    }
}

static void ask_old(struct jb_change *c) {
    bool moved = false;
    enum jb_error error = JB_OK;

    if (c->tries == 1) {
        error = jb_change_ask(c, JB_PROMPT_LAST_TRY, NULL, &moved);
    }
    if (error == JB_OK) {
        error = jb_change_ask(c, JB_PROMPT_PIN, &c->old, &moved);
    }
    if (error != JB_OK) {
        unanswered(c, error, moved);
        return;
    }
    c->old_note = JB_NOTE_NONE;
    if (!jb_pin_normalise(c->pin, c->old)) {
        jb_secret_free(&c->old);
        c->old_note = JB_NOTE_PIN_FORM;
    } else if (c->fresh != NULL && jb_secret_equals(c->old, c->fresh)) {
        jb_secret_free(&c->fresh);
        c->fresh_note = JB_NOTE_NEW_SAME;
    }
}

/* Whether the person takes the new PIN though it is easily guessed. A no means to choose again. */
static bool agrees_to_weak(struct jb_change *c) {
    bool moved = false;
    enum jb_error error = jb_change_ask(c, JB_PROMPT_WEAK_PIN, NULL, &moved);

    if (error != JB_OK &&
        (moved || error != JB_ERR_USER_CANCELLED || jb_op_check(c->context->op) != JB_OK)) {
        unanswered(c, error, moved);
    }
    return error == JB_OK;
}

/* Whether the first entry will do; the next prompt for it says why not. */
static bool is_acceptable(struct jb_change *c, struct jb_secret *first) {
    c->fresh_note = JB_NOTE_NONE;
    if (!jb_pin_normalise(c->pin, first) || !jb_pin_may_be_new(c->pin, first)) {
        c->fresh_note = JB_NOTE_PIN_FORM;
        return false;
    }
    if (jb_secret_equals(first, c->old)) {
        c->fresh_note = JB_NOTE_NEW_SAME;
        return false;
    }
    return !jb_pin_is_weak(c->pin, first) || agrees_to_weak(c);
}

static void choose(struct jb_change *c) {
    struct jb_secret *first = NULL, *second = NULL;
    bool moved = false;
    enum jb_error error = jb_change_ask(c, JB_PROMPT_NEW_PIN, &first, &moved);

    if (error == JB_OK && !is_acceptable(c, first)) {
        goto out;
    }
    if (error == JB_OK) {
        error = jb_change_ask(c, JB_PROMPT_NEW_PIN_AGAIN, &second, &moved);
    }
    if (error != JB_OK) {
        unanswered(c, error, moved);
        goto out;
    }
    (void)jb_pin_normalise(c->pin, second);
    if (jb_secret_equals(first, second)) {
        c->fresh = first;
        first = NULL;
        c->weak_agreed = false;
    } else {
        c->fresh_note = JB_NOTE_NEW_DIFFERS;
    }
out:
    jb_secret_free(&first);
    jb_secret_free(&second);
}

/* Whether the new signing password has the birth date in it, which the certificate tells now. One
 * that cannot be read tells nothing. */
static bool tells_birth(struct jb_change *c) {
    struct jb_certificate *certificate = NULL;
    struct jb_birth_date date;
    const char *text = NULL;
    uint8_t *der = NULL;
    size_t len = 0;
    bool protected_ = false, tells = false;

    if (jb_jpki_read_certificate(c->card, JB_KEY_SIGN, &der, &len, &protected_) == JB_OK &&
        der != NULL && jb_certificate_parse(der, len, &certificate) == JB_OK &&
        (text = jb_certificate_attribute(certificate, JB_ATTRIBUTE_BIRTH_DATE)) != NULL &&
        jb_birth_date_parse(text, &date)) {
        tells = jb_pin_tells_birth(c->fresh, date.year, date.month, date.day);
    }
    OPENSSL_cleanse(&date, sizeof date);
    if (der != NULL) {
        OPENSSL_cleanse(der, len);
    }
    free(der);
    jb_certificate_free(&certificate);
    return tells;
}

/* The old PIN has been verified in the open transaction. */
static void send_new(struct jb_change *c) {
    jb_op_note_change(c->context->op, true);
    enum jb_error error = jb_pin_change(c->card, c->pin, c->fresh);
    if (error == JB_ERR_PIN_CHANGE_UNKNOWN) {
        jb_secret_free(&c->old);
        error = jb_change_find_out(c);
    } else if (error != JB_OK) {
        jb_op_note_change(c->context->op, false);
        c->tries = -1;
    }
    finish(c, error);
}

/* What follows from a VERIFY of the old PIN that was not right. */
static void judge(struct jb_change *c, enum jb_error error, int tries) {
    struct jb_op *op = c->context->op;

    jb_secret_free(&c->old);
    jb_card_free(&c->card);
    switch (error) {
    case JB_ERR_PIN_WRONG:
        jb_op_note_pin(op, tries, false);
        c->tries = tries;
        c->old_note = JB_NOTE_PIN_WRONG;
        return;
    case JB_ERR_PIN_LOCKED:
        jb_op_note_pin(op, 0, false);
        c->tries = 0;
        break;
    case JB_ERR_PIN_UNANSWERED:
        jb_op_note_pin(op, -1, true);
        c->tries = jb_recount(c->context, c->pin, &c->place);
        break;
    default:
        break;
    }
    finish(c, error);
}

/* The birth date is known only now: the card is left before the person is asked. */
static void ask_about_birth(struct jb_change *c) {
    jb_card_end(c->card);
    c->weak_agreed = agrees_to_weak(c);
    if (!c->weak_agreed) {
        jb_secret_free(&c->fresh);
    }
}

static void verify_and_change(struct jb_change *c) {
    const struct jb_event event = {.kind = JB_EVENT_CARD_WORKING, .tries_left = -1};
    bool moved = false, fell = false;
    int tries = -1;

    jb_op_tell(c->context->op, &event);
    enum jb_error error = jb_change_open(c, &moved, &fell);
    if (moved) {
        start_over(c);
        return;
    }
    if (error != JB_OK) {
        finish(c, error);
        return;
    }
    if (fell) {
        jb_secret_free(&c->old);
        c->old_note = JB_NOTE_TRIES_FELL;
        return;
    }
    error = jb_pin_verify(c->card, c->pin, c->old, &tries);
    if (error != JB_OK) {
        judge(c, error, tries);
        return;
    }
    jb_op_note_pin(c->context->op, -1, false);
    c->tries = jb_pin_max_tries(c->pin);
    if (c->pin == JB_PIN_SIGN && !c->weak_agreed && tells_birth(c)) {
        ask_about_birth(c);
    } else {
        send_new(c);
    }
}

enum jb_error jb_command_change_pin(const struct jb_context *context, cJSON **result,
                                    int *tries_left) {
    struct jb_change c = {.context = context, .pin = context->request->pin, .tries = -1};
    bool asked = false;

    while (!c.done) {
        if (c.card == NULL) {
            look(&c);
        } else if (c.old == NULL) {
            asked = true;
            ask_old(&c);
        } else if (c.fresh == NULL) {
            choose(&c);
        } else {
            verify_and_change(&c);
        }
    }
    forget_pins(&c);
    jb_card_free(&c.card);
    OPENSSL_cleanse(c.number, sizeof c.number);
    if (c.error == JB_OK) {
        *result = cJSON_CreateObject();
        if (cJSON_AddTrueToObject(*result, "changed") == NULL) {
            cJSON_Delete(*result);
            *result = NULL;
            return JB_ERR_OUT_OF_MEMORY;
        }
    } else if (asked || c.error == JB_ERR_PIN_LOCKED) {
        *tries_left = c.tries;
    }
    return c.error;
}
