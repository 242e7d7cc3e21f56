/* SPDX-License-Identifier: MIT */
/*
 * Standard streams on Windows. A pipe there cannot be waited for with a time limit, so one thread
 * reads what comes into a buffer, and a write runs on a thread of its own that can be left behind.
 */
#include <fcntl.h>
#include <io.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "jpki_bridge/platform.h"

#define INPUT_ROOM 65536
#define PIECE 4096
#define OUTPUT_PIECE 65536
#define HOUR_MS 3600000
#define WATCH_MS 100  /* how often a write that waits looks whether anybody does for the answer */
#define CLOSED_MS 300 /* what a client that closed its end is given to take the rest */

/* What has come and was not read yet; there is one standard input. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    HANDLE pipe;
    size_t len;
    bool ended;
    char bytes[INPUT_ROOM];
} input = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void *read_ahead(void *nothing) {
    char piece[PIECE];
    DWORD got = 0;

    (void)nothing;
    while (ReadFile(input.pipe, piece, sizeof piece, &got, NULL) && got > 0) {
        (void)pthread_mutex_lock(&input.mutex);
        while (INPUT_ROOM - input.len < got) {
            (void)pthread_cond_wait(&input.changed, &input.mutex);
        }
        memcpy(input.bytes + input.len, piece, got);
        input.len += got;
        (void)pthread_cond_broadcast(&input.changed);
        (void)pthread_mutex_unlock(&input.mutex);
    }
    (void)pthread_mutex_lock(&input.mutex);
    input.ended = true;
    (void)pthread_cond_broadcast(&input.changed);
    (void)pthread_mutex_unlock(&input.mutex);
    return NULL;
}

/* A private copy of a standard handle, which no program that we start gets; null when it is closed.
 */
static HANDLE keep(DWORD which) {
    HANDLE standard = GetStdHandle(which);
    HANDLE copy = NULL;

    if (standard == NULL || standard == INVALID_HANDLE_VALUE ||
        !DuplicateHandle(GetCurrentProcess(), standard, GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
        return NULL;
    }
    return copy;
}

bool jb_platform_take_stdio(int *in, int *out) {
    HANDLE reply = keep(STD_OUTPUT_HANDLE);
    int null = _open("NUL", _O_RDWR | _O_BINARY);

    *in = -1;
    *out = -1;
    input.pipe = keep(STD_INPUT_HANDLE);
    if (reply == NULL || input.pipe == NULL || null < 0 || !jb_wait_init(&input.changed)) {
        return false;
    }
    *in = _open_osfhandle((intptr_t)input.pipe, _O_RDONLY | _O_BINARY);
    *out = _open_osfhandle((intptr_t)reply, _O_BINARY);
    if (*in < 0 || *out < 0 || _dup2(null, 0) != 0 || (_dup2(2, 1) != 0 && _dup2(null, 1) != 0)) {
        return false;
    }
    (void)SetStdHandle(STD_INPUT_HANDLE, (HANDLE)_get_osfhandle(0));
    (void)SetStdHandle(STD_OUTPUT_HANDLE, (HANDLE)_get_osfhandle(1));
    (void)_close(null);
    return jb_start_thread(read_ahead, NULL);
}

/* Waits, with the mutex locked, until there is something to read, or the end. */
static bool wait_locked(uint64_t until) {
    while (input.len == 0 && !input.ended && jb_wait_until(&input.changed, &input.mutex, until)) {
    }
    return input.len > 0 || input.ended;
}

bool jb_platform_wait_input(int fd, int timeout_ms) {
    bool there = false;

    (void)fd;
    (void)pthread_mutex_lock(&input.mutex);
    do {
        there = wait_locked(jb_clock_ms() + (timeout_ms < 0 ? HOUR_MS : (uint64_t)timeout_ms));
    } while (!there && timeout_ms < 0);
    (void)pthread_mutex_unlock(&input.mutex);
    return there;
}

int jb_platform_read(int fd, void *buffer, size_t size) {
    size_t got = 0;

    (void)jb_platform_wait_input(fd, -1);
    (void)pthread_mutex_lock(&input.mutex);
    got = input.len < size ? input.len : size;
    memcpy(buffer, input.bytes, got);
    input.len -= got;
    memmove(input.bytes, input.bytes + got, input.len);
    (void)pthread_cond_broadcast(&input.changed);
    (void)pthread_mutex_unlock(&input.mutex);
    return got > 0 ? (int)got : JB_READ_END;
}

bool jb_platform_input_closed(int fd) {
    (void)fd;
    (void)pthread_mutex_lock(&input.mutex);
    bool closed = input.ended;
    (void)pthread_mutex_unlock(&input.mutex);
    return closed;
}

/* A write that nobody may wait for any more: it frees itself. */
struct output {
    HANDLE pipe;
    HANDLE over;
    LONG holders;
    DWORD len;
    bool written;
    char bytes[OUTPUT_PIECE];
};

static void let_go(struct output *output) {
    if (InterlockedDecrement(&output->holders) == 0) {
        (void)CloseHandle(output->over);
        free(output);
    }
}

static void *write_piece(void *argument) {
    struct output *output = argument;
    DWORD put = 0;

    output->written =
        WriteFile(output->pipe, output->bytes, output->len, &put, NULL) && put == output->len;
    (void)SetEvent(output->over);
    let_go(output);
    return NULL;
}

/* Whether the write is over; not when it has taken too long, or the input is closed and cut_off, a
 * moment after that (0 while it is not), has come. */
static bool is_over(HANDLE over, int limit_ms, uint64_t *cut_off) {
    uint64_t until = jb_clock_ms() + (uint64_t)limit_ms;

    while (WaitForSingleObject(over, WATCH_MS) != WAIT_OBJECT_0) {
        uint64_t now = jb_clock_ms();
        if (*cut_off == 0 && jb_platform_input_closed(-1)) {
            *cut_off = now + CLOSED_MS;
        }
        if (now >= until || (*cut_off != 0 && now >= *cut_off)) {
            return false;
        }
    }
    return *cut_off == 0 || jb_clock_ms() < *cut_off;
}

static bool write_within(HANDLE pipe, const char *bytes, size_t len, int limit_ms,
                         uint64_t *cut_off) {
    struct output *output = calloc(1, sizeof *output);
    bool written = false;

    if (output == NULL || (output->over = CreateEventW(NULL, TRUE, FALSE, NULL)) == NULL) {
        free(output);
        return false;
    }
    output->pipe = pipe;
    output->holders = 2;
    output->len = (DWORD)len;
    memcpy(output->bytes, bytes, len);
    if (!jb_start_thread(write_piece, output)) {
        output->holders = 1;
    } else {
        written = is_over(output->over, limit_ms, cut_off) && output->written;
    }
    let_go(output);
    return written;
}

bool jb_platform_write(int fd, const void *bytes, size_t len, int limit_ms) {
    HANDLE pipe = (HANDLE)_get_osfhandle(fd);
    const char *at = bytes;
    uint64_t cut_off = 0;

    while (len > 0) {
        size_t piece = len < OUTPUT_PIECE ? len : OUTPUT_PIECE;
        if (!write_within(pipe, at, piece, limit_ms, &cut_off)) {
            return false;
        }
        at += piece;
        len -= piece;
    }
    return true;
}
