/* SPDX-License-Identifier: MIT */
/*
 * A native-messaging frame: a 32-bit length in native byte order and that many bytes of UTF-8 JSON
 * (protocols.md 2). The length is capped before anything is allocated. It does not look at the
 * JSON.
 */
#ifndef JPKI_BRIDGE_FRAME_H
#define JPKI_BRIDGE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/error.h"

#define JB_FRAME_IN_MAX 1048576  /* bytes of a request; every request of ours is far smaller */
#define JB_FRAME_OUT_MAX 1048576 /* bytes that a browser takes from a host */

enum jb_frame_state {
    JB_FRAME_WHOLE,    /* a frame was read */
    JB_FRAME_PARTIAL,  /* more bytes are to come */
    JB_FRAME_END,      /* end of input between frames */
    JB_FRAME_BROKEN,   /* end of input, or an error, inside a frame */
    JB_FRAME_TOO_LARGE /* the length is over the cap: nothing after it can be trusted */
};

/* A frame on its way in. Zero it to start. */
struct jb_frame {
    uint8_t header[4];
    size_t header_len;
    char *text; /* the JSON, not NUL-terminated; owned */
    size_t len, filled;
};

/* Reads what one jb_platform_read of fd gives. On JB_FRAME_WHOLE text and len are the message; the
 * caller clears the frame. */
enum jb_frame_state jb_frame_read(struct jb_frame *frame, int fd);

/* Frees and zeroes. */
void jb_frame_clear(struct jb_frame *frame);

/* Writes one frame whole. JB_ERR_REPLY_TOO_LARGE (nothing is written), or JB_ERR_INTERNAL when the
 * other end is gone. */
enum jb_error jb_frame_write(int fd, const char *text, size_t len);

#endif
