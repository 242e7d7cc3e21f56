/* SPDX-License-Identifier: MIT */
/* The one table of commands. A command is added here, and in enum jb_command. */
#include <string.h>

#include "jpki_bridge/command.h"

#define ORIGIN JB_ARGUMENT_ORIGIN
#define LANG JB_ARGUMENT_LANG
#define NONCE JB_ARGUMENT_NONCE
#define CERTIFICATE JB_ARGUMENT_CERTIFICATE
#define HASH JB_ARGUMENT_HASH
#define MESSAGE JB_ARGUMENT_MESSAGE
#define DOCUMENTS JB_ARGUMENT_DOCUMENTS
#define PIN JB_ARGUMENT_PIN
#define FIELDS JB_ARGUMENT_FIELDS

#define OWN JB_FLAG_OWN
#define WEB_EID JB_FLAG_WEB_EID
#define BRIEF JB_FLAG_BRIEF
#define LOGGED JB_FLAG_LOGGED
#define CARD JB_FLAG_CARD
#define CONSENT JB_FLAG_CONSENT
/* A site asks for it. */
#define SITES (LOGGED | CARD | CONSENT)

/* clang-format off */
static const struct jb_command_row rows[] = {
    {.command = JB_COMMAND_STATUS, .name = "status", .flags = WEB_EID | BRIEF,
     .run = jb_command_status},
    {.command = JB_COMMAND_AUTHENTICATE, .name = "authenticate",
     .required = ORIGIN | NONCE, .optional = LANG, .flags = SITES | WEB_EID,
     .purpose = JB_PURPOSE_LOGIN, .pin = JB_PIN_AUTH, .run = jb_command_authenticate},
    {.command = JB_COMMAND_GET_SIGNING_CERTIFICATE, .name = "get-signing-certificate",
     .required = ORIGIN, .optional = LANG, .flags = SITES | WEB_EID,
     .purpose = JB_PURPOSE_READ_CERTIFICATE, .pin = JB_PIN_SIGN,
     .run = jb_command_get_signing_certificate},
    {.command = JB_COMMAND_SIGN, .name = "sign",
     .required = ORIGIN | HASH, .optional = LANG | CERTIFICATE, .flags = SITES | WEB_EID,
     .purpose = JB_PURPOSE_SIGN, .pin = JB_PIN_SIGN, .run = jb_command_sign},
    {.command = JB_COMMAND_SIGN_DOCUMENTS, .name = "sign-documents",
     .required = ORIGIN | DOCUMENTS, .optional = LANG, .flags = SITES,
     .purpose = JB_PURPOSE_SIGN, .pin = JB_PIN_SIGN, .run = jb_command_sign_documents},
    {.command = JB_COMMAND_MYNAPORTAL, .mode = JB_MYNAPORTAL_AUTHENTICATE, .name = "mynaportal",
     .required = ORIGIN | MESSAGE, .optional = LANG, .flags = SITES,
     .purpose = JB_PURPOSE_LOGIN, .pin = JB_PIN_AUTH, .run = jb_command_mynaportal},
    {.command = JB_COMMAND_MYNAPORTAL, .mode = JB_MYNAPORTAL_SIGN, .name = "mynaportal",
     .required = ORIGIN | MESSAGE, .optional = LANG, .flags = SITES,
     .purpose = JB_PURPOSE_SIGN, .pin = JB_PIN_SIGN, .run = jb_command_mynaportal},
    {.command = JB_COMMAND_MYNAPORTAL, .mode = JB_MYNAPORTAL_ATTRIBUTES, .name = "mynaportal",
     .required = ORIGIN | MESSAGE, .optional = LANG, .flags = SITES,
     .purpose = JB_PURPOSE_PROFILE, .pin = JB_PIN_PROFILE, .run = jb_command_mynaportal},
    {.command = JB_COMMAND_MYNAPORTAL, .mode = JB_MYNAPORTAL_CLOSE, .name = "mynaportal",
     .required = ORIGIN | MESSAGE, .optional = LANG, .run = jb_command_mynaportal_close},
    {.command = JB_COMMAND_READ_PROFILE, .name = "read-profile",
     .required = ORIGIN | FIELDS, .optional = LANG, .flags = SITES,
     .purpose = JB_PURPOSE_PROFILE, .pin = JB_PIN_PROFILE, .run = jb_command_read_profile},
    {.command = JB_COMMAND_TRUSTED_ORIGINS, .name = "trusted-origins", .flags = OWN,
     .run = jb_command_trusted_origins},
    {.command = JB_COMMAND_DISTRUST_ORIGIN, .name = "distrust-origin", .required = ORIGIN,
     .flags = OWN, .run = jb_command_distrust_origin},
    {.command = JB_COMMAND_CARD_INFO, .name = "card-info", .optional = LANG, .flags = OWN | BRIEF,
     .run = jb_command_card_info},
    {.command = JB_COMMAND_CARD_DETAILS, .name = "card-details", .optional = LANG,
     .flags = OWN | LOGGED | CARD,
     .purpose = JB_PURPOSE_CARD_DETAILS, .pin = JB_PIN_SIGN, .run = jb_command_card_details},
    {.command = JB_COMMAND_CHANGE_PIN, .name = "change-pin", .required = PIN, .optional = LANG,
     .flags = OWN | LOGGED | CARD, .purpose = JB_PURPOSE_CHANGE_PIN, .run = jb_command_change_pin},
    {.command = JB_COMMAND_DOCTOR, .name = "doctor", .optional = LANG, .flags = OWN | BRIEF,
     .run = jb_command_doctor},
    {.command = JB_COMMAND_QUIT, .name = "quit", .flags = WEB_EID},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof rows[0] };

const struct jb_command_row *jb_command_named(const char *name) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct jb_command_row *jb_command_of(const struct jb_request *request) {
    enum jb_mynaportal_mode mode =
        request->command == JB_COMMAND_MYNAPORTAL ? request->message.mode : 0;
    size_t i = 0;

    /* Every one is there; what could not be read is the last, which does nothing. */
    while (i + 1 < ROWS && (rows[i].command != request->command || rows[i].mode != mode)) {
        i++;
    }
    return &rows[i];
}

bool jb_command_has(const struct jb_request *request, unsigned flag) {
    return (jb_command_of(request)->flags & flag) != 0;
}

struct jb_purpose jb_command_purpose(const struct jb_request *request) {
    const struct jb_command_row *row = jb_command_of(request);
    bool signs = row->purpose == JB_PURPOSE_SIGN;

    return (struct jb_purpose){
        .prompt = row->purpose,
        .pin = (row->required & PIN) != 0 ? request->pin : row->pin,
        /* Of the two only one has any. */
        .documents = signs ? (unsigned)(request->document_count + request->message.count) : 0,
        .fields = request->fields,
    };
}
