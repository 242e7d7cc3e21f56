/* SPDX-License-Identifier: MIT */
/* The PINs of the card, and the form that each must have before the card may see it (card.md, JPKI
 * AP files). */
#ifndef JPKI_BRIDGE_PIN_H
#define JPKI_BRIDGE_PIN_H

#include <stdbool.h>

#include "jpki_bridge/secret.h"

enum jb_pin {
    JB_PIN_AUTH,   /* 利用者証明用暗証番号: 4 digits, 3 tries */
    JB_PIN_SIGN,   /* 署名用パスワード: 6 to 16 letters and digits, 5 tries */
    JB_PIN_PROFILE /* 券面事項入力補助用暗証番号: 4 digits, 3 tries */
};

/* The tries of a PIN after a success. */
int jb_pin_max_tries(enum jb_pin pin);

/* Whether the PIN has digits only, so that a reader's keypad can take it. */
bool jb_pin_is_numeric(enum jb_pin pin);

/* Whether the secret has the form of the PIN. Folds the letters of a signing password to upper
 * case, as the card stores them. Full-width or other letters are refused: only ASCII. */
bool jb_pin_normalise(enum jb_pin pin, struct jb_secret *secret);

/* Whether the secret has the form of the PIN exactly as the card stores it. */
bool jb_pin_has_form(enum jb_pin pin, const struct jb_secret *secret);

/* Whether the secret may be a new PIN: it has the form, and a signing password has both letters and
 * digits. */
bool jb_pin_may_be_new(enum jb_pin pin, const struct jb_secret *secret);

/* Whether the PIN, which has its form, is one of the first that a stranger would try: all the same,
 * up or down in a row, one pair twice; for a signing password, where its letters and its digits
 * both are that. */
bool jb_pin_is_weak(enum jb_pin pin, const struct jb_secret *secret);

/* Whether the PIN has the birth date in it: its year, or month and day. year is YYYY, month MM, day
 * DD; zeros where not known. */
bool jb_pin_tells_birth(const struct jb_secret *secret, const char *year, const char *month,
                        const char *day);

#endif
