/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "application_private.h"
#include "card_private.h"
#include "jpki_bridge/jpki.h"

enum {
    SHORT_READ = 256,
    EXTENDED_READ = 65536,
    READS_MAX = 128 /* a card that gives a byte at a time is not read to the end */
};

static const uint16_t certificate_files[] = {[JB_KEY_AUTH] = 0x000A, [JB_KEY_SIGN] = 0x0001};
static const uint16_t ca_files[] = {[JB_KEY_AUTH] = 0x000B, [JB_KEY_SIGN] = 0x0002};

enum der { DER_WHOLE, DER_MORE, DER_NONE, DER_BAD };

/* The length of the DER SEQUENCE that begins here. DER_NONE: filler, as in a file that was never
 * written. */
static enum der der_length(const uint8_t *bytes, size_t len, size_t *total) {
    size_t octets, value = 0;

    if (len > 0 && bytes[0] != 0x30) {
        return bytes[0] == 0x00 || bytes[0] == 0xFF ? DER_NONE : DER_BAD;
    }
    if (len < 2) {
        return DER_MORE;
    }
    octets = bytes[1] < 0x80 ? 0 : bytes[1] & 0x7F;
    if (bytes[1] == 0x80 || octets > 2) { /* of no definite length, or of one that is too long */
        return DER_BAD;
    }
    if (len < 2 + octets) {
        return DER_MORE;
    }
    for (size_t i = 0; i < octets; i++) {
        value = value << 8 | bytes[2 + i];
    }
    if (octets == 0) {
        value = bytes[1];
    } else if (value < (octets == 1 ? 0x80 : 0x100)) { /* DER takes the shortest form */
        return DER_BAD;
    }
    *total = 2 + octets + value;
    return *total <= JB_CERTIFICATE_MAX ? DER_WHOLE : DER_BAD;
}

static bool has_data(const struct jb_response *response) {
    return (response->sw == 0x9000 || response->sw == 0x6282) && response->len > 0;
}

/* One READ BINARY, extended when it asks for more than a short one gives. */
static enum jb_error read_binary(struct jb_card *card, uint8_t p1, uint8_t p2, size_t le,
                                 struct jb_response *response) {
    struct jb_apdu read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .le = le, .extended = le > SHORT_READ};
    bool refused = false;

    enum jb_error error = read.extended ? jb_card_try_extended(card, &read, response, &refused)
                                        : jb_card_transmit(card, &read, response);
    if (error == JB_OK && read.extended) {
        if (has_data(response)) {
            card->extended = JB_TAKEN;
        } else if (response->sw == 0x6700) {
            card->extended = JB_REFUSED;
        }
    }
    return error;
}

/* After a short identifier was refused: the card knows none, or it has no such file. SELECT tells
 * which. */
static enum jb_error settle_identifier(struct jb_card *card, uint16_t ef) {
    uint16_t sw = 0;

    enum jb_error error = jb_card_select_ef(card, ef, &sw);
    if (error != JB_OK) {
        return error;
    }
    if (sw != 0x9000) {
        return sw == 0x6A82 ? JB_ERR_CERTIFICATE_ABSENT : JB_ERR_CARD_ERROR;
    }
    card->sfi_read = JB_REFUSED;
    if (card->sfi_verify == JB_UNTRIED) {
        card->sfi_verify = JB_REFUSED;
    }
    return JB_OK;
}

/* Reads from the beginning of the EF, with as few commands as card and reader allow. With cheap, a
 * refusal is expected, so that nothing but the refusal is worth learning. */
static enum jb_error read_first(struct jb_card *card, uint16_t ef, bool cheap,
                                struct jb_response *response) {
    for (;;) {
        bool by_sfi = card->sfi_read != JB_REFUSED;
        bool extended = !cheap && card->extended != JB_REFUSED;
        enum jb_error error = by_sfi ? JB_OK : settle_identifier(card, ef);

        if (error == JB_OK) {
            error = read_binary(card, by_sfi ? (uint8_t)(0x80 | ef) : 0, 0,
                                extended ? EXTENDED_READ : SHORT_READ, response);
        }
        if (error != JB_OK) {
            return error;
        }
        if (has_data(response)) {
            card->sfi_read = by_sfi ? JB_TAKEN : JB_REFUSED;
            card->selected = ef;
            return JB_OK;
        }
        if (by_sfi) {
            card->selected = JB_EF_NONE;
        }
        if (response->sw == 0x6982 && ef == certificate_files[JB_KEY_SIGN]) {
            return JB_OK;
        }
        if (extended && card->extended == JB_REFUSED) {
            continue; /* refused for its length: once more, short */
        }
        if (!by_sfi) {
            if (!extended) {
                return JB_ERR_CARD_ERROR;
            }
            card->extended = JB_REFUSED;
        } else if ((error = settle_identifier(card, ef)) != JB_OK) {
            return error;
        }
    }
}

/* Reads on until len bytes are there. */
static enum jb_error read_on(struct jb_card *card, uint8_t *bytes, size_t *have, size_t len,
                             int *reads) {
    struct jb_response response;

    while (*have < len) {
        size_t rest = len - *have;
        size_t le = rest > SHORT_READ && card->extended == JB_REFUSED ? SHORT_READ : rest;

        if (++*reads > READS_MAX) {
            return JB_ERR_CARD_ERROR;
        }
        enum jb_error error =
            read_binary(card, (uint8_t)(*have >> 8), (uint8_t)*have, le, &response);
        if (error != JB_OK) {
            return error;
        }
        if (has_data(&response)) {
            size_t got = response.len < rest ? response.len : rest;

            memcpy(bytes + *have, response.data, got);
            *have += got;
        } else if (le <= SHORT_READ) {
            return JB_ERR_CARD_ERROR;
        } else {
            card->extended = JB_REFUSED;
        }
    }
    return JB_OK;
}

/* Reads the DER object of which the response is the beginning. */
static enum jb_error read_object(struct jb_card *card, const struct jb_response *first,
                                 uint8_t *bytes, size_t *len) {
    size_t have = first->len < JB_CERTIFICATE_MAX ? first->len : JB_CERTIFICATE_MAX;
    int reads = 0;
    enum jb_error error = JB_OK;
    enum der der;

    memcpy(bytes, first->data, have);
    while ((der = der_length(bytes, have, len)) == DER_MORE && error == JB_OK) {
        error = read_on(card, bytes, &have, have + 1, &reads);
    }
    if (error != JB_OK) {
        return error;
    }
    if (der != DER_WHOLE) {
        return der == DER_NONE ? JB_ERR_CERTIFICATE_ABSENT : JB_ERR_CERTIFICATE_INVALID;
    }
    return read_on(card, bytes, &have, *len, &reads);
}

/* Reads the DER object that an EF begins with; *der stays null with JB_OK when the EF wants a PIN.
 */
static enum jb_error read_file(struct jb_card *card, uint16_t ef, bool cheap, uint8_t **der,
                               size_t *len) {
    struct jb_response response;
    uint8_t *bytes = NULL;

    *der = NULL;
    *len = 0;
    enum jb_error error = read_first(card, ef, cheap, &response);
    if (error != JB_OK || !has_data(&response)) {
        goto out;
    }
    if ((bytes = malloc(JB_CERTIFICATE_MAX)) == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    if ((error = read_object(card, &response, bytes, len)) == JB_OK) {
        *der = bytes;
        bytes = NULL;
    }
out:
    free(bytes);
    if (error != JB_OK) {
        *len = 0;
    }
    return error;
}

enum jb_error jb_jpki_read_certificate(struct jb_card *card, enum jb_key key, uint8_t **der,
                                       size_t *len, bool *protected_) {
    bool cheap = key == JB_KEY_SIGN && !card->sign_verified;
    enum jb_error error = read_file(card, certificate_files[key], cheap, der, len);

    *protected_ = error == JB_OK && *der == NULL;
    return error;
}

enum jb_error jb_jpki_read_ca_certificate(struct jb_card *card, enum jb_key key, uint8_t **der,
                                          size_t *len) {
    return read_file(card, ca_files[key], false, der, len);
}
