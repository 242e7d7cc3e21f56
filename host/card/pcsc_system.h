/* SPDX-License-Identifier: MIT */
/* What the PC/SC of one system does unlike the others; one file per system implements it. */
#ifndef JPKI_BRIDGE_PCSC_SYSTEM_H
#define JPKI_BRIDGE_PCSC_SYSTEM_H

#include <stdbool.h>

#ifdef __APPLE__
#include <PCSC/winscard.h>
#include <PCSC/wintypes.h>
#else
#include <winscard.h>
#endif

/* Whether another program is in a transaction with the card, learnt without waiting for its end.
 * False also where the system cannot tell. */
bool jb_pcsc_is_held(SCARDHANDLE handle);

#endif
