/* SPDX-License-Identifier: MIT */
#include "fake_session.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct fake_card session_card;
struct fake session_fake;

static enum jb_pin pin_of(const struct session *session) {
    return session->key == JB_KEY_AUTH ? JB_PIN_AUTH : JB_PIN_SIGN;
}

static enum jb_error read_certificate(struct session *session, struct jb_card *card) {
    uint8_t *der = NULL;
    size_t len = 0;
    bool protected = false;
    enum jb_error error = jb_jpki_read_certificate(card, session->key, &der, &len, &protected);

    if (der != NULL) {
        memcpy(session->certificate, der, len);
        session->certificate_len = len;
        free(der);
    }
    return error;
}

static enum jb_error verify_and_sign(struct session *session, struct jb_card *card) {
    static const uint8_t input[51] = {0x30, 0x31, 0x30, 0x0D};
    struct jb_secret *pin = jb_secret_new();
    enum jb_error error = pin != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;

    if (error == JB_OK) {
        pin->len = strlen(session->pin);
        memcpy(pin->bytes, session->pin, pin->len);
        error = jb_pin_verify(card, pin_of(session), pin, &session->tries);
    }
    jb_secret_free(&pin);
    if (error == JB_OK && session->key == JB_KEY_SIGN) {
        error = read_certificate(session, card);
    }
    if (error == JB_OK) {
        error = jb_jpki_sign(card, session->key, input, sizeof input, session->signature,
                             &session->signature_len, &session->again);
    }
    return error;
}

static struct jb_op *running;

void session_take_time_away(struct fake *fake, unsigned number) {
    (void)fake;
    (void)number;
    jb_op_cancel(running, JB_ERR_TIMEOUT);
}

void session_run(struct session *session, struct fake *fake) {
    struct jb_op *op = running = jb_op_new(60000, NULL, NULL);
    struct jb_card *card = NULL;

    session->tries = -2;
    enum jb_error error = jb_card_find(&fake->base, op, &card);
    if (error == JB_OK) {
        error = read_certificate(session, card);
    }
    if (error == JB_OK) {
        error = jb_pin_tries(card, pin_of(session), &session->tries_before);
    }
    if (error == JB_OK && session->tries_before == 0) {
        error = JB_ERR_PIN_LOCKED;
    }
    if (error == JB_OK) {
        jb_card_end(card);
        if (session->prompt != NULL) {
            session->prompt(fake);
        }
        error = jb_card_begin(card, &session->changed);
    }
    if (error == JB_OK) {
        error = jb_application_select(card, JB_APPLICATION_JPKI);
    }
    if (error == JB_OK) {
        error = jb_pin_tries(card, pin_of(session), &session->tries_before);
    }
    if (error == JB_OK) {
        error = verify_and_sign(session, card);
    }
    jb_card_free(&card);
    jb_op_free(&op);
    session->error = error;
}

int session_set_up(void **state) {
    (void)state;
    fake_card_init(&session_card);
    fake_init(&session_fake, &session_card);
    return 0;
}

int session_tear_down(void **state) {
    (void)state;
    return session_fake.connections == 0 && session_fake.transactions == 0 &&
                   !session_card.verified[JB_PIN_AUTH] && !session_card.verified[JB_PIN_SIGN]
               ? 0
               : -1;
}

void session_must_succeed(const struct session *session) {
    enum jb_key key = session->key;

    assert_int_equal(session->error, JB_OK);
    assert_false(session->again);
    assert_int_equal(session->signature_len, session_card.signature_len);
    assert_int_equal(session->certificate_len, session_card.file_len[key]);
    assert_memory_equal(session->certificate, session_card.file[key], session_card.file_len[key]);
    assert_int_equal(session_card.spent, 0);
    assert_int_equal(session_card.verifies, 1);
    assert_true(session_fake.reader[0].resets > 0);
}

unsigned session_log_in(void) {
    struct session session = A_LOG_IN;

    session_run(&session, &session_fake);
    session_must_succeed(&session);
    return session_fake.commands;
}
