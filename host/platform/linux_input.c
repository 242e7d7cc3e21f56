/* SPDX-License-Identifier: MIT */
#include <poll.h>

#include "jpki_bridge/platform.h"

bool jb_platform_wait_input(int fd, int timeout_ms) {
    struct pollfd input = {.fd = fd, .events = POLLIN};

    return poll(&input, 1, timeout_ms) > 0;
}

bool jb_platform_input_closed(int fd) {
    struct pollfd input = {.fd = fd, .events = POLLRDHUP};

    return poll(&input, 1, 0) > 0;
}

bool jb_platform_wait_output(int fd, int timeout_ms) {
    struct pollfd output = {.fd = fd, .events = POLLOUT};

    return poll(&output, 1, timeout_ms) > 0 && (output.revents & POLLOUT) != 0;
}
