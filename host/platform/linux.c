/* SPDX-License-Identifier: MIT */
/* Directories, files and standard streams on Linux (XDG base directory specification 0.8). */
#include "jpki_bridge/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWD_BUFFER 16384
#define FIRST_PRIVATE_FD 3

/* An absolute path in the environment; the specification wants relative ones ignored. */
static const char *absolute_env(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static char *join(const char *directory, const char *rest) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, rest) < 0 ? NULL : path;
}

static char *in_home(const char *rest) {
    const char *home = absolute_env("HOME");
    char buffer[PASSWD_BUFFER];
    struct passwd entry;
    struct passwd *found = NULL;

    if (home != NULL) {
        return join(home, rest);
    }
    if (getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) != 0 || found == NULL ||
        found->pw_dir == NULL || found->pw_dir[0] != '/') {
        return NULL;
    }
    return join(found->pw_dir, rest);
}

char *jb_platform_expand(const char *path) {
    static const char home[] = "$HOME/";
    static const char config[] = "$XDG_CONFIG_HOME/";
    const char *directory = absolute_env("XDG_CONFIG_HOME");
    char *below_home;
    char *expanded;

    if (strncmp(path, home, sizeof home - 1) == 0) {
        return in_home(path + sizeof home - 1);
    }
    if (strncmp(path, config, sizeof config - 1) != 0) {
        return strdup(path);
    }
    if (directory != NULL) {
        return join(directory, path + sizeof config - 1);
    }
    below_home = join(".config", path + sizeof config - 1);
    expanded = below_home == NULL ? NULL : in_home(below_home);
    free(below_home);
    return expanded;
}

char *jb_platform_config_dir(void) {
    return jb_platform_expand("$XDG_CONFIG_HOME/jpki-bridge");
}

const char *jb_platform_policy_file(void) {
    return "/etc/jpki-bridge/policy.json";
}

char *jb_platform_program_path(void) {
    static const char deleted[] = " (deleted)";
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    size_t tail = sizeof deleted - 1;

    if (len <= 0 || path[0] != '/') {
        return NULL;
    }
    path[len] = '\0';
    /* After an update this process runs a file that is gone; the one in its place is meant. */
    if (access(path, F_OK) != 0 && (size_t)len > tail && strcmp(path + len - tail, deleted) == 0) {
        path[(size_t)len - tail] = '\0';
    }
    return access(path, F_OK) == 0 ? strdup(path) : NULL;
}

/* Reads all of an open file; false when it is longer than max or fails. */
static bool read_all(int fd, size_t max, char **text, size_t *len) {
    char *buffer = malloc(max + 1);
    size_t have = 0;

    if (buffer == NULL) {
        return false;
    }
    for (;;) {
        ssize_t got = read(fd, buffer + have, max + 1 - have);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || have + (size_t)got > max) {
            free(buffer);
            return false;
        }
        if (got == 0) {
            break;
        }
        have += (size_t)got;
    }
    buffer[have] = '\0';
    *text = buffer;
    *len = have;
    return true;
}

enum jb_error jb_platform_read_admin_file(const char *path, size_t max, char **text, size_t *len) {
    enum jb_error error = JB_ERR_POLICY_INVALID;
    struct stat status;
    int fd;

    *text = NULL;
    *len = 0;
    /* Owner and bytes are taken from the one open file, so that it cannot be exchanged in between.
     */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? JB_OK : JB_ERR_POLICY_INVALID;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == 0 &&
        (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 && read_all(fd, max, text, len)) {
        error = JB_OK;
    }
    close(fd);
    return error;
}

/* Whatever was closed at start is opened on /dev/null: otherwise the next file or socket that
 * anybody opens would become the standard stream. Lowest first, since open gives the lowest free
 * number. */
static bool fill_standard_streams(bool *was_open) {
    *was_open = true;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1) {
            continue;
        }
        if (open("/dev/null", O_RDWR) != fd) {
            return false;
        }
        if (fd != STDERR_FILENO) {
            *was_open = false;
        }
    }
    return true;
}

bool jb_platform_take_stdio(int *in, int *out) {
    bool was_open;
    bool taken = false;
    int null = -1;

    *in = -1;
    *out = -1;
    if (!fill_standard_streams(&was_open) || !was_open) {
        return false;
    }
    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    *in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, FIRST_PRIVATE_FD);
    *out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, FIRST_PRIVATE_FD);
    if (null < 0 || *in < 0 || *out < 0) {
        goto out;
    }
    taken = dup2(null, STDIN_FILENO) == STDIN_FILENO &&
            dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO;
out:
    if (null >= 0) {
        close(null);
    }
    if (!taken) {
        if (*in >= 0) {
            close(*in);
        }
        if (*out >= 0) {
            close(*out);
        }
        *in = -1;
        *out = -1;
    }
    return taken;
}
