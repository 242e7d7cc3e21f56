/* SPDX-License-Identifier: MIT */
/* A clock that nobody has to wait for: every wait moves it to its end. Linked in place of the
 * monotonic one (--wrap) where a test has no second thread that would need the time. */
#ifndef JPKI_BRIDGE_TESTS_FAKE_CLOCK_H
#define JPKI_BRIDGE_TESTS_FAKE_CLOCK_H

/* What happens once, `ms` from now, in whatever wait that falls. */
void fake_clock_at(unsigned ms, void (*happen)(void));

#endif
