/* SPDX-License-Identifier: MIT */
/* The line to a virtual card, which takes this for vpcd: a TCP connection from the card is a card
 * in the reader (tests/virtual_card/vpcd.h has the messages). One reader, one card. */
#ifndef CARD_LINE_H
#define CARD_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#define CARD_MESSAGE_MAX 65538

/* Listens on 127.0.0.1, on the port that JB_VPCD_PORT names; once. */
bool card_line_open(void);

struct card_state {
    bool present;
    unsigned coming; /* counts the cards that came */
    unsigned moves;  /* counts comings and goings */
    unsigned resets;
};
struct card_state card_line_state(void);

/* One exchange with the card; false when it left meanwhile. *answer_len is the room on entry. */
bool card_line_exchange(const uint8_t *command, size_t len, uint8_t *answer, size_t *answer_len);

/* Resets it, and counts that. */
void card_line_reset(void);

#endif
