/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/op.h"
#include "jpki_bridge/transport.h"

#define PATIENCE_MS 10000
#define LOOK_MS 100

struct work {
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    struct jb_op *op;
    struct jb_survey survey;
    bool with_info;
    bool done;
    bool abandoned; /* nobody waits any more: the thread itself frees */
};

static void free_work(struct work *work) {
    jb_card_info_clear(&work->survey.info);
    jb_op_free(&work->op);
    pthread_cond_destroy(&work->ended);
    pthread_mutex_destroy(&work->mutex);
    free(work);
}

static void *look(void *argument) {
    struct work *work = argument;
    struct jb_transport *transport = jb_transport_pcsc();
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;
    bool abandoned;

    if (transport != NULL) {
        error = jb_card_survey(transport, work->op, work->survey.status, &work->survey.count);
        /* What it cannot tell is left out: the survey has said what lies there. */
        if (error == JB_OK && work->with_info) {
            (void)jb_card_info_read(transport, work->op, &work->survey.info);
        }
        transport->free(transport);
    }
    pthread_mutex_lock(&work->mutex);
    work->survey.error = error;
    work->done = true;
    abandoned = work->abandoned;
    pthread_cond_signal(&work->ended);
    pthread_mutex_unlock(&work->mutex);
    if (abandoned) {
        free_work(work);
    }
    return NULL;
}

/* Waits for the thread, and leaves it behind when it hangs. */
static void wait_for(struct work *work, struct jb_survey *survey) {
    enum jb_error stuck = JB_OK;
    int no_tries;
    bool done;

    pthread_mutex_lock(&work->mutex);
    while (!work->done && stuck == JB_OK) {
        (void)jb_wait_until(&work->ended, &work->mutex, jb_clock_ms() + LOOK_MS);
        stuck = jb_op_stuck(work->op, &no_tries);
        if (stuck == JB_OK && jb_op_remaining(work->op) == 0) {
            stuck = JB_ERR_CARD_UNRESPONSIVE;
        }
    }
    done = work->done;
    if (done) {
        *survey = work->survey;
        memset(&work->survey.info, 0, sizeof work->survey.info); /* taken over */
    } else {
        survey->error = stuck;
        work->abandoned = true;
    }
    pthread_mutex_unlock(&work->mutex);
    if (done) {
        free_work(work);
    }
}

void jb_survey_take(struct jb_survey *survey, bool with_info) {
    struct work *work = calloc(1, sizeof *work);

    memset(survey, 0, sizeof *survey);
    survey->error = JB_ERR_OUT_OF_MEMORY;
    if (work == NULL || !jb_wait_init(&work->ended)) {
        free(work);
        return;
    }
    work->with_info = with_info;
    pthread_mutex_init(&work->mutex, NULL);
    work->op = jb_op_new(PATIENCE_MS, NULL, NULL);
    if (work->op == NULL || !jb_start_thread(look, work)) {
        free_work(work);
        return;
    }
    wait_for(work, survey);
}

void jb_survey_clear(struct jb_survey *survey) {
    jb_card_info_clear(&survey->info);
}
