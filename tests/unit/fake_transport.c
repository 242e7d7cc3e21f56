/* SPDX-License-Identifier: MIT */
#include "fake_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jpki_bridge/apdu.h"

struct connection {
    struct fake *fake;
    struct fake_reader *reader;
    uint32_t events;
    bool was_reset, in_transaction;
    struct connection *next;
};

static struct connection *connections;

/* assert() that stays in an optimised build. */
#define must(condition) ((condition) ? (void)0 : broken_contract(#condition, __LINE__))

static void broken_contract(const char *condition, int line) {
    (void)fprintf(stderr, "fake_transport.c:%d: %s\n", line, condition);
    abort();
}

static void nap(unsigned ms) {
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    (void)nanosleep(&time, NULL);
}

void fake_put(struct fake *fake, size_t reader, struct fake_card *card) {
    struct fake_reader *r = &fake->reader[reader];

    if (r->card != card) {
        if (r->card != NULL) {
            fake_card_unpower(r->card);
        }
        r->events += r->card != NULL && card != NULL ? 2 : 1;
        r->card = card;
    }
}

static void reset_card(struct fake_reader *reader) {
    if (reader->card != NULL) {
        fake_card_reset(reader->card);
    }
    for (struct connection *c = connections; c != NULL; c = c->next) {
        c->was_reset = c->was_reset || c->reader == reader;
    }
}

static void dispose(struct fake_reader *reader, enum jb_disposition disposition) {
    if (disposition == JB_CARD_LEAVE) {
        return;
    }
    reader->resets++;
    if (disposition == JB_CARD_UNPOWER && reader->card != NULL) {
        fake_card_unpower(reader->card);
    }
    reset_card(reader);
}

void fake_reset_by_other(struct fake *fake, size_t reader) {
    reset_card(&fake->reader[reader]);
}

unsigned fake_sent(const struct fake *fake, const char *prefix) {
    unsigned count = 0;

    for (unsigned i = 0; i < fake->commands && i < FAKE_LOG_MAX; i++) {
        count += strncmp(fake->log[i], prefix, strlen(prefix)) == 0;
    }
    return count;
}

static enum jb_io list(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                       size_t *count) {
    struct fake *fake = (struct fake *)self;

    fake->lists++;
    *count = 0;
    if (fake->no_service || fake->denied) {
        return fake->denied ? JB_IO_DENIED : JB_IO_NO_SERVICE;
    }
    memset(readers, 0, fake->count * sizeof readers[0]);
    for (size_t i = 0; i < fake->count; i++) {
        const struct fake_reader *r = &fake->reader[i];

        memcpy(readers[i].name, r->name, sizeof r->name);
        readers[i].card_present = r->card != NULL;
        readers[i].in_use = r->in_use;
        readers[i].exclusive = r->exclusive;
        readers[i].mute = r->mute;
        readers[i].events = r->events;
    }
    *count = fake->count;
    return JB_IO_OK;
}

static enum jb_io wait_for(struct jb_transport *self, const struct jb_reader *readers, size_t count,
                           unsigned timeout_ms) {
    struct fake *fake = (struct fake *)self;

    must(count > 0 && timeout_ms <= 250 && readers[0].name[0] != '\0');
    fake->waits++;
    if (fake->on_wait != NULL) {
        fake->on_wait(fake, fake->waits);
        return JB_IO_OK;
    }
    nap(timeout_ms);
    return fake->no_service ? JB_IO_NO_SERVICE : JB_IO_OK;
}

static enum jb_io state_of(const struct connection *c) {
    if (c->fake->no_service) {
        return JB_IO_NO_SERVICE;
    }
    if (c->reader->card == NULL || c->events != c->reader->events) {
        return JB_IO_REMOVED;
    }
    return c->was_reset ? JB_IO_RESET : JB_IO_OK;
}

static enum jb_io connect_to(struct jb_transport *self, const char *reader, void **out) {
    struct fake *fake = (struct fake *)self;

    *out = NULL;
    if (fake->no_service) {
        return JB_IO_NO_SERVICE;
    }
    for (size_t i = 0; i < fake->count; i++) {
        struct fake_reader *r = &fake->reader[i];

        if (strcmp(r->name, reader) != 0) {
            continue;
        }
        r->connects++;
        if (r->card == NULL || r->mute) {
            return JB_IO_NO_CARD;
        }
        if (r->denied) {
            return JB_IO_DENIED;
        }
        if (r->exclusive) {
            return JB_IO_BUSY;
        }
        struct connection *c = calloc(1, sizeof *c);

        if (c == NULL) {
            return JB_IO_FAILED;
        }
        c->fake = fake;
        c->reader = r;
        c->events = r->events;
        c->next = connections;
        connections = c;
        fake->connections++;
        *out = c;
        return JB_IO_OK;
    }
    return JB_IO_NO_READER;
}

static enum jb_io begin(void *opaque) {
    struct connection *c = opaque;

    must(!c->in_transaction);
    if (c->reader->held) {
        return JB_IO_BUSY;
    }
    enum jb_io io = state_of(c);
    if (io == JB_IO_OK) {
        c->in_transaction = true;
        c->fake->transactions++;
    }
    return io;
}

static enum jb_io break_it(struct connection *c, uint8_t *response, size_t *response_len) {
    static const uint8_t data[] = {0x12, 0x34, 0x56, 0x90, 0x00};
    struct fake *fake = c->fake;

    *response_len = 0;
    switch (fake->fault) {
    case FAKE_REMOVED:
    case FAKE_REMOVED_LATE:
        fake_put(fake, (size_t)(c->reader - fake->reader), NULL);
        return JB_IO_FAILED;
    case FAKE_GARBAGE:
        response[0] = 0xA5;
        response[1] = 0x5A;
        *response_len = 2;
        return JB_IO_OK;
    case FAKE_ONE_BYTE:
        response[0] = 0x90;
        *response_len = 1;
        return JB_IO_OK;
    case FAKE_EMPTY:
        return JB_IO_OK;
    case FAKE_DATA:
        memcpy(response, data, sizeof data);
        *response_len = sizeof data;
        return JB_IO_OK;
    case FAKE_STATUS:
        response[0] = (uint8_t)(fake->fault_sw >> 8);
        response[1] = (uint8_t)fake->fault_sw;
        *response_len = 2;
        return JB_IO_OK;
    case FAKE_RESET:
        reset_card(c->reader);
        return JB_IO_RESET;
    case FAKE_NO_SERVICE:
        fake->no_service = true;
        return JB_IO_NO_SERVICE;
    default:
        return JB_IO_FAILED;
    }
}

static enum jb_io transmit(void *opaque, const uint8_t *command, size_t command_len,
                           uint8_t *response, size_t *response_len) {
    struct connection *c = opaque;
    struct fake *fake = c->fake;
    unsigned number = fake->commands + 1;
    bool extended = command_len >= 7 && command[4] == 0;

    must(c->in_transaction && command_len >= 4 && *response_len >= 258);
    if (fake->on_command != NULL) {
        fake->on_command(fake, number);
    }
    if (fake->commands < FAKE_LOG_MAX) {
        jb_apdu_format(command, command_len, fake->log[fake->commands], sizeof fake->log[0]);
    }
    fake->commands = number;
    bool broken = number == fake->fault_at;
    bool carried_out = !broken || fake->fault == FAKE_REMOVED_LATE || fake->fault == FAKE_LOST ||
                       fake->fault == FAKE_GARBAGE || fake->fault == FAKE_ONE_BYTE ||
                       fake->fault == FAKE_EMPTY;

    enum jb_io io = state_of(c);
    if (io != JB_IO_OK) {
        *response_len = 0;
        return io;
    }
    if (extended && (fake->refuses_extended || fake->fails_extended)) {
        *response_len = 0;
        return fake->refuses_extended ? JB_IO_REFUSED : JB_IO_FAILED;
    }
    if (carried_out) {
        *response_len =
            fake_card_answer(c->reader->card, command, command_len, response, *response_len);
    }
    return broken ? break_it(c, response, response_len) : JB_IO_OK;
}

static enum jb_io control(void *opaque, uint32_t code, const uint8_t *in, size_t in_len,
                          uint8_t *out, size_t *out_len) {
    struct connection *c = opaque;
    struct fake *fake = c->fake;
    uint8_t command[9];

    if (code == JB_CONTROL_GET_FEATURES) {
        if (fake->features_len == 0) {
            return JB_IO_REFUSED;
        }
        memcpy(out, fake->features, fake->features_len);
        *out_len = fake->features_len;
        return JB_IO_OK;
    }
    must(c->in_transaction && in_len >= 23 && in_len <= sizeof fake->structure);
    memcpy(fake->structure, in, in_len);
    fake->structure_len = in_len;
    if (fake->keypad_io != JB_IO_OK) {
        return fake->keypad_io;
    }
    if (fake->keypad_sw != 0) {
        out[0] = (uint8_t)(fake->keypad_sw >> 8);
        out[1] = (uint8_t)fake->keypad_sw;
        *out_len = 2;
        return JB_IO_OK;
    }
    memcpy(command, in + 19, 4);
    command[4] = 4;
    memcpy(command + 5, fake->keyed, 4);
    *out_len = fake_card_answer(c->reader->card, command, sizeof command, out, *out_len);
    return JB_IO_OK;
}

static enum jb_io end(void *opaque, enum jb_disposition disposition) {
    struct connection *c = opaque;

    must(c->in_transaction);
    enum jb_io io = state_of(c);
    if (io != JB_IO_OK) {
        return io; /* and the transaction stays, as in pcsc-lite */
    }
    c->in_transaction = false;
    c->fake->transactions--;
    dispose(c->reader, disposition);
    return JB_IO_OK;
}

static enum jb_io reconnect(void *opaque) {
    struct connection *c = opaque;

    if (c->fake->no_service || c->reader->held) {
        return c->fake->no_service ? JB_IO_NO_SERVICE : JB_IO_BUSY;
    }
    if (c->reader->card == NULL) {
        return JB_IO_NO_CARD;
    }
    c->events = c->reader->events;
    c->was_reset = false;
    return JB_IO_OK;
}

static void disconnect(void *opaque, enum jb_disposition disposition) {
    struct connection *c = opaque;
    struct connection **link = &connections;

    while (*link != c) {
        must(*link != NULL);
        link = &(*link)->next;
    }
    *link = c->next;
    c->fake->connections--;
    c->fake->transactions -= c->in_transaction;
    dispose(c->reader, disposition);
    free(c);
}

static void free_nothing(struct jb_transport *self) {
    (void)self;
}

void fake_add_reader(struct fake *fake, struct fake_card *card) {
    struct fake_reader *r = &fake->reader[fake->count];

    must(fake->count < FAKE_READERS);
    (void)snprintf(r->name, sizeof r->name, "Fake Reader %zu", fake->count);
    r->card = card;
    r->events = card != NULL;
    fake->count++;
}

void fake_init(struct fake *fake, struct fake_card *card) {
    memset(fake, 0, sizeof *fake);
    fake->base =
        (struct jb_transport){list, wait_for,  connect_to, begin,        transmit, control,
                              end,  reconnect, disconnect, free_nothing, list,     free_nothing};
    fake_add_reader(fake, card);
}
