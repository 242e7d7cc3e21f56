/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/batch.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static size_t size_of(size_t count) {
    return sizeof(struct jb_batch) + count * sizeof(struct jb_batch_item);
}

struct jb_batch *jb_batch_new(size_t count) {
    struct jb_batch *batch = calloc(1, size_of(count));

    if (batch != NULL) {
        batch->count = count;
    }
    return batch;
}

void jb_batch_free(struct jb_batch **batch) {
    if (*batch != NULL) {
        OPENSSL_cleanse(*batch, size_of((*batch)->count));
        free(*batch);
        *batch = NULL;
    }
}

/* Whether the card that was unlocked again is the one that signed before. */
static bool is_same(const struct jb_certificate *before, const struct jb_certificate *now) {
    size_t before_len = 0, now_len = 0;
    const uint8_t *before_der = jb_certificate_der(before, &before_len);
    const uint8_t *now_der = jb_certificate_der(now, &now_len);

    return before_len == now_len && memcmp(before_der, now_der, now_len) == 0;
}

/* The card wants the PIN for each signature: the person is asked once more, and nothing is sent
 * again by itself. What is typed then is for the card that signed before: no other is asked. */
static enum jb_error unlock_again(const struct jb_context *context,
                                  const struct jb_purpose *purpose, unsigned left,
                                  struct jb_unlocked *unlocked, int *tries_left) {
    struct jb_purpose again = *purpose;
    struct jb_unlocked next = {0};
    struct jb_identity identity;

    enum jb_error error = jb_identity_read(unlocked->card, &identity);
    if (error != JB_OK) {
        return error;
    }
    again.same = &identity;
    again.note = JB_NOTE_PIN_AGAIN;
    again.documents = left;
    jb_card_free(&unlocked->card);
    error = jb_unlock(context, &again, &next, tries_left);
    OPENSSL_cleanse(&identity, sizeof identity);
    if (error == JB_OK && !is_same(unlocked->certificate, next.certificate)) {
        error = JB_ERR_CERTIFICATE_MISMATCH;
    }
    if (error == JB_OK) {
        unlocked->card = next.card;
        next.card = NULL;
    }
    jb_unlocked_clear(&next);
    return error;
}

/* Where documents are counted, everybody learns how many are signed. */
static void tell(const struct jb_context *context, const struct jb_purpose *purpose, size_t done,
                 size_t count) {
    const struct jb_event event = {.kind = JB_EVENT_CARD_WORKING,
                                   .tries_left = -1,
                                   .done = (unsigned)done,
                                   .count = (unsigned)count};

    if (purpose->documents > 0) {
        jb_op_note_signed(context->op, (unsigned)done);
        if (done > 0) {
            jb_op_tell(context->op, &event);
        }
    }
}

enum jb_error jb_batch_sign(const struct jb_context *context, const struct jb_purpose *purpose,
                            struct jb_unlocked *unlocked, struct jb_batch *batch, int *tries_left) {
    enum jb_key key = purpose->pin == JB_PIN_AUTH ? JB_KEY_AUTH : JB_KEY_SIGN;
    enum jb_error error = JB_OK;
    bool fresh = true; /* the PIN was verified and nothing was signed since */

    tell(context, purpose, 0, batch->count);
    for (size_t i = 0; i < batch->count && error == JB_OK;) {
        struct jb_batch_item *item = &batch->items[i];
        bool again = false;
        error = jb_jpki_sign(unlocked->card, key, item->input, item->input_len, item->signature,
                             &item->signature_len, &again);
        if (error == JB_OK && again) {
            unsigned left = (unsigned)(batch->count - i);
            error = fresh ? JB_ERR_CARD_ERROR
                          : unlock_again(context, purpose, left, unlocked, tries_left);
            fresh = true;
        } else if (error == JB_OK) {
            fresh = false;
            tell(context, purpose, ++i, batch->count);
        }
    }
    return error;
}
