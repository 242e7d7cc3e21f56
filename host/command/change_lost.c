/* SPDX-License-Identifier: MIT */
/*
 * A CHANGE went out and its answer did not come: the old PIN holds, or the new one. Nothing is sent
 * again by itself. The person is told, and may try the new one: one VERIFY, which ends in
 * certainty.
 */
#include "change_private.h"

enum step { STEP_DONE, STEP_LOOK, STEP_ASK };

static enum step done(enum jb_error *error, enum jb_error with) {
    *error = with;
    return STEP_DONE;
}

/* The person lays the card back, if it was lifted; another one is not asked. */
static enum step look(struct jb_change *change, enum jb_error *error) {
    struct jb_reader place;
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];
    enum jb_error looked;

    change->tries = -1;
    looked = jb_change_look(change, &place, number);
    if (change->card == NULL) {
        return done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
    }
    if (looked == JB_ERR_CARD_REMOVED) {
        return STEP_LOOK;
    }
    if (!jb_change_is_same_card(change, &place, number)) {
        change->tries = -1;
        return done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
    }
    change->place = place;
    return looked == JB_OK ? STEP_ASK : done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
}

static enum step ask(struct jb_change *change, enum jb_error *error) {
    bool moved = false;
    enum jb_error asked = jb_change_ask(change, JB_PROMPT_TRY_NEW_PIN, NULL, &moved);

    if (asked == JB_OK && change->tries == 1) {
        asked = jb_change_ask(change, JB_PROMPT_LAST_TRY, NULL, &moved);
    }
    if (asked == JB_OK) {
        return STEP_ASK;
    }
    return moved ? STEP_LOOK : done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
}

static enum step judge(struct jb_change *change, enum jb_error verified, int tries,
                       enum jb_error *error) {
    struct jb_op *op = change->context->op;

    change->tries = verified == JB_ERR_PIN_WRONG || verified == JB_ERR_PIN_LOCKED ? tries : -1;
    switch (verified) {
    case JB_OK:
        return done(error, JB_OK);
    case JB_ERR_PIN_WRONG:
        jb_op_note_pin(op, tries, false);
        jb_op_note_change(op, false);
        return done(error, JB_ERR_PIN_UNCHANGED);
    case JB_ERR_PIN_LOCKED:
        jb_op_note_pin(op, 0, false);
        jb_op_note_change(op, false);
        return done(error, JB_ERR_PIN_LOCKED);
    case JB_ERR_PIN_UNANSWERED:
        jb_card_free(&change->card);
        change->tries = jb_recount(change->context, change->pin, &change->place);
        break;
    default:
        break;
    }
    return done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
}

static enum step try_new(struct jb_change *change, enum jb_error *error) {
    const struct jb_event event = {.kind = JB_EVENT_CARD_WORKING, .tries_left = -1};
    bool moved = false, fell = false;
    int tries = -1;

    jb_op_tell(change->context->op, &event);
    enum jb_error opened = jb_change_open(change, &moved, &fell);
    if (moved) {
        return STEP_LOOK;
    }
    if (opened != JB_OK) {
        return done(error, JB_ERR_PIN_CHANGE_UNKNOWN);
    }
    if (fell) {
        return STEP_ASK;
    }
    enum jb_error verified = jb_pin_verify(change->card, change->pin, change->fresh, &tries);
    return judge(change, verified, tries, error);
}

enum jb_error jb_change_find_out(struct jb_change *change) {
    enum jb_error error = JB_ERR_PIN_CHANGE_UNKNOWN;
    enum step step = STEP_LOOK;

    while (step != STEP_DONE) {
        if (step == STEP_LOOK) {
            step = look(change, &error);
        } else if ((step = ask(change, &error)) == STEP_ASK) {
            step = try_new(change, &error);
        }
    }
    return error;
}
