/* SPDX-License-Identifier: MIT */
/*
 * The profile application of the card (券面事項入力補助 AP): the holder's four attributes (card.md,
 * Profile AP files). Also the common-data application's manufacture number.
 */
#ifndef JPKI_BRIDGE_PROFILE_H
#define JPKI_BRIDGE_PROFILE_H

#include "jpki_bridge/application.h"

#define JB_PROFILE_TEXT_MAX 1024     /* bytes of one attribute */
#define JB_MANUFACTURE_NUMBER_LEN 13 /* characters */

struct jb_profile {
    char name[JB_PROFILE_TEXT_MAX + 1];    /* UTF-8 */
    char address[JB_PROFILE_TEXT_MAX + 1]; /* UTF-8 */
    char birth_date[8 + 1];                /* YYYYMMDD */
    char sex[1 + 1];                       /* 1 male, 2 female, 3 other or unknown */
};

/* Reads the four attributes; the profile AP is selected and its PIN verified. JB_ERR_CARD_ERROR
 * when the file is not what it must be. */
enum jb_error jb_profile_read(struct jb_card *card, struct jb_profile *profile);

/* Parses EF 0002: FF20 { DF21 header, DF22 name, DF23 address, DF24 birth date, DF25 sex }, in this
 * order, lengths in BER-TLV (ISO/IEC 7816-4 §6.3); padding after it is let pass. False when it is
 * anything else. */
bool jb_profile_parse(const uint8_t *bytes, size_t len, struct jb_profile *profile);

/* Wipes what is personal. */
void jb_profile_clear(struct jb_profile *profile);

/* Reads the manufacture number, 13 characters and NUL. Selects the common-data AP, and so leaves
 * the other one. */
enum jb_error jb_common_manufacture_number(struct jb_card *card,
                                           char number[JB_MANUFACTURE_NUMBER_LEN + 1]);

#endif
