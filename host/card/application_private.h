/* SPDX-License-Identifier: MIT */
/* What application.c shares with the other files of the card layer only. */
#ifndef JPKI_BRIDGE_APPLICATION_PRIVATE_H
#define JPKI_BRIDGE_APPLICATION_PRIVATE_H

#include "jpki_bridge/application.h"

/* SELECT of an EF of the application, unless it is selected already. *sw is the status word. */
enum jb_error jb_card_select_ef(struct jb_card *card, uint16_t ef, uint16_t *sw);

/* The same, for an EF that a verb cannot do without: JB_ERR_CERTIFICATE_ABSENT when it is not
 * there. */
enum jb_error jb_card_need_ef(struct jb_card *card, uint16_t ef);

/* Whether the card refused the short identifier of a command, rather than being out of order
 * (ISO/IEC 7816-4 §5.6). */
bool jb_card_refuses_form(const struct jb_response *response);

/* The P2 of a VERIFY of the PIN, having selected the PIN's EF where that is needed. The short
 * identifier is used only when a query has shown that the card takes it. */
enum jb_error jb_pin_verify_form(struct jb_card *card, enum jb_pin pin, uint8_t *p2);

/* What the answer to a VERIFY says, as jb_pin_verify tells it. */
enum jb_error jb_pin_verified(struct jb_card *card, enum jb_pin pin,
                              const struct jb_response *response, int *tries);

#endif
