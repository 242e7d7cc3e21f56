/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/frame.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

#define WRITE_LIMIT_MS 700 /* a client that takes nothing for this long is gone */

/* Bytes read; 0 at the end of input; -1 when there is nothing now; -2 on failure. */
static ssize_t read_some(int fd, void *buffer, size_t size) {
    ssize_t got = read(fd, buffer, size);

    if (got < 0) {
        return errno == EINTR || errno == EAGAIN ? -1 : -2;
    }
    return got;
}

static enum jb_frame_state read_header(struct jb_frame *frame, int fd) {
    uint32_t len = 0;
    ssize_t got = read_some(fd, frame->header + frame->header_len, 4 - frame->header_len);

    if (got == -1) {
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
    ssize_t got = read_some(fd, frame->text + frame->filled, frame->len - frame->filled);
    if (got == -1) {
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

static bool write_all(int fd, const void *bytes, size_t len) {
    const char *at = bytes;

    while (len > 0) {
        /* A pipe that can be written to takes this much at once, so nothing here waits for ever. */
        if (!jb_platform_wait_output(fd, WRITE_LIMIT_MS)) {
            return false;
        }
        ssize_t put = write(fd, at, len < PIPE_BUF ? len : PIPE_BUF);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        at += put;
        len -= (size_t)put;
    }
    return true;
}

enum jb_error jb_frame_write(int fd, const char *text, size_t len) {
    uint32_t header = (uint32_t)len;

    if (len > JB_FRAME_OUT_MAX) {
        return JB_ERR_REPLY_TOO_LARGE;
    }
    return write_all(fd, &header, sizeof header) && write_all(fd, text, len) ? JB_OK
                                                                             : JB_ERR_INTERNAL;
}
