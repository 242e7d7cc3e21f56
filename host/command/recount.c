/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#include <string.h>

#define RECOUNT_MS 1500 /* how long the card is looked for */

static bool lies_at(struct jb_card *card, const struct jb_reader *place) {
    const struct jb_reader *now = jb_card_reader(card);

    return strcmp(now->name, place->name) == 0 && now->events == place->events;
}

int jb_recount(const struct jb_context *context, enum jb_pin pin, const struct jb_reader *place) {
    struct jb_op *op = jb_op_new(RECOUNT_MS, NULL, NULL);
    struct jb_card *card = NULL;
    int tries = -1, count = 0;

    /* The search works for an operation of its own, which nobody watches. */
    jb_op_enter_call(context->op, RECOUNT_MS + 1000, JB_ERR_PIN_UNANSWERED);
    if (op != NULL && jb_op_check(context->op) == JB_OK &&
        jb_card_find(context->transport, op, &card) == JB_OK && lies_at(card, place) &&
        /* Finding it has selected the JPKI AP. */
        (jb_application_of(pin) == JB_APPLICATION_JPKI ||
         jb_application_select(card, jb_application_of(pin)) == JB_OK) &&
        jb_pin_tries(card, pin, &count) == JB_OK && count >= 0) {
        tries = count;
    }
    jb_card_free(&card);
    jb_op_leave_call(context->op);
    jb_op_free(&op);
    return tries;
}
