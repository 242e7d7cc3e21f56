/* SPDX-License-Identifier: MIT */
/* The line to vsmartcard's virtual reader: a TCP connection on which either side sends messages
   of a 16-bit big-endian length and that many bytes. A connection is a card in the reader. */
#ifndef VC_VPCD_H
#define VC_VPCD_H

#include "apdu.h"

/* A message of one byte is not an APDU but one of these. Only the last is answered. */
enum vc_vpcd_control { VC_VPCD_OFF = 0, VC_VPCD_ON = 1, VC_VPCD_RESET = 2, VC_VPCD_ATR = 4 };

struct vc_vpcd {
    uint16_t port; /* on 127.0.0.1 */
    int fd;        /* -1 when closed; never blocks */
    bool open;     /* connected, not only on its way */
    size_t have;
    uint8_t in[2 + VC_MESSAGE_MAX];
};

void vc_vpcd_init(struct vc_vpcd *vpcd, uint16_t port);

/* Starts to connect. True when there is something to wait for. */
bool vc_vpcd_connect(struct vc_vpcd *vpcd);

/* After a wait for writing: true when the reader is there. */
bool vc_vpcd_connected(struct vc_vpcd *vpcd);

/* After a wait for reading: takes what has come. False when the reader has gone. */
bool vc_vpcd_receive(struct vc_vpcd *vpcd);

/* The next whole message, copied to bytes (VC_MESSAGE_MAX long). False when there is none yet. */
bool vc_vpcd_next(struct vc_vpcd *vpcd, uint8_t *bytes, size_t *size);

/* False when the reader has gone. */
bool vc_vpcd_send(struct vc_vpcd *vpcd, const uint8_t *bytes, size_t size);

void vc_vpcd_close(struct vc_vpcd *vpcd);

#endif
