/* SPDX-License-Identifier: MIT */
/*
 * Ids of extensions, as an organisation that signs its own package adds them to ours.
 * Source: Chromium, extensions/common and crx_file (32 letters, a to p); Mozilla, "Extensions and
 * the add-on ID" (a GUID in braces, or name@place, at most 80 characters).
 */
#ifndef JB_CLI_EXTENSION_IDS_H
#define JB_CLI_EXTENSION_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki_bridge/browsers.h"

enum { JB_EXTENSION_IDS_MAX = 16, JB_EXTENSION_ID_SIZE = 81 };

/* Distinct ids, each valid for a browser of its kind. */
struct jb_extension_ids {
    size_t count;
    char id[JB_EXTENSION_IDS_MAX][JB_EXTENSION_ID_SIZE];
};

bool jb_extension_id_is_valid(enum jb_browser_kind kind, const char *id);

bool jb_extension_ids_have(const struct jb_extension_ids *ids, const char *id);

/* Adds an id where it is not there yet; false when it is valid for no browser of this kind, or when
 * there is no room. */
bool jb_extension_ids_add(struct jb_extension_ids *ids, enum jb_browser_kind kind, const char *id);

#endif
