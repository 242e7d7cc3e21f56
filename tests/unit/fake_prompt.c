/* SPDX-License-Identifier: MIT */
#include "fake_prompt.h"

#include <stdlib.h>
#include <string.h>

struct jb_prompt {
    const struct fake_answer *answer;
    enum jb_prompt_kind kind;
    bool answered, dismissed;
};

struct fake_prompts fake_prompts;

/* assert() that stays in an optimised build. */
static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

unsigned fake_prompts_of(enum jb_prompt_kind kind) {
    unsigned count = 0;

    for (unsigned i = 0; i < fake_prompts.shown; i++) {
        count += fake_prompts.request[i].kind == kind;
    }
    return count;
}

enum jb_error jb_prompt_start(const struct jb_prompt_request *request, struct jb_prompt **out) {
    struct fake_prompts *all = &fake_prompts;

    must(all->count > 0 && all->shown < FAKE_SHOWN_MAX && all->open == 0);
    must(request->kind == JB_PROMPT_KEYPAD || all->fake->transactions == 0);
    const struct fake_answer *answer =
        &all->answers[all->shown < all->count ? all->shown : all->count - 1];
    all->request[all->shown++] = *request;
    *out = NULL;
    /* As the real one, which says only in the end that there is no program for it. */
    if (answer->error != JB_OK && request->kind != JB_PROMPT_KEYPAD) {
        return answer->error;
    }
    *out = calloc(1, sizeof **out);
    must(*out != NULL);
    (*out)->answer = answer;
    (*out)->kind = request->kind;
    all->open++;
    return JB_OK;
}

bool jb_prompt_wait(struct jb_prompt *prompt, unsigned ms) {
    (void)ms;
    if (prompt->answer->meanwhile != NULL) {
        prompt->answer->meanwhile(fake_prompts.context);
    }
    /* The notice stays until it is dismissed. */
    prompt->answered =
        prompt->kind == JB_PROMPT_KEYPAD ? prompt->answer->error != JB_OK : !prompt->answer->stays;
    return prompt->answered;
}

bool jb_prompt_wait_shown(struct jb_prompt *prompt, unsigned ms) {
    (void)prompt;
    (void)ms;
    return true;
}

void jb_prompt_dismiss(struct jb_prompt *prompt) {
    prompt->dismissed = true;
}

enum jb_error jb_prompt_finish(struct jb_prompt **prompt, struct jb_secret **secret) {
    struct jb_prompt *p = *prompt;
    enum jb_error error = JB_ERR_USER_CANCELLED;

    *secret = NULL;
    must(p->answered || p->dismissed);
    if (p->answered && jb_prompt_asks_pin(p->kind) && p->answer->pin != NULL) {
        *secret = jb_secret_new();
        must(*secret != NULL);
        (*secret)->len = strlen(p->answer->pin);
        memcpy((*secret)->bytes, p->answer->pin, (*secret)->len);
        error = JB_OK;
    } else if (p->answered && !jb_prompt_asks_pin(p->kind) && p->answer->yes) {
        error = JB_OK;
    }
    error = p->answer->error != JB_OK ? p->answer->error : error;
    free(p);
    *prompt = NULL;
    fake_prompts.open--;
    return error;
}

char *jb_prompt_program(const char *configured) {
    (void)configured;
    return NULL;
}
