/* SPDX-License-Identifier: MIT */
/*
 * Files that decide whom this program trusts. A group that holds its user alone, as many systems
 * make one for each, is no other user (so does Debian's OpenSSH).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"
#include "posix.h"

#define LINKS_MAX 40 /* as Linux follows */
#define NAMES_BUFFER 65536

/* Whether the group has this user's name, is the user's own, and lists nobody else. */
static bool is_own_group(gid_t gid) {
    char *buffer = malloc(2 * (size_t)NAMES_BUFFER);
    struct passwd user, *user_found = NULL;
    struct group group, *group_found = NULL;
    bool own = false;

    if (buffer != NULL && getpwuid_r(geteuid(), &user, buffer, NAMES_BUFFER, &user_found) == 0 &&
        user_found != NULL && user.pw_gid == gid &&
        getgrgid_r(gid, &group, buffer + NAMES_BUFFER, NAMES_BUFFER, &group_found) == 0 &&
        group_found != NULL) {
        own = strcmp(group.gr_name, user.pw_name) == 0;
        for (char **member = group.gr_mem; *member != NULL; member++) {
            own = own && strcmp(*member, user.pw_name) == 0;
        }
    }
    free(buffer);
    return own;
}

static bool is_kept(const char *path, const struct stat *status, enum jb_keeper keeper,
                    struct jb_fault *fault) {
    if (status->st_uid != 0 && (keeper != JB_KEEPER_USER || status->st_uid != geteuid())) {
        return jb_fault_set(fault, JB_FAULT_OWNER, path);
    }
    if ((status->st_mode & S_IWOTH) != 0 ||
        ((status->st_mode & S_IWGRP) != 0 &&
         (keeper != JB_KEEPER_USER || !is_own_group(status->st_gid) ||
          jb_posix_has_access_list(path)))) {
        return jb_fault_set(fault, JB_FAULT_WRITABLE, path);
    }
    return true;
}

/* The folder of a path; freed with free(). */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Whether the folder is kept, or there is none. */
static bool check_folder(const char *path, enum jb_keeper keeper, struct jb_fault *fault) {
    char *folder = folder_of(path);
    struct stat status;
    bool kept = false;

    if (folder == NULL) {
        return jb_fault_set(fault, JB_FAULT_UNREADABLE, path);
    }
    if (stat(folder, &status) == 0) {
        kept = S_ISDIR(status.st_mode) ? is_kept(folder, &status, keeper, fault)
                                       : jb_fault_set(fault, JB_FAULT_NOT_FOLDER, folder);
    } else if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
        kept = lstat(folder, &status) != 0 || jb_fault_set(fault, JB_FAULT_DANGLING, folder);
    } else {
        kept = jb_fault_set(fault, JB_FAULT_UNREADABLE, folder);
    }
    free(folder);
    return kept;
}

/* Where a link leads; freed with free(). */
static char *target_of(const char *link) {
    char target[PATH_MAX];
    ssize_t len = readlink(link, target, sizeof target - 1);
    char *folder = NULL, *path = NULL;

    if (len <= 0) {
        return NULL;
    }
    target[len] = '\0';
    if (target[0] == '/') {
        return strdup(target);
    }
    folder = folder_of(link);
    path = folder == NULL ? NULL : jb_platform_join(folder, target);
    free(folder);
    return path;
}

/* Why there is nothing to be seen at the place, which the path leads to through so many links. */
static void note_missing(const char *path, const char *at, int links, struct jb_fault *fault) {
    bool absent = errno == ENOENT || errno == ENOTDIR;
    char *folder = folder_of(at);

    if (!absent) { /* the folder does not let this user look */
        (void)jb_fault_set(fault, JB_FAULT_UNREADABLE, folder == NULL ? at : folder);
    } else if (links > 0) {
        (void)jb_fault_set(fault, JB_FAULT_DANGLING, path);
    }
    free(folder);
}

/* Follows the path to what stands there, with every folder on the way kept; freed with free().
 * Null without a fault: nothing does. */
static char *find(const char *path, enum jb_keeper keeper, struct jb_fault *fault) {
    char *at = strdup(path);

    for (int links = 0; at != NULL && links <= LINKS_MAX; links++) {
        struct stat status;
        if (!check_folder(at, keeper, fault)) {
            goto out;
        }
        if (lstat(at, &status) != 0) {
            note_missing(path, at, links, fault);
            goto out;
        }
        if (!S_ISLNK(status.st_mode)) {
            if (is_kept(at, &status, keeper, fault)) {
                return at;
            }
            goto out;
        }
        char *target = target_of(at);
        free(at);
        at = target;
    }
    (void)jb_fault_set(fault, at == NULL ? JB_FAULT_UNREADABLE : JB_FAULT_DANGLING, path);
out:
    free(at);
    return NULL;
}

/* All of an open file; null when it is longer than max or cannot be read. */
static char *read_all(int fd, const char *path, size_t max, size_t *len, struct jb_fault *fault) {
    char *text = malloc(max + 1);
    size_t have = 0;
    ssize_t got = 1;

    while (text != NULL && got != 0 && have <= max) {
        got = read(fd, text + have, max + 1 - have);
        if (got < 0 && errno != EINTR) {
            break;
        }
        have += got > 0 ? (size_t)got : 0;
    }
    if (text == NULL || got < 0 || have > max) {
        free(text);
        (void)jb_fault_set(fault, have > max ? JB_FAULT_TOO_LARGE : JB_FAULT_UNREADABLE, path);
        return NULL;
    }
    text[have] = '\0';
    *len = have;
    return text;
}

char *jb_platform_read_trusted(const char *path, enum jb_keeper keeper, size_t max, size_t *len,
                               struct jb_fault *fault) {
    char *at = find(path, keeper, fault);
    struct stat status;
    char *text = NULL;
    int fd = -1;

    *len = 0;
    if (at == NULL) {
        return NULL;
    }
    /* Owner, mode and bytes are taken from the one open file: it may just have been replaced. */
    fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) != 0) {
        (void)jb_fault_set(fault, JB_FAULT_UNREADABLE, at);
    } else if (!S_ISREG(status.st_mode)) {
        (void)jb_fault_set(fault, JB_FAULT_NOT_FILE, at);
    } else if ((uint64_t)status.st_size > max) {
        (void)jb_fault_set(fault, JB_FAULT_TOO_LARGE, at);
    } else if (is_kept(at, &status, keeper, fault)) {
        text = read_all(fd, at, max, len, fault);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(at);
    return text;
}

bool jb_platform_is_trusted(const char *path, enum jb_keeper keeper, struct jb_fault *fault) {
    struct jb_fault found = {.kind = JB_FAULT_NONE};

    free(find(path, keeper, &found));
    return found.kind == JB_FAULT_NONE || jb_fault_set(fault, found.kind, found.subject);
}
