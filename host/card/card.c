/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/card.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "card_private.h"
#include "jpki_bridge/secret.h"

enum {
    BEGIN_LIMIT_MS = 8000,     /* for a call that waits for another program */
    TRANSMIT_LIMIT_MS = 20000, /* longer than any command of the card takes */
    LEAVE_LIMIT_MS = 2000,     /* for the SELECT that leaves an application */
    BUSY_STEP_MS = 100,
    WAIT_STEP_MS = 200, /* so that a cancel is noticed within a quarter second */
    REST_MS = 50,       /* between two looks, when a wait returns at once */
    REMOVAL_MS = 600,   /* PC/SC notices a removal some time after the exchange failed */
    GET_RESPONSE_MAX = 300
};

const struct jb_reader *jb_card_reader(const struct jb_card *card) {
    return &card->reader;
}

struct jb_op *jb_card_op(struct jb_card *card) {
    return card->op;
}

enum jb_error jb_io_error(enum jb_io io) {
    switch (io) {
    case JB_IO_OK:
        return JB_OK;
    case JB_IO_NO_SERVICE:
        return JB_ERR_PCSC_UNAVAILABLE;
    case JB_IO_DENIED:
        return JB_ERR_PCSC_DENIED;
    case JB_IO_NO_READER:
        return JB_ERR_READER_ABSENT;
    case JB_IO_NO_CARD:
    case JB_IO_REMOVED:
    case JB_IO_RESET:
        return JB_ERR_CARD_REMOVED;
    case JB_IO_BUSY:
        return JB_ERR_CARD_BUSY;
    case JB_IO_REFUSED:
        return JB_ERR_CARD_ERROR;
    case JB_IO_FAILED:
        break;
    }
    return JB_ERR_CARD_UNRESPONSIVE;
}

/* Gives the connection up. A card that was sent a PIN, and could not be left in order, loses its
 * power, which makes it forget. */
static void drop(struct jb_card *card) {
    if (card->connection != NULL) {
        jb_op_enter_call(card->op, BEGIN_LIMIT_MS, JB_ERR_CARD_BUSY);
        card->transport->disconnect(card->connection,
                                    card->dirty ? JB_CARD_UNPOWER : JB_CARD_LEAVE);
        jb_op_leave_call(card->op);
    }
    card->connection = NULL;
    card->open = false;
    card->dirty = false;
}

/* Whether the card that was found lies on its reader now, not taken away in between. */
static bool lies_now(struct jb_card *card, struct jb_reader *now) {
    struct jb_reader readers[JB_READERS_MAX];
    size_t count = 0;

    if (card->transport->list(card->transport, readers, &count) != JB_IO_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(readers[i].name, card->reader.name) == 0) {
            *now = readers[i];
            return readers[i].card_present && readers[i].events == card->reader.events;
        }
    }
    return false;
}

bool jb_card_lies(struct jb_card *card, unsigned timeout_ms) {
    uint64_t end = jb_clock_ms() + timeout_ms;
    struct jb_reader now;

    for (;;) {
        if (card->connection == NULL || !lies_now(card, &now)) {
            return false;
        }
        uint64_t start = jb_clock_ms();

        if (start >= end || jb_op_check(card->op) != JB_OK) {
            return true;
        }
        unsigned step = end - start < WAIT_STEP_MS ? (unsigned)(end - start) : WAIT_STEP_MS;

        if (card->transport->wait(card->transport, &now, 1, step) != JB_IO_OK) {
            return false;
        }
        if (jb_clock_ms() - start < REST_MS) {
            (void)jb_op_sleep(card->op, step < REST_MS ? step : REST_MS);
        }
    }
}

/* A new transaction knows nothing of what the one before had selected or verified. */
static void opened(struct jb_card *card) {
    card->open = true;
    card->application = JB_APPLICATION_NONE;
    card->selected = JB_EF_NONE;
    card->sign_verified = false;
}

enum jb_error jb_card_open(struct jb_transport *transport, struct jb_op *op,
                           const struct jb_reader *reader, struct jb_card **out, enum jb_io *io) {
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;
    struct jb_card *card = calloc(1, sizeof *card);

    *out = NULL;
    if (card == NULL || (card->response = malloc(JB_APDU_RESPONSE_MAX)) == NULL) {
        goto out;
    }
    card->transport = transport;
    card->op = op;
    card->reader = *reader;
    if ((error = jb_op_check(op)) != JB_OK) {
        goto out;
    }
    /* pcscd lets a connect wait, too, while another program is in a transaction */
    jb_op_enter_call(op, BEGIN_LIMIT_MS, JB_ERR_CARD_BUSY);
    *io = transport->connect(transport, reader->name, &card->connection);
    if (*io == JB_IO_OK && (*io = transport->begin(card->connection)) == JB_IO_OK) {
        opened(card);
    }
    jb_op_leave_call(op);
    error = jb_op_check(op);
    if (error == JB_OK && *io == JB_IO_OK) {
        *out = card;
        card = NULL;
    }
out:
    jb_card_free(&card);
    return error;
}

/* After our own reset: connects anew, which goes well only with the same card still there. */
static enum jb_io refresh(struct jb_card *card) {
    struct jb_reader now;

    jb_op_enter_call(card->op, BEGIN_LIMIT_MS, JB_ERR_CARD_BUSY);
    enum jb_io io = card->transport->reconnect(card->connection);
    jb_op_leave_call(card->op);
    if (io == JB_IO_OK && !lies_now(card, &now)) {
        io = JB_IO_REMOVED;
    }
    card->stale = io != JB_IO_OK;
    return io;
}

static enum jb_io begin_once(struct jb_card *card) {
    enum jb_io io = card->stale ? refresh(card) : JB_IO_OK;

    if (io == JB_IO_OK) {
        jb_op_enter_call(card->op, BEGIN_LIMIT_MS, JB_ERR_CARD_BUSY);
        io = card->transport->begin(card->connection);
        jb_op_leave_call(card->op);
    }
    return io;
}

enum jb_error jb_card_begin(struct jb_card *card, bool *changed) {
    uint64_t end = jb_clock_ms() + BEGIN_LIMIT_MS;
    enum jb_io io = JB_IO_REMOVED;
    enum jb_error error = jb_op_check(card->op);
    struct jb_reader now;

    *changed = false;
    if (error != JB_OK) {
        return error;
    }
    if (card->open) {
        return JB_ERR_INTERNAL;
    }
    if (card->connection != NULL) {
        while ((io = begin_once(card)) == JB_IO_BUSY && jb_clock_ms() < end) {
            if ((error = jb_op_sleep(card->op, BUSY_STEP_MS)) != JB_OK) {
                return error;
            }
        }
    }
    if (io == JB_IO_OK) {
        opened(card);
        if ((error = jb_op_check(card->op)) != JB_OK) {
            jb_card_end(card);
            return error;
        }
        if (lies_now(card, &now)) {
            return JB_OK;
        }
        io = JB_IO_REMOVED;
    }
    error = jb_io_error(io);
    /* Whether a service that went away has come back is found by who looks for the card anew. */
    if (error == JB_ERR_CARD_REMOVED || error == JB_ERR_READER_ABSENT ||
        error == JB_ERR_PCSC_UNAVAILABLE) {
        *changed = true;
        error = JB_ERR_CARD_REMOVED;
        drop(card);
    }
    return error;
}

/* One SELECT of an application, whatever became of the operation; *left tells whether the card took
 * it. */
static enum jb_io select_raw(struct jb_card *card, const uint8_t *command, size_t command_len,
                             bool *left) {
    size_t len = JB_APDU_RESPONSE_MAX;

    jb_op_enter_call(card->op, LEAVE_LIMIT_MS, JB_ERR_CARD_UNRESPONSIVE);
    enum jb_io io =
        card->transport->transmit(card->connection, command, command_len, card->response, &len);
    jb_op_leave_call(card->op);
    struct jb_response response;

    *left = io == JB_IO_OK && jb_response_parse(card->response, len, &response) &&
            response.sw == 0x9000 && response.len == 0;
    return io;
}

/* Leaves the application that a PIN was sent to: on real cards its verification outlives a reset,
 * a new connection and a SELECT of the same application, and ends with a SELECT of another one
 * (JICSAP 1.1 §5.1.3; measured). No PIN is ever sent to either of these two. */
static bool leave_application(struct jb_card *card) {
    static const uint8_t common[] = {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10,
                                     0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};
    static const uint8_t issuer[] = {0x00, 0xA4, 0x04, 0x0C, 0x08, 0xA0, 0x00,
                                     0x00, 0x01, 0x51, 0x00, 0x00, 0x00};

    bool left = false;

    if (select_raw(card, common, sizeof common, &left) == JB_IO_OK && !left) {
        (void)select_raw(card, issuer, sizeof issuer, &left);
    }
    return left;
}

/* Ends the open transaction; gives what was done to the card, which then knows of no PIN. */
static enum jb_io close_transaction(struct jb_card *card, enum jb_disposition *disposition) {
    bool left = card->dirty && (card->left || leave_application(card));

    *disposition = !card->dirty ? JB_CARD_LEAVE : left ? JB_CARD_RESET : JB_CARD_UNPOWER;
    jb_op_enter_call(card->op, BEGIN_LIMIT_MS, JB_ERR_CARD_UNRESPONSIVE);
    enum jb_io io = card->transport->end(card->connection, *disposition);
    jb_op_leave_call(card->op);
    card->open = false;
    card->dirty = card->dirty && io != JB_IO_OK;
    return io;
}

void jb_card_end(struct jb_card *card) {
    enum jb_disposition disposition;

    if (!card->open) {
        return;
    }
    enum jb_io io = close_transaction(card, &disposition);
    /* Our own reset makes the connection stale. Connecting anew at once lets the next transaction
     * tell somebody else's. */
    if (io == JB_IO_OK && disposition == JB_CARD_RESET) {
        io = refresh(card);
        io = io == JB_IO_BUSY ? JB_IO_OK : io;
    }
    if (io != JB_IO_OK || disposition == JB_CARD_UNPOWER) {
        drop(card);
    }
}

void jb_card_free(struct jb_card **card) {
    if (*card == NULL) {
        return;
    }
    enum jb_disposition disposition;

    if ((*card)->open) {
        (void)close_transaction(*card, &disposition);
    }
    drop(*card);
    if ((*card)->response != NULL) { /* the last answers may tell name and address */
        OPENSSL_cleanse((*card)->response, JB_APDU_RESPONSE_MAX);
    }
    free((*card)->response);
    free(*card);
    *card = NULL;
}

/* The failed exchange's error, after waiting a moment for PC/SC to notice that the card was taken
 * away. */
static enum jb_error diagnose(struct jb_card *card, enum jb_io io) {
    enum jb_error error = jb_op_check(card->op);
    struct jb_reader now;

    if (error != JB_OK || io != JB_IO_FAILED) {
        return error != JB_OK ? error : jb_io_error(io);
    }
    for (uint64_t end = jb_clock_ms() + REMOVAL_MS; jb_clock_ms() < end;) {
        if (!lies_now(card, &now)) {
            return JB_ERR_CARD_REMOVED;
        }
        if (jb_op_sleep(card->op, BUSY_STEP_MS) != JB_OK) {
            break;
        }
    }
    return jb_io_error(io);
}

static bool carries_pin(const struct jb_apdu *apdu) {
    return apdu->data_len > 0 && (apdu->ins == 0x20 || apdu->ins == 0x24 || apdu->ins == 0x2C);
}

/* One command, once; the response lands at `at` bytes into the card's buffer. */
static enum jb_error send_once(struct jb_card *card, const struct jb_apdu *apdu, size_t at,
                               struct jb_response *response, bool *sent, enum jb_io *io) {
    uint8_t plain[JB_APDU_COMMAND_MAX];
    uint8_t *secret = NULL, *command = plain;
    size_t len = JB_APDU_RESPONSE_MAX - at, command_len;
    enum jb_error error = JB_ERR_INTERNAL;

    if (carries_pin(apdu)) {
        command = secret = jb_secret_malloc(JB_APDU_COMMAND_MAX);
        if (secret == NULL) {
            return JB_ERR_OUT_OF_MEMORY;
        }
    }
    command_len = jb_apdu_encode(apdu, command, JB_APDU_COMMAND_MAX);
    if (command_len == 0 || !card->open) {
        goto out;
    }
    if ((error = jb_op_check(card->op)) != JB_OK) {
        goto out;
    }
    if (jb_apdu_is_secret(command, command_len)) {
        card->dirty = true;
        card->left = false;
    }
    *sent = true;
    jb_op_enter_call(card->op, TRANSMIT_LIMIT_MS,
                     secret != NULL ? JB_ERR_PIN_UNANSWERED : JB_ERR_CARD_UNRESPONSIVE);
    *io = card->transport->transmit(card->connection, command, command_len, card->response + at,
                                    &len);
    jb_op_leave_call(card->op);
    if (*io == JB_IO_OK && len == 0) {
        *io = JB_IO_FAILED; /* some drivers call it a success when a card was taken away */
    } else if (*io == JB_IO_OK && !jb_response_parse(card->response + at, len, response)) {
        error = JB_ERR_CARD_ERROR;
    }
out:
    jb_secret_release(secret);
    return error;
}

/* Fetches what the card holds ready (61xx), each part after the one before. */
static enum jb_error fetch_rest(struct jb_card *card, struct jb_response *response, bool *sent,
                                enum jb_io *io) {
    size_t len = response->len;
    enum jb_error error = JB_OK;

    for (int i = 0; error == JB_OK && response->sw >> 8 == 0x61; i++) {
        struct jb_apdu get = {.ins = 0xC0, .le = response->sw & 0xFF};

        if (get.le == 0) {
            get.le = 256;
        }
        if (i == GET_RESPONSE_MAX || len + get.le + 2 > JB_APDU_RESPONSE_MAX) {
            return JB_ERR_CARD_ERROR;
        }
        error = send_once(card, &get, len, response, sent, io);
        if (error == JB_OK && *io == JB_IO_OK) {
            len += response->len;
        } else {
            break;
        }
    }
    response->data = card->response;
    response->len = len;
    return error;
}

/* The command and what ISO 7816-4 lets follow it. JB_OK with *io not JB_IO_OK: PC/SC failed, the
 * caller looks closer. */
static enum jb_error exchange(struct jb_card *card, const struct jb_apdu *apdu,
                              struct jb_response *response, bool *sent, enum jb_io *io) {
    *sent = false;
    *io = JB_IO_OK;
    memset(response, 0, sizeof *response);
    enum jb_error error = send_once(card, apdu, 0, response, sent, io);

    if (error != JB_OK || *io != JB_IO_OK || carries_pin(apdu)) {
        return error;
    }
    if (response->sw >> 8 == 0x6C && apdu->le > 0) {
        struct jb_apdu again = *apdu;

        again.le = (response->sw & 0xFF) != 0 ? response->sw & 0xFF : 256;
        again.extended = again.data_len > 255;
        error = send_once(card, &again, 0, response, sent, io);
    }
    if (error == JB_OK && *io == JB_IO_OK) {
        error = fetch_rest(card, response, sent, io);
    }
    return error;
}

enum jb_error jb_card_transmit(struct jb_card *card, const struct jb_apdu *apdu,
                               struct jb_response *response) {
    bool sent = false;
    enum jb_io io = JB_IO_OK;
    enum jb_error error = exchange(card, apdu, response, &sent, &io);

    if (error == JB_OK && io == JB_IO_OK) {
        return JB_OK;
    }
    if (carries_pin(apdu) && sent) {
        return JB_ERR_PIN_UNANSWERED;
    }
    return error != JB_OK ? error : diagnose(card, io);
}

enum jb_error jb_card_try_extended(struct jb_card *card, const struct jb_apdu *apdu,
                                   struct jb_response *response, bool *refused) {
    bool sent = false;
    enum jb_io io = JB_IO_OK;
    enum jb_error error = exchange(card, apdu, response, &sent, &io);
    struct jb_reader now;

    *refused = false;
    if (error != JB_OK || io == JB_IO_OK) {
        return error;
    }
    /* Drivers tell an exchange too long for them as failed, too; with a card still there, a short
     * one decides. */
    if (io == JB_IO_REFUSED || (io == JB_IO_FAILED && lies_now(card, &now))) {
        *refused = true;
        memset(response, 0, sizeof *response);
        response->sw = 0x6700;
        return jb_op_check(card->op);
    }
    return diagnose(card, io);
}
