/* SPDX-License-Identifier: MIT */
/*
 * pcscd lets SCardConnect wait for the end of another program's transaction, and cannot be asked to
 * stop. So a connect to a card in use runs on a thread of its own, which lives only as long as the
 * connect is held up.
 */
#include "pcsc_system.h"

#include <pthread.h>
#include <reader.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_MS = 150 };

struct jb_pcsc_attempt {
    pthread_mutex_t mutex;
    pthread_cond_t change;
    bool done, abandoned;
    char reader[MAX_READERNAME];
    LONG code;
    SCARDCONTEXT context;
    SCARDHANDLE handle;
    DWORD protocol;
    struct jb_pcsc_attempt *next;
};

bool jb_pcsc_is_held(SCARDHANDLE handle) {
    BYTE atr[MAX_ATR_SIZE];
    DWORD len = sizeof atr;

    /* The one call that tells of a holder at once: the others repeat themselves until it lets go.
     */
    return SCardGetAttrib(handle, SCARD_ATTR_ATR_STRING, atr, &len) == SCARD_E_SHARING_VIOLATION;
}

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

/* Starts the thread, with every signal left to the program's own threads. */
static bool start(struct jb_pcsc_attempt *attempt) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;

    (void)sigfillset(&all);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, &attributes, run, attempt) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return started;
}

static struct jb_pcsc_attempt *begin(const char *reader) {
    struct jb_pcsc_attempt *attempt = calloc(1, sizeof *attempt);
    pthread_condattr_t attributes;

    if (attempt == NULL || strlen(reader) >= sizeof attempt->reader) {
        free(attempt);
        return NULL;
    }
    memcpy(attempt->reader, reader, strlen(reader) + 1);
    (void)pthread_mutex_init(&attempt->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&attempt->change, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (!start(attempt)) {
        destroy(attempt);
        attempt = NULL;
    }
    return attempt;
}

static bool wait_done(struct jb_pcsc_attempt *attempt) {
    struct timespec end;

    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += PATIENCE_MS * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000L;
    end.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&attempt->mutex);
    while (!attempt->done && pthread_cond_timedwait(&attempt->change, &attempt->mutex, &end) == 0) {
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
        return SCARD_E_NO_MEMORY;
    }
    struct jb_pcsc_attempt *attempt = *link;

    if (!wait_done(attempt)) {
        return SCARD_E_SHARING_VIOLATION;
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
