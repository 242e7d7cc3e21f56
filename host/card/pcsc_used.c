/* SPDX-License-Identifier: MIT */
/*
 * PC/SC lets SCardConnect wait for the end of another program's transaction, and cannot be asked to
 * stop. So a connect to a card in use runs on a thread of its own, which lives only as long as the
 * connect is held up.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/transport.h"
#include "jpki_bridge/wait.h"
#include "pcsc_system.h"

enum { PATIENCE_MS = 150 };

struct jb_pcsc_attempt {
    pthread_mutex_t mutex;
    pthread_cond_t change;
    bool done, abandoned;
    char reader[JB_READER_NAME_MAX];
    LONG code;
    SCARDCONTEXT context;
    SCARDHANDLE handle;
    DWORD protocol;
    struct jb_pcsc_attempt *next;
};

static void destroy(struct jb_pcsc_attempt *attempt) {
    (void)pthread_cond_destroy(&attempt->change);
    (void)pthread_mutex_destroy(&attempt->mutex);
    free(attempt);
}

static void disconnect(const struct jb_pcsc_attempt *attempt) {
    if (attempt->code == SCARD_S_SUCCESS) {
        (void)SCardDisconnect(attempt->handle, SCARD_LEAVE_CARD);
        (void)SCardReleaseContext(attempt->context);
    }
}

static void *run(void *opaque) {
    struct jb_pcsc_attempt *attempt = opaque;
    LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &attempt->context);

    if (code == SCARD_S_SUCCESS) {
        code = SCardConnect(attempt->context, attempt->reader, SCARD_SHARE_SHARED,
                            JB_PCSC_PROTOCOLS, &attempt->handle, &attempt->protocol);
        if (code != SCARD_S_SUCCESS) {
            (void)SCardReleaseContext(attempt->context);
        }
    }
    (void)pthread_mutex_lock(&attempt->mutex);
    attempt->code = code;
    attempt->done = true;
    bool abandoned = attempt->abandoned;
    (void)pthread_cond_signal(&attempt->change);
    (void)pthread_mutex_unlock(&attempt->mutex);
    if (abandoned) {
        disconnect(attempt);
        destroy(attempt);
    }
    return NULL;
}

static struct jb_pcsc_attempt *begin(const char *reader) {
    struct jb_pcsc_attempt *attempt = calloc(1, sizeof *attempt);

    if (attempt == NULL || strlen(reader) >= sizeof attempt->reader ||
        !jb_wait_init(&attempt->change)) {
        free(attempt);
        return NULL;
    }
    memcpy(attempt->reader, reader, strlen(reader) + 1);
    (void)pthread_mutex_init(&attempt->mutex, NULL);
    if (!jb_start_thread(run, attempt)) {
        destroy(attempt);
        attempt = NULL;
    }
    return attempt;
}

static bool wait_done(struct jb_pcsc_attempt *attempt) {
    uint64_t end = jb_clock_ms() + PATIENCE_MS;

    (void)pthread_mutex_lock(&attempt->mutex);
    while (!attempt->done && jb_wait_until(&attempt->change, &attempt->mutex, end)) {
    }
    bool done = attempt->done;
    (void)pthread_mutex_unlock(&attempt->mutex);
    return done;
}

LONG jb_pcsc_connect_used(struct jb_pcsc_attempt **attempts, const char *reader,
                          SCARDCONTEXT *context, SCARDHANDLE *handle, DWORD *protocol) {
    struct jb_pcsc_attempt **link = attempts;

    while (*link != NULL && strcmp((*link)->reader, reader) != 0) {
        link = &(*link)->next;
    }
    if (*link == NULL && (*link = begin(reader)) == NULL) {
        return (LONG)SCARD_E_NO_MEMORY;
    }
    struct jb_pcsc_attempt *attempt = *link;

    if (!wait_done(attempt)) {
        return (LONG)SCARD_E_SHARING_VIOLATION;
    }
    LONG code = attempt->code;

    *link = attempt->next;
    *context = attempt->context;
    *handle = attempt->handle;
    *protocol = attempt->protocol;
    destroy(attempt);
    return code;
}

void jb_pcsc_forget(struct jb_pcsc_attempt **attempts) {
    while (*attempts != NULL) {
        struct jb_pcsc_attempt *attempt = *attempts;

        *attempts = attempt->next;
        (void)pthread_mutex_lock(&attempt->mutex);
        bool done = attempt->done;
        attempt->abandoned = true;
        (void)pthread_mutex_unlock(&attempt->mutex);
        if (done) { /* else its thread does so, some time */
            disconnect(attempt);
            destroy(attempt);
        }
    }
}
