/* SPDX-License-Identifier: MIT */
/* What the files for Windows share: its own text is UTF-16, ours is UTF-8. */
#ifndef JPKI_BRIDGE_WINDOWS_H
#define JPKI_BRIDGE_WINDOWS_H

#include <wchar.h>

/* The text in the other form; freed with free(). Null when it is malformed or memory is short. */
wchar_t *jb_wide(const char *text);
char *jb_narrow(const wchar_t *text);

/* A path as jb_wide gives it, with "/" as the system writes it. */
wchar_t *jb_wide_path(const char *path);

/* Puts the reason of the last call that failed, or of a code of the system, into errno. */
void jb_windows_errno(void);
void jb_windows_errno_of(unsigned long code);

#endif
