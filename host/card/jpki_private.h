/* SPDX-License-Identifier: MIT */
/* What jpki.c shares with find.c and info.c only. */
#ifndef JPKI_BRIDGE_JPKI_PRIVATE_H
#define JPKI_BRIDGE_JPKI_PRIVATE_H

#include "jpki_bridge/jpki.h"

/* What kind of thing has the selected JPKI AP: JB_CARD_MYNUMBER unless its token info says
 * otherwise. One APDU for a MyNumber card. The JPKI AP stays
 * selected. */
enum jb_card_kind jb_jpki_kind(struct jb_card *card);

#endif
