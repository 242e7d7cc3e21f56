/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "jpki_bridge/command.h"

enum jb_error jb_identity_read(struct jb_card *card, struct jb_identity *out) {
    memset(out, 0, sizeof *out);
    out->place = *jb_card_reader(card);
    enum jb_error error = jb_common_manufacture_number(card, out->number);
    if (error == JB_ERR_CARD_ERROR) {
        out->number[0] = '\0';
        error = JB_OK;
    }
    return error;
}

bool jb_identity_stayed(const struct jb_identity *before, const struct jb_reader *now) {
    return strcmp(before->place.name, now->name) == 0 && before->place.events == now->events;
}

bool jb_identity_is_same(const struct jb_identity *before, const struct jb_identity *now) {
    return jb_identity_stayed(before, &now->place) ||
           (before->number[0] != '\0' && strcmp(before->number, now->number) == 0);
}
