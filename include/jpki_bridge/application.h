/* SPDX-License-Identifier: MIT */
/*
 * An application of the card, and the PIN in it (card.md, Applications). Every verb works inside an
 * open transaction. Source of the commands: ISO/IEC 7816-4 §11.2.2 (SELECT), §11.6.6 (VERIFY),
 * §11.6.7 (CHANGE REFERENCE DATA).
 */
#ifndef JPKI_BRIDGE_APPLICATION_H
#define JPKI_BRIDGE_APPLICATION_H

#include "jpki_bridge/card.h"
#include "jpki_bridge/pin.h"

enum jb_application {
    JB_APPLICATION_JPKI,    /* 公的個人認証 */
    JB_APPLICATION_PROFILE, /* 券面事項入力補助 */
    JB_APPLICATION_COMMON   /* what every card has in common: its manufacture number */
};

#define JB_TRIES_VERIFIED (-1) /* the query said "verified already" (9000), not a count */

/* Selects an application by its DF name, which also clears verified PINs. A new transaction needs
 * it: another program may have selected another one. Not there: JB_ERR_NOT_A_MYNUMBER_CARD. */
enum jb_error jb_application_select(struct jb_card *card, enum jb_application application);

/* The application that a PIN belongs to. */
enum jb_application jb_application_of(enum jb_pin pin);

/* Tries left of a PIN of the selected application, costing none: 0 is locked; JB_TRIES_VERIFIED
 * when the card says so even after the application was left and selected again. */
enum jb_error jb_pin_tries(struct jb_card *card, enum jb_pin pin, int *tries);

/* Sends VERIFY once. JB_OK: verified. JB_ERR_PIN_WRONG with *tries left; JB_ERR_PIN_LOCKED (63C0,
 * 6983, 6984) with 0. JB_ERR_PIN_UNANSWERED when the answer was lost or is no answer to a VERIFY
 * (it is not sent again), *tries -1. */
enum jb_error jb_pin_verify(struct jb_card *card, enum jb_pin pin, const struct jb_secret *secret,
                            int *tries);

/* The same, a PIN of digits typed on the reader's keypad (PC/SC part 10, VERIFY_PIN_DIRECT); also
 * JB_ERR_KEYPAD_CANCELLED and JB_ERR_KEYPAD_TIMEOUT, by which no try is spent. */
enum jb_error jb_pin_verify_on_keypad(struct jb_card *card, enum jb_pin pin, int *tries);

/* Sends CHANGE REFERENCE DATA once, after VERIFY of the old PIN in the same transaction. JB_OK: the
 * new PIN holds. JB_ERR_PIN_UNCHANGED: the card refused it. JB_ERR_PIN_CHANGE_UNKNOWN when the
 * answer was lost or says neither (it is not sent again). */
enum jb_error jb_pin_change(struct jb_card *card, enum jb_pin pin, const struct jb_secret *fresh);

/* Whether the reader has a keypad that verifies PINs, less the models known to claim it falsely.
 * Costs no APDU. */
bool jb_card_has_keypad(struct jb_card *card);

#endif
