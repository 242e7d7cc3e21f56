/* SPDX-License-Identifier: MIT */
/* A command APDU as ISO/IEC 7816-4 cuts it: cases 1 to 4, short and extended. */
#ifndef VC_APDU_H
#define VC_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one vpcd message can carry. */
#define VC_MESSAGE_MAX 65535

/* An answer: data, then the status word. */
struct vc_answer {
    size_t size;
    uint8_t bytes[VC_MESSAGE_MAX];
};

struct vc_apdu {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data; /* inside the parsed bytes */
    size_t size;         /* of data: 0 when there is none */
    bool has_le;
    size_t expected; /* the most bytes wanted: 1..65536 when has_le */
    bool extended;
};

/* False when the length fields do not fit the bytes (a card answers 6700). */
bool vc_apdu_parse(struct vc_apdu *apdu, const uint8_t *bytes, size_t size);

/* Copies data and appends the status word; data longer than an answer can hold is cut. */
void vc_answer_set(struct vc_answer *answer, const uint8_t *data, size_t size, uint16_t status);

#endif
