/* SPDX-License-Identifier: MIT */
/* Finds the pinentry. Not through $PATH: what a browser was started with must not choose who is
 * told a PIN. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/prompt.h"

static const char *const directories[] = {"/usr/bin", "/usr/local/bin", "/bin"};

static const char *const graphical[] = {"pinentry-gnome3", "pinentry-qt",    "pinentry-qt6",
                                        "pinentry-qt5",    "pinentry-gtk-2", "pinentry-x11"};

static bool is_program(const char *path) {
    struct stat status;

    return path[0] == '/' && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           access(path, X_OK) == 0;
}

/* Whether it wants a terminal, which a browser's host has not. */
static bool wants_terminal(const char *path) {
    char *real = realpath(path, NULL);
    const char *name = real == NULL ? NULL : strrchr(real, '/');
    bool wants = name != NULL &&
                 (strcmp(name, "/pinentry-curses") == 0 || strcmp(name, "/pinentry-tty") == 0);

    free(real);
    return wants;
}

static char *find(const char *name) {
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", directories[i], name);
        if (len > 0 && (size_t)len < sizeof(path) && is_program(path) && !wants_terminal(path)) {
            return strdup(path);
        }
    }
    return NULL;
}

char *jb_prompt_program(const char *configured) {
    char *found;

    if (configured != NULL) {
        return is_program(configured) ? strdup(configured) : NULL;
    }
    found = find("pinentry");
    for (size_t i = 0; found == NULL && i < sizeof(graphical) / sizeof(graphical[0]); i++) {
        found = find(graphical[i]);
    }
    return found;
}
