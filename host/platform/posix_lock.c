/* SPDX-License-Identifier: MIT */
/* The lock per user: flock on a file in a directory that is this user's alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

#define POLL_MS 50
#define LOCK_FILE "jpki-bridge.lock"

struct jb_user_lock {
    int fd;
};

/* An open directory that is ours and that nobody else can read or write; else -1. */
static int open_private_directory(const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &status) != 0 || status.st_uid != geteuid() ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* As above, made when it is not there. Its parents are not made. */
static int make_private_directory(const char *path) {
    if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
        return -1;
    }
    return open_private_directory(path);
}

/* The configuration directory is often readable by others, which a lock can live with: only writing
 * matters. */
static int open_config_directory(void) {
    char *path = jb_platform_config_dir();
    struct stat status;
    int fd = -1;

    if (path == NULL) {
        return -1;
    }
    if (mkdir(path, S_IRWXU) == 0 || errno == EEXIST) {
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    free(path);
    if (fd >= 0 && (fstat(fd, &status) != 0 || status.st_uid != geteuid() ||
                    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int open_lock_in(int directory) {
    struct stat status;
    int fd;

    if (directory < 0) {
        return -1;
    }
    fd = openat(directory, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
                S_IRUSR | S_IWUSR);
    close(directory);
    if (fd >= 0 &&
        (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid())) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int open_lock_file(void) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char fallback[64];
    int fd = -1;

    if (runtime != NULL && runtime[0] == '/') {
        fd = open_lock_in(open_private_directory(runtime));
    }
    if (fd < 0) {
        fd = open_lock_in(open_config_directory());
    }
    if (fd < 0) {
        snprintf(fallback, sizeof fallback, "/tmp/jpki-bridge-%lu", (unsigned long)geteuid());
        fd = open_lock_in(make_private_directory(fallback));
    }
    return fd;
}

enum jb_error jb_user_lock_take(struct jb_op *op, struct jb_user_lock **out) {
    enum jb_error error = JB_OK;
    struct jb_user_lock *lock = malloc(sizeof *lock);

    *out = NULL;
    if (lock == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    lock->fd = open_lock_file();
    if (lock->fd < 0) {
        error = JB_ERR_LOCK_UNAVAILABLE;
        goto out;
    }
    /* Polled, since a blocking flock could not be called off by another thread. */
    while (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            error = JB_ERR_LOCK_UNAVAILABLE;
            goto out;
        }
        error = jb_op_sleep(op, POLL_MS);
        if (error != JB_OK) {
            error = error == JB_ERR_TIMEOUT ? JB_ERR_OPERATION_PENDING : error;
            goto out;
        }
    }
    *out = lock;
    lock = NULL;
out:
    jb_user_lock_free(&lock);
    return error;
}

void jb_user_lock_free(struct jb_user_lock **lock) {
    if (*lock == NULL) {
        return;
    }
    if ((*lock)->fd >= 0) {
        close((*lock)->fd); /* the file stays: removing it would let two processes lock two files */
    }
    free(*lock);
    *lock = NULL;
}
