/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/platform.h"
#include "place.h"

static char *manifest_in(const char *directory, const struct jb_native_host *host) {
    char *path = NULL;
    return asprintf(&path, "%s/%s.json", directory, host->name) < 0 ? NULL : path;
}

char *jb_place_manifest(const char *place, const struct jb_native_host *host,
                        enum jb_browser_kind kind, bool *registered) {
    char *path = manifest_in(place, host);

    (void)kind;
    *registered =
        path != NULL && (access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR));
    return path;
}

char *jb_place_entry(const char *place, const struct jb_native_host *host) {
    (void)place;
    (void)host;
    return NULL; /* the manifest's own path says all */
}

char *jb_place_program(const char *manifest, const char *named) {
    (void)manifest;
    return jb_platform_is_absolute(named) ? strdup(named) : NULL;
}

static bool has_text(const char *path, const char *text) {
    size_t len = 0;
    bool absent = false;
    char *have = jb_file_read(path, strlen(text), &len, &absent);
    bool same = have != NULL && len == strlen(text) && memcmp(have, text, len) == 0;

    free(have);
    return same;
}

bool jb_place_register(const char *place, const struct jb_native_host *host,
                       enum jb_browser_kind kind, const char *text, bool *changed) {
    char *path = manifest_in(place, host);
    bool done = false;
    int reason = ENOMEM;

    (void)kind;
    if (path != NULL) {
        *changed = !has_text(path, text);
        done = !*changed || jb_platform_write_file(path, text, strlen(text), true);
        reason = errno;
    }
    free(path);
    errno = reason;
    return done;
}

/* How many directories registering may have made below the user's own. */
static int levels_of(const char *directory) {
    int levels = 0;

    for (const char *at = strchr(directory, '/'); at != NULL; at = strchr(at + 1, '/')) {
        levels++;
    }
    return levels;
}

bool jb_place_unregister(const struct jb_browser *browser, const struct jb_native_host *host) {
    char *directory = jb_platform_expand(browser->user);
    char *path = directory == NULL ? NULL : manifest_in(directory, host);
    bool removed = path != NULL && unlink(path) == 0;

    if (removed) {
        int levels = levels_of(browser->user);
        /* Directories that hold something stay: rmdir refuses them. */
        for (char *slash = strrchr(path, '/'); levels > 0 && slash != NULL && slash != path;
             slash = strrchr(path, '/'), levels--) {
            *slash = '\0';
            if (rmdir(path) != 0) {
                break;
            }
        }
    }
    int reason = errno;
    free(path);
    free(directory);
    errno = reason;
    return removed;
}

bool jb_place_is_used(const char *place) {
    char *directory = strdup(place);
    char *slash = directory == NULL ? NULL : strrchr(directory, '/');
    bool used = false;

    if (slash != NULL) {
        *slash = '\0';
        used = access(directory, F_OK) == 0;
    }
    free(directory);
    return used;
}
