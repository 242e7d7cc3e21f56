/* SPDX-License-Identifier: MIT */
/*
 * A request of the extension: JSON that has become a typed value (protocols.md 2). Everything about
 * its form is checked here; whether the origin may ask is the policy's matter, what the card can do
 * the command's.
 */
#ifndef JPKI_BRIDGE_REQUEST_H
#define JPKI_BRIDGE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/cms.h"
#include "jpki_bridge/error.h"
#include "jpki_bridge/mynaportal.h"
#include "jpki_bridge/origin.h"
#include "jpki_bridge/prompt.h"
#include "jpki_bridge/signature.h"

#define JB_REQUEST_ID_MAX 64         /* bytes */
#define JB_NONCE_MIN 44              /* characters */
#define JB_NONCE_MAX 128             /* characters */
#define JB_DOCUMENTS_MAX 50          /* in one request */
#define JB_TIMEOUT_DEFAULT_MS 120000 /* as Web eID's userInteractionTimeout */
#define JB_TIMEOUT_MIN_MS 1000
#define JB_TIMEOUT_MAX_MS 600000

enum jb_command {
    JB_COMMAND_STATUS,
    JB_COMMAND_AUTHENTICATE,
    JB_COMMAND_GET_SIGNING_CERTIFICATE,
    JB_COMMAND_SIGN,
    JB_COMMAND_SIGN_DOCUMENTS,
    JB_COMMAND_MYNAPORTAL,
    JB_COMMAND_TRUSTED_ORIGINS,
    JB_COMMAND_DISTRUST_ORIGIN,
    JB_COMMAND_CARD_INFO,
    JB_COMMAND_CARD_DETAILS,
    JB_COMMAND_CHANGE_PIN,
    JB_COMMAND_READ_PROFILE,
    JB_COMMAND_DOCTOR,
    JB_COMMAND_QUIT
};

enum jb_id_kind { JB_ID_NONE, JB_ID_STRING, JB_ID_NUMBER };

/* What is to be signed: the digest of a document (CAdES), or of a PDF's byte ranges (PAdES). */
struct jb_document {
    enum jb_cms_profile profile;
    uint8_t digest[JB_HASH_MAX];
};

struct jb_request {
    enum jb_id_kind id_kind;
    char id[JB_REQUEST_ID_MAX + 1];
    int32_t id_number;
    bool events;
    unsigned timeout_ms;
    enum jb_command command;
    enum jb_lang lang;
    char origin[JB_ORIGIN_MAX + 1];
    char nonce[JB_NONCE_MAX + 1]; /* authenticate */
    uint8_t *certificate;         /* sign: DER, or null when the card's own is wanted; owned */
    size_t certificate_len;
    enum jb_hash hash; /* sign, sign-documents */
    uint8_t digest[JB_HASH_MAX];
    struct jb_document *documents; /* sign-documents: one or more; owned */
    size_t document_count;
    struct jb_mynaportal message; /* mynaportal */
    enum jb_pin pin;              /* change-pin */
    unsigned fields;              /* read-profile: one or more JB_FIELD_* */
};

/* Parses one message. Whatever comes back, request->id and lang are as far as they could be read,
 * and problem (never null after an error) names the member at fault, in static text. Cleared with
 * jb_request_clear in every case. */
enum jb_error jb_request_parse(const char *text, size_t len, struct jb_request *request,
                               const char **problem);
void jb_request_clear(struct jb_request *request);

#endif
