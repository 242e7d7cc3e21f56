/* SPDX-License-Identifier: MIT */
#include "apdu.h"

#include <string.h>

static bool parse_short(struct vc_apdu *apdu, const uint8_t *bytes, size_t size) {
    size_t lc = bytes[4];

    if (size == 5) {
        apdu->has_le = true;
        apdu->expected = lc == 0 ? 256 : lc;
        return true;
    }
    if (lc == 0 || (size != 5 + lc && size != 6 + lc)) {
        return false;
    }
    apdu->data = bytes + 5;
    apdu->size = lc;
    if (size == 6 + lc) {
        apdu->has_le = true;
        apdu->expected = bytes[5 + lc] == 0 ? 256 : bytes[5 + lc];
    }
    return true;
}

static bool parse_extended(struct vc_apdu *apdu, const uint8_t *bytes, size_t size) {
    size_t length = (size_t)bytes[5] << 8 | bytes[6];
    size_t le;

    apdu->extended = true;
    if (size == 7) {
        apdu->has_le = true;
        apdu->expected = length == 0 ? 65536 : length;
        return true;
    }
    if (length == 0 || (size != 7 + length && size != 9 + length)) {
        return false;
    }
    apdu->data = bytes + 7;
    apdu->size = length;
    if (size == 9 + length) {
        le = (size_t)bytes[7 + length] << 8 | bytes[8 + length];
        apdu->has_le = true;
        apdu->expected = le == 0 ? 65536 : le;
    }
    return true;
}

bool vc_apdu_parse(struct vc_apdu *apdu, const uint8_t *bytes, size_t size) {
    *apdu = (struct vc_apdu){0};
    if (size < 4) {
        return false;
    }
    apdu->cla = bytes[0];
    apdu->ins = bytes[1];
    apdu->p1 = bytes[2];
    apdu->p2 = bytes[3];
    if (size == 4) {
        return true;
    }
    if (bytes[4] == 0 && size >= 7) {
        return parse_extended(apdu, bytes, size);
    }
    return parse_short(apdu, bytes, size);
}

void vc_answer_set(struct vc_answer *answer, const uint8_t *data, size_t size, uint16_t status) {
    if (size > sizeof answer->bytes - 2) {
        size = sizeof answer->bytes - 2;
    }
    if (size > 0) {
        memmove(answer->bytes, data, size);
    }
    answer->bytes[size] = (uint8_t)(status >> 8);
    answer->bytes[size + 1] = (uint8_t)status;
    answer->size = size + 2;
}
