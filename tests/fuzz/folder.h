/* SPDX-License-Identifier: MIT */
/* A folder of this process alone, for what reads files. Taken away when the process ends. */
#ifndef JB_FUZZ_FOLDER_H
#define JB_FUZZ_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Makes it, once, with that folder inside, and makes it the person's home and configuration. Ends
 * the process when that fails. */
const char *folder_home(const char *inside);

/* Writes a file of its owner's alone, whole. The name is below folder_home. */
void folder_write(const char *name, const uint8_t *data, size_t size);

#endif
