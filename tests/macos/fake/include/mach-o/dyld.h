/* SPDX-License-Identifier: MIT */
/* What the host uses of dyld, for Linux to read. */
#ifndef JB_TESTS_MACOS_MACH_O_DYLD_H
#define JB_TESTS_MACOS_MACH_O_DYLD_H

#include <stdint.h>

int _NSGetExecutablePath(char *buffer, uint32_t *size);

#endif
