/* SPDX-License-Identifier: MIT */
/*
 * The search for a card among several readers that do anything: readers come and go, cards are
 * held, mute, taken away, of other kinds, or answer garbage. No PIN goes out, no card is reset,
 * nothing stays open; and a good card that comes to one more reader, and stays, is found whatever
 * the others do.
 *
 * The input: one byte for how many bad readers there are, one for when the good card comes (how
 * many lists before; 255: never), then one byte for each thing that a bad reader does,
 * over and over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/apdu.h"
#include "jpki_bridge/card.h"

enum { BAD_MAX = 4, NEVER = 255, LIMIT_MS = 120000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct connection {
    bool good, open, used;
};

static struct {
    const uint8_t *said;
    size_t size, at;
    unsigned bad, comes_after, lists;
    uint32_t events[BAD_MAX];
    bool present[BAD_MAX];
    int connections;
} s;

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* What comes next; from the start again once all has been said. */
static unsigned next(void) {
    if (s.size == 0) {
        return 0;
    }
    s.at = s.at % s.size;
    return s.said[s.at++];
}

static bool good_is_there(void) {
    return s.comes_after != NEVER && s.lists > s.comes_after;
}

static enum jb_io list(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                       size_t *count) {
    (void)self;
    s.lists += s.lists < NEVER;
    *count = 0;
    for (unsigned i = 0; i < s.bad; i++) {
        unsigned how = next();
        if ((how & 3) == 3) { /* came or went */
            s.present[i] = !s.present[i];
            s.events[i]++;
        }
        if ((how & 0xE0) == 0xE0) { /* the reader itself is unplugged */
            continue;
        }
        struct jb_reader *reader = &readers[(*count)++];
        *reader = (struct jb_reader){.card_present = s.present[i],
                                     .in_use = (how & 4) != 0,
                                     .exclusive = (how & 8) != 0,
                                     .mute = (how & 16) != 0,
                                     .events = s.events[i]};
        (void)snprintf(reader->name, sizeof reader->name, "Bad %u", i);
    }
    readers[*count] = (struct jb_reader){.name = "Good", .card_present = good_is_there()};
    readers[(*count)++].events = good_is_there();
    return JB_IO_OK;
}

static enum jb_io latest(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                         size_t *count) {
    (void)self;
    (void)readers;
    *count = 0;
    return JB_IO_BUSY;
}

static enum jb_io wait_for(struct jb_transport *self, const struct jb_reader *readers, size_t count,
                           unsigned timeout_ms) {
    (void)self;
    (void)readers;
    (void)timeout_ms;
    must(count > 0 && count <= JB_READERS_MAX);
    return JB_IO_OK;
}

static enum jb_io fail_or(unsigned how) {
    return how < JB_IO_FAILED + 1 ? (enum jb_io)how : JB_IO_OK;
}

static enum jb_io connect_to(struct jb_transport *self, const char *reader, void **out) {
    bool good = strcmp(reader, "Good") == 0;
    enum jb_io io = !good ? fail_or(next()) : good_is_there() ? JB_IO_OK : JB_IO_NO_CARD;

    (void)self;
    *out = NULL;
    if (io != JB_IO_OK) {
        return io;
    }
    struct connection *connection = calloc(1, sizeof *connection);
    must(connection != NULL);
    connection->good = good;
    s.connections++;
    *out = connection;
    return JB_IO_OK;
}

static enum jb_io begin(void *at) {
    struct connection *connection = at;
    enum jb_io io = connection->good ? JB_IO_OK : fail_or(next());

    must(!connection->open);
    connection->open = io == JB_IO_OK;
    return io;
}

static void answer(uint8_t *response, size_t *len, unsigned sw) {
    response[0] = (uint8_t)(sw >> 8);
    response[1] = (uint8_t)sw;
    *len = 2;
}

static enum jb_io transmit(void *at, const uint8_t *command, size_t len, uint8_t *response,
                           size_t *response_len) {
    static const unsigned words[] = {0x6A82, 0x6F00, 0x6D00, 0x9000,
                                     0x6283, 0x6982, 0x6C00, 0x6100};
    const struct connection *connection = at;

    must(connection->open && len >= 4 && *response_len >= 258);
    must(!jb_apdu_is_secret(command, len));
    if (connection->good) {
        answer(response, response_len, 0x9000);
        return JB_IO_OK;
    }
    unsigned how = next();
    if (how < JB_IO_FAILED + 1 && how != JB_IO_OK) {
        *response_len = 0;
        return (enum jb_io)how;
    }
    if (how < 16) { /* not even a status word */
        response[0] = (uint8_t)how;
        *response_len = how % 2;
        return JB_IO_OK;
    }
    answer(response, response_len, words[how % (sizeof words / sizeof words[0])]);
    return JB_IO_OK;
}

static enum jb_io control(void *at, uint32_t code, const uint8_t *in, size_t in_len, uint8_t *out,
                          size_t *out_len) {
    (void)at;
    (void)code;
    (void)in;
    (void)in_len;
    size_t len = next() % 40;
    len = len < *out_len ? len : *out_len;
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)next();
    }
    *out_len = len;
    return JB_IO_OK;
}

static enum jb_io end(void *at, enum jb_disposition disposition) {
    struct connection *connection = at;

    must(connection->open && disposition == JB_CARD_LEAVE);
    connection->open = false;
    return connection->good ? JB_IO_OK : fail_or(next());
}

static enum jb_io reconnect(void *at) {
    const struct connection *connection = at;

    must(!connection->open);
    return connection->good ? JB_IO_OK : fail_or(next());
}

static void disconnect(void *at, enum jb_disposition disposition) {
    must(disposition == JB_CARD_LEAVE);
    s.connections--;
    free(at);
}

static void settle(struct jb_transport *self) {
    (void)self;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jb_transport transport = {list, wait_for,  connect_to, begin, transmit, control,
                                     end,  reconnect, disconnect, NULL,  latest,   settle};
    struct jb_card_status status[JB_READERS_MAX];
    struct jb_card *card = NULL;
    size_t count = 0;

    if (size < 2) {
        return -1;
    }
    memset(&s, 0, sizeof s);
    s.bad = data[0] % (BAD_MAX + 1);
    memset(s.present, true, sizeof s.present);
    s.comes_after = data[1];
    s.said = data + 2;
    s.size = size - 2;
    struct jb_op *op = jb_op_new(LIMIT_MS, NULL, NULL);
    must(op != NULL);
    enum jb_error error = jb_card_find(&transport, op, &card);
    must((error == JB_OK) == (card != NULL));
    must(error == JB_OK || s.comes_after == NEVER);
    jb_card_free(&card);
    must(s.connections == 0);
    error = jb_card_survey(&transport, op, status, &count);
    must(error != JB_OK || (count >= 1 && count <= BAD_MAX + 1));
    must(s.connections == 0);
    jb_op_free(&op);
    return 0;
}
