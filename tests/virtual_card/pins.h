/* SPDX-License-Identifier: MIT */
/* The card's three PINs: their values (as hashes), tries left, and whether they are verified. */
#ifndef VC_PINS_H
#define VC_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vc_pin { VC_PIN_AUTH, VC_PIN_SIGN, VC_PIN_PROFILE, VC_PIN_COUNT, VC_PIN_NONE = VC_PIN_COUNT };

enum vc_verdict { VC_RIGHT, VC_WRONG, VC_LOCKED };

struct vc_pins;

/* "auth", "sign" or "profile". */
const char *vc_pin_name(enum vc_pin pin);

/* VC_PIN_NONE when there is none of that name. */
enum vc_pin vc_pin_by_name(const char *name);

/* tries[i] < 0 means all of them. When state_path (borrowed for the object's life, may be null)
   names a file, its counters win, and every change is in it before the card answers.
   Null when out of memory or when the file cannot be understood. Free with vc_pins_free. */
struct vc_pins *vc_pins_new(const char *const values[VC_PIN_COUNT], const int tries[VC_PIN_COUNT],
                            const char *state_path);
void vc_pins_free(struct vc_pins *pins);

int vc_pins_tries(const struct vc_pins *pins, enum vc_pin pin);
bool vc_pins_set_tries(struct vc_pins *pins, enum vc_pin pin, int tries);
bool vc_pins_verified(const struct vc_pins *pins, enum vc_pin pin);

/* 4 for the numeric ones, 6 to 16 for the signing PIN. */
bool vc_pins_length_fits(enum vc_pin pin, size_t size);

/* Compares, counts, remembers. The length must fit. */
enum vc_verdict vc_pins_verify(struct vc_pins *pins, enum vc_pin pin, const uint8_t *value,
                               size_t size);

/* Sets a new value; false when its characters or length are not what that PIN takes. */
bool vc_pins_change(struct vc_pins *pins, enum vc_pin pin, const uint8_t *value, size_t size);

/* Verified no longer: one of them, or all (a DF was left, the card reset). */
void vc_pins_forget(struct vc_pins *pins, enum vc_pin pin);
void vc_pins_forget_all(struct vc_pins *pins);

#endif
