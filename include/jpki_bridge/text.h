/* SPDX-License-Identifier: MIT */
/* Text that comes from outside and is shown to a person. */
#ifndef JPKI_BRIDGE_TEXT_H
#define JPKI_BRIDGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether len bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most
 * U+10FFFF). */
bool jb_text_is_utf8(const char *text, size_t len);

/* Copies text into out (of size bytes, always ended with NUL) for showing: control characters,
 * bidirectional controls (UAX #9), zero-width and other format characters, line and paragraph
 * separators are left out, malformed bytes become U+FFFD, and what does not fit in max_chars
 * characters or in out ends with "…". */
void jb_text_for_display(const char *text, size_t max_chars, char *out, size_t size);

/* A copy of len bytes, none of them NUL, as a string; freed with free(); null when memory is short.
 */
char *jb_text_copy(const char *bytes, size_t len);

#endif
