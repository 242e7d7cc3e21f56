/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#define STEP_MS 100 /* how soon a called-off operation or a moved card closes the prompt */

enum jb_error jb_ask(const struct jb_context *context, const struct jb_prompt_request *request,
                     struct jb_card *card, struct jb_secret **secret, bool *moved) {
    struct jb_prompt *prompt = NULL;
    enum jb_error ended = JB_OK;

    *moved = false;
    if (secret != NULL) {
        *secret = NULL;
    }
    enum jb_error error = jb_op_check(context->op);
    if (error == JB_OK) {
        error = jb_prompt_start(request, &prompt);
    }
    if (error != JB_OK) {
        return error;
    }
    while (!jb_prompt_wait(prompt, STEP_MS)) {
        ended = jb_op_check(context->op);
        *moved = ended == JB_OK && card != NULL && !jb_card_lies(card, 0);
        if (ended != JB_OK || *moved) {
            jb_prompt_dismiss(prompt);
            break;
        }
    }
    struct jb_secret *typed = NULL;
    error = jb_prompt_finish(&prompt, &typed);
    if (error == JB_OK && ended == JB_OK && !*moved && secret != NULL) {
        *secret = typed;
        typed = NULL;
    }
    jb_secret_free(&typed);
    if (*moved) {
        return JB_ERR_CARD_REMOVED;
    }
    return ended != JB_OK ? ended : error;
}
