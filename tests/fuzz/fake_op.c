/* SPDX-License-Identifier: MIT */
/* op.h, with a clock that only moves when somebody sleeps, so that waiting costs no time. */
#include <stdlib.h>

#include "jpki_bridge/op.h"
#include "jpki_bridge/wait.h"

struct jb_op {
    enum jb_error why;
    uint64_t deadline;
};

static uint64_t now = 1;

uint64_t jb_clock_ms(void) {
    return now;
}

void jb_pause(unsigned ms) {
    now += ms;
}

struct jb_op *jb_op_new(uint64_t timeout_ms, void (*on_event)(void *, const struct jb_event *),
                        void *context) {
    struct jb_op *op = calloc(1, sizeof *op);

    (void)on_event;
    (void)context;
    if (op != NULL) {
        op->deadline = now + timeout_ms;
    }
    return op;
}

void jb_op_free(struct jb_op **op) {
    free(*op);
    *op = NULL;
}

void jb_op_cancel(struct jb_op *op, enum jb_error why) {
    op->why = op->why == JB_OK ? why : op->why;
}

enum jb_error jb_op_check(struct jb_op *op) {
    if (now >= op->deadline) {
        jb_op_cancel(op, JB_ERR_TIMEOUT);
    }
    return op->why;
}

enum jb_error jb_op_sleep(struct jb_op *op, unsigned ms) {
    now += ms;
    return jb_op_check(op);
}

uint64_t jb_op_remaining(struct jb_op *op) {
    return now < op->deadline ? op->deadline - now : 0;
}

void jb_op_tell(struct jb_op *op, const struct jb_event *event) {
    (void)op;
    (void)event;
    now++;
}

void jb_op_enter_call(struct jb_op *op, unsigned limit_ms, enum jb_error when_stuck) {
    (void)op;
    (void)limit_ms;
    (void)when_stuck;
}

void jb_op_leave_call(struct jb_op *op) {
    (void)op;
    now++;
}

void jb_op_note_pin(struct jb_op *op, int tries_left, bool unanswered) {
    (void)op;
    (void)tries_left;
    (void)unanswered;
}

void jb_op_note_change(struct jb_op *op, bool unknown) {
    (void)op;
    (void)unknown;
}

void jb_op_note_signed(struct jb_op *op, unsigned count) {
    (void)op;
    (void)count;
}

int jb_op_signed(struct jb_op *op) {
    (void)op;
    return -1;
}

enum jb_error jb_op_stuck(struct jb_op *op, int *tries_left) {
    (void)op;
    *tries_left = -1;
    return JB_OK;
}
