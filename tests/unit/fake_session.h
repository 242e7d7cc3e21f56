/* SPDX-License-Identifier: MIT */
/* One log-in or signature on a fake card, as the commands of the host do it, without their prompts.
 */
#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H

#include "fake_transport.h"
#include "jpki_bridge/jpki.h"

struct session {
    enum jb_key key;
    const char *pin;
    /* called while no transaction is open, where the PIN would be asked for; may be null */
    void (*prompt)(struct fake *fake);
    /* what came of it */
    enum jb_error error;
    bool changed; /* the card was another one, or touched, after the prompt */
    int tries_before, tries;
    uint8_t certificate[JB_CERTIFICATE_MAX];
    size_t certificate_len;
    uint8_t signature[JB_SIGNATURE_MAX];
    size_t signature_len;
    bool again;
};

/* A session of that key with the right PIN; each has a minute. */
#define A_LOG_IN                                                                                   \
    { .key = JB_KEY_AUTH, .pin = "1234" }
#define A_SIGNATURE                                                                                \
    { .key = JB_KEY_SIGN, .pin = "ABC123" }

/* The card and the reader of tests that are about one session; laid anew before each of them. As
 * cmocka's set-up and tear-down, which asserts that nothing is open, and no PIN left verified for
 * another program. */
extern struct fake_card session_card;
extern struct fake session_fake;
int session_set_up(void **state);
int session_tear_down(void **state);

/* Asserts that the session on that card went well, under one VERIFY, and left the card reset. */
void session_must_succeed(const struct session *session);

/* A log-in on that card, which must succeed; the number of commands that it took. */
unsigned session_log_in(void);

/* For fake.on_wait: a session that waits for a card finds the time gone. */
void session_take_time_away(struct fake *fake, unsigned number);

/* Runs it on the card; every connection is closed afterwards. */
void session_run(struct session *session, struct fake *fake);

#endif
