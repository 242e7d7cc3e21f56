/* SPDX-License-Identifier: MIT */
/* Source: PC/SC part 10, IFDs with secure PIN entry capabilities, version 2.02.09, §2. */
#include <string.h>

#include "application_private.h"
#include "card_private.h"

enum {
    FEATURE_VERIFY_PIN_DIRECT = 0x06,
    FEATURE_LEN = 6, /* tag, length, four bytes of control code */
    VERIFY_HEADER = 19,
    VERIFY_LEN = VERIFY_HEADER + 4,
    CONTROL_LIMIT_MS = 60000, /* longer than both timers of the reader together */
    LOOK_LIMIT_MS = 8000,
    TIMER_MAX_S = 25, /* for the first key; as long again for the others */
    TIMER_MIN_S = 3
};

/* Whether the reader is one that says it can and cannot, or leaks the PIN: OMNIKEY's 3x21 and 6121,
 * which also call themselves CardMan (as GnuPG and OpenSC found). */
static bool is_false(const char *reader) {
    static const char *const models[] = {"3x21", "3021", "3121", "6121"};

    if (strstr(reader, "OMNIKEY") == NULL && strstr(reader, "CardMan") == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strstr(reader, models[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* The control code of VERIFY_PIN_DIRECT in the reader's list of features, or 0. */
static uint32_t find_feature(const uint8_t *list, size_t len) {
    size_t at = 0;

    while (len - at >= 2 && len - at - 2 >= list[at + 1]) {
        const uint8_t *value = list + at + 2;

        if (list[at] == FEATURE_VERIFY_PIN_DIRECT && list[at + 1] == 4) {
            return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 |
                   value[3];
        }
        at += 2 + (size_t)list[at + 1];
    }
    return 0;
}

void jb_keypad_look(struct jb_card *card) {
    uint8_t features[32 * FEATURE_LEN];
    size_t len = sizeof features;

    card->keypad = 0;
    if (is_false(card->reader.name)) {
        return;
    }
    jb_op_enter_call(card->op, LOOK_LIMIT_MS, JB_ERR_CARD_UNRESPONSIVE);
    enum jb_io io = card->transport->control(card->connection, JB_CONTROL_GET_FEATURES, NULL, 0,
                                             features, &len);
    jb_op_leave_call(card->op);
    if (io == JB_IO_OK && len <= sizeof features) {
        card->keypad = find_feature(features, len);
    }
}

bool jb_card_has_keypad(struct jb_card *card) {
    return card->keypad != 0;
}

/* PIN_VERIFY_STRUCTURE for four ASCII digits. The command has no body of its own: a reader that put
 * no PIN into it would send a query, which costs no try. */
static void fill(uint8_t out[VERIFY_LEN], uint8_t seconds, uint8_t p2) {
    const uint8_t structure[VERIFY_LEN] = {
        seconds, seconds, /* bTimerOut, bTimerOut2 */
        0x82,             /* bmFormatString: bytes, left-justified, ASCII */
        0x00,             /* bmPINBlockString: no length in the block, block as long as the PIN */
        0x00,             /* bmPINLengthFormat */
        0x04,    0x04,    /* wPINMaxExtraDigit: at most 4, at least 4 */
        0x02,             /* bEntryValidationCondition: the OK key */
        0x01,             /* bNumberMessage: one */
        0x09,    0x04,    /* wLangId: English, which every reader with a display has */
        0x00,             /* bMsgIndex */
        0x00,    0x00,    0x00,       /* bTeoPrologue */
        0x04,    0x00,    0x00, 0x00, /* ulDataLength */
        0x00,    0x20,    0x00, p2,   /* abData */
    };

    memcpy(out, structure, VERIFY_LEN);
}

enum jb_error jb_pin_verify_on_keypad(struct jb_card *card, enum jb_pin pin, int *tries) {
    uint8_t structure[VERIFY_LEN];
    uint8_t answer[258];
    size_t len = sizeof answer;
    struct jb_response response;
    uint8_t p2 = 0;

    *tries = -1;
    if (!jb_pin_is_numeric(pin) || card->keypad == 0 || !card->open) {
        return JB_ERR_INTERNAL;
    }
    enum jb_error error = jb_pin_verify_form(card, pin, &p2);
    if (error != JB_OK || (error = jb_op_check(card->op)) != JB_OK) {
        return error;
    }
    /* The reader cannot be called back, so its own timers end before the operation does. */
    uint64_t seconds = jb_op_remaining(card->op) / 2000;

    if (seconds < TIMER_MIN_S) {
        return JB_ERR_TIMEOUT;
    }
    fill(structure, (uint8_t)(seconds < TIMER_MAX_S ? seconds : TIMER_MAX_S), p2);
    card->dirty = true;
    card->left = false;
    card->selected = p2 == 0x80 ? card->selected : JB_EF_NONE;
    jb_op_enter_call(card->op, CONTROL_LIMIT_MS, JB_ERR_PIN_UNANSWERED);
    enum jb_io io = card->transport->control(card->connection, card->keypad, structure,
                                             sizeof structure, answer, &len);
    jb_op_leave_call(card->op);
    if (io != JB_IO_OK || !jb_response_parse(answer, len, &response)) {
        return JB_ERR_PIN_UNANSWERED;
    }
    switch (response.sw) {
    case 0x6400:
        return JB_ERR_KEYPAD_TIMEOUT;
    case 0x6401: /* the cancel key */
    case 0x6402: /* two PINs that differ: only asked for a new PIN */
    case 0x6403: /* too short or too long: not sent */
        return JB_ERR_KEYPAD_CANCELLED;
    default:
        return jb_pin_verified(card, pin, &response, tries);
    }
}
