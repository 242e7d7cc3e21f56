/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/pin.h"

#include <stddef.h>

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

int jb_pin_max_tries(enum jb_pin pin) {
    return pin == JB_PIN_SIGN ? 5 : 3;
}

bool jb_pin_is_numeric(enum jb_pin pin) {
    return pin != JB_PIN_SIGN;
}

bool jb_pin_has_form(enum jb_pin pin, const struct jb_secret *secret) {
    size_t shortest = jb_pin_is_numeric(pin) ? 4 : 6;
    size_t longest = jb_pin_is_numeric(pin) ? 4 : 16;

    if (secret->len < shortest || secret->len > longest) {
        return false;
    }
    for (size_t i = 0; i < secret->len; i++) {
        uint8_t c = secret->bytes[i];

        if (!is_digit(c) && (jb_pin_is_numeric(pin) || !is_upper(c))) {
            return false;
        }
    }
    return true;
}

bool jb_pin_normalise(enum jb_pin pin, struct jb_secret *secret) {
    if (secret->len > sizeof secret->bytes) {
        return false;
    }
    if (!jb_pin_is_numeric(pin)) {
        for (size_t i = 0; i < secret->len; i++) {
            if (is_lower(secret->bytes[i])) {
                secret->bytes[i] = (uint8_t)(secret->bytes[i] - 'a' + 'A');
            }
        }
    }
    return jb_pin_has_form(pin, secret);
}
