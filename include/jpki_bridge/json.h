/* SPDX-License-Identifier: MIT */
/*
 * JSON (RFC 8259) through cJSON behind one strict reader. It refuses what cJSON lets through:
 * invalid UTF-8, trailing bytes, a NUL inside a string (\u0000), unpaired surrogates, duplicate
 * names, numbers that are not JSON's or not exactly representable, and nesting over 16.
 */
#ifndef JPKI_BRIDGE_JSON_H
#define JPKI_BRIDGE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* From now on the memory of all JSON, read or written, is wiped when it is freed. Called before the
 * first use of it, by a process that answers with what is personal. */
void jb_json_wipe_memory(void);

/* A new tree, freed with cJSON_Delete, or null. Names are to be looked up with
 * cJSON_GetObjectItemCaseSensitive. */
cJSON *jb_json_parse(const char *text, size_t len);

/* The member's string, or null when it is absent or no string; borrowed. */
const char *jb_json_string(const cJSON *object, const char *name);

/* Whether every member of the object is among names (a null-terminated list). */
bool jb_json_only(const cJSON *object, const char *const *names);

/* Reads a file of at most max bytes; null with *absent set when there is none. Freed with
 * cJSON_Delete. */
cJSON *jb_json_read_file(const char *path, size_t max, bool *absent);

#endif
