/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <PCSC/winscard.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 35963
#define RETRY_NS 20000000
/* Not for ever: a wait that began with the counter at 0 does not end when only the counter moves
   (libpcsclite compares it if it is not 0). */
#define WAIT_MS 50

struct watch {
    int fd;
    char reader[32];
    struct vc_view told;
};

static void tell(struct watch *watch, const struct vc_view *view) {
    const struct vc_view *told = &watch->told;

    if (view->known != told->known || view->present != told->present ||
        view->counter != told->counter || view->service != told->service) {
        watch->told = *view;
        (void)!write(watch->fd, view, sizeof *view);
    }
}

/* Until the daemon ends, or has no such reader. */
static void follow(struct watch *watch, SCARDCONTEXT context, uint32_t service) {
    SCARD_READERSTATE state = {.szReader = watch->reader, .dwCurrentState = SCARD_STATE_UNAWARE};
    LONG result = SCardGetStatusChange(context, 0, &state, 1);

    while (result == SCARD_S_SUCCESS || result == SCARD_E_TIMEOUT) {
        const struct vc_view view = {
            .known = (state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) == 0,
            .present = (state.dwEventState & SCARD_STATE_PRESENT) != 0,
            .counter = (uint16_t)(state.dwEventState >> 16),
            .service = service,
        };
        tell(watch, &view);
        state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
        result = SCardGetStatusChange(context, WAIT_MS, &state, 1);
    }
}

static void *run(void *opaque) {
    const struct timespec pause = {0, RETRY_NS};
    struct watch *watch = opaque;

    for (uint32_t service = 1;; service++) {
        SCARDCONTEXT context;
        struct vc_view nothing = {.service = service};

        if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) == SCARD_S_SUCCESS) {
            follow(watch, context, service);
            (void)SCardReleaseContext(context);
        }
        nothing.service = watch->told.service;
        tell(watch, &nothing);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

int vc_watch_start(uint16_t port) {
    struct watch *watch = calloc(1, sizeof *watch);
    pthread_t thread;
    int fds[2];

    if (watch == NULL || pipe2(fds, O_CLOEXEC) != 0) {
        free(watch);
        return -1;
    }
    watch->fd = fds[1];
    (void)snprintf(watch->reader, sizeof watch->reader, "Virtual PCD 00 %02X",
                   (unsigned)(port - FIRST_PORT) & 0xFF);
    if (pthread_create(&thread, NULL, run, watch) != 0) {
        (void)close(fds[0]);
        (void)close(fds[1]);
        free(watch);
        return -1;
    }
    (void)pthread_detach(thread);
    return fds[0];
}
