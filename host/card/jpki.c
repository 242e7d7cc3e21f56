/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <string.h>

#include "card_private.h"
#include "jpki_private.h"

enum {
    SW_OK = 0x9000,
    SW_SECURITY = 0x6982,
    SW_LOCKED = 0x6983,
    SW_LOCKED_TOO = 0x6984,
    SW_NOT_FOUND = 0x6A82,
    SW_LENGTH = 0x6700
};

static const uint8_t jpki_aid[] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
static const uint8_t profile_aid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};

static const struct jb_key_files {
    uint16_t key, pin;
    enum jb_pin kind;
} files[] = {
    [JB_KEY_AUTH] = {0x0017, 0x0018, JB_PIN_AUTH},
    [JB_KEY_SIGN] = {0x001A, 0x001B, JB_PIN_SIGN},
};

static enum jb_error select_application(struct jb_card *card, const uint8_t aid[10], uint16_t *sw) {
    struct jb_apdu select = {
        .ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = aid, .data_len = sizeof jpki_aid};
    struct jb_response response;
    enum jb_error error = jb_card_transmit(card, &select, &response);

    *sw = response.sw;
    card->selected = JB_EF_NONE;
    card->sign_verified = false;
    return error;
}

enum jb_error jb_jpki_select(struct jb_card *card) {
    uint16_t sw = 0;
    enum jb_error error = select_application(card, jpki_aid, &sw);

    if (error == JB_OK && sw != SW_OK) {
        error = JB_ERR_NOT_A_MYNUMBER_CARD;
    }
    return error;
}

enum jb_error jb_jpki_select_ef(struct jb_card *card, uint16_t ef, uint16_t *sw) {
    uint8_t id[] = {(uint8_t)(ef >> 8), (uint8_t)ef};
    struct jb_apdu select = {
        .ins = 0xA4, .p1 = 0x02, .p2 = 0x0C, .data = id, .data_len = sizeof id};
    struct jb_response response;

    *sw = SW_OK;
    if (card->selected == ef) {
        return JB_OK;
    }
    enum jb_error error = jb_card_transmit(card, &select, &response);
    *sw = response.sw;
    card->selected = error == JB_OK && response.sw == SW_OK ? ef : JB_EF_NONE;
    return error;
}

/* Selects an EF that a verb cannot do without. */
static enum jb_error need_ef(struct jb_card *card, uint16_t ef) {
    uint16_t sw = 0;
    enum jb_error error = jb_jpki_select_ef(card, ef, &sw);

    if (error == JB_OK && sw != SW_OK) {
        error = sw == SW_NOT_FOUND ? JB_ERR_CERTIFICATE_ABSENT : JB_ERR_CARD_ERROR;
    }
    return error;
}

bool jb_jpki_is_phone(struct jb_card *card) {
    static const char phone[] = "JPKIAPGPSETOKEN";
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x80 | 0x06, .le = 0x20};
    struct jb_response response;
    uint16_t sw = 0;
    enum jb_error error = jb_card_transmit(card, &read, &response);

    card->selected = JB_EF_NONE;
    if (error == JB_OK && (response.sw != SW_OK || response.len == 0)) {
        error = jb_jpki_select_ef(card, 0x0006, &sw);
        read.p1 = 0;
        if (error == JB_OK && sw == SW_OK) {
            error = jb_card_transmit(card, &read, &response);
        }
    }
    return error == JB_OK && response.sw == SW_OK && response.len >= sizeof phone - 1 &&
           memcmp(response.data, phone, sizeof phone - 1) == 0;
}

/* The tries that a status word tells; false when it tells none. */
static bool tries_of(uint16_t sw, int *tries) {
    if ((sw & 0xFFF0) == 0x63C0) {
        *tries = sw & 0x0F;
        return true;
    }
    if (sw == SW_LOCKED || sw == SW_LOCKED_TOO) {
        *tries = 0;
        return true;
    }
    return false;
}

/* Whether the status word is an answer to a query, good or bad, and not a refusal of its form. */
static bool answers_query(const struct jb_response *response, int *tries) {
    if (response->len > 0) {
        return false; /* a VERIFY has no data to give */
    }
    if (response->sw == SW_OK) {
        *tries = JB_TRIES_VERIFIED;
        return true;
    }
    return tries_of(response->sw, tries);
}

/* Whether the card refused the short identifier, rather than being out of order. */
static bool refuses_form(const struct jb_response *response) {
    uint8_t sw1 = (uint8_t)(response->sw >> 8);

    return response->len == 0 && sw1 >= 0x67 && sw1 <= 0x6E;
}

static enum jb_error query(struct jb_card *card, enum jb_key key, int *tries) {
    struct jb_apdu verify = {.ins = 0x20};
    struct jb_response response;
    enum jb_error error;

    if (card->sfi_verify != JB_REFUSED) {
        verify.p2 = (uint8_t)(0x80 | files[key].pin);
        error = jb_card_transmit(card, &verify, &response);
        card->selected = JB_EF_NONE;
        if (error != JB_OK) {
            return error;
        }
        /* "Locked" may also be said of an identifier that is not known: SELECT tells which. */
        bool answered = answers_query(&response, tries);
        if (answered && (*tries != 0 || card->sfi_verify == JB_TAKEN)) {
            card->sfi_verify = JB_TAKEN;
            return JB_OK;
        }
        if (!answered && !refuses_form(&response)) {
            return JB_ERR_CARD_ERROR;
        }
    }
    if ((error = need_ef(card, files[key].pin)) != JB_OK) {
        return error;
    }
    verify.p2 = 0x80;
    error = jb_card_transmit(card, &verify, &response);
    if (error == JB_OK && !answers_query(&response, tries)) {
        error = JB_ERR_CARD_ERROR;
    } else if (error == JB_OK && card->sfi_verify == JB_UNTRIED) {
        card->sfi_verify = JB_REFUSED;
    }
    return error;
}

enum jb_error jb_jpki_tries(struct jb_card *card, enum jb_key key, int *tries) {
    uint16_t sw = 0;

    *tries = 0;
    enum jb_error error = query(card, key, tries);
    if (error != JB_OK || *tries != JB_TRIES_VERIFIED) {
        return error;
    }
    /* Verified already, so no count: leaving the application makes the card forget it. */
    error = select_application(card, profile_aid, &sw);
    if (error == JB_OK) {
        error = jb_jpki_select(card);
    }
    return error != JB_OK ? error : query(card, key, tries);
}

enum jb_error jb_jpki_verify_form(struct jb_card *card, enum jb_key key, uint8_t *p2) {
    *p2 = (uint8_t)(0x80 | files[key].pin);
    if (card->sfi_verify == JB_TAKEN) {
        return JB_OK;
    }
    *p2 = 0x80;
    return need_ef(card, files[key].pin);
}

enum jb_error jb_jpki_verified(struct jb_card *card, enum jb_key key,
                               const struct jb_response *response, int *tries) {
    uint8_t sw1 = (uint8_t)(response->sw >> 8);

    if (response->len > 0) {
        return JB_ERR_PIN_UNANSWERED;
    }
    if (response->sw == SW_OK) {
        card->sign_verified = card->sign_verified || key == JB_KEY_SIGN;
        return JB_OK;
    }
    if (tries_of(response->sw, tries)) {
        return *tries > 0 ? JB_ERR_PIN_WRONG : JB_ERR_PIN_LOCKED;
    }
    /* A checking error says that the command was not carried out; whatever else may have cost a
     * try. */
    return (sw1 >= 0x67 && sw1 <= 0x6E && sw1 != 0x6C) ? JB_ERR_CARD_ERROR : JB_ERR_PIN_UNANSWERED;
}

enum jb_error jb_jpki_verify(struct jb_card *card, enum jb_key key, const struct jb_secret *pin,
                             int *tries) {
    struct jb_apdu verify = {.ins = 0x20, .data = pin->bytes, .data_len = pin->len};
    struct jb_response response;

    *tries = -1;
    if (!jb_pin_has_form(files[key].kind, pin)) {
        return JB_ERR_INTERNAL;
    }
    enum jb_error error = jb_jpki_verify_form(card, key, &verify.p2);
    if (error != JB_OK) {
        return error;
    }
    error = jb_card_transmit(card, &verify, &response);
    if (verify.p2 != 0x80) {
        card->selected = JB_EF_NONE;
    }
    return error != JB_OK ? error : jb_jpki_verified(card, key, &response, tries);
}

enum jb_error jb_jpki_sign(struct jb_card *card, enum jb_key key, const uint8_t *input,
                           size_t input_len, uint8_t *signature, size_t *len, bool *again) {
    struct jb_apdu sign = {
        .cla = 0x80, .ins = 0x2A, .p2 = 0x80, .data = input, .data_len = input_len, .le = 256};
    struct jb_response response;
    bool refused = false;

    *len = 0;
    *again = false;
    enum jb_error error = need_ef(card, files[key].key);
    if (error == JB_OK) {
        error = jb_card_transmit(card, &sign, &response);
    }
    if (error == JB_OK && response.sw == SW_LENGTH) { /* a key whose signature is longer than 256 */
        sign.extended = true;
        sign.le = 65536;
        error = jb_card_try_extended(card, &sign, &response, &refused);
    }
    if (error != JB_OK) {
        return error;
    }
    if (response.sw == SW_SECURITY) {
        *again = true;
        return JB_OK;
    }
    if (response.sw != SW_OK || response.len == 0 || response.len > JB_SIGNATURE_MAX) {
        return JB_ERR_CARD_ERROR;
    }
    memcpy(signature, response.data, response.len);
    *len = response.len;
    return JB_OK;
}
