/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/jpki-bridge-fuzz-XXXXXX";

static int take_away(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

static void clear(void) {
    (void)nftw(home, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

const char *folder_home(const char *inside) {
    static char path[256];

    if (mkdtemp(home) == NULL || atexit(clear) != 0 ||
        snprintf(path, sizeof path, "%s/%s", home, inside) >= (int)sizeof path ||
        mkdir(path, 0700) != 0 || setenv("HOME", home, 1) != 0 ||
        setenv("XDG_CONFIG_HOME", home, 1) != 0 || setenv("XDG_STATE_HOME", home, 1) != 0 ||
        setenv("XDG_DATA_HOME", home, 1) != 0 || setenv("XDG_RUNTIME_DIR", home, 1) != 0) {
        abort();
    }
    return home;
}

void folder_write(const char *name, const uint8_t *data, size_t size) {
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", home, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size || close(file) != 0) {
        abort();
    }
}
