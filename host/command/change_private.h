/* SPDX-License-Identifier: MIT */
/* What change_pin.c and change_lost.c share: a change of PIN under way. */
#ifndef JPKI_BRIDGE_CHANGE_PRIVATE_H
#define JPKI_BRIDGE_CHANGE_PRIVATE_H

#include "jpki_bridge/command.h"
#include "jpki_bridge/profile.h"

struct jb_change {
    const struct jb_context *context;
    enum jb_pin pin;
    struct jb_card *card;   /* connected, outside a transaction; null: to be looked for */
    struct jb_reader place; /* where it lay last; no name: none was found yet */
    char number[JB_MANUFACTURE_NUMBER_LEN + 1]; /* which card it is; empty: it does not tell */
    int tries;                                  /* left, as the card said last; -1 not known */
    struct jb_secret *old;                      /* as typed, or null: to be asked for */
    struct jb_secret *fresh;                    /* the new one, typed twice; likewise */
    enum jb_prompt_note old_note, fresh_note;   /* of the next prompt for it */
    bool weak_agreed; /* that the new one tells the birth date is all right */
    bool done;
    enum jb_error error; /* once done */
};

/* Whether the card is the one that the change began with: never moved since, or of the same
 * manufacture number. */
bool jb_change_is_same_card(const struct jb_change *change, const struct jb_reader *place,
                            const char *number);

/* Finds a card and reads where it lies, its number and the tries, in a transaction that leaves it
 * as it was. */
enum jb_error jb_change_look(struct jb_change *change, struct jb_reader *place,
                             char number[JB_MANUFACTURE_NUMBER_LEN + 1]);

/* A new transaction with the PIN's application selected and the tries read. *moved as in
 * jb_card_begin; *fell: they are fewer than before, and the transaction is over. */
enum jb_error jb_change_open(struct jb_change *change, bool *moved, bool *fell);

/* Asks with a prompt of this kind, telling the event. secret is null for a yes. */
enum jb_error jb_change_ask(struct jb_change *change, enum jb_prompt_kind kind,
                            struct jb_secret **secret, bool *moved);

/* After a CHANGE whose answer was lost: tells the person so, and offers one try with the new PIN.
 * JB_OK: the new one holds; JB_ERR_PIN_UNCHANGED: the old one does; JB_ERR_PIN_LOCKED;
 * JB_ERR_PIN_CHANGE_UNKNOWN. */
enum jb_error jb_change_find_out(struct jb_change *change);

#endif
