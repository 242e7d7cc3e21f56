/* SPDX-License-Identifier: MIT */
/* Directories and locks that the files for Windows share. */
#ifndef JB_PLATFORM_WINDOWS_FILES_H
#define JB_PLATFORM_WINDOWS_FILES_H

#include <stdbool.h>
#include <wchar.h>

/* This program's directory in the user's application data, or in the part of it that stays on this
 * computer. Freed with free(). */
wchar_t *jb_windows_directory(bool local);

/* Makes the directories above the file; false with errno. */
bool jb_windows_make_directories(const wchar_t *path);

/* Takes the lock that is a file nobody else may have open, and that is gone when it is closed (a
 * HANDLE); null with *busy when another process has it, or else with errno. */
void *jb_windows_take_lock(const wchar_t *path, bool *busy);

#endif
