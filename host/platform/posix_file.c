/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

/* Makes the directories above the file, for this user alone. */
static bool make_directories(char *path) {
    bool made = true;

    for (char *slash = strchr(path + 1, '/'); made && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        made = mkdir(path, S_IRWXU) == 0 || errno == EEXIST || errno == EISDIR;
        *slash = '/';
    }
    return made;
}

int jb_platform_lock_beside(const char *path) {
    char *directory = strdup(path);
    int fd = -1;

    if (directory != NULL && make_directories(directory)) {
        *strrchr(directory, '/') = '\0';
        fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    free(directory);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            (void)close(fd);
            fd = -1;
        }
    }
    return fd;
}

void jb_platform_unlock_beside(int lock) {
    (void)close(lock);
}

static bool write_all(int fd, const char *text, size_t len) {
    while (len > 0) {
        ssize_t sent = write(fd, text, len);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        if (sent > 0) {
            text += sent;
            len -= (size_t)sent;
        }
    }
    return true;
}

bool jb_platform_write_file(const char *path, const char *text, size_t len, bool for_all) {
    mode_t mode = for_all ? S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH : S_IRUSR | S_IWUSR;
    char *temporary = NULL;
    bool done = false;
    int fd = -1;

    if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        errno = ENOMEM;
        return false;
    }
    if (make_directories(temporary)) {
        fd = mkostemp(temporary, O_CLOEXEC);
    }
    if (fd >= 0) {
        done = write_all(fd, text, len) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
        done = close(fd) == 0 && done && rename(temporary, path) == 0;
        int reason = errno;
        if (!done) {
            (void)unlink(temporary);
        }
        errno = reason;
    }
    free(temporary);
    return done;
}
