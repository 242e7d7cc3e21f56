/* SPDX-License-Identifier: MIT */
/* Waits by the monotonic clock (POSIX pthread_condattr_setclock), where condition variables take
 * one. */
#include <signal.h>
#include <time.h>

#include "jpki_bridge/wait.h"

bool jb_wait_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    bool made;

    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

bool jb_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until) {
    const struct timespec wake = {(time_t)(until / 1000), (long)(until % 1000) * 1000000};

    (void)pthread_cond_timedwait(condition, mutex, &wake);
    return jb_clock_ms() < until;
}

bool jb_start_thread(void *(*run)(void *), void *argument) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;

    (void)sigfillset(&all);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, &attributes, run, argument) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return started;
}
