/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <string.h>

#include "application_private.h"
#include "card_private.h"
#include "jpki_private.h"

enum { SW_OK = 0x9000, SW_SECURITY = 0x6982, SW_LENGTH = 0x6700, SW_NOT_FOUND = 0x6A82 };

static const uint16_t key_files[] = {[JB_KEY_AUTH] = 0x0017, [JB_KEY_SIGN] = 0x001A};

#define TOKEN_MAX 0x20

/* Reads the token info; its length, or 0. */
static size_t read_token(struct jb_card *card, uint8_t token[TOKEN_MAX]) {
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x80 | 0x06, .le = TOKEN_MAX};
    struct jb_response response;
    uint16_t sw = 0;
    enum jb_error error = jb_card_transmit(card, &read, &response);

    card->selected = JB_EF_NONE;
    if (error == JB_OK && (response.sw != SW_OK || response.len == 0)) {
        error = jb_card_select_ef(card, 0x0006, &sw);
        read.p1 = 0;
        if (error == JB_OK && sw == SW_OK) {
            error = jb_card_transmit(card, &read, &response);
        }
    }
    if (error != JB_OK || response.sw != SW_OK || response.len > TOKEN_MAX) {
        return 0;
    }
    memcpy(token, response.data, response.len);
    return response.len;
}

static bool begins(const uint8_t *token, size_t len, const char *text) {
    return len >= strlen(text) && memcmp(token, text, strlen(text)) == 0;
}

/* The whole text and nothing but padding after it, of which there is some: a text that was cut
 * could have gone on. */
static bool is_whole(const uint8_t *token, size_t len, const char *text) {
    if (len != TOKEN_MAX || !begins(token, len, text)) {
        return false;
    }
    for (size_t i = strlen(text); i < len; i++) {
        if (token[i] != ' ' && token[i] != 0x00 && token[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* Whether the card has neither what came with the MyNumber card in 2016: a certificate for logging
 * in, and the profile application. */
static bool lacks_what_is_new(struct jb_card *card) {
    uint16_t sw = 0;
    enum jb_error error = jb_card_select_ef(card, 0x000A, &sw);

    if (error != JB_OK || sw != SW_NOT_FOUND) {
        return false;
    }
    error = jb_application_select(card, JB_APPLICATION_PROFILE);
    return jb_application_select(card, JB_APPLICATION_JPKI) == JB_OK &&
           error == JB_ERR_NOT_A_MYNUMBER_CARD;
}

enum jb_card_kind jb_jpki_kind(struct jb_card *card) {
    uint8_t token[TOKEN_MAX];
    size_t len = read_token(card, token);

    if (begins(token, len, "JPKIAPGPSETOKEN") || begins(token, len, "JPKIAPIOSTOKEN")) {
        return JB_CARD_PHONE;
    }
    /* A MyNumber card says JPKIAPICCTOKEN2. What one is told is worth more than a text: it is never
     * taken for the older card when it has what that one cannot have. */
    if (is_whole(token, len, "JPKIAPICCTOKEN") && lacks_what_is_new(card)) {
        return JB_CARD_JUKI;
    }
    return JB_CARD_MYNUMBER;
}

/* COMPUTE DIGITAL SIGNATURE with this P2; a key whose signature is longer than 256 bytes wants
 * extended length. */
static enum jb_error compute(struct jb_card *card, uint8_t p2, const uint8_t *input,
                             size_t input_len, struct jb_response *response) {
    struct jb_apdu sign = {
        .cla = 0x80, .ins = 0x2A, .p2 = p2, .data = input, .data_len = input_len, .le = 256};
    bool refused = false;
    enum jb_error error = jb_card_transmit(card, &sign, response);

    if (error == JB_OK && response->sw == SW_LENGTH) {
        sign.extended = true;
        sign.le = 65536;
        error = jb_card_try_extended(card, &sign, response, &refused);
    }
    return error;
}

/* By the key's short identifier. Only a signature shows that the card takes it: refused before
 * there was one, *refused is set, and a SELECT decides. */
static enum jb_error sign_short(struct jb_card *card, enum jb_key key, const uint8_t *input,
                                size_t input_len, struct jb_response *response, bool *refused) {
    enum jb_error error =
        compute(card, (uint8_t)(0x80 | key_files[key]), input, input_len, response);

    card->selected = JB_EF_NONE;
    *refused = error == JB_OK && card->sfi_sign != JB_TAKEN && jb_card_refuses_form(response);
    if (error == JB_OK && response->sw == SW_OK) {
        card->sfi_sign = JB_TAKEN;
    } else if (*refused) {
        card->sfi_sign = JB_REFUSED;
    }
    return error;
}

static enum jb_error sign_selected(struct jb_card *card, enum jb_key key, const uint8_t *input,
                                   size_t input_len, struct jb_response *response) {
    enum jb_error error = jb_card_need_ef(card, key_files[key]);

    return error == JB_OK ? compute(card, 0x80, input, input_len, response) : error;
}

enum jb_error jb_jpki_sign(struct jb_card *card, enum jb_key key, const uint8_t *input,
                           size_t input_len, uint8_t *signature, size_t *len, bool *again) {
    struct jb_response response;
    enum jb_error error = JB_OK;
    /* A card that takes no short identifier elsewhere is not asked with one. */
    bool select = card->sfi_sign == JB_REFUSED || card->sfi_verify == JB_REFUSED;

    *len = 0;
    *again = false;
    if (!select) {
        error = sign_short(card, key, input, input_len, &response, &select);
    }
    if (error == JB_OK && select) {
        error = sign_selected(card, key, input, input_len, &response);
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
