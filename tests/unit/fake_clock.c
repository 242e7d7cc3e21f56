/* SPDX-License-Identifier: MIT */
#include "fake_clock.h"

#include <stddef.h>
#include <time.h>

#include "jpki_bridge/wait.h"

uint64_t __wrap_jb_clock_ms(void);
void __wrap_jb_pause(unsigned ms);
bool __wrap_jb_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until);
int __wrap_nanosleep(const struct timespec *length, struct timespec *left);

static uint64_t now = 1000000; /* like a machine's that has run for a while */
static uint64_t when;
static void (*what)(void);

void fake_clock_at(unsigned ms, void (*happen)(void)) {
    when = now + ms;
    what = happen;
}

/* True when something happened before that moment, at which it then is. */
static bool happens_before(uint64_t until) {
    void (*happen)(void) = what;

    if (happen == NULL || when > until) {
        return false;
    }
    now = when;
    what = NULL;
    happen();
    return true;
}

static void sleep_until(uint64_t until) {
    (void)happens_before(until);
    now = until;
}

uint64_t __wrap_jb_clock_ms(void) {
    return now;
}

void __wrap_jb_pause(unsigned ms) {
    sleep_until(now + ms);
}

bool __wrap_jb_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until) {
    (void)condition;
    (void)pthread_mutex_unlock(mutex);
    if (!happens_before(until) && now < until) {
        now = until;
    }
    (void)pthread_mutex_lock(mutex);
    return now < until;
}

int __wrap_nanosleep(const struct timespec *length, struct timespec *left) {
    (void)left;
    sleep_until(now + (uint64_t)length->tv_sec * 1000 + (uint64_t)length->tv_nsec / 1000000);
    return 0;
}
