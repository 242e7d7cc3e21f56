/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"
#include "posix.h"

/* Whether the path is in the home folder, which is not there. */
static bool is_homeless(const char *path) {
    char *home = jb_posix_in_home("");
    bool homeless =
        home != NULL && strncmp(path, home, strlen(home)) == 0 && access(home, F_OK) != 0;

    free(home);
    return homeless;
}

/* Makes the directory, unless it is there, in one that may be written to. */
static bool make_directory(const char *path, bool *may_write) {
    struct stat status;

    if (stat(path, &status) != 0) {
        errno = *may_write ? errno : EPERM;
        return *may_write && (mkdir(path, S_IRWXU) == 0 || errno == EEXIST);
    }
    *may_write = !jb_posix_is_anothers(&status);
    errno = ENOTDIR;
    return S_ISDIR(status.st_mode);
}

bool jb_posix_make_directories(const char *path) {
    char *copy = strdup(path);
    bool made = copy != NULL, may_write = true;

    if (made && is_homeless(path)) {
        errno = ENOENT;
        made = false;
    }
    for (char *slash = made ? strchr(copy + 1, '/') : NULL; made && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        made = make_directory(copy, &may_write);
        *slash = '/';
    }
    if (made && !may_write) {
        errno = EPERM;
        made = false;
    }
    int reason = errno;
    free(copy);
    errno = reason;
    return made;
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
    if (jb_posix_make_directories(temporary)) {
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
