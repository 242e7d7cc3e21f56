/* SPDX-License-Identifier: MIT */
/* Frames and the requests in them, as they come through the pipe. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jpki_bridge/frame.h"
#include "jpki_bridge/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

static void parse(const char *text, size_t len) {
    struct jb_request request;
    const char *problem = NULL;
    enum jb_error error = jb_request_parse(text, len, &request, &problem);

    must((error == JB_OK) == (problem == NULL));
    must(error != JB_OK ||
         (request.timeout_ms >= JB_TIMEOUT_MIN_MS && request.timeout_ms <= JB_TIMEOUT_MAX_MS));
    must(error != JB_OK || request.origin[0] == '\0' || jb_origin_is_valid(request.origin));
    must(error != JB_OK || request.command != JB_COMMAND_AUTHENTICATE ||
         strlen(request.nonce) >= JB_NONCE_MIN);
    must(error != JB_OK || (request.command == JB_COMMAND_READ_PROFILE) == (request.fields != 0));
    must(request.fields <= JB_FIELD_ALL && request.pin <= JB_PIN_PROFILE);
    jb_request_clear(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_frame frame = {0};
    enum jb_frame_state state = JB_FRAME_WHOLE;
    int fd = memfd_create("input", MFD_CLOEXEC);

    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    while (state == JB_FRAME_WHOLE || state == JB_FRAME_PARTIAL) {
        state = jb_frame_read(&frame, fd);
        if (state == JB_FRAME_WHOLE) {
            parse(frame.text, frame.len);
            jb_frame_clear(&frame);
        }
    }
    jb_frame_clear(&frame);
    (void)close(fd);
    return 0;
}
