/* SPDX-License-Identifier: MIT */
/*
 * The browsers, where they look for native hosts, and the extensions that may start ours. The
 * tables are generated from manifests/browsers.json when the build is configured.
 */
#ifndef JPKI_BRIDGE_BROWSERS_H
#define JPKI_BRIDGE_BROWSERS_H

#include <stddef.h>

/* Which names the callers in a manifest: allowed_origins or allowed_extensions. */
enum jb_browser_kind { JB_BROWSER_CHROMIUM, JB_BROWSER_FIREFOX };

struct jb_browser {
    const char *id;
    const char *name; /* as people know it */
    enum jb_browser_kind kind;
    const char *user;            /* place of the user's manifests, for jb_platform_expand */
    const char *const *system;   /* places of everybody's manifests; null-terminated */
    const char *const *policies; /* where administrators lay its policies: directories of JSON
                                    files, for Firefox files; null-terminated */
    const char *snap;            /* its name as a snap, or null */
    const char *flatpak;         /* its name as a flatpak, or null */
    const char *profiles;        /* where it may keep its profiles beside the folder above user, for
                                    jb_platform_expand; or null (Firefox since 147, whose manifests
                                    stay in ~/.mozilla: Mozilla bug 2005167) */
    const char *const *programs; /* what its program is called; null-terminated */
};

extern const struct jb_browser jb_browsers[];
extern const size_t jb_browsers_count;

/* A name under which browsers know a native host, and the ids of the extensions that call it. */
struct jb_native_host {
    const char *name;
    const char *const *chromium; /* null-terminated */
    const char *const *firefox;  /* null-terminated */
};

enum { JB_HOST_OWN, JB_HOST_WEB_EID, JB_HOST_COUNT };

extern const struct jb_native_host jb_native_hosts[]; /* JB_HOST_COUNT */

/* The manifest, with @JB_HOST_NAME@, @JB_HOST_PATH@, @JB_ALLOWED_NAME@, @JB_ALLOWED_LIST@, each to
 * become a JSON value. */
extern const char jb_manifest_template[];

#endif
