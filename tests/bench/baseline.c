/* SPDX-License-Identifier: MIT */
/* What the host is compared with: it links the same libraries, says hello and waits for the end. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    static const char hello[] = "{\"version\":\"2.9.0\",\"app\":\"baseline\",\"appVersion\":\"0\"}";
    const uint32_t len = sizeof hello - 1;
    const size_t size = sizeof len + len;
    char frame[4 + sizeof hello];
    char byte = 0;

    memcpy(frame, &len, 4);
    memcpy(frame + 4, hello, len);
    if (write(STDOUT_FILENO, frame, size) != (ssize_t)size) {
        return 1;
    }
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    return 0;
}
