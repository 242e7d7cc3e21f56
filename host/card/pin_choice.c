/* SPDX-License-Identifier: MIT */
/* What may be chosen as a new PIN, and what had better not be. */
#include <string.h>

#include "jpki_bridge/pin.h"

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* The bytes of one class (digits or not) that begin here. */
static size_t run_length(const uint8_t *bytes, size_t len) {
    size_t run = 1;

    while (run < len && is_digit(bytes[run]) == is_digit(bytes[0])) {
        run++;
    }
    return run;
}

/* Whether each byte follows the one before by the same step, over the end of the class. */
static bool goes_by(const uint8_t *bytes, size_t len, int step) {
    int first = is_digit(bytes[0]) ? '0' : 'A', size = is_digit(bytes[0]) ? 10 : 26;

    for (size_t i = 1; i < len; i++) {
        if (bytes[i] != first + (bytes[i - 1] - first + step + size) % size) {
            return false;
        }
    }
    return true;
}

static bool is_pair_repeated(const uint8_t *bytes, size_t len) {
    for (size_t i = 2; i < len; i++) {
        if (bytes[i] != bytes[i - 2]) {
            return false;
        }
    }
    return len >= 4;
}

static bool is_simple(const uint8_t *bytes, size_t len) {
    return goes_by(bytes, len, 0) || goes_by(bytes, len, 1) || goes_by(bytes, len, -1) ||
           is_pair_repeated(bytes, len);
}

bool jb_pin_may_be_new(enum jb_pin pin, const struct jb_secret *secret) {
    return jb_pin_has_form(pin, secret) &&
           (jb_pin_is_numeric(pin) || run_length(secret->bytes, secret->len) < secret->len);
}

bool jb_pin_is_weak(enum jb_pin pin, const struct jb_secret *secret) {
    if (!jb_pin_has_form(pin, secret)) {
        return false;
    }
    size_t first = run_length(secret->bytes, secret->len), rest = secret->len - first;

    if (rest == 0) {
        return is_simple(secret->bytes, first);
    }
    return run_length(secret->bytes + first, rest) == rest && is_simple(secret->bytes, first) &&
           is_simple(secret->bytes + first, rest);
}

static bool contains(const struct jb_secret *secret, const char digits[4]) {
    for (size_t i = 0; i + 4 <= secret->len; i++) {
        if (memcmp(secret->bytes + i, digits, 4) == 0) {
            return true;
        }
    }
    return false;
}

bool jb_pin_tells_birth(const struct jb_secret *secret, const char *year, const char *month,
                        const char *day) {
    char day_of_year[4];

    memcpy(day_of_year, month, 2);
    memcpy(day_of_year + 2, day, 2);
    return (memcmp(year, "0000", 4) != 0 && contains(secret, year)) ||
           (memcmp(month, "00", 2) != 0 && memcmp(day, "00", 2) != 0 &&
            contains(secret, day_of_year));
}
