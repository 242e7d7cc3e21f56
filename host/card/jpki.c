/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/jpki.h"

#include <string.h>

#include "application_private.h"
#include "card_private.h"
#include "jpki_private.h"

enum { SW_OK = 0x9000, SW_SECURITY = 0x6982, SW_LENGTH = 0x6700 };

static const uint16_t key_files[] = {[JB_KEY_AUTH] = 0x0017, [JB_KEY_SIGN] = 0x001A};

bool jb_jpki_is_phone(struct jb_card *card) {
    static const char phone[] = "JPKIAPGPSETOKEN";
    struct jb_apdu read = {.ins = 0xB0, .p1 = 0x80 | 0x06, .le = 0x20};
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
    return error == JB_OK && response.sw == SW_OK && response.len >= sizeof phone - 1 &&
           memcmp(response.data, phone, sizeof phone - 1) == 0;
}

enum jb_error jb_jpki_sign(struct jb_card *card, enum jb_key key, const uint8_t *input,
                           size_t input_len, uint8_t *signature, size_t *len, bool *again) {
    struct jb_apdu sign = {
        .cla = 0x80, .ins = 0x2A, .p2 = 0x80, .data = input, .data_len = input_len, .le = 256};
    struct jb_response response;
    bool refused = false;

    *len = 0;
    *again = false;
    enum jb_error error = jb_card_need_ef(card, key_files[key]);
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
