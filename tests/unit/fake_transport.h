/* SPDX-License-Identifier: MIT */
/*
 * A PC/SC of readers and cards in memory, behind the product's own transport contract: it counts
 * and keeps what was sent, breaks at a chosen command, and asserts what the contract asks for (no
 * exchange outside a transaction, no connection left open).
 */
#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

#include "fake_card.h"
#include "jpki_bridge/transport.h"

#define FAKE_READERS 3
#define FAKE_LOG_MAX 200

enum fake_fault {
    FAKE_NO_FAULT,
    FAKE_REMOVED,      /* the card is taken away before it sees the command */
    FAKE_REMOVED_LATE, /* after it has carried it out, before the answer */
    FAKE_LOST,         /* carried out, and the answer is lost */
    FAKE_GARBAGE,      /* carried out, and answered with what is no status word */
    FAKE_ONE_BYTE,     /* carried out, and answered with one byte */
    FAKE_EMPTY,        /* carried out, and answered with nothing */
    FAKE_DATA,         /* not carried out: data and 9000 */
    FAKE_STATUS,       /* not carried out: fault_sw */
    FAKE_RESET,        /* reset by another program */
    FAKE_NO_SERVICE    /* the service goes away */
};

struct fake_reader {
    char name[JB_READER_NAME_MAX];
    struct fake_card *card; /* null: empty */
    uint32_t events;
    bool in_use, exclusive, mute, denied;
    bool held;         /* another program is in a transaction */
    unsigned connects; /* counted */
    unsigned resets;   /* by us, counted */
};

struct fake {
    struct jb_transport base; /* first: a struct jb_transport * is a struct fake * */
    struct fake_reader reader[FAKE_READERS];
    size_t count;
    bool no_service;
    bool denied;           /* this session may not use cards */
    bool refuses_extended; /* the driver does */
    bool fails_extended;   /* the driver does, and says so badly */
    /* the keypad */
    uint8_t features[64];
    size_t features_len;
    uint8_t keyed[4];   /* what the person types on it */
    uint16_t keypad_sw; /* 0: what the card says */
    enum jb_io keypad_io;
    uint8_t structure[64]; /* what the reader was given */
    size_t structure_len;
    /* the fault: at this command, counted from 1; 0 for none */
    unsigned fault_at;
    enum fake_fault fault;
    uint16_t fault_sw;
    /* called before each command and in each wait, if set */
    void (*on_command)(struct fake *fake, unsigned number);
    void (*on_wait)(struct fake *fake, unsigned number);
    void *context;
    /* what happened */
    unsigned commands, waits, lists;
    unsigned connections, transactions; /* open now */
    char log[FAKE_LOG_MAX][64];         /* the commands, as jb_apdu_format writes them */
};

/* One reader, "Fake Reader 0", with the card (or null). Valid for as long as the card. */
void fake_init(struct fake *fake, struct fake_card *card);

/* One more reader. */
void fake_add_reader(struct fake *fake, struct fake_card *card);

/* Lays a card on a reader, or takes it away (null). */
void fake_put(struct fake *fake, size_t reader, struct fake_card *card);

/* Another program resets the card. */
void fake_reset_by_other(struct fake *fake, size_t reader);

/* How many of the commands begin with this hex. */
unsigned fake_sent(const struct fake *fake, const char *prefix);

#endif
