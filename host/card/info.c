/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/info.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "card_private.h"
#include "jpki_private.h"

enum {
    LOOKS = 5, /* at a card that is held, or came or went, at this moment */
    PAUSE_MS = 200
};

/* What a card may lack, or tell badly, without the rest being worth less. */
static bool is_about_one_thing(enum jb_error error) {
    return error == JB_ERR_CERTIFICATE_ABSENT || error == JB_ERR_CERTIFICATE_INVALID ||
           error == JB_ERR_CARD_ERROR || error == JB_ERR_NOT_A_MYNUMBER_CARD;
}

static enum jb_error go_on(enum jb_error error) {
    return is_about_one_thing(error) ? JB_OK : error;
}

static enum jb_error read_tries(struct jb_card *card, enum jb_pin pin, struct jb_card_info *info) {
    int tries = -1;
    enum jb_error error = jb_pin_tries(card, pin, &tries);

    info->tries[pin] = error == JB_OK ? tries : -1;
    return go_on(error);
}

static enum jb_error read_login_certificate(struct jb_card *card, struct jb_card_info *info) {
    bool protected_ = false;

    return go_on(jb_jpki_read_certificate(card, JB_KEY_AUTH, &info->certificate,
                                          &info->certificate_len, &protected_));
}

/* A certificate that wants its PIN is there. */
static enum jb_error look_for_signing(struct jb_card *card, struct jb_card_info *info) {
    bool protected_ = false;
    uint8_t *der = NULL;
    size_t len = 0;
    enum jb_error error = jb_jpki_read_certificate(card, JB_KEY_SIGN, &der, &len, &protected_);

    if (error == JB_OK) {
        info->signing = JB_PRESENCE_PRESENT;
    } else if (error == JB_ERR_CERTIFICATE_ABSENT) {
        info->signing = JB_PRESENCE_ABSENT;
    }
    if (der != NULL) {
        OPENSSL_cleanse(der, len);
    }
    free(der);
    return go_on(error);
}

static enum jb_error read_profile_tries(struct jb_card *card, struct jb_card_info *info) {
    enum jb_error error = jb_application_select(card, JB_APPLICATION_PROFILE);

    return error == JB_OK ? read_tries(card, JB_PIN_PROFILE, info) : go_on(error);
}

/* The JPKI AP is selected on entry. A phone shows its certificate only to a PIN, and the older card
 * has none for logging in. */
static enum jb_error read_all(struct jb_card *card, struct jb_card_info *info) {
    info->kind = jb_jpki_kind(card);
    bool whole = info->kind == JB_CARD_MYNUMBER;
    enum jb_error error = whole ? read_login_certificate(card, info) : JB_OK;

    if (error == JB_OK && info->kind != JB_CARD_JUKI) {
        error = read_tries(card, JB_PIN_AUTH, info);
    }
    if (error == JB_OK && (error = read_tries(card, JB_PIN_SIGN, info)) == JB_OK) {
        error = look_for_signing(card, info);
    }
    return error == JB_OK && whole ? read_profile_tries(card, info) : error;
}

static void begin(struct jb_card_info *info) {
    memset(info, 0, sizeof *info);
    for (int pin = 0; pin < JB_PINS; pin++) {
        info->tries[pin] = -1;
    }
}

/* Of two reasons for finding nothing, the one that a person can do more about. */
static enum jb_error worse(enum jb_error a, enum jb_error b) {
    static const enum jb_error order[] = {JB_ERR_CARD_BUSY, JB_ERR_CARD_REMOVED,
                                          JB_ERR_CARD_UNRESPONSIVE, JB_ERR_CARD_ERROR,
                                          JB_ERR_NOT_A_MYNUMBER_CARD};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return a;
}

/* Looks at one reader. A MyNumber card ends the look; of others the first is kept in info.
 * Returns why the operation must end; *found is what came of this reader. */
static enum jb_error look_at(struct jb_transport *transport, struct jb_op *op,
                             const struct jb_reader *reader, struct jb_card_info *info,
                             enum jb_error *found) {
    struct jb_card_info here;
    struct jb_card *card = NULL;
    enum jb_error error = jb_card_probe(transport, op, reader, found, &card);

    if (card == NULL) {
        return error;
    }
    begin(&here);
    memcpy(here.reader, reader->name, sizeof here.reader);
    *found = read_all(card, &here);
    jb_card_free(&card);
    error = jb_op_check(op);
    if (error == JB_OK && *found == JB_OK &&
        (here.kind == JB_CARD_MYNUMBER || info->kind == JB_CARD_NONE)) {
        jb_card_info_clear(info);
        *info = here;
        return JB_OK;
    }
    jb_card_info_clear(&here);
    return error;
}

static enum jb_error look_at_all(struct jb_transport *transport, struct jb_op *op,
                                 struct jb_card_info *info, enum jb_error *found) {
    struct jb_reader readers[JB_READERS_MAX];
    enum jb_error error = JB_OK;
    size_t count = 0;
    enum jb_io io = transport->list(transport, readers, &count);

    if (io != JB_IO_OK) {
        *found = io == JB_IO_DENIED ? JB_ERR_PCSC_DENIED : JB_ERR_PCSC_UNAVAILABLE;
        return JB_OK;
    }
    *found = count == 0 ? JB_ERR_READER_ABSENT : JB_ERR_CARD_ABSENT;
    for (size_t i = 0; i < count && error == JB_OK && info->kind != JB_CARD_MYNUMBER; i++) {
        enum jb_error here = JB_ERR_CARD_ABSENT;

        if (readers[i].card_present) {
            error = look_at(transport, op, &readers[i], info, &here);
        }
        *found = worse(*found, here);
    }
    if (info->kind != JB_CARD_NONE) {
        *found = JB_OK;
    }
    return error;
}

enum jb_error jb_card_info_read(struct jb_transport *transport, struct jb_op *op,
                                struct jb_card_info *info) {
    enum jb_error error = jb_op_check(op), found = JB_ERR_CARD_ABSENT;

    begin(info);
    for (int i = 0; error == JB_OK && i < LOOKS; i++) {
        error = look_at_all(transport, op, info, &found);
        if (error == JB_OK && (found == JB_ERR_CARD_BUSY || found == JB_ERR_CARD_REMOVED ||
                               found == JB_ERR_PCSC_UNAVAILABLE)) {
            error = jb_op_sleep(op, PAUSE_MS);
        } else {
            break;
        }
    }
    transport->settle(transport);
    return error != JB_OK ? error : found;
}

void jb_card_info_clear(struct jb_card_info *info) {
    free(info->certificate);
    begin(info);
}
