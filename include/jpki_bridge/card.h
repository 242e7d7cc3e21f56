/* SPDX-License-Identifier: MIT */
/*
 * A MyNumber card on a reader: found by selecting the JPKI AP on every reader that holds a card,
 * kept connected across the prompt, used in transactions, and left clean (design.md, point 5). One
 * thread at a time.
 */
#ifndef JPKI_BRIDGE_CARD_H
#define JPKI_BRIDGE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/apdu.h"
#include "jpki_bridge/error.h"
#include "jpki_bridge/op.h"
#include "jpki_bridge/transport.h"

enum jb_card_kind {
    JB_CARD_NONE,
    JB_CARD_MYNUMBER,
    JB_CARD_OTHER,
    JB_CARD_PHONE, /* スマホ用電子証明書: token info begins JPKIAPGPSETOKEN or JPKIAPIOSTOKEN */
    JB_CARD_JUKI,   /* 住民基本台帳カード, the card before 2016 */
    JB_CARD_UNKNOWN /* present, but held by another program or not readable */
};

struct jb_card_status {
    char reader[JB_READER_NAME_MAX];
    enum jb_card_kind kind;
};

/* "none", "mynumber-card", "other-card", "phone-certificate", "juki-card", "unknown". */
const char *jb_card_kind_name(enum jb_card_kind kind);

/* What lies on each reader, without waiting and with no personal data; no card is reset or left in
 * a transaction. */
enum jb_error jb_card_survey(struct jb_transport *transport, struct jb_op *op,
                             struct jb_card_status status[JB_READERS_MAX], size_t *count);

struct jb_card;

/* Waits for a reader and a MyNumber card (telling events) until the operation ends: then
 * JB_ERR_READER_ABSENT, JB_ERR_CARD_ABSENT, JB_ERR_NOT_A_MYNUMBER_CARD, JB_ERR_CARD_UNRESPONSIVE
 * (a mute card) or JB_ERR_CARD_BUSY instead of JB_ERR_TIMEOUT, by what it was waiting for. Before
 * that: JB_ERR_CARD_BUSY when a card stays held by another program, JB_ERR_CARD_ERROR when the only
 * card answers nonsense, JB_ERR_PCSC_UNAVAILABLE. On JB_OK a transaction is open and the JPKI AP is
 * selected. The transport and the operation must outlive the card. Freed with jb_card_free. */
enum jb_error jb_card_find(struct jb_transport *transport, struct jb_op *op, struct jb_card **out);

/* The same, but a card on the reader of that name is taken before any other. */
enum jb_error jb_card_find_on(struct jb_transport *transport, struct jb_op *op, const char *reader,
                              struct jb_card **out);

/* Opens a new transaction on the kept connection. JB_OK: it is the same card, untouched. *changed:
 * the card was reset, exchanged or removed meanwhile; the caller frees the card and starts over
 * without the PIN (returned with JB_ERR_CARD_REMOVED). */
enum jb_error jb_card_begin(struct jb_card *card, bool *changed);

/* Ends the transaction. When a VERIFY or CHANGE was sent since it was opened, the application is
 * left (a SELECT of another one) and the card reset; where it will not be left, its power is taken
 * away and the connection is lost. Else the card is left as it is. */
void jb_card_end(struct jb_card *card);

/* Ends whatever is open, disconnects, frees and nulls *card. */
void jb_card_free(struct jb_card **card);

/* Whether the card lies still on the reader, waiting at most timeout_ms for a change. Outside a
 * transaction only. */
bool jb_card_lies(struct jb_card *card, unsigned timeout_ms);

/* Sends one command in the open transaction. 61xx and 6Cxx are followed (ISO/IEC 7816-4 §5.3.4),
 * but never for a secret command, which goes out once. response->data stays valid until the next
 * command. JB_ERR_CARD_REMOVED, JB_ERR_CARD_ERROR, ... when there is no valid answer; any status
 * word is JB_OK. */
enum jb_error jb_card_transmit(struct jb_card *card, const struct jb_apdu *apdu,
                               struct jb_response *response);

/* As jb_card_transmit, for a command the reader or card may refuse for its length: *refused is set
 * (and JB_OK returned, response->sw 6700) when the reader's driver turns the exchange down. */
enum jb_error jb_card_try_extended(struct jb_card *card, const struct jb_apdu *apdu,
                                   struct jb_response *response, bool *refused);

/* The reader on which the card was found, as it was then; borrowed. */
const struct jb_reader *jb_card_reader(const struct jb_card *card);

/* The operation the card works for. */
struct jb_op *jb_card_op(struct jb_card *card);

#endif
