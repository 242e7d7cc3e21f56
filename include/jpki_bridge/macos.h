/* SPDX-License-Identifier: MIT */
/* What the files for macOS share: its own text is a CFString, ours is UTF-8. */
#ifndef JPKI_BRIDGE_MACOS_H
#define JPKI_BRIDGE_MACOS_H

#include <CoreFoundation/CoreFoundation.h>

/* The text of a CFString; freed with free(). Null when it is null, no CFString, holds a NUL, or
 * memory is short. */
char *jb_macos_text(CFTypeRef value);

/* The text as a CFString; released with CFRelease. Null when it is not UTF-8, or memory is short.
 */
CFStringRef jb_macos_create_string(const char *text);

#endif
