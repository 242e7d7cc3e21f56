/* SPDX-License-Identifier: MIT */
/* The types of Apple's PC/SC, where a DWORD and a LONG have 32 bits on every processor. */
#ifndef JB_TESTS_MACOS_WINTYPES_H
#define JB_TESTS_MACOS_WINTYPES_H

#include <stdint.h>

typedef uint8_t BYTE;
typedef uint32_t DWORD;
typedef int32_t LONG;

#endif
