/* SPDX-License-Identifier: MIT */
/*
 * The JPKI application of the card (公的個人認証 AP): its certificates, PINs and keys (card.md,
 * JPKI AP files). Every verb works inside an open transaction of the card and sends the fewest
 * APDUs: short EF identifiers and extended length first, SELECT and short reads where the card or
 * reader does not take them. It does not parse certificates beyond their outer DER length, and it
 * does not check signatures.
 */
#ifndef JPKI_BRIDGE_JPKI_H
#define JPKI_BRIDGE_JPKI_H

#include "jpki_bridge/card.h"
#include "jpki_bridge/pin.h"

enum jb_key { JB_KEY_AUTH, JB_KEY_SIGN };

#define JB_CERTIFICATE_MAX 8192 /* bytes of DER that are read from a card at most */
#define JB_SIGNATURE_MAX 512    /* bytes: RSA-4096 */
#define JB_TRIES_VERIFIED (-1)  /* the query said "verified already" (9000), not a count */

/* Selects the JPKI AP, which also clears verified PINs. A new transaction needs it: another program
 * may have selected another application. 6A82: JB_ERR_NOT_A_MYNUMBER_CARD. */
enum jb_error jb_jpki_select(struct jb_card *card);

/* Reads the key's certificate: exactly the DER object, without padding. *der is freed with free().
 * JB_ERR_CERTIFICATE_ABSENT when the card has none (6A82); *protected_ is set (with JB_OK and *der
 * null) when the signing certificate is there but wants its PIN (6982). */
enum jb_error jb_jpki_read_certificate(struct jb_card *card, enum jb_key key, uint8_t **der,
                                       size_t *len, bool *protected_);

/* Tries left of the key's PIN, costing none: 0 is locked; JB_TRIES_VERIFIED when the card says so
 * even after the application was left and selected again. */
enum jb_error jb_jpki_tries(struct jb_card *card, enum jb_key key, int *tries);

/* Sends VERIFY once. JB_OK: verified. JB_ERR_PIN_WRONG with *tries left; JB_ERR_PIN_LOCKED (63C0,
 * 6983, 6984) with 0. JB_ERR_PIN_UNANSWERED when the answer was lost or is no answer to a VERIFY
 * (it is not sent again), *tries -1. */
enum jb_error jb_jpki_verify(struct jb_card *card, enum jb_key key, const struct jb_secret *pin,
                             int *tries);

/* The same, the PIN typed on the reader's keypad (PC/SC part 10, VERIFY_PIN_DIRECT); also
 * JB_ERR_KEYPAD_CANCELLED and JB_ERR_KEYPAD_TIMEOUT, by which no try is spent. */
enum jb_error jb_jpki_verify_keypad(struct jb_card *card, enum jb_key key, int *tries);

/* Whether the reader has a keypad that verifies PINs, less the models known to claim it falsely.
 * Costs no APDU. */
bool jb_card_has_keypad(struct jb_card *card);

/* Has the key sign input (a DigestInfo for RSA) with COMPUTE DIGITAL SIGNATURE. signature has room
 * for JB_SIGNATURE_MAX. 6982 is JB_ERR_PIN_WRONG's sibling: *again is set (with JB_OK and *len 0),
 * the PIN is needed once more. */
enum jb_error jb_jpki_sign(struct jb_card *card, enum jb_key key, const uint8_t *input,
                           size_t input_len, uint8_t *signature, size_t *len, bool *again);

#endif
