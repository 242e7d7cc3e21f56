/* SPDX-License-Identifier: MIT */
/* What jpki.c shares with keypad.c and find.c only. */
#ifndef JPKI_BRIDGE_JPKI_PRIVATE_H
#define JPKI_BRIDGE_JPKI_PRIVATE_H

#include "jpki_bridge/jpki.h"

/* Whether the token info of the selected JPKI AP names a phone. One APDU; false also when it cannot
 * be read. */
bool jb_jpki_is_phone(struct jb_card *card);

/* SELECT of an EF of the application, unless it is selected already. *sw is the status word. */
enum jb_error jb_jpki_select_ef(struct jb_card *card, uint16_t ef, uint16_t *sw);

/* The P2 of a VERIFY of the key's PIN, having selected the PIN's EF where that is needed. The short
 * identifier is used only when a query has shown that the card takes it. */
enum jb_error jb_jpki_verify_form(struct jb_card *card, enum jb_key key, uint8_t *p2);

/* What the answer to a VERIFY says, as jb_jpki_verify tells it. */
enum jb_error jb_jpki_verified(struct jb_card *card, enum jb_key key,
                               const struct jb_response *response, int *tries);

#endif
