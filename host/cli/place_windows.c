/* SPDX-License-Identifier: MIT */
/*
 * On Windows a browser finds a host through a key of the registry, named after the host, whose own
 * value is the path of the manifest. Ours lie in this program's directory, one for each kind of
 * browser. A place is "HKCU\…" or "HKLM\…".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/windows.h"
#include "place.h"

#define PATH_UNITS 4096

struct key {
    HKEY root;
    char *path; /* below the root */
};

/* The key of a host in a place, or the place's own; path is freed with free(), null on failure. */
static struct key key_of(const char *place, const char *below) {
    struct key key = {strncmp(place, "HKLM\\", 5) == 0 ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER,
                      NULL};
    const char *path = strlen(place) > 5 ? place + 5 : place;

    if (below == NULL) {
        key.path = strdup(path);
    } else if (asprintf(&key.path, "%s\\%s", path, below) < 0) {
        key.path = NULL;
    }
    return key;
}

/* The view of 32-bit programs comes before that of 64-bit ones, as browsers have it (Chromium,
 * launch_context_win.cc; MDN, Native manifests). */
static const REGSAM views[] = {KEY_WOW64_32KEY, KEY_WOW64_64KEY};

/* Opens the key, and says in which of the views (may be null). */
static HKEY open_key(const struct key *key, size_t *view) {
    wchar_t *path = key->path == NULL ? NULL : jb_wide(key->path);
    HKEY opened = NULL;

    for (size_t i = 0; i < 2 && path != NULL && opened == NULL; i++) {
        if (RegOpenKeyExW(key->root, path, 0, KEY_READ | views[i], &opened) != ERROR_SUCCESS) {
            opened = NULL;
        } else if (view != NULL) {
            *view = i;
        }
    }
    free(path);
    return opened;
}

/* The path that the key names, or null when there is no such key. A key that names none names "".
 */
static char *registered_path(const char *place, const struct jb_native_host *host) {
    struct key key = key_of(place, host->name);
    HKEY opened = open_key(&key, NULL);
    wchar_t text[PATH_UNITS] = L"";
    DWORD size = sizeof text - sizeof text[0];
    char *path = NULL;

    if (opened != NULL) {
        if (RegGetValueW(opened, NULL, NULL, RRF_RT_REG_SZ, NULL, text, &size) != ERROR_SUCCESS) {
            text[0] = L'\0';
        }
        path = jb_narrow(text);
        (void)RegCloseKey(opened);
    }
    free(key.path);
    return path;
}

char *jb_place_entry(const char *place, const struct jb_native_host *host) {
    struct key key = key_of(place, host->name);
    bool machine = key.root == HKEY_LOCAL_MACHINE;
    size_t view = 0;
    HKEY opened = open_key(&key, &view);
    const char *below = key.path == NULL ? NULL : strchr(key.path, '\\');
    char *entry = NULL;

    if (opened != NULL && below != NULL &&
        asprintf(&entry, "%s\\%.*s%s%s", machine ? "HKLM" : "HKCU", (int)(below - key.path),
                 key.path, machine && views[view] == KEY_WOW64_32KEY ? "\\WOW6432Node" : "",
                 below) < 0) {
        entry = NULL;
    }
    if (opened != NULL) {
        (void)RegCloseKey(opened);
    }
    free(key.path);
    return entry;
}

/* Where this program puts the manifest. */
static char *own_path(const struct jb_native_host *host, enum jb_browser_kind kind) {
    char *directory = jb_platform_config_dir();
    char *path = NULL;

    if (directory != NULL && asprintf(&path, "%s\\%s.%s.json", directory, host->name,
                                      kind == JB_BROWSER_CHROMIUM ? "chromium" : "firefox") < 0) {
        path = NULL;
    }
    free(directory);
    return path;
}

char *jb_place_manifest(const char *place, const struct jb_native_host *host,
                        enum jb_browser_kind kind, bool *registered) {
    char *path = registered_path(place, host);

    *registered = path != NULL;
    return path != NULL ? path : own_path(host, kind);
}

char *jb_place_program(const char *manifest, const char *named) {
    size_t above = (size_t)(jb_platform_file_name(manifest) - manifest);
    char *path = NULL;

    if (jb_platform_is_absolute(named)) {
        return strdup(named);
    }
    return asprintf(&path, "%.*s%s", (int)above, manifest, named) < 0 ? NULL : path;
}

static bool has_text(const char *path, const char *text) {
    size_t len = 0;
    bool absent = false;
    char *have = jb_file_read(path, strlen(text), &len, &absent);
    bool same = have != NULL && len == strlen(text) && memcmp(have, text, len) == 0;

    free(have);
    return same;
}

/* Makes the key name the path; false with errno. */
static bool write_key(const char *place, const struct jb_native_host *host, const char *path) {
    struct key key = key_of(place, host->name);
    wchar_t *name = key.path == NULL ? NULL : jb_wide(key.path);
    wchar_t *value = jb_wide(path);
    LSTATUS status = ERROR_NOT_ENOUGH_MEMORY;

    if (name != NULL && value != NULL) {
        status = RegSetKeyValueW(key.root, name, NULL, REG_SZ, value,
                                 (DWORD)((wcslen(value) + 1) * sizeof *value));
    }
    free(value);
    free(name);
    free(key.path);
    jb_windows_errno_of((unsigned long)status);
    return status == ERROR_SUCCESS;
}

bool jb_place_register(const char *place, const struct jb_native_host *host,
                       enum jb_browser_kind kind, const char *text, bool *changed) {
    char *path = own_path(host, kind);
    char *registered = registered_path(place, host);
    bool written = path != NULL && has_text(path, text);
    bool named = path != NULL && registered != NULL && strcmp(path, registered) == 0;
    bool done = path != NULL;
    int reason = ENOMEM;

    *changed = !written || !named;
    if (done && !written) {
        done = jb_platform_write_file(path, text, strlen(text), true);
        reason = errno;
    }
    if (done && !named) {
        done = write_key(place, host, path);
        reason = errno;
    }
    free(registered);
    free(path);
    errno = reason;
    return done;
}

static bool is_empty(HKEY root, const wchar_t *path) {
    HKEY key = NULL;
    DWORD keys = 1, values = 1;

    if (RegOpenKeyExW(root, path, 0, KEY_READ, &key) != ERROR_SUCCESS) {
        return false;
    }
    LSTATUS status =
        RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    (void)RegCloseKey(key);
    return status == ERROR_SUCCESS && keys == 0 && values == 0;
}

/* Removes the keys above the path that are empty, and not the first. */
static void remove_empty_above(HKEY root, wchar_t *path) {
    for (wchar_t *at = wcsrchr(path, L'\\'); at != NULL; at = wcsrchr(path, L'\\')) {
        *at = L'\0';
        if (wcschr(path, L'\\') == NULL || !is_empty(root, path) ||
            RegDeleteKeyW(root, path) != ERROR_SUCCESS) {
            return;
        }
    }
}

/* Whether any browser of the user's still finds a manifest at the path. */
static bool is_named(const char *path, const struct jb_native_host *host) {
    bool named = false;

    for (size_t i = 0; i < jb_browsers_count && !named; i++) {
        char *other = registered_path(jb_browsers[i].user, host);
        named = other != NULL && strcmp(other, path) == 0;
        free(other);
    }
    return named;
}

static void remove_manifest(const struct jb_browser *browser, const struct jb_native_host *host) {
    char *path = own_path(host, browser->kind);
    wchar_t *wide = path == NULL ? NULL : jb_wide(path);

    if (wide != NULL && !is_named(path, host) && DeleteFileW(wide)) {
        wchar_t *end = wcsrchr(wide, L'\\');
        if (end != NULL) {
            *end = L'\0';
            (void)RemoveDirectoryW(wide); /* refused where something is in it */
        }
    }
    free(wide);
    free(path);
}

bool jb_place_unregister(const struct jb_browser *browser, const struct jb_native_host *host) {
    struct key key = key_of(browser->user, host->name);
    wchar_t *path = key.path == NULL ? NULL : jb_wide(key.path);
    LSTATUS status = path == NULL ? ERROR_NOT_ENOUGH_MEMORY : RegDeleteTreeW(key.root, path);

    if (status == ERROR_SUCCESS) {
        remove_empty_above(key.root, path);
        remove_manifest(browser, host);
    }
    free(path);
    free(key.path);
    jb_windows_errno_of((unsigned long)status);
    return status == ERROR_SUCCESS;
}

bool jb_place_is_used(const char *place) {
    struct key key = key_of(place, NULL);
    char *end = key.path == NULL ? NULL : strrchr(key.path, '\\');
    HKEY opened = NULL;

    if (end != NULL) {
        *end = '\0';
        opened = open_key(&key, NULL);
    }
    if (opened != NULL) {
        (void)RegCloseKey(opened);
    }
    free(key.path);
    return opened != NULL;
}
