/* SPDX-License-Identifier: MIT */
/*
 * Waiting for another thread: a condition variable whose waits end in time also when the computer's
 * clock is set meanwhile. One file per system, since each can do so in a way of its own.
 */
#ifndef JPKI_BRIDGE_WAIT_H
#define JPKI_BRIDGE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* False when memory is short. Destroyed with pthread_cond_destroy. */
bool jb_wait_init(pthread_cond_t *condition);

/* Waits, with the mutex locked, until the condition is signalled or jb_clock_ms() is until; may
 * return before both. False once it is that late. */
bool jb_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t until);

/* Milliseconds of a clock that never goes back (CLOCK_MONOTONIC). */
uint64_t jb_clock_ms(void);

/* Lets ms pass. */
void jb_pause(unsigned ms);

/* Runs run(argument) on a thread that nobody waits for, and that takes no signal meant for others.
 * False when there is none to be had. */
bool jb_start_thread(void *(*run)(void *), void *argument);

#endif
