/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka, with the headers that it wants before it. */
#ifndef JPKI_BRIDGE_TESTS_UNIT_H
#define JPKI_BRIDGE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#endif
