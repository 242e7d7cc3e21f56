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

#define JB_PCSC_PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)

/* Whether another program is in a transaction with the card, learnt without waiting for its end.
 * False also where the system cannot tell. */
bool jb_pcsc_is_held(SCARDHANDLE handle);

/* Whether the service runs only while there is a reader (Windows 8 and later), so that no service
 * means no more than no reader. Asked when the service is not there. */
bool jb_pcsc_sleeps(void);

/* Connects that another program holds up, by reader; null is none. */
struct jb_pcsc_attempt;

/* Connects, shared, to a card that another program uses, without waiting for the end of its
 * transaction: SCARD_E_SHARING_VIOLATION then, and a later call for that reader takes up where this
 * one stopped. On success the handle has a context of its own, released with it. */
LONG jb_pcsc_connect_used(struct jb_pcsc_attempt **attempts, const char *reader,
                          SCARDCONTEXT *context, SCARDHANDLE *handle, DWORD *protocol);

/* Gives up what is still held up; it cleans up after itself when it comes back. */
void jb_pcsc_forget(struct jb_pcsc_attempt **attempts);

#endif
