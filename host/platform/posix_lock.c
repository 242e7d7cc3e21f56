/* SPDX-License-Identifier: MIT */
/*
 * Locks: flock on a file that nobody else can open (who can read a file can lock it, too), in a
 * folder where nobody else can put one in its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"
#include "posix.h"

#define POLL_MS 50
#define PATIENCE_MS 5000 /* without an operation to wait with: what holds it needs a moment */
#define NEW_FILES_MAX 8  /* how often it may be replaced while it is opened */
#define LOCK_FILE "jpki-bridge.lock"

/* Opens the lock's file, or makes it; -1 when that cannot be. */
static int open_file(const char *path) {
    for (int i = 0; i < NEW_FILES_MAX; i++) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                      S_IRUSR | S_IWUSR);
        struct stat status;
        if (fd < 0) {
            return -1;
        }
        if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid()) {
            if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) {
                return fd;
            }
            /* Others could open this one, and may hold it already: a new one is made. */
            (void)unlink(path);
        } else {
            i = NEW_FILES_MAX;
        }
        (void)close(fd);
    }
    return -1;
}

/* Whether the open file is still the one at the path. */
static bool is_current(int fd, const char *path) {
    struct stat opened, found;

    return fstat(fd, &opened) == 0 && lstat(path, &found) == 0 && opened.st_dev == found.st_dev &&
           opened.st_ino == found.st_ino;
}

/* Takes the lock if nobody has it. JB_OK with *fd, or -1 there where another process has it. */
static enum jb_error try_lock(const char *path, int *fd) {
    enum jb_error error = JB_ERR_LOCK_UNAVAILABLE;

    *fd = open_file(path);
    if (*fd < 0) {
        return JB_ERR_LOCK_UNAVAILABLE;
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
        if (is_current(*fd, path)) {
            return JB_OK;
        }
        error = JB_OK; /* another process has made a new one: that one is tried next time */
    } else if (errno == EWOULDBLOCK || errno == EINTR) {
        error = JB_OK;
    }
    (void)close(*fd);
    *fd = -1;
    return error;
}

/* Takes the lock, polled: a blocking flock could not be called off by another thread. */
static enum jb_error take(const char *path, struct jb_op *op, int *fd) {
    uint64_t until = jb_clock_ms() + PATIENCE_MS;
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    enum jb_error error = JB_OK;

    *fd = -1;
    bool made = jb_posix_make_directories(path);
    if (!jb_platform_is_trusted(path, JB_KEEPER_USER, &fault)) {
        return JB_ERR_CONFIG_INVALID; /* which doctor explains */
    }
    if (!made) {
        return jb_platform_home() == JB_HOME_ABSENT ? JB_ERR_HOME_ABSENT : JB_ERR_LOCK_UNAVAILABLE;
    }
    while (error == JB_OK && (error = try_lock(path, fd)) == JB_OK && *fd < 0) {
        if (op != NULL) {
            error = jb_op_sleep(op, POLL_MS);
            error = error == JB_ERR_TIMEOUT ? JB_ERR_OPERATION_PENDING : error;
        } else if (jb_clock_ms() >= until) {
            error = JB_ERR_OPERATION_PENDING;
        } else {
            jb_pause(POLL_MS);
        }
    }
    return error;
}

/* ---- beside a file ---- */

enum jb_error jb_platform_lock_beside(const char *path, struct jb_op *op, int *lock) {
    char *beside = NULL;

    *lock = -1;
    if (asprintf(&beside, "%s.lock", path) < 0) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    enum jb_error error = take(beside, op, lock);
    free(beside);
    return error;
}

void jb_platform_unlock_beside(int lock) {
    (void)close(lock);
}

/* ---- the user's ---- */

/* In the folder of the configuration, and in that of the session: two browsers may have different
 * ones of either. */
enum { CONFIG, RUNTIME, PLACES };

struct jb_user_lock {
    int fd[PLACES]; /* -1: none */
};

static char *path_in(int place) {
    const char *runtime = jb_posix_absolute_env("XDG_RUNTIME_DIR");
    char *directory = NULL, *path = NULL;

    if (place == RUNTIME) {
        return runtime == NULL ? NULL : jb_platform_join(runtime, LOCK_FILE);
    }
    directory = jb_platform_config_dir();
    path = directory == NULL ? NULL : jb_platform_join(directory, LOCK_FILE);
    free(directory);
    return path;
}

/* Whether the operation is over: not a place that does not serve, which another one makes up for.
 */
static bool is_final(enum jb_error error) {
    return error != JB_OK && error != JB_ERR_LOCK_UNAVAILABLE && error != JB_ERR_HOME_ABSENT &&
           error != JB_ERR_CONFIG_INVALID;
}

enum jb_error jb_user_lock_take(struct jb_op *op, struct jb_user_lock **out) {
    struct jb_user_lock *lock = malloc(sizeof *lock);
    enum jb_error error = JB_OK, last = jb_platform_home() == JB_HOME_ABSENT
                                            ? JB_ERR_HOME_ABSENT
                                            : JB_ERR_LOCK_UNAVAILABLE;
    bool taken = false;

    *out = NULL;
    if (lock == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    lock->fd[CONFIG] = lock->fd[RUNTIME] = -1;
    for (int place = CONFIG; place < PLACES && !is_final(error); place++) {
        char *path = path_in(place);
        /* The two folders may be one. */
        bool again =
            path != NULL && place == RUNTIME && taken && is_current(lock->fd[CONFIG], path);
        if (path != NULL && !again) {
            error = take(path, op, &lock->fd[place]);
            taken = taken || error == JB_OK;
            /* Why the first place does not serve is told, unless it just cannot be made there. */
            last = error != JB_OK && last == JB_ERR_LOCK_UNAVAILABLE ? error : last;
        }
        free(path);
    }
    if (is_final(error) || !taken) {
        jb_user_lock_free(&lock);
        return is_final(error) ? error : last;
    }
    *out = lock;
    return JB_OK;
}

void jb_user_lock_free(struct jb_user_lock **lock) {
    if (*lock == NULL) {
        return;
    }
    /* The files stay: removing one would let two processes lock two. */
    for (int place = CONFIG; place < PLACES; place++) {
        if ((*lock)->fd[place] >= 0) {
            (void)close((*lock)->fd[place]);
        }
    }
    free(*lock);
    *lock = NULL;
}
