/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka, with the headers that it wants before it. */
#ifndef JPKI_BRIDGE_TESTS_UNIT_H
#define JPKI_BRIDGE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What an idle machine would have needed for these milliseconds, by how many programs want each of
 * its processors now: a test that took too long then has found something, and not a busy machine.
 */
static inline double unit_fair_ms(double ms) {
    FILE *file = fopen("/proc/loadavg", "r");
    long running = 0, processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (file != NULL) {
        if (fscanf(file, "%*f %*f %*f %ld", &running) != 1) {
            running = 0;
        }
        (void)fclose(file);
    }
    return running > processors ? ms * (double)processors / (double)running : ms;
}

#endif
