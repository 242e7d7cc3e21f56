/* SPDX-License-Identifier: MIT */
/*
 * A manifest of a native host in one place where a browser looks: read and written.
 * Source: Chromium's and Mozilla's pages on native messaging.
 */
#ifndef JB_CLI_MANIFEST_H
#define JB_CLI_MANIFEST_H

#include <stdbool.h>

#include "extension_ids.h"
#include "jpki_bridge/browsers.h"

enum jb_manifest_state {
    JB_MANIFEST_ABSENT,
    JB_MANIFEST_OURS,    /* starts this program */
    JB_MANIFEST_COPY,    /* starts another file called as this program is */
    JB_MANIFEST_FOREIGN, /* starts another program */
    JB_MANIFEST_BROKEN   /* cannot be read, or a browser would refuse it */
};

struct jb_manifest {
    enum jb_manifest_state state;
    char *path;    /* of the manifest itself; null only when memory is short */
    char *entry;   /* what names it to browsers (place.h), or null */
    char *program; /* what it starts, or null */
    bool runs;     /* what it starts is there and executable */
    bool ids;      /* it lets all of our extensions in, and names nothing but extensions */
    struct jb_extension_ids others; /* the extensions that it lets in beside ours */
};

/* Reads the manifest of a host in a place (place.h). self is the absolute path of this program.
 * Cleared with jb_manifest_clear. */
void jb_manifest_read(const char *place, const struct jb_native_host *host,
                      enum jb_browser_kind kind, const char *self, struct jb_manifest *out);
void jb_manifest_clear(struct jb_manifest *manifest);

enum jb_manifest_write { JB_MANIFEST_WRITTEN, JB_MANIFEST_UNCHANGED, JB_MANIFEST_FAILED };

/* Writes the manifest that starts self and lets in the host's extensions and these others, making
 * the place; the browser sees the old or the new one, never a part. JB_MANIFEST_FAILED leaves why
 * in errno. */
enum jb_manifest_write jb_manifest_write(const char *place, const struct jb_native_host *host,
                                         enum jb_browser_kind kind, const char *self,
                                         const struct jb_extension_ids *others);

/* The whole text of a manifest; null when self is not UTF-8 or memory is short. Freed with free().
 */
char *jb_manifest_text(const struct jb_native_host *host, enum jb_browser_kind kind,
                       const char *self, const struct jb_extension_ids *others);

#endif
