/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/application.h"

#include "application_private.h"
#include "card_private.h"

enum { SW_OK = 0x9000, SW_LOCKED = 0x6983, SW_LOCKED_TOO = 0x6984, SW_NOT_FOUND = 0x6A82 };

#define AID_LEN 10

static const uint8_t aids[][AID_LEN] = {
    [JB_APPLICATION_JPKI] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
    [JB_APPLICATION_PROFILE] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08},
    [JB_APPLICATION_COMMON] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00},
};

static const struct {
    enum jb_application application;
    uint16_t ef;
} pins[] = {
    [JB_PIN_AUTH] = {JB_APPLICATION_JPKI, 0x0018},
    [JB_PIN_SIGN] = {JB_APPLICATION_JPKI, 0x001B},
    [JB_PIN_PROFILE] = {JB_APPLICATION_PROFILE, 0x0011},
};

enum jb_application jb_application_of(enum jb_pin pin) {
    return pins[pin].application;
}

enum jb_error jb_application_select(struct jb_card *card, enum jb_application application) {
    struct jb_apdu select = {
        .ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = aids[application], .data_len = AID_LEN};
    struct jb_response response;
    enum jb_error error = jb_card_transmit(card, &select, &response);

    card->selected = JB_EF_NONE;
    card->sign_verified = false;
    if (error == JB_OK && response.sw != SW_OK) {
        return JB_ERR_NOT_A_MYNUMBER_CARD;
    }
    if (error == JB_OK) {
        /* Bytes that nobody asked for are no answer to rely on. */
        card->left = card->left || (card->application != (int)application && response.len == 0);
        card->application = (int)application;
    }
    return error;
}

enum jb_error jb_card_select_ef(struct jb_card *card, uint16_t ef, uint16_t *sw) {
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

enum jb_error jb_card_need_ef(struct jb_card *card, uint16_t ef) {
    uint16_t sw = 0;
    enum jb_error error = jb_card_select_ef(card, ef, &sw);

    if (error == JB_OK && sw != SW_OK) {
        error = sw == SW_NOT_FOUND ? JB_ERR_CERTIFICATE_ABSENT : JB_ERR_CARD_ERROR;
    }
    return error;
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

bool jb_card_refuses_form(const struct jb_response *response) {
    uint8_t sw1 = (uint8_t)(response->sw >> 8);

    return response->len == 0 && sw1 >= 0x67 && sw1 <= 0x6E;
}

static enum jb_error query(struct jb_card *card, enum jb_pin pin, int *tries) {
    struct jb_apdu verify = {.ins = 0x20};
    struct jb_response response;
    enum jb_error error;

    if (card->sfi_verify != JB_REFUSED) {
        verify.p2 = (uint8_t)(0x80 | pins[pin].ef);
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
        if (!answered && !jb_card_refuses_form(&response)) {
            return JB_ERR_CARD_ERROR;
        }
    }
    if ((error = jb_card_need_ef(card, pins[pin].ef)) != JB_OK) {
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

enum jb_error jb_pin_tries(struct jb_card *card, enum jb_pin pin, int *tries) {
    enum jb_application elsewhere = pins[pin].application == JB_APPLICATION_PROFILE
                                        ? JB_APPLICATION_JPKI
                                        : JB_APPLICATION_PROFILE;

    *tries = 0;
    enum jb_error error = query(card, pin, tries);
    if (error != JB_OK || *tries != JB_TRIES_VERIFIED) {
        return error;
    }
    /* Verified already, so no count: leaving the application makes the card forget it. */
    error = jb_application_select(card, elsewhere);
    if (error == JB_OK || error == JB_ERR_NOT_A_MYNUMBER_CARD) {
        error = jb_application_select(card, pins[pin].application);
    }
    return error != JB_OK ? error : query(card, pin, tries);
}

enum jb_error jb_pin_verify_form(struct jb_card *card, enum jb_pin pin, uint8_t *p2) {
    *p2 = (uint8_t)(0x80 | pins[pin].ef);
    if (card->sfi_verify == JB_TAKEN) {
        return JB_OK;
    }
    *p2 = 0x80;
    return jb_card_need_ef(card, pins[pin].ef);
}

/* ISO/IEC 7816-4 §5.6, 6700 to 6EFF but for 6Cxx, which asks for the command once more. */
static bool is_checking_error(uint16_t sw) {
    return sw >> 8 >= 0x67 && sw >> 8 <= 0x6E && sw >> 8 != 0x6C;
}

enum jb_error jb_pin_verified(struct jb_card *card, enum jb_pin pin,
                              const struct jb_response *response, int *tries) {
    if (response->len > 0) {
        return JB_ERR_PIN_UNANSWERED;
    }
    if (response->sw == SW_OK) {
        card->sign_verified = card->sign_verified || pin == JB_PIN_SIGN;
        return JB_OK;
    }
    if (tries_of(response->sw, tries)) {
        return *tries > 0 ? JB_ERR_PIN_WRONG : JB_ERR_PIN_LOCKED;
    }
    /* A checking error says that the command was not carried out; whatever else may have cost a
     * try. */
    return is_checking_error(response->sw) ? JB_ERR_CARD_ERROR : JB_ERR_PIN_UNANSWERED;
}

enum jb_error jb_pin_verify(struct jb_card *card, enum jb_pin pin, const struct jb_secret *secret,
                            int *tries) {
    struct jb_apdu verify = {.ins = 0x20, .data = secret->bytes, .data_len = secret->len};
    struct jb_response response;

    *tries = -1;
    if (!jb_pin_has_form(pin, secret)) {
        return JB_ERR_INTERNAL;
    }
    enum jb_error error = jb_pin_verify_form(card, pin, &verify.p2);
    if (error != JB_OK) {
        return error;
    }
    error = jb_card_transmit(card, &verify, &response);
    if (verify.p2 != 0x80) {
        card->selected = JB_EF_NONE;
    }
    return error != JB_OK ? error : jb_pin_verified(card, pin, &response, tries);
}

enum jb_error jb_pin_change(struct jb_card *card, enum jb_pin pin, const struct jb_secret *fresh) {
    struct jb_apdu change = {
        .ins = 0x24, .p1 = 0x01, .p2 = 0x80, .data = fresh->bytes, .data_len = fresh->len};
    struct jb_response response;

    if (!jb_pin_has_form(pin, fresh)) {
        return JB_ERR_INTERNAL;
    }
    enum jb_error error = jb_card_need_ef(card, pins[pin].ef);
    if (error != JB_OK) {
        return error;
    }
    error = jb_card_transmit(card, &change, &response);
    if (error == JB_ERR_PIN_UNANSWERED) {
        return JB_ERR_PIN_CHANGE_UNKNOWN;
    }
    if (error != JB_OK) {
        return error;
    }
    if (response.sw == SW_OK && response.len == 0) {
        return JB_OK;
    }
    return response.len == 0 && is_checking_error(response.sw) ? JB_ERR_PIN_UNCHANGED
                                                               : JB_ERR_PIN_CHANGE_UNKNOWN;
}
