/* SPDX-License-Identifier: MIT */
/*
 * An operation: one request of a page under way. It can be called off from any thread, ends at a
 * deadline, tells how far it is, and says while it is inside a call that may not return (so that
 * another thread can answer).
 */
#ifndef JPKI_BRIDGE_OP_H
#define JPKI_BRIDGE_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/wait.h"

enum jb_event_kind {
    JB_EVENT_WAITING_FOR_READER,
    JB_EVENT_WAITING_FOR_CARD,
    JB_EVENT_PIN_PROMPT,
    JB_EVENT_CARD_WORKING
};

struct jb_event {
    enum jb_event_kind kind;
    const char *found; /* waiting-for-card: "other-card" or "unknown" when something else lies
                          there; or null */
    int tries_left;    /* pin-prompt: tries left; -1 for none told */
    bool keypad;       /* pin-prompt: on the reader's keypad */
    bool confirm;      /* pin-prompt: a yes is asked, and no PIN */
    bool fresh;        /* pin-prompt: for a new PIN, */
    bool again;        /* or for the same one once more */
    unsigned done;     /* card-working on several signatures: how many are made, */
    unsigned count;    /* and how many there will be; 0: not told */
};

struct jb_op;

/* A new operation that ends timeout_ms from now. on_event (may be null) is called on the thread
 * that works. Null when memory is short. Freed with jb_op_free. */
struct jb_op *jb_op_new(uint64_t timeout_ms, void (*on_event)(void *, const struct jb_event *),
                        void *context);
void jb_op_free(struct jb_op **op);

/* Calls the operation off, for why; the first reason stays. Any thread; also wakes jb_op_sleep. */
void jb_op_cancel(struct jb_op *op, enum jb_error why);

/* JB_OK while it may go on; else why not: the reason of jb_op_cancel, or JB_ERR_TIMEOUT. Any
 * thread. */
enum jb_error jb_op_check(struct jb_op *op);

/* Sleeps at most ms, less when called off or at the deadline; answers like jb_op_check. */
enum jb_error jb_op_sleep(struct jb_op *op, unsigned ms);

/* Milliseconds to the deadline; 0 when it has passed. */
uint64_t jb_op_remaining(struct jb_op *op);

/* Tells an event, once per change: an event equal to the last one told is not told again. */
void jb_op_tell(struct jb_op *op, const struct jb_event *event);

/* Between the two, the working thread is in a call that may never return; after limit_ms it counts
 * as stuck, with the given error. limit_ms 0: no limit. */
void jb_op_enter_call(struct jb_op *op, unsigned limit_ms, enum jb_error when_stuck);
void jb_op_leave_call(struct jb_op *op);

/* What the holder must learn whatever happens next: that a PIN was spent, and what is known of the
 * tries (-1: nothing). unanswered: the card's answer to it did not arrive. */
void jb_op_note_pin(struct jb_op *op, int tries_left, bool unanswered);

/* Likewise: that a new PIN goes out, and that what became of it is known. */
void jb_op_note_change(struct jb_op *op, bool unknown);

/* Likewise: how many signatures of those asked for the card has made. */
void jb_op_note_signed(struct jb_op *op, unsigned count);

/* What was noted so; -1: nothing. Any thread. */
int jb_op_signed(struct jb_op *op);

/* JB_OK, or the error of a call that has lasted longer than its limit, or of an operation that goes
 * on well after its end; *tries_left is then what was noted. Any thread. */
enum jb_error jb_op_stuck(struct jb_op *op, int *tries_left);

#endif
