/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/prompt.h"

#include <pthread.h>
#include <stdlib.h>

#include "jpki_bridge/wait.h"

struct jb_prompt {
    struct jb_prompt_request request;
    struct jb_prompt_dialog *dialog;
    struct jb_secret *secret;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards ended and result */
    pthread_cond_t changed;
    bool shown;
    bool ended;
    enum jb_error result;
};

static void on_shown(void *context) {
    struct jb_prompt *prompt = context;

    (void)pthread_mutex_lock(&prompt->mutex);
    prompt->shown = true;
    (void)pthread_cond_broadcast(&prompt->changed);
    (void)pthread_mutex_unlock(&prompt->mutex);
}

static void *run(void *context) {
    struct jb_prompt *prompt = context;
    enum jb_error result = jb_prompt_dialog_run(prompt->dialog, &prompt->request, prompt->secret);

    (void)pthread_mutex_lock(&prompt->mutex);
    prompt->result = result;
    prompt->shown = true;
    prompt->ended = true;
    (void)pthread_cond_broadcast(&prompt->changed);
    (void)pthread_mutex_unlock(&prompt->mutex);
    return NULL;
}

enum jb_error jb_prompt_start(const struct jb_prompt_request *request, struct jb_prompt **out) {
    struct jb_prompt *prompt = calloc(1, sizeof(*prompt));
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;

    *out = NULL;
    if (prompt == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    prompt->request = *request;
    if ((prompt->dialog = jb_prompt_dialog_new(on_shown, prompt)) == NULL ||
        (prompt->secret = jb_secret_new()) == NULL) {
        error = prompt->dialog == NULL ? error : jb_secret_shortage();
        goto out;
    }
    if (pthread_mutex_init(&prompt->mutex, NULL) != 0) {
        goto out;
    }
    if (!jb_wait_init(&prompt->changed)) {
        (void)pthread_mutex_destroy(&prompt->mutex);
        goto out;
    }
    if (pthread_create(&prompt->thread, NULL, run, prompt) != 0) {
        (void)pthread_cond_destroy(&prompt->changed);
        (void)pthread_mutex_destroy(&prompt->mutex);
        goto out;
    }
    *out = prompt;
    return JB_OK;

out:
    jb_secret_free(&prompt->secret);
    jb_prompt_dialog_free(&prompt->dialog);
    free(prompt);
    return error;
}

static bool wait_for(struct jb_prompt *prompt, const bool *what, unsigned ms) {
    uint64_t until = jb_clock_ms() + ms;
    bool happened;

    (void)pthread_mutex_lock(&prompt->mutex);
    while (!*what && jb_wait_until(&prompt->changed, &prompt->mutex, until)) {
    }
    happened = *what;
    (void)pthread_mutex_unlock(&prompt->mutex);
    return happened;
}

bool jb_prompt_wait(struct jb_prompt *prompt, unsigned ms) {
    return wait_for(prompt, &prompt->ended, ms);
}

bool jb_prompt_wait_shown(struct jb_prompt *prompt, unsigned ms) {
    return wait_for(prompt, &prompt->shown, ms);
}

void jb_prompt_dismiss(struct jb_prompt *prompt) {
    jb_prompt_dialog_close(prompt->dialog);
}

enum jb_error jb_prompt_finish(struct jb_prompt **prompt, struct jb_secret **secret) {
    struct jb_prompt *ended = *prompt;
    enum jb_error result;

    (void)pthread_join(ended->thread, NULL);
    result = ended->result;
    *secret = NULL;
    if (result == JB_OK && jb_prompt_asks_pin(ended->request.kind)) {
        *secret = ended->secret;
        ended->secret = NULL;
    }
    jb_secret_free(&ended->secret);
    jb_prompt_dialog_free(&ended->dialog);
    (void)pthread_cond_destroy(&ended->changed);
    (void)pthread_mutex_destroy(&ended->mutex);
    free(ended);
    *prompt = NULL;
    return result;
}
