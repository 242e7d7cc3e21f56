/* SPDX-License-Identifier: MIT */
/*
 * The JPKI application of the card (公的個人認証 AP): its certificates and keys (card.md,
 * JPKI AP files). Every verb works inside an open transaction of the card and sends the fewest
 * APDUs: short EF identifiers and extended length first, SELECT and short reads where the card or
 * reader does not take them. It does not parse certificates beyond their outer DER length, and it
 * does not check signatures.
 */
#ifndef JPKI_BRIDGE_JPKI_H
#define JPKI_BRIDGE_JPKI_H

#include "jpki_bridge/application.h"

enum jb_key { JB_KEY_AUTH, JB_KEY_SIGN };

#define JB_CERTIFICATE_MAX 8192 /* bytes of DER that are read from a card at most */
#define JB_SIGNATURE_MAX 512    /* bytes: RSA-4096 */

/* Reads the key's certificate: exactly the DER object, without padding. *der is freed with free().
 * JB_ERR_CERTIFICATE_ABSENT when the card has none (6A82); *protected_ is set (with JB_OK and *der
 * null) when the signing certificate is there but wants its PIN (6982). */
enum jb_error jb_jpki_read_certificate(struct jb_card *card, enum jb_key key, uint8_t **der,
                                       size_t *len, bool *protected_);

/* Reads the certificate of the CA that issued the key's, likewise; it needs no PIN.
 * JB_ERR_CERTIFICATE_ABSENT when the card has none. */
enum jb_error jb_jpki_read_ca_certificate(struct jb_card *card, enum jb_key key, uint8_t **der,
                                          size_t *len);

/* Has the key sign input (a DigestInfo for RSA) with COMPUTE DIGITAL SIGNATURE. signature has room
 * for JB_SIGNATURE_MAX. 6982 is JB_ERR_PIN_WRONG's sibling: *again is set (with JB_OK and *len 0),
 * the PIN is needed once more. */
enum jb_error jb_jpki_sign(struct jb_card *card, enum jb_key key, const uint8_t *input,
                           size_t input_len, uint8_t *signature, size_t *len, bool *again);

#endif
