/* SPDX-License-Identifier: MIT */
/* What PC/SC itself says of the reader. vpcd tells a card only that somebody looked, and not every
   look is the one that counts: what the daemon has noticed is known from its counter alone. */
#ifndef VC_WATCH_H
#define VC_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct vc_view {
    bool known; /* there is a daemon, and it has our reader */
    bool present;
    uint16_t counter; /* of cards coming and going, as the daemon's own thread counts them */
    uint32_t service; /* another number for each daemon */
};

/* Starts a thread that watches the reader behind this port, for as long as the process lives.
   Returns a descriptor to read a struct vc_view from at each change, or -1. */
int vc_watch_start(uint16_t port);

#endif
