/* SPDX-License-Identifier: MIT */
/*
 * A command APDU and its response (ISO/IEC 7816-4:2020 §5): cases 1 to 4, short and extended.
 * It does not check that a command makes sense to a card.
 */
#ifndef JPKI_BRIDGE_APDU_H
#define JPKI_BRIDGE_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JB_APDU_COMMAND_MAX                                                                        \
    512 /* bytes encoded; the longest command we send has a DigestInfo or a PIN in it */

struct jb_apdu {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data; /* borrowed */
    size_t data_len;     /* 0 for none */
    size_t le;     /* bytes expected at most: 0 for none, 256 is short 00, 65536 is extended 0000 */
    bool extended; /* encode Lc and Le in the extended form */
};

struct jb_response {
    const uint8_t *data; /* points into the buffer that was parsed */
    size_t len;
    uint16_t sw; /* status word SW1 SW2 */
};

/* Encodes into out; returns the length, or 0 when it does not fit or a field is out of range. */
size_t jb_apdu_encode(const struct jb_apdu *apdu, uint8_t *out, size_t size);

/* Parses a response; false when it has no status word, or one that ISO/IEC 7816-4 §5.6 does not
 * allow (SW1 is neither 9x nor 6x, or is 60). */
bool jb_response_parse(const uint8_t *bytes, size_t len, struct jb_response *out);

/* Whether the command carries a PIN: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER with data.
 * Such a command is never sent again and never printed. */
bool jb_apdu_is_secret(const uint8_t *command, size_t len);

/* Writes the command as hex for logs, the data of a secret command as "**"; always NUL-terminated.
 */
void jb_apdu_format(const uint8_t *command, size_t len, char *out, size_t size);

#endif
