/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/frame.h"

#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/platform.h"

#define WRITE_LIMIT_MS 700 /* a client that takes nothing for this long is gone */

static enum jb_frame_state read_header(struct jb_frame *frame, int fd) {
    uint32_t len = 0;
    int got = jb_platform_read(fd, frame->header + frame->header_len, 4 - frame->header_len);

    if (got == JB_READ_NOTHING) {
        return JB_FRAME_PARTIAL;
    }
    if (got <= 0) {
        return got == 0 && frame->header_len == 0 ? JB_FRAME_END : JB_FRAME_BROKEN;
    }
    frame->header_len += (size_t)got;
    if (frame->header_len < 4) {
        return JB_FRAME_PARTIAL;
    }
    memcpy(&len, frame->header, 4);
    if (len > JB_FRAME_IN_MAX) {
        return JB_FRAME_TOO_LARGE;
    }
    frame->len = len;
    frame->text = malloc((size_t)len + 1);
    if (frame->text == NULL) {
        return JB_FRAME_TOO_LARGE;
    }
    return len == 0 ? JB_FRAME_WHOLE : JB_FRAME_PARTIAL;
}

enum jb_frame_state jb_frame_read(struct jb_frame *frame, int fd) {
    if (frame->header_len < 4) {
        return read_header(frame, fd);
    }
    int got = jb_platform_read(fd, frame->text + frame->filled, frame->len - frame->filled);
    if (got == JB_READ_NOTHING) {
        return JB_FRAME_PARTIAL;
    }
    if (got <= 0) {
        return JB_FRAME_BROKEN;
    }
    frame->filled += (size_t)got;
    return frame->filled == frame->len ? JB_FRAME_WHOLE : JB_FRAME_PARTIAL;
}

void jb_frame_clear(struct jb_frame *frame) {
    free(frame->text);
    memset(frame, 0, sizeof *frame);
}

enum jb_error jb_frame_write(int fd, const char *text, size_t len) {
    uint32_t header = (uint32_t)len;

    if (len > JB_FRAME_OUT_MAX) {
        return JB_ERR_REPLY_TOO_LARGE;
    }
    return jb_platform_write(fd, &header, sizeof header, WRITE_LIMIT_MS) &&
                   jb_platform_write(fd, text, len, WRITE_LIMIT_MS)
               ? JB_OK
               : JB_ERR_INTERNAL;
}
