/* SPDX-License-Identifier: MIT */
#include "card.h"

#include "files.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define SW_OK 0x9000
#define SW_SHORT 0x6282
#define SW_LENGTH 0x6700
#define SW_FILE_TYPE 0x6981
#define SW_NOT_ALLOWED 0x6982
#define SW_CONDITIONS 0x6985
#define SW_NO_FILE 0x6986
#define SW_DATA 0x6A80
#define SW_NOT_FOUND 0x6A82
#define SW_NO_RECORD 0x6A83
#define SW_P1P2 0x6A86
#define SW_OFFSET 0x6B00
#define SW_EXACT 0x6C00
#define SW_INS 0x6D00
#define SW_CLA 0x6E00

#define PKCS1_OVERHEAD 11
#define KEY_BYTES_MAX 512

struct vc_card {
    struct vc_traits traits;
    struct vc_files *files;
    struct vc_pins *pins;
    enum vc_df df;
    enum vc_df last_df;       /* the one selected before a reset */
    const struct vc_file *ef; /* in files; null when none is selected */
};

struct vc_card *vc_card_new(const char *directory, const struct vc_traits *traits,
                            struct vc_pins *pins) {
    struct vc_card *card = calloc(1, sizeof *card);

    if (card == NULL) {
        return NULL;
    }
    card->traits = *traits;
    card->files = vc_files_load(directory, traits);
    if (card->files == NULL) {
        free(card);
        return NULL;
    }
    card->pins = pins;
    return card;
}

void vc_card_free(struct vc_card *card) {
    if (card != NULL) {
        vc_files_free(card->files);
        vc_pins_free(card->pins);
        free(card);
    }
}

struct vc_pins *vc_card_pins(struct vc_card *card) {
    return card->pins;
}

void vc_card_reset(struct vc_card *card) {
    card->df = VC_DF_NONE;
    card->ef = NULL;
    if (card->traits.reset_forgets) {
        vc_pins_forget_all(card->pins);
    }
}

void vc_card_power_off(struct vc_card *card) {
    vc_card_reset(card);
    vc_pins_forget_all(card->pins);
    card->last_df = VC_DF_NONE;
}

static void status(struct vc_answer *answer, uint16_t sw) {
    vc_answer_set(answer, NULL, 0, sw);
}

/* Data at most as long as Le and the reader allow; no Le, no data. */
static void data(const struct vc_card *card, const struct vc_apdu *apdu, struct vc_answer *answer,
                 const uint8_t *bytes, size_t size, uint16_t sw) {
    size_t room = apdu->has_le ? apdu->expected : 0;

    if (card->traits.longest_answer != 0 && room > card->traits.longest_answer) {
        room = card->traits.longest_answer;
    }
    vc_answer_set(answer, bytes, size < room ? size : room, sw);
}

/* --- SELECT ---------------------------------------------------------------------------------- */

/* File control information, when P2 asks for it: 84 name, or 80 size and 83 identifier. */
static void select_done(const struct vc_card *card, const struct vc_apdu *apdu,
                        struct vc_answer *answer) {
    uint8_t fci[2 + 2 + VC_AID_SIZE] = {0x6F, 0};
    size_t size = 2;

    if (apdu->p2 == 0x0C || card->df == VC_DF_ISSUER) {
        status(answer, SW_OK);
        return;
    }
    if (card->ef != NULL) {
        const uint8_t ef[] = {0x80, 2, (uint8_t)(card->ef->size >> 8), (uint8_t)card->ef->size,
                              0x83, 2, (uint8_t)(card->ef->id >> 8),   (uint8_t)card->ef->id};
        memcpy(fci + size, ef, sizeof ef);
        size += sizeof ef;
    } else {
        fci[size++] = 0x84;
        fci[size++] = VC_AID_SIZE;
        memcpy(fci + size, vc_df_name(card->df), VC_AID_SIZE);
        size += VC_AID_SIZE;
    }
    fci[1] = (uint8_t)(size - 2);
    data(card, apdu, answer, fci, size, SW_OK);
}

static void select_file(struct vc_card *card, const struct vc_apdu *apdu,
                        struct vc_answer *answer) {
    enum vc_df df;
    const struct vc_file *ef;

    if ((apdu->p1 != 0x04 && apdu->p1 != 0x02) || (apdu->p2 != 0x0C && apdu->p2 != 0x00)) {
        status(answer, SW_P1P2);
        return;
    }
    if (apdu->p1 == 0x04) {
        df = vc_df_by_name(apdu->data, apdu->size);
        if (df == VC_DF_NONE || (df != VC_DF_JPKI && card->traits.kind == VC_KIND_JUKI)) {
            status(answer, SW_NOT_FOUND);
            return;
        }
        if (df != card->last_df || card->traits.reset_forgets) {
            vc_pins_forget_all(card->pins);
        }
        card->df = card->last_df = df;
        card->ef = NULL;
        select_done(card, apdu, answer);
        return;
    }
    if (apdu->size != 2) {
        status(answer, SW_LENGTH);
        return;
    }
    ef = vc_files_find(card->files, card->df, (uint16_t)(apdu->data[0] << 8 | apdu->data[1]));
    if (ef == NULL) {
        status(answer, SW_NOT_FOUND);
        return;
    }
    card->ef = ef;
    select_done(card, apdu, answer);
}

/* --- READ BINARY, READ RECORD ---------------------------------------------------------------- */

/* Makes the EF with this short identifier the current one; else the status word to answer. */
static uint16_t select_short(struct vc_card *card, uint8_t sfi) {
    const struct vc_file *ef = vc_files_find_short(card->files, card->df, sfi);

    if (card->traits.sfi_sw != 0) {
        return card->traits.sfi_sw;
    }
    if (ef == NULL) {
        return SW_NOT_FOUND;
    }
    card->ef = ef;
    return SW_OK;
}

static void read_content(const struct vc_card *card, const struct vc_apdu *apdu, size_t offset,
                         struct vc_answer *answer) {
    const struct vc_file *ef = card->ef;
    size_t left;
    bool all_there_is = apdu->expected == (apdu->extended ? 65536 : 256);

    if (offset >= ef->size) {
        status(answer,
               card->traits.eof == VC_EOF_6282 && offset == ef->size ? SW_SHORT : SW_OFFSET);
        return;
    }
    left = ef->size - offset;
    if (apdu->expected <= left) {
        data(card, apdu, answer, ef->content + offset, apdu->expected, SW_OK);
        return;
    }
    if (card->traits.eof == VC_EOF_6C && left < 256) {
        status(answer, (uint16_t)(SW_EXACT | left));
    } else if (card->traits.eof == VC_EOF_6B00 && !all_there_is) {
        status(answer, SW_OFFSET);
    } else {
        data(card, apdu, answer, ef->content + offset, left,
             card->traits.eof == VC_EOF_6282 ? SW_SHORT : SW_OK);
    }
}

static void read_binary(struct vc_card *card, const struct vc_apdu *apdu,
                        struct vc_answer *answer) {
    size_t offset = (size_t)apdu->p1 << 8 | apdu->p2;
    uint16_t sw;

    if (!apdu->has_le || apdu->size != 0) {
        status(answer, SW_LENGTH);
        return;
    }
    if ((apdu->p1 & 0x80) != 0) {
        if ((apdu->p1 & 0x60) != 0) {
            status(answer, SW_P1P2);
            return;
        }
        sw = select_short(card, apdu->p1 & 0x1F);
        if (sw != SW_OK) {
            status(answer, sw);
            return;
        }
        offset = apdu->p2;
    }
    if (card->ef == NULL) {
        status(answer, SW_NO_FILE);
    } else if (card->ef->type != VC_FILE_BINARY) {
        status(answer, SW_FILE_TYPE);
    } else if (card->ef->pin != VC_PIN_NONE && !vc_pins_verified(card->pins, card->ef->pin)) {
        status(answer, SW_NOT_ALLOWED);
    } else {
        read_content(card, apdu, offset, answer);
    }
}

static void read_record(struct vc_card *card, const struct vc_apdu *apdu,
                        struct vc_answer *answer) {
    uint8_t sfi = apdu->p2 >> 3;
    uint16_t sw;

    if (!apdu->has_le || apdu->size != 0) {
        status(answer, SW_LENGTH);
        return;
    }
    if ((apdu->p2 & 0x07) != 0x04) {
        status(answer, SW_P1P2);
        return;
    }
    /* This file is known by its short identifier alone, so that trait does not apply. */
    if (sfi != 0) {
        const struct vc_file *ef = vc_files_find_short(card->files, card->df, sfi);
        sw = ef == NULL ? SW_NOT_FOUND : SW_OK;
        card->ef = ef == NULL ? card->ef : ef;
    } else {
        sw = card->ef == NULL ? SW_NO_FILE : SW_OK;
    }
    if (sw != SW_OK) {
        status(answer, sw);
    } else if (card->ef->type != VC_FILE_RECORD) {
        status(answer, SW_FILE_TYPE);
    } else if (apdu->p1 != 1) {
        status(answer, SW_NO_RECORD);
    } else {
        data(card, apdu, answer, card->ef->content, card->ef->size, SW_OK);
    }
}

/* --- VERIFY, CHANGE REFERENCE DATA ----------------------------------------------------------- */

/* The PIN that P2 means (80: the selected PIN file), or the status word why there is none. */
static uint16_t find_pin(struct vc_card *card, uint8_t p2, enum vc_pin *pin) {
    uint16_t sw = SW_OK;

    if ((p2 & 0x80) == 0 || (p2 & 0x60) != 0) {
        return SW_P1P2;
    }
    if ((p2 & 0x1F) != 0) {
        sw = select_short(card, p2 & 0x1F);
    }
    if (sw != SW_OK) {
        return sw;
    }
    if (card->ef == NULL) {
        return SW_NO_FILE;
    }
    if (card->ef->type != VC_FILE_PIN) {
        return SW_FILE_TYPE;
    }
    *pin = card->ef->pin;
    return SW_OK;
}

static uint16_t tries_sw(const struct vc_card *card, enum vc_pin pin) {
    int tries = vc_pins_tries(card->pins, pin);

    return tries == 0 ? card->traits.locked_sw : (uint16_t)(0x63C0 | tries);
}

static uint16_t verify(struct vc_card *card, const struct vc_apdu *apdu) {
    enum vc_pin pin;
    uint16_t sw;

    if (apdu->p1 != 0x00) {
        return SW_P1P2;
    }
    sw = find_pin(card, apdu->p2, &pin);
    if (sw != SW_OK) {
        return sw;
    }
    if (apdu->size == 0) {
        return card->traits.query_verified && vc_pins_verified(card->pins, pin)
                   ? SW_OK
                   : tries_sw(card, pin);
    }
    if (!vc_pins_length_fits(pin, apdu->size)) {
        return SW_LENGTH;
    }
    switch (vc_pins_verify(card->pins, pin, apdu->data, apdu->size)) {
    case VC_RIGHT:
        return SW_OK;
    case VC_WRONG:
        return (uint16_t)(0x63C0 | vc_pins_tries(card->pins, pin));
    default:
        return card->traits.locked_sw;
    }
}

static uint16_t change(struct vc_card *card, const struct vc_apdu *apdu) {
    enum vc_pin pin;
    uint16_t sw;

    if (apdu->p1 != 0x01) {
        return SW_P1P2;
    }
    sw = find_pin(card, apdu->p2, &pin);
    if (sw != SW_OK) {
        return sw;
    }
    if (!vc_pins_verified(card->pins, pin)) {
        return SW_NOT_ALLOWED;
    }
    if (!vc_pins_length_fits(pin, apdu->size)) {
        return SW_LENGTH;
    }
    return vc_pins_change(card->pins, pin, apdu->data, apdu->size) ? SW_OK : SW_DATA;
}

/* --- COMPUTE DIGITAL SIGNATURE --------------------------------------------------------------- */

/* PKCS#1 v1.5 type 1 around whatever was given: with no digest named, OpenSSL pads and no more. */
static size_t sign(EVP_PKEY *key, const struct vc_apdu *apdu, uint8_t signature[KEY_BYTES_MAX]) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t size = KEY_BYTES_MAX;
    bool fine = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_sign(context, signature, &size, apdu->data, apdu->size) == 1;

    EVP_PKEY_CTX_free(context);
    return fine ? size : 0;
}

static void compute_signature(struct vc_card *card, const struct vc_apdu *apdu,
                              struct vc_answer *answer) {
    uint8_t signature[KEY_BYTES_MAX];
    const struct vc_file *ef;
    size_t size;
    uint16_t sw = SW_OK;

    if (apdu->p1 != 0x00 || (apdu->p2 & 0xE0) != 0x80) {
        status(answer, SW_P1P2);
        return;
    }
    if ((apdu->p2 & 0x1F) != 0) {
        sw = select_short(card, apdu->p2 & 0x1F);
    }
    if (sw != SW_OK) {
        status(answer, sw);
        return;
    }
    ef = card->ef;
    if (ef == NULL || ef->type != VC_FILE_KEY) {
        status(answer, ef == NULL ? SW_NO_FILE : SW_CONDITIONS);
        return;
    }
    if (!vc_pins_verified(card->pins, ef->pin)) {
        status(answer, SW_NOT_ALLOWED);
        return;
    }
    size = (size_t)EVP_PKEY_get_size(ef->key);
    if (apdu->size == 0 || apdu->size > size - PKCS1_OVERHEAD || !apdu->has_le) {
        status(answer, SW_LENGTH);
        return;
    }
    if (apdu->expected < size) {
        status(answer, (uint16_t)(SW_EXACT | (size & 0xFF)));
        return;
    }
    size = sign(ef->key, apdu, signature);
    if (size == 0) {
        status(answer, SW_CONDITIONS);
        return;
    }
    if (card->traits.pin_per_signature) {
        vc_pins_forget(card->pins, ef->pin);
    }
    vc_answer_set(answer, signature, size, SW_OK);
}

/* --- dispatch -------------------------------------------------------------------------------- */

static bool known_instruction(uint8_t ins) {
    return ins == 0xA4 || ins == 0xB0 || ins == 0xB2 || ins == 0x20 || ins == 0x24 || ins == 0x2A;
}

static void refuse_extended(const struct vc_card *card, struct vc_answer *answer) {
    if (card->traits.extended_error) {
        /* More than a client's buffer holds: the exchange fails below the card. */
        memset(answer->bytes, 0, sizeof answer->bytes);
        answer->size = sizeof answer->bytes;
        answer->bytes[answer->size - 2] = SW_LENGTH >> 8;
        return;
    }
    status(answer, card->traits.extended_sw);
}

void vc_card_answer(struct vc_card *card, const uint8_t *command, size_t size,
                    struct vc_answer *answer) {
    struct vc_apdu apdu;
    bool other = card->traits.kind == VC_KIND_OTHER;

    if (!vc_apdu_parse(&apdu, command, size)) {
        status(answer, SW_LENGTH);
        return;
    }
    if (apdu.extended && (card->traits.extended_sw != 0 || card->traits.extended_error)) {
        refuse_extended(card, answer);
        return;
    }
    if (other) {
        status(answer, apdu.cla == 0x00 && apdu.ins == 0xA4 ? SW_NOT_FOUND : SW_INS);
        return;
    }
    switch (apdu.cla << 8 | apdu.ins) {
    case 0x00A4:
        select_file(card, &apdu, answer);
        break;
    case 0x00B0:
        read_binary(card, &apdu, answer);
        break;
    case 0x00B2:
        read_record(card, &apdu, answer);
        break;
    case 0x0020:
        status(answer, verify(card, &apdu));
        break;
    case 0x0024:
        status(answer, change(card, &apdu));
        break;
    case 0x802A:
        compute_signature(card, &apdu, answer);
        break;
    default:
        status(answer, known_instruction(apdu.ins) || (apdu.cla != 0x00 && apdu.cla != 0x80)
                           ? SW_CLA
                           : SW_INS);
    }
}
