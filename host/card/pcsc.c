/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/transport.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pcsc_system.h"

enum { NAMES_MAX = 8192 };

struct pcsc {
    struct jb_transport base;
    SCARDCONTEXT context;
    bool established;
    pthread_mutex_t mutex;                 /* of the last list, which other threads may ask for */
    struct jb_reader seen[JB_READERS_MAX]; /* the last list, for who is in use */
    size_t seen_count;
    enum jb_io listed; /* how the last list went; JB_IO_BUSY: there was none yet */
    struct jb_pcsc_attempt *attempts;
};

struct connection {
    SCARDHANDLE handle;
    DWORD protocol;
    SCARDCONTEXT context;
    bool own_context;
};

/* LONG is wider than the codes on some systems, and signed where they are not on others. */
static enum jb_io io_of(LONG code) {
    switch ((DWORD)code & 0xFFFFFFFFU) {
    case (DWORD)SCARD_S_SUCCESS:
        return JB_IO_OK;
    case (DWORD)SCARD_E_NO_SERVICE & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_SERVICE_STOPPED & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_INVALID_HANDLE & 0xFFFFFFFFU:
    case (DWORD)SCARD_F_COMM_ERROR & 0xFFFFFFFFU:
        return JB_IO_NO_SERVICE;
    case (DWORD)SCARD_W_SECURITY_VIOLATION & 0xFFFFFFFFU: /* pcscd's, where polkit says no */
        return JB_IO_DENIED;
    case (DWORD)SCARD_E_READER_UNAVAILABLE & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_UNKNOWN_READER & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFFU:
        return JB_IO_NO_READER;
    case (DWORD)SCARD_E_NO_SMARTCARD & 0xFFFFFFFFU:
    case (DWORD)SCARD_W_UNPOWERED_CARD & 0xFFFFFFFFU:
    case (DWORD)SCARD_W_UNRESPONSIVE_CARD & 0xFFFFFFFFU:
    case (DWORD)SCARD_W_UNSUPPORTED_CARD & 0xFFFFFFFFU:
        return JB_IO_NO_CARD;
    case (DWORD)SCARD_W_REMOVED_CARD & 0xFFFFFFFFU:
        return JB_IO_REMOVED;
    case (DWORD)SCARD_W_RESET_CARD & 0xFFFFFFFFU:
        return JB_IO_RESET;
    case (DWORD)SCARD_E_SHARING_VIOLATION & 0xFFFFFFFFU:
        return JB_IO_BUSY;
    case (DWORD)SCARD_E_INVALID_PARAMETER & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_INVALID_VALUE & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_INSUFFICIENT_BUFFER & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_UNSUPPORTED_FEATURE & 0xFFFFFFFFU:
    case (DWORD)SCARD_E_PROTO_MISMATCH & 0xFFFFFFFFU:
        return JB_IO_REFUSED;
    default:
        return JB_IO_FAILED;
    }
}

static void release(struct pcsc *self) {
    if (self->established) {
        (void)SCardReleaseContext(self->context);
        self->established = false;
    }
}

static enum jb_io establish(struct pcsc *self) {
    if (!self->established) {
        LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &self->context);
        if (code != SCARD_S_SUCCESS) {
            return io_of(code) == JB_IO_DENIED ? JB_IO_DENIED : JB_IO_NO_SERVICE;
        }
        self->established = true;
    }
    return JB_IO_OK;
}

/* The names as PC/SC's multi-string. A service that was started anew knows nothing of our context:
 * one more time. */
static enum jb_io list_names(struct pcsc *self, char names[NAMES_MAX]) {
    enum jb_io io = JB_IO_NO_SERVICE;

    for (int i = 0; i < 2 && io == JB_IO_NO_SERVICE; i++) {
        DWORD len = NAMES_MAX;

        names[0] = '\0';
        io = establish(self);
        if (io != JB_IO_OK) {
            break;
        }
        io = io_of(SCardListReaders(self->context, NULL, names, &len));
        if (io == JB_IO_NO_SERVICE) {
            release(self);
        }
    }
    if (io == JB_IO_NO_READER || (io == JB_IO_NO_SERVICE && jb_pcsc_sleeps())) {
        names[0] = '\0';
        io = JB_IO_OK;
    }
    return io;
}

static void read_state(const SCARD_READERSTATE *state, struct jb_reader *reader) {
    DWORD event = state->dwEventState;

    reader->card_present = (event & SCARD_STATE_PRESENT) != 0;
    reader->in_use = (event & SCARD_STATE_INUSE) != 0;
    reader->exclusive = (event & SCARD_STATE_EXCLUSIVE) != 0;
    reader->mute = (event & SCARD_STATE_MUTE) != 0;
    reader->events = (uint32_t)(event >> 16) & 0xFFFF;
    reader->state = (uint32_t)(event & ~(DWORD)SCARD_STATE_CHANGED);
}

static enum jb_io ask_for_list(struct pcsc *self, struct jb_reader readers[JB_READERS_MAX],
                               size_t *count) {
    SCARD_READERSTATE states[JB_READERS_MAX];
    char names[NAMES_MAX];

    *count = 0;
    enum jb_io io = list_names(self, names);
    if (io != JB_IO_OK) {
        return io;
    }
    memset(states, 0, sizeof states);
    for (const char *name = names; *name != '\0' && *count < JB_READERS_MAX;
         name += strlen(name) + 1) {
        size_t len = strlen(name);

        if (len < JB_READER_NAME_MAX) { /* one that is cut could not be connected to */
            memset(&readers[*count], 0, sizeof readers[*count]);
            memcpy(readers[*count].name, name, len + 1);
            states[*count].szReader = readers[*count].name;
            states[*count].dwCurrentState = SCARD_STATE_UNAWARE;
            (*count)++;
        }
    }
    if (*count == 0) {
        return JB_IO_OK;
    }
    LONG code = SCardGetStatusChange(self->context, 0, states, (DWORD)*count);
    if (code != SCARD_S_SUCCESS && code != (LONG)SCARD_E_TIMEOUT) {
        *count = 0;
        io = io_of(code);
        /* A reader pulled between the two calls: none for now, the next look will tell. */
        return io == JB_IO_NO_READER ? JB_IO_OK : io;
    }
    for (size_t i = 0; i < *count; i++) {
        read_state(&states[i], &readers[i]);
    }
    return JB_IO_OK;
}

static enum jb_io pcsc_list(struct jb_transport *base, struct jb_reader readers[JB_READERS_MAX],
                            size_t *count) {
    struct pcsc *self = (struct pcsc *)base;
    enum jb_io io = ask_for_list(self, readers, count);

    (void)pthread_mutex_lock(&self->mutex);
    memcpy(self->seen, readers, *count * sizeof readers[0]);
    self->seen_count = *count;
    self->listed = io;
    (void)pthread_mutex_unlock(&self->mutex);
    return io;
}

static enum jb_io pcsc_latest(struct jb_transport *base, struct jb_reader readers[JB_READERS_MAX],
                              size_t *count) {
    struct pcsc *self = (struct pcsc *)base;

    (void)pthread_mutex_lock(&self->mutex);
    memcpy(readers, self->seen, self->seen_count * sizeof readers[0]);
    *count = self->seen_count;
    enum jb_io io = self->listed;
    (void)pthread_mutex_unlock(&self->mutex);
    return io;
}

static enum jb_io pcsc_wait(struct jb_transport *base, const struct jb_reader *readers,
                            size_t count, unsigned timeout_ms) {
    struct pcsc *self = (struct pcsc *)base;
    SCARD_READERSTATE states[JB_READERS_MAX];

    if (count == 0 && !self->established) {
        return JB_IO_OK; /* nothing to wait for, also where the service sleeps */
    }
    enum jb_io io = establish(self);
    if (io != JB_IO_OK || count == 0 || count > JB_READERS_MAX) {
        return io;
    }
    memset(states, 0, sizeof states);
    for (size_t i = 0; i < count; i++) {
        states[i].szReader = readers[i].name;
        states[i].dwCurrentState = readers[i].state;
    }
    LONG code = SCardGetStatusChange(self->context, timeout_ms, states, (DWORD)count);
    io = code == (LONG)SCARD_E_TIMEOUT ? JB_IO_OK : io_of(code);
    return io == JB_IO_NO_READER ? JB_IO_OK : io;
}

static bool is_in_use(const struct pcsc *self, const char *reader) {
    for (size_t i = 0; i < self->seen_count; i++) {
        if (strcmp(self->seen[i].name, reader) == 0) {
            return self->seen[i].in_use;
        }
    }
    return false;
}

static enum jb_io pcsc_connect(struct jb_transport *base, const char *reader, void **out) {
    struct pcsc *self = (struct pcsc *)base;
    struct connection *connection;

    *out = NULL;
    enum jb_io io = establish(self);
    if (io != JB_IO_OK) {
        return io;
    }
    if ((connection = calloc(1, sizeof *connection)) == NULL) {
        return JB_IO_FAILED;
    }
    if (is_in_use(self, reader)) {
        connection->own_context = true;
        io = io_of(jb_pcsc_connect_used(&self->attempts, reader, &connection->context,
                                        &connection->handle, &connection->protocol));
    } else {
        io = io_of(SCardConnect(self->context, reader, SCARD_SHARE_SHARED, JB_PCSC_PROTOCOLS,
                                &connection->handle, &connection->protocol));
    }
    if (io != JB_IO_OK) {
        free(connection);
        return io;
    }
    *out = connection;
    return JB_IO_OK;
}

static enum jb_io pcsc_begin(void *opaque) {
    struct connection *connection = opaque;

    if (jb_pcsc_is_held(connection->handle)) {
        return JB_IO_BUSY;
    }
    return io_of(SCardBeginTransaction(connection->handle));
}

static enum jb_io pcsc_transmit(void *opaque, const uint8_t *command, size_t command_len,
                                uint8_t *response, size_t *response_len) {
    struct connection *connection = opaque;
    SCARD_IO_REQUEST from = {0, sizeof from};
    DWORD len = (DWORD)*response_len;
    const SCARD_IO_REQUEST *to =
        connection->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;

    from.dwProtocol = connection->protocol;
    LONG code =
        SCardTransmit(connection->handle, to, command, (DWORD)command_len, &from, response, &len);
    *response_len = code == SCARD_S_SUCCESS && len <= *response_len ? (size_t)len : 0;
    return io_of(code);
}

static enum jb_io pcsc_control(void *opaque, uint32_t code, const uint8_t *in, size_t in_len,
                               uint8_t *out, size_t *out_len) {
    struct connection *connection = opaque;
    DWORD len = 0;

    LONG result =
        SCardControl(connection->handle, code, in, (DWORD)in_len, out, (DWORD)*out_len, &len);
    *out_len = result == SCARD_S_SUCCESS && len <= *out_len ? (size_t)len : 0;
    return io_of(result);
}

static DWORD code_of(enum jb_disposition disposition) {
    static const DWORD codes[] = {[JB_CARD_LEAVE] = SCARD_LEAVE_CARD,
                                  [JB_CARD_RESET] = SCARD_RESET_CARD,
                                  [JB_CARD_UNPOWER] = SCARD_UNPOWER_CARD};

    return codes[disposition];
}

static enum jb_io pcsc_end(void *opaque, enum jb_disposition disposition) {
    struct connection *connection = opaque;

    return io_of(SCardEndTransaction(connection->handle, code_of(disposition)));
}

static enum jb_io pcsc_reconnect(void *opaque) {
    struct connection *connection = opaque;

    if (jb_pcsc_is_held(connection->handle)) {
        return JB_IO_BUSY;
    }
    return io_of(SCardReconnect(connection->handle, SCARD_SHARE_SHARED, JB_PCSC_PROTOCOLS,
                                SCARD_LEAVE_CARD, &connection->protocol));
}

static void pcsc_disconnect(void *opaque, enum jb_disposition disposition) {
    struct connection *connection = opaque;

    (void)SCardDisconnect(connection->handle, code_of(disposition));
    if (connection->own_context) {
        (void)SCardReleaseContext(connection->context);
    }
    free(connection);
}

static void pcsc_settle(struct jb_transport *base) {
    jb_pcsc_forget(&((struct pcsc *)base)->attempts);
}

static void pcsc_free(struct jb_transport *base) {
    struct pcsc *self = (struct pcsc *)base;

    pcsc_settle(base);
    release(self);
    (void)pthread_mutex_destroy(&self->mutex);
    free(self);
}

struct jb_transport *jb_transport_pcsc(void) {
    static const struct jb_transport functions = {
        .list = pcsc_list,
        .wait = pcsc_wait,
        .connect = pcsc_connect,
        .begin = pcsc_begin,
        .transmit = pcsc_transmit,
        .control = pcsc_control,
        .end = pcsc_end,
        .reconnect = pcsc_reconnect,
        .disconnect = pcsc_disconnect,
        .free = pcsc_free,
        .latest = pcsc_latest,
        .settle = pcsc_settle,
    };
    struct pcsc *self = calloc(1, sizeof *self);

    if (self == NULL) {
        return NULL;
    }
    self->base = functions;
    self->listed = JB_IO_BUSY;
    (void)pthread_mutex_init(&self->mutex, NULL);
    return &self->base;
}
