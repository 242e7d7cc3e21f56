/* SPDX-License-Identifier: MIT */
/*
 * The commands: what the host does for a request, from policy to card to reply. One file per
 * command; unlock.c is the one way to a verified PIN. A command runs on the card thread.
 */
#ifndef JPKI_BRIDGE_COMMAND_H
#define JPKI_BRIDGE_COMMAND_H

#include <cjson/cJSON.h>

#include "jpki_bridge/card.h"
#include "jpki_bridge/certificate.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/info.h"
#include "jpki_bridge/jpki.h"
#include "jpki_bridge/op.h"
#include "jpki_bridge/profile.h"
#include "jpki_bridge/prompt.h"
#include "jpki_bridge/request.h"

/* What every command works with; all borrowed. */
struct jb_context {
    struct jb_transport *transport;
    struct jb_op *op;
    const struct jb_request *request;
    bool confirm_caller; /* the caller has no window of its own: a native yes comes first */
    /* What answers the command doctor, which looks at more than commands know. */
    enum jb_error (*doctor)(struct jb_transport *, struct jb_op *, enum jb_lang, cJSON **);
    /* set by jb_command_run for the commands */
    const struct jb_config *config;
    const struct jb_policy *policy;
};

/* Runs the request (any that has a function in the table). JB_OK with *result, the result object,
 * freed with cJSON_Delete. On an error *tries_left is the count that the person must know, or -1.
 */
enum jb_error jb_command_run(const struct jb_context *context, cJSON **result, int *tries_left);

/* The answer to a status while a card is at work: which readers hold a card ("unknown"), without
 * touching it. */
enum jb_error jb_command_glance(struct jb_transport *transport, cJSON **result);

/* ---- the table of commands ---- */

/* The arguments that a command takes. */
enum {
    JB_ARGUMENT_ORIGIN = 1,
    JB_ARGUMENT_LANG = 2,
    JB_ARGUMENT_NONCE = 4,
    JB_ARGUMENT_CERTIFICATE = 8,
    JB_ARGUMENT_HASH = 16,
    JB_ARGUMENT_MESSAGE = 32,
    JB_ARGUMENT_DOCUMENTS = 64,
    JB_ARGUMENT_PIN = 128,
    JB_ARGUMENT_FIELDS = 256
};

enum {
    JB_FLAG_OWN = 1,     /* for our extension's own pages only: no site asks for it */
    JB_FLAG_WEB_EID = 2, /* Web eID's extension knows it; that one gets no other */
    JB_FLAG_BRIEF = 4,   /* over in a moment: nobody is asked, nothing is waited for */
    JB_FLAG_LOGGED = 8,  /* written to the system's log, where the policy wants that */
    JB_FLAG_CARD = 16,   /* asks the card for something: policy and configuration are read, and
                               the user's other processes wait */
    JB_FLAG_CONSENT = 32 /* a yes comes first, which the host asks for where the caller has no
                               window that does */
};

/* All that the program knows of a command. */
struct jb_command_row {
    enum jb_command command;
    enum jb_mynaportal_mode mode; /* JB_COMMAND_MYNAPORTAL has a row for each; else 0 */
    const char *name;             /* as the protocol spells it */
    unsigned required, optional;  /* JB_ARGUMENT_* */
    unsigned flags;               /* JB_COMMAND_* of those above */
    enum jb_prompt_purpose purpose;
    enum jb_pin pin; /* with a purpose: the PIN that is asked for, where the request names none */
    /* Null: whoever serves the caller answers by himself. */
    enum jb_error (*run)(const struct jb_context *context, cJSON **result, int *tries_left);
};

/* The first row of that name, which tells the arguments; null when there is none. Static. */
const struct jb_command_row *jb_command_named(const char *name);

/* The request's row. Static. */
const struct jb_command_row *jb_command_of(const struct jb_request *request);

/* Whether the request's command has the flag. */
bool jb_command_has(const struct jb_request *request, unsigned flag);

/* Writes how the request ended (JB_OK, or why it did not go well) to the system's log, where the
 * policy wants that and the command is one that asks a person. */
void jb_command_log(const struct jb_request *request, enum jb_error outcome);

/* ---- between the command files ---- */

enum jb_error jb_command_status(const struct jb_context *context, cJSON **result, int *tries_left);
enum jb_error jb_command_doctor(const struct jb_context *context, cJSON **result, int *tries_left);
enum jb_error jb_command_authenticate(const struct jb_context *context, cJSON **result,
                                      int *tries_left);
enum jb_error jb_command_get_signing_certificate(const struct jb_context *context, cJSON **result,
                                                 int *tries_left);
enum jb_error jb_command_sign(const struct jb_context *context, cJSON **result, int *tries_left);
enum jb_error jb_command_sign_documents(const struct jb_context *context, cJSON **result,
                                        int *tries_left);
enum jb_error jb_command_mynaportal(const struct jb_context *context, cJSON **result,
                                    int *tries_left);
enum jb_error jb_command_mynaportal_close(const struct jb_context *context, cJSON **result,
                                          int *tries_left);
enum jb_error jb_command_trusted_origins(const struct jb_context *context, cJSON **result,
                                         int *tries_left);
enum jb_error jb_command_distrust_origin(const struct jb_context *context, cJSON **result,
                                         int *tries_left);
enum jb_error jb_command_card_info(const struct jb_context *context, cJSON **result,
                                   int *tries_left);
enum jb_error jb_command_card_details(const struct jb_context *context, cJSON **result,
                                      int *tries_left);
enum jb_error jb_command_change_pin(const struct jb_context *context, cJSON **result,
                                    int *tries_left);
enum jb_error jb_command_read_profile(const struct jb_context *context, cJSON **result,
                                      int *tries_left);

/* A card whose PIN has been verified, inside an open transaction. */
struct jb_unlocked {
    struct jb_card *card;
    struct jb_certificate *certificate; /* the key's; its time checked, but for any_time */
};

/* Which card it was: where it lay, and its manufacture number ("" where it told none). */
struct jb_identity {
    struct jb_reader place;
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];
};

/* Reads it, in the open transaction; the common data is then selected. A card that does not tell
 * its number is none the worse for it. */
enum jb_error jb_identity_read(struct jb_card *card, struct jb_identity *out);

/* Whether the card has not moved since, or tells the same number. */
bool jb_identity_is_same(const struct jb_identity *before, const struct jb_identity *now);

/* Whether the card has not moved since. */
bool jb_identity_stayed(const struct jb_identity *before, const struct jb_reader *now);

/* What the PIN is asked for. */
struct jb_purpose {
    const struct jb_identity *same; /* the one card that may be asked, or null; any other is
                                       JB_ERR_CERTIFICATE_MISMATCH, before any prompt */
    enum jb_pin pin;
    enum jb_prompt_purpose prompt;
    unsigned documents;       /* as in jb_prompt_request */
    enum jb_prompt_note note; /* of the first prompt */
    unsigned fields;          /* as in jb_prompt_request */
    bool any_time;            /* the certificate may have ended, or not begun */
};

/* What the request's command asks it for, by its row; any card, at a time when the certificate is
 * valid. */
struct jb_purpose jb_command_purpose(const struct jb_request *request);

/* Finds a card, asks the person for the PIN and verifies it; see design.md, points 2 and 5. On
 * JB_OK the transaction is open, with the PIN's application selected and, but for JB_PIN_PROFILE,
 * the certificate read; it ends, with the application left and a reset, in jb_unlocked_clear, which
 * is called in every case.
 */
enum jb_error jb_unlock(const struct jb_context *context, const struct jb_purpose *purpose,
                        struct jb_unlocked *unlocked, int *tries_left);
void jb_unlocked_clear(struct jb_unlocked *unlocked);

/* The tries left of a PIN after a VERIFY without an answer, if the card that lay at this place is
 * still there and tells; else -1. Nothing is sent again. No card may be connected. */
int jb_recount(const struct jb_context *context, enum jb_pin pin, const struct jb_reader *place);

/* Has the unlocked card sign a digest, and verifies the result with its certificate. *signature is
 * base64, freed with free(). */
enum jb_error jb_unlocked_sign(struct jb_unlocked *unlocked, enum jb_key key, enum jb_hash hash,
                               const uint8_t *digest, char **signature);

/* Asks the person through the native prompt while watching the card (may be null). *moved: the card
 * was taken away or exchanged meanwhile and the prompt closed. secret may be null for a yes. */
enum jb_error jb_ask(const struct jb_context *context, const struct jb_prompt_request *request,
                     struct jb_card *card, struct jb_secret **secret, bool *moved);

/* {"cryptoAlgorithm","hashFunction","paddingScheme"} for the key and a hash; null when memory is
 * short. */
cJSON *jb_signature_algorithm(const struct jb_certificate *certificate, enum jb_hash hash);

/* Adds notBefore and notAfter, in UTC as RFC 3339 has it; false when memory is short. */
bool jb_add_validity(cJSON *object, const struct jb_certificate *certificate);

/* Puts DER into the object as base64; false when memory is short. */
bool jb_add_base64(cJSON *object, const char *name, const uint8_t *bytes, size_t len);
/* The same at the end of a list. */
bool jb_append_base64(cJSON *list, const uint8_t *bytes, size_t len);

#endif
