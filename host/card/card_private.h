/* SPDX-License-Identifier: MIT */
/* The card as its own layer sees it: shared by card.c, find.c, info.c, certificate.c, jpki.c
 * and keypad.c only. */
#ifndef JPKI_BRIDGE_CARD_PRIVATE_H
#define JPKI_BRIDGE_CARD_PRIVATE_H

#include "jpki_bridge/card.h"

#define JB_EF_NONE 0xFFFF
#define JB_APPLICATION_NONE (-1)

/* What is known of a shortcut that not every card or reader takes. */
enum jb_shortcut { JB_UNTRIED, JB_TAKEN, JB_REFUSED };

struct jb_card {
    struct jb_transport *transport; /* borrowed */
    struct jb_op *op;               /* borrowed */
    void *connection;               /* null once it is lost */
    struct jb_reader reader;        /* as it was when the card was found */
    bool open;                      /* in a transaction */
    bool dirty;                     /* a PIN was sent since the last reset */
    bool left;                      /* another application was selected since that */
    bool stale;                     /* we reset the card ourselves and have not reconnected yet */
    enum jb_shortcut sfi_read;      /* READ BINARY by short EF identifier */
    enum jb_shortcut sfi_verify;    /* VERIFY by short EF identifier */
    enum jb_shortcut sfi_sign;      /* COMPUTE DIGITAL SIGNATURE by short EF identifier */
    enum jb_shortcut extended;      /* READ BINARY with extended length */
    int application;    /* the one selected last, of enum jb_application, or JB_APPLICATION_NONE */
    uint16_t selected;  /* the EF that is selected, or JB_EF_NONE when that is not known */
    bool sign_verified; /* the signing PIN was verified in this transaction */
    uint32_t keypad;    /* control code of VERIFY_PIN_DIRECT, or 0 */
    uint8_t *response;  /* JB_APDU_RESPONSE_MAX bytes */
};

/* The error that a failed exchange is told as. */
enum jb_error jb_io_error(enum jb_io io);

/* Connects to the card in a reader and opens a transaction. *io tells what PC/SC said; *out is null
 * unless it was JB_IO_OK. Returns why the operation must end, or JB_OK. */
enum jb_error jb_card_open(struct jb_transport *transport, struct jb_op *op,
                           const struct jb_reader *reader, struct jb_card **out, enum jb_io *io);

/* Opens a transaction and selects the JPKI AP on the card of a reader that holds one. *out is null
 * unless that went well; *why then says what stood against it. Returns why the operation must end,
 * or JB_OK (find.c). */
enum jb_error jb_card_probe(struct jb_transport *transport, struct jb_op *op,
                            const struct jb_reader *reader, enum jb_error *why,
                            struct jb_card **out);

/* Looks for a keypad (keypad.c); in a transaction, so that nobody makes it wait. */
void jb_keypad_look(struct jb_card *card);

#endif
