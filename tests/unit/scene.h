/* SPDX-License-Identifier: MIT */
/*
 * What a command works in: a holder at a prompt, a reader, and a card with real keys and
 * certificates, made for this run.
 */
#ifndef SCENE_H
#define SCENE_H

#include "fake_prompt.h"
#include "fake_transport.h"
#include "jpki_bridge/command.h"

#define SCENE_ORIGIN "https://portal.example.go.jp"
#define SCENE_NONCE "0123456789abcdef0123456789abcdef0123456789ab"

struct scene {
    struct fake_card card;
    struct fake fake;
    struct jb_op *op;
    struct jb_request request;
    struct jb_context context;
    struct jb_unlocked unlocked;
    int tries_left;
    bool bad_signature;                         /* the card's signatures do not hold */
    const char *attributes[JB_ATTRIBUTE_COUNT]; /* of the next signing certificate; or null */
    /* the events told, as letters: r reader, c card, p prompt, k on the keypad, y a yes, n a new
     * PIN, a the same again, w working */
    char events[64];
};

/* Makes the keys and certificates; as cmocka's group set-up and tear-down. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* The same, with configuration and runtime directories of this run's own, below scene_home. */
extern char scene_home[];
int scene_set_up_home(void **state);
int scene_tear_down_home(void **state);

/* Sets the scene: a card as holders have it, and a minute's time. Ended with scene_end, which
 * asserts that nothing was left open. */
void scene_begin(struct scene *scene, const struct fake_answer *answers, size_t count);
void scene_end(struct scene *scene);

/* Puts another certificate on the card, of the same CA: its time begins and ends so many seconds
 * from now. */
void scene_certify(struct scene *scene, enum jb_key key, long from, long to);

/* jb_unlock in this scene. */
enum jb_error scene_unlock(struct scene *scene, enum jb_key key);

enum jb_error scene_unlock_pin(struct scene *scene, enum jb_pin pin);

/* For fake.on_wait: whoever waits for a card finds the time gone. A test of faults then ends when
 * there is nothing more to do, however slow the machine is. */
void scene_take_time_away(struct fake *fake, unsigned number);

/* The VERIFYs with a PIN that were sent, whatever came of them. */
unsigned scene_verifies(const struct scene *scene);

#endif
