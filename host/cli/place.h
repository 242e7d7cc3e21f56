/* SPDX-License-Identifier: MIT */
/*
 * A place where a browser looks for manifests of native hosts: a directory, or on Windows a key of
 * the registry that names them. One file per system. A place is the browser's, expanded
 * (browsers.h).
 */
#ifndef JB_CLI_PLACE_H
#define JB_CLI_PLACE_H

#include <stdbool.h>

#include "jpki_bridge/browsers.h"

/* The path of the host's manifest: of the one that is registered there (*registered), else of where
 * it would be put. Freed with free(); null when memory is short. */
char *jb_place_manifest(const char *place, const struct jb_native_host *host,
                        enum jb_browser_kind kind, bool *registered);

/* What names the manifest to browsers, for a person, where that is not its own path: the key of the
 * registry that wins. Freed with free(); null where there is none. */
char *jb_place_entry(const char *place, const struct jb_native_host *host);

/* The absolute path of the program that a manifest names, which on Windows may be relative to it;
 * null when it can be none. Freed with free(). */
char *jb_place_program(const char *manifest, const char *named);

/* Registers a manifest with this text; the browser sees the old or the new one, never a part.
 * *changed: it was not there already. False, with why in errno, when that fails. */
bool jb_place_register(const char *place, const struct jb_native_host *host,
                       enum jb_browser_kind kind, const char *text, bool *changed);

/* Takes back what was registered for the user, and what is empty then. False, with errno, when it
 * stays. */
bool jb_place_unregister(const struct jb_browser *browser, const struct jb_native_host *host);

/* Whether the person has used the browser that this place of the user belongs to. */
bool jb_place_is_used(const char *place);

#endif
