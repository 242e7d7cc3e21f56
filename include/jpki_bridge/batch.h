/* SPDX-License-Identifier: MIT */
/*
 * A batch: several signatures under one PIN entry. A card that wants the PIN for each is given it
 * by the person, each time; nothing is sent again by itself. What the card gave back is not
 * verified here.
 */
#ifndef JPKI_BRIDGE_BATCH_H
#define JPKI_BRIDGE_BATCH_H

#include "jpki_bridge/command.h"

struct jb_batch_item {
    uint8_t input[JB_SIGNATURE_INPUT_MAX]; /* what the card is given, as jb_jpki_sign wants it */
    size_t input_len;
    uint8_t signature[JB_SIGNATURE_MAX];
    size_t signature_len;
};

struct jb_batch {
    size_t count;
    struct jb_batch_item items[];
};

/* Room for count signatures, all empty; null when memory is short. jb_batch_free wipes them. */
struct jb_batch *jb_batch_new(size_t count);
void jb_batch_free(struct jb_batch **batch);

/* Has the card, unlocked for the purpose, sign them all, in order. Each one made is noted in the
 * operation and, where it counts documents, told as an event. On an error none may be used. Another
 * card in mid-batch is JB_ERR_CERTIFICATE_MISMATCH. The transaction stays open. */
enum jb_error jb_batch_sign(const struct jb_context *context, const struct jb_purpose *purpose,
                            struct jb_unlocked *unlocked, struct jb_batch *batch, int *tries_left);

#endif
