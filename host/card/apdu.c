/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/apdu.h"

#include <string.h>

enum {
    SHORT_LC_MAX = 255,
    SHORT_LE_MAX = 256,
    EXTENDED_LC_MAX = 65535,
    EXTENDED_LE_MAX = 65536,
    HEADER = 4
};

/* The bytes that Lc and Le take. In case 2 and 4 extended, one leading 00 serves for both. */
static size_t length_bytes(const struct jb_apdu *apdu) {
    size_t bytes = 0;

    if (apdu->data_len > 0) {
        bytes += apdu->extended ? 3 : 1;
    }
    if (apdu->le > 0) {
        bytes += apdu->extended ? (apdu->data_len > 0 ? 2 : 3) : 1;
    }
    return bytes;
}

size_t jb_apdu_encode(const struct jb_apdu *apdu, uint8_t *out, size_t size) {
    uint8_t *p = out;

    if (apdu->data_len > (apdu->extended ? EXTENDED_LC_MAX : SHORT_LC_MAX) ||
        apdu->le > (apdu->extended ? EXTENDED_LE_MAX : SHORT_LE_MAX) ||
        (apdu->data_len > 0 && apdu->data == NULL) ||
        size < HEADER + length_bytes(apdu) + apdu->data_len) {
        return 0;
    }
    *p++ = apdu->cla;
    *p++ = apdu->ins;
    *p++ = apdu->p1;
    *p++ = apdu->p2;
    if (apdu->extended && length_bytes(apdu) > 0) {
        *p++ = 0;
    }
    if (apdu->data_len > 0) {
        if (apdu->extended) {
            *p++ = (uint8_t)(apdu->data_len >> 8);
        }
        *p++ = (uint8_t)apdu->data_len;
        memcpy(p, apdu->data, apdu->data_len);
        p += apdu->data_len;
    }
    if (apdu->le > 0) { /* the longest length is written as zeros, which the cast gives */
        if (apdu->extended) {
            *p++ = (uint8_t)(apdu->le >> 8);
        }
        *p++ = (uint8_t)apdu->le;
    }
    return (size_t)(p - out);
}

bool jb_response_parse(const uint8_t *bytes, size_t len, struct jb_response *out) {
    if (len < 2) {
        return false;
    }
    uint8_t sw1 = bytes[len - 2];

    if ((sw1 & 0xF0) != 0x90 && ((sw1 & 0xF0) != 0x60 || sw1 == 0x60)) {
        return false;
    }
    out->data = bytes;
    out->len = len - 2;
    out->sw = (uint16_t)(sw1 << 8 | bytes[len - 1]);
    return true;
}

bool jb_apdu_is_secret(const uint8_t *command, size_t len) {
    return len > HEADER + 1 && (command[1] == 0x20 || command[1] == 0x24 || command[1] == 0x2C);
}

/* Where the PIN begins: after Lc, which has one byte or three. */
static size_t body_at(const uint8_t *command, size_t len) {
    size_t lc = len > HEADER + 3 ? (size_t)command[HEADER + 1] << 8 | command[HEADER + 2] : 0;
    bool extended = command[HEADER] == 0 && lc > 0 && lc <= len - HEADER - 3;

    return extended ? HEADER + 3 : HEADER + 1;
}

void jb_apdu_format(const uint8_t *command, size_t len, char *out, size_t size) {
    static const char hex[] = "0123456789ABCDEF";
    /* All that follows Lc is one mask: what does not fit the length may still be a PIN. */
    bool secret = jb_apdu_is_secret(command, len);
    size_t shown = secret ? body_at(command, len) : len, used = 0;

    if (size == 0) {
        return;
    }
    for (size_t i = 0; i < shown + (secret ? 1 : 0) && used + (i > 0) + 3 <= size; i++) {
        const char digits[2] = {hex[command[i] >> 4], hex[command[i] & 0x0F]};

        if (i > 0) {
            out[used++] = ' ';
        }
        memcpy(out + used, i < shown ? digits : "**", 2);
        used += 2;
    }
    out[used] = '\0';
}
