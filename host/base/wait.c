/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/wait.h"

#include <time.h>

uint64_t jb_clock_ms(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void jb_pause(unsigned ms) {
    const struct timespec pause = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

    (void)nanosleep(&pause, NULL);
}
