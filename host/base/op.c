/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/op.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define OVERDUE_MS 2000 /* what an operation may take to end after its end */

struct jb_op {
    pthread_mutex_t mutex;
    pthread_cond_t called_off;
    enum jb_error why; /* JB_OK while it may go on */
    uint64_t deadline;
    uint64_t call_limit; /* when the call counts as stuck; 0: not in a call, or without a limit */
    enum jb_error call_error;
    int tries_left;     /* as noted */
    enum jb_error lost; /* as noted: what to say instead of another error; JB_OK: nothing */
    bool changing;      /* as noted: a new PIN has gone out */
    int signatures;     /* as noted; -1: nothing */
    void (*on_event)(void *, const struct jb_event *);
    void *context;
    bool told;
    struct jb_event last;
};

struct jb_op *jb_op_new(uint64_t timeout_ms, void (*on_event)(void *, const struct jb_event *),
                        void *context) {
    struct jb_op *op = calloc(1, sizeof *op);

    if (op == NULL) {
        return NULL;
    }
    if (!jb_wait_init(&op->called_off)) {
        free(op);
        return NULL;
    }
    (void)pthread_mutex_init(&op->mutex, NULL);
    op->deadline = jb_clock_ms() + timeout_ms;
    op->tries_left = -1;
    op->signatures = -1;
    op->on_event = on_event;
    op->context = context;
    return op;
}

void jb_op_free(struct jb_op **op) {
    if (*op != NULL) {
        (void)pthread_cond_destroy(&(*op)->called_off);
        (void)pthread_mutex_destroy(&(*op)->mutex);
        free(*op);
        *op = NULL;
    }
}

void jb_op_cancel(struct jb_op *op, enum jb_error why) {
    (void)pthread_mutex_lock(&op->mutex);
    if (op->why == JB_OK) {
        op->why = why;
    }
    (void)pthread_cond_broadcast(&op->called_off);
    (void)pthread_mutex_unlock(&op->mutex);
}

static enum jb_error check_locked(struct jb_op *op) {
    if (op->why == JB_OK && jb_clock_ms() >= op->deadline) {
        op->why = JB_ERR_TIMEOUT;
    }
    return op->why;
}

enum jb_error jb_op_check(struct jb_op *op) {
    (void)pthread_mutex_lock(&op->mutex);
    enum jb_error why = check_locked(op);
    (void)pthread_mutex_unlock(&op->mutex);
    return why;
}

enum jb_error jb_op_sleep(struct jb_op *op, unsigned ms) {
    uint64_t until = jb_clock_ms() + ms;

    (void)pthread_mutex_lock(&op->mutex);
    if (until > op->deadline) {
        until = op->deadline;
    }
    while (check_locked(op) == JB_OK && jb_wait_until(&op->called_off, &op->mutex, until)) {
    }
    enum jb_error why = check_locked(op);
    (void)pthread_mutex_unlock(&op->mutex);
    return why;
}

uint64_t jb_op_remaining(struct jb_op *op) {
    uint64_t now = jb_clock_ms();

    return now < op->deadline ? op->deadline - now : 0;
}

static bool same_event(const struct jb_event *a, const struct jb_event *b) {
    const char *found_a = a->found != NULL ? a->found : "",
               *found_b = b->found != NULL ? b->found : "";

    return a->kind == b->kind && a->tries_left == b->tries_left && a->keypad == b->keypad &&
           a->confirm == b->confirm && a->fresh == b->fresh && a->again == b->again &&
           a->done == b->done && a->count == b->count && strcmp(found_a, found_b) == 0;
}

void jb_op_tell(struct jb_op *op, const struct jb_event *event) {
    if (op->on_event == NULL || (op->told && same_event(&op->last, event))) {
        return;
    }
    op->told = true;
    op->last = *event;
    op->on_event(op->context, event);
}

void jb_op_enter_call(struct jb_op *op, unsigned limit_ms, enum jb_error when_stuck) {
    (void)pthread_mutex_lock(&op->mutex);
    op->call_limit = limit_ms > 0 ? jb_clock_ms() + limit_ms : 0;
    op->call_error = when_stuck;
    (void)pthread_mutex_unlock(&op->mutex);
}

void jb_op_leave_call(struct jb_op *op) {
    jb_op_enter_call(op, 0, JB_OK);
}

void jb_op_note_pin(struct jb_op *op, int tries_left, bool unanswered) {
    (void)pthread_mutex_lock(&op->mutex);
    op->tries_left = tries_left;
    op->lost = unanswered ? JB_ERR_PIN_UNANSWERED : JB_OK;
    (void)pthread_mutex_unlock(&op->mutex);
}

void jb_op_note_change(struct jb_op *op, bool unknown) {
    (void)pthread_mutex_lock(&op->mutex);
    op->changing = unknown;
    (void)pthread_mutex_unlock(&op->mutex);
}

void jb_op_note_signed(struct jb_op *op, unsigned count) {
    (void)pthread_mutex_lock(&op->mutex);
    op->signatures = (int)count;
    (void)pthread_mutex_unlock(&op->mutex);
}

int jb_op_signed(struct jb_op *op) {
    (void)pthread_mutex_lock(&op->mutex);
    int signatures = op->signatures;
    (void)pthread_mutex_unlock(&op->mutex);
    return signatures;
}

enum jb_error jb_op_stuck(struct jb_op *op, int *tries_left) {
    uint64_t now = jb_clock_ms();
    enum jb_error error = JB_OK;

    (void)pthread_mutex_lock(&op->mutex);
    if (op->call_limit != 0 && now >= op->call_limit) {
        error = op->call_error;
    } else if (now >= op->deadline + OVERDUE_MS) {
        /* A VERIFY may be in the call that does not come back. */
        error = op->call_limit != 0 && op->call_error == JB_ERR_PIN_UNANSWERED ? op->call_error
                                                                               : check_locked(op);
    }
    if (error != JB_OK && op->lost != JB_OK) {
        error = op->lost;
    }
    if (error != JB_OK && op->changing) {
        error = JB_ERR_PIN_CHANGE_UNKNOWN;
    }
    *tries_left = op->tries_left;
    (void)pthread_mutex_unlock(&op->mutex);
    return error;
}
