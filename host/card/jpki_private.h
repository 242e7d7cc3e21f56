/* SPDX-License-Identifier: MIT */
/* What jpki.c shares with find.c only. */
#ifndef JPKI_BRIDGE_JPKI_PRIVATE_H
#define JPKI_BRIDGE_JPKI_PRIVATE_H

#include "jpki_bridge/jpki.h"

/* Whether the token info of the selected JPKI AP names a phone. One APDU; false also when it cannot
 * be read. */
bool jb_jpki_is_phone(struct jb_card *card);

#endif
