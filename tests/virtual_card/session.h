/* SPDX-License-Identifier: MIT */
/* A card (or several, one at a time) in a reader, with what goes wrong and what is commanded. */
#ifndef VC_SESSION_H
#define VC_SESSION_H

#include "card.h"
#include "fault.h"
#include "traits.h"
#include "vpcd.h"
#include "watch.h"

#include <signal.h>
#include <stdio.h>

#define VC_ATR_MAX 33
#define VC_CARDS_MAX 8

struct vc_options {
    uint16_t port;
    const char *data;                  /* directory */
    const char *log, *state, *control; /* paths, null when not wanted */
    const char *pins[VC_PIN_COUNT];
    int tries[VC_PIN_COUNT]; /* < 0: all of them */
    struct vc_traits traits;
    struct vc_faults faults;
    uint8_t atr[VC_ATR_MAX];
    size_t atr_size;
    long delay_apdu_ms, delay_byte_us;
    long reinsert_after_ms; /* after a fault took the card away; < 0: not by itself */
    bool unwatched;         /* the reader is no PC/SC daemon's */
    bool removed;           /* begin outside the reader */
};

/* A card that has been in the reader: when it comes back it has its counters still. */
struct vc_seen {
    char *data;
    enum vc_kind kind;
    struct vc_card *card;
};

struct vc_session {
    struct vc_options options;
    struct vc_seen seen[VC_CARDS_MAX];
    size_t seen_count, current;
    struct vc_vpcd vpcd;
    struct vc_control *control;
    FILE *log;
    int watch;             /* where the views come from */
    struct vc_view view;   /* what PC/SC says now */
    struct vc_view before; /* and said when the card set out for the reader */
    bool taken;            /* powered up since it came into the reader */
    bool owed;             /* taken once, and gone: the daemon has yet to notice */
    bool leaving;          /* as soon as the daemon has taken it */
    bool powered;
    bool inserted;      /* wants to be in the reader */
    int64_t connect_at; /* µs; when to try next while inserted and not connected */
    int64_t insert_at;  /* µs; when a card taken away comes back, INT64_MAX: never */
    bool answering;     /* an APDU waits for its answer */
    int64_t answer_at;  /* µs; INT64_MAX: never */
    struct vc_answer answer;
    bool quit;
};

/* µs on a clock that only goes forward. */
int64_t vc_now(void);

void vc_session_remove(struct vc_session *session);
void vc_session_insert(struct vc_session *session);

/* Whether the daemon has taken the card, to the end. */
bool vc_session_settled(const struct vc_session *session);

/* Takes the card from this directory into the reader's place (not into the reader). False when it
   cannot be loaded. */
bool vc_session_choose(struct vc_session *session, const char *data, enum vc_kind kind);

/* One line of the control socket. session is a struct vc_session *. */
void vc_session_command(void *session, char *line, char *answer);

/* Plays until *stop or a `quit`. Returns an exit status. */
int vc_session_run(const struct vc_options *options, const volatile sig_atomic_t *stop);

#endif
