/* SPDX-License-Identifier: MIT */
/*
 * The transport: what the card layer asks of PC/SC, as a struct of functions, so that tests can put
 * cards of their own behind it. Source: PC/SC part 5 (resource manager), part 10 (keypads). It does
 * not interpret APDUs and never retries any.
 */
#ifndef JPKI_BRIDGE_TRANSPORT_H
#define JPKI_BRIDGE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JB_READERS_MAX 16
#define JB_READER_NAME_MAX 128 /* bytes, NUL included */
#define JB_APDU_RESPONSE_MAX 65538

/* The control code that asks a reader for its features (CM_IOCTL_GET_FEATURE_REQUEST); each system
 * has its own. */
#ifdef _WIN32
#define JB_CONTROL_GET_FEATURES (0x31U << 16 | 3400U << 2)
#else
#define JB_CONTROL_GET_FEATURES (0x42000000U + 3400U)
#endif

enum jb_io {
    JB_IO_OK,
    JB_IO_NO_SERVICE, /* the resource manager is not there or went away */
    JB_IO_DENIED,     /* the resource manager does not let this session use cards */
    JB_IO_NO_READER,  /* the reader is gone */
    JB_IO_NO_CARD,    /* no card in the reader, or a mute or unpowered one */
    JB_IO_REMOVED,    /* the card of this connection was removed */
    JB_IO_RESET,      /* somebody reset the card of this connection, or exchanged it */
    JB_IO_BUSY,       /* another program holds it (sharing violation) */
    JB_IO_REFUSED,    /* the reader or its driver does not take this exchange (such as an extended
                         length) */
    JB_IO_FAILED      /* the exchange failed; whether the card saw the command is not known */
};

/* What becomes of the card at the end of a transaction or connection. */
enum jb_disposition {
    JB_CARD_LEAVE,  /* as it is */
    JB_CARD_RESET,  /* reset; on real cards that does not end a VERIFY */
    JB_CARD_UNPOWER /* without power for a moment, which ends all that was verified */
};

struct jb_reader {
    char name[JB_READER_NAME_MAX]; /* UTF-8 as PC/SC gives it */
    bool card_present;
    bool in_use;     /* a program is connected to the card */
    bool exclusive;  /* another program uses the card exclusively */
    bool mute;       /* the card does not answer to reset */
    uint32_t events; /* counts insertions and removals (not resets) */
    uint32_t state;  /* the transport's own word, handed back to its wait */
};

struct jb_transport {
    /* Lists the readers, at most JB_READERS_MAX; none is JB_IO_OK with *count 0. */
    enum jb_io (*list)(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                       size_t *count);
    /* Waits at most timeout_ms for a reader or card to come or go against the given list. JB_IO_OK
     * also when nothing changed. */
    enum jb_io (*wait)(struct jb_transport *self, const struct jb_reader *readers, size_t count,
                       unsigned timeout_ms);
    /* Connects, shared, to the card in a reader; *connection is closed with disconnect. */
    enum jb_io (*connect)(struct jb_transport *self, const char *reader, void **connection);
    /* Begins a transaction; may block while another program holds one. Any answer but JB_IO_OK: no
     * transaction. */
    enum jb_io (*begin)(void *connection);
    /* One exchange; *response_len is the room on entry and the length on return. */
    enum jb_io (*transmit)(void *connection, const uint8_t *command, size_t command_len,
                           uint8_t *response, size_t *response_len);
    /* Control request to the reader (PC/SC part 10). */
    enum jb_io (*control)(void *connection, uint32_t code, const uint8_t *in, size_t in_len,
                          uint8_t *out, size_t *out_len);
    /* Ends the transaction, and does that to the card. */
    enum jb_io (*end)(void *connection, enum jb_disposition disposition);
    /* Connects anew after a reset or failure; JB_IO_OK means that a card, perhaps another one,
     * answers. */
    enum jb_io (*reconnect)(void *connection);
    /* Ends the connection, and does that to the card. */
    void (*disconnect)(void *connection, enum jb_disposition disposition);
    void (*free)(struct jb_transport *self);
    /* What the latest list of this transport said, without asking anybody; any thread. JB_IO_BUSY:
     * there was none yet. */
    enum jb_io (*latest)(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                         size_t *count);
    /* Gives up connects that another program holds up: a search is over. */
    void (*settle)(struct jb_transport *self);
};

/* The system's PC/SC. The service is looked for at first use. Null when memory is short; freed with
 * its free. */
struct jb_transport *jb_transport_pcsc(void);

#endif
