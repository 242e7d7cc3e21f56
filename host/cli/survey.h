/* SPDX-License-Identifier: MIT */
/* One look at the readers that always comes back, even when PC/SC or a card hangs. */
#ifndef JB_CLI_SURVEY_H
#define JB_CLI_SURVEY_H

#include "jpki_bridge/info.h"

struct jb_survey {
    enum jb_error error; /* why there is no result */
    struct jb_card_status status[JB_READERS_MAX];
    size_t count;
    struct jb_card_info
        info; /* of the card, where it was asked for and there is one; else no kind */
};

/* With with_info, what the card tells without a PIN, too. Takes at most ten seconds. The calling
 * program is expected to end soon after: a call that hangs keeps its thread. */
void jb_survey_take(struct jb_survey *survey, bool with_info);
void jb_survey_clear(struct jb_survey *survey);

#endif
