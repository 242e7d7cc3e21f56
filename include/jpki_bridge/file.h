/* SPDX-License-Identifier: MIT */
/* Reading a small file whole; one file per system. Paths are UTF-8. */
#ifndef JPKI_BRIDGE_FILE_H
#define JPKI_BRIDGE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a regular file of at most max bytes, with a NUL behind them that *len does not
 * count. Null when it cannot be read, is longer or is something else; *absent: there is none. Freed
 * with free(). */
char *jb_file_read(const char *path, size_t max, size_t *len, bool *absent);

#endif
