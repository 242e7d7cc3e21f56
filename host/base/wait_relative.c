/* SPDX-License-Identifier: MIT */
/* Waits by a length of time (pthread_cond_timedwait_relative_np), where condition variables take no
 * other clock than the one that can be set: winpthreads, macOS. */
#include <time.h>

#include "jpki_bridge/wait.h"

bool jb_wait_init(pthread_cond_t *condition) {
    return pthread_cond_init(condition, NULL) == 0;
}

bool jb_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until) {
    uint64_t now = jb_clock_ms();

    if (now < until) {
        const uint64_t ms = until - now;
        const struct timespec length = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

        (void)pthread_cond_timedwait_relative_np(condition, mutex, &length);
    }
    return jb_clock_ms() < until;
}

bool jb_start_thread(void *(*run)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_t thread;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attributes, run, argument) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started;
}
