/* SPDX-License-Identifier: MIT */
/* Standard streams on POSIX systems. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

#define FIRST_PRIVATE_FD 3
#define WATCH_MS 100  /* how often a write that waits looks whether anybody does for the answer */
#define CLOSED_MS 300 /* what a client that closed its end is given to take the rest */

static int taken_in = -1; /* of this process's one standard input */

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
    (void)signal(SIGPIPE, SIG_IGN);
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
    taken_in = taken ? *in : -1;
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

bool jb_platform_is_typed_at(void) {
    return isatty(STDIN_FILENO) == 1;
}

bool jb_platform_open_terminal(void) {
    const char *kind = getenv("TERM");

    return isatty(STDOUT_FILENO) == 1 && kind != NULL && strcmp(kind, "dumb") != 0;
}

int jb_platform_read(int fd, void *buffer, size_t size) {
    ssize_t got = read(fd, buffer, size < INT_MAX ? size : INT_MAX);

    if (got < 0) {
        return errno == EINTR || errno == EAGAIN ? JB_READ_NOTHING : JB_READ_FAILED;
    }
    return (int)got;
}

/* *cut_off: when to give up, because the input is closed; 0 while it is not. */
static bool takes_output(int fd, int limit_ms, uint64_t *cut_off) {
    uint64_t until = jb_clock_ms() + (uint64_t)limit_ms;

    for (;;) {
        struct pollfd output = {.fd = fd, .events = POLLOUT};
        uint64_t now = jb_clock_ms();
        if (*cut_off == 0 && taken_in >= 0 && jb_platform_input_closed(taken_in)) {
            *cut_off = now + CLOSED_MS;
        }
        if (now >= until || (*cut_off != 0 && now >= *cut_off)) {
            return false;
        }
        if (poll(&output, 1, WATCH_MS) > 0) {
            return (output.revents & POLLOUT) != 0;
        }
    }
}

bool jb_platform_write(int fd, const void *bytes, size_t len, int limit_ms) {
    const char *at = bytes;
    uint64_t cut_off = 0;

    while (len > 0) {
        /* A pipe that can be written to takes this much at once, so nothing here waits for ever. */
        if (!takes_output(fd, limit_ms, &cut_off)) {
            return false;
        }
        ssize_t put = write(fd, at, len < PIPE_BUF ? len : PIPE_BUF);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        at += put;
        len -= (size_t)put;
    }
    return true;
}

bool jb_platform_wait_input(int fd, int timeout_ms) {
    struct pollfd input = {.fd = fd, .events = POLLIN};

    return poll(&input, 1, timeout_ms) > 0;
}

void jb_platform_exit_now(int status) {
    _exit(status);
}
