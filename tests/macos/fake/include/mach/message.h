/* SPDX-License-Identifier: MIT */
/* What the prompt for macOS uses of Mach, for Linux to read. */
#ifndef JB_TESTS_MACOS_MACH_MESSAGE_H
#define JB_TESTS_MACOS_MACH_MESSAGE_H

#define MACH_RCV_TIMED_OUT 0x10004003

#endif
