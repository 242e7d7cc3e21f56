/* SPDX-License-Identifier: MIT */
/*
 * What a card tells without a PIN: the kind of it, when the certificate for logging in ends,
 * whether there is one for signing, and the tries left of each PIN. It costs no try and leaves the
 * card as it was. Certificates are not parsed here.
 */
#ifndef JPKI_BRIDGE_INFO_H
#define JPKI_BRIDGE_INFO_H

#include "jpki_bridge/jpki.h"

enum jb_presence { JB_PRESENCE_UNKNOWN, JB_PRESENCE_PRESENT, JB_PRESENCE_ABSENT };

#define JB_PINS 3 /* as enum jb_pin */

struct jb_card_info {
    enum jb_card_kind kind; /* JB_CARD_MYNUMBER, JB_CARD_PHONE or JB_CARD_JUKI */
    char reader[JB_READER_NAME_MAX];
    uint8_t *certificate; /* for logging in, DER; null when it cannot be read; owned */
    size_t certificate_len;
    enum jb_presence signing; /* of the certificate for signing */
    int tries[JB_PINS];       /* 0 is locked; -1 not known, or the card has no such PIN */
};

/* Looks at what lies on the readers now, without waiting; of several the MyNumber card. A MyNumber
 * card costs 8 APDUs where card and reader take short identifiers and extended length.
 * JB_ERR_READER_ABSENT, JB_ERR_CARD_ABSENT, JB_ERR_NOT_A_MYNUMBER_CARD, JB_ERR_CARD_BUSY,
 * JB_ERR_CARD_UNRESPONSIVE, JB_ERR_CARD_ERROR, JB_ERR_CARD_REMOVED, JB_ERR_PCSC_UNAVAILABLE.
 * Cleared with jb_card_info_clear in every case. */
enum jb_error jb_card_info_read(struct jb_transport *transport, struct jb_op *op,
                                struct jb_card_info *info);
void jb_card_info_clear(struct jb_card_info *info);

#endif
