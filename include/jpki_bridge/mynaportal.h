/* SPDX-License-Identifier: MIT */
/*
 * A message of the Mynaportal page protocol (docs/protocol.md): JSON that a government page hands
 * over as text. Everything about its form is checked here; who may send it is the policy's matter.
 */
#ifndef JPKI_BRIDGE_MYNAPORTAL_H
#define JPKI_BRIDGE_MYNAPORTAL_H

#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/signature.h"

#define JB_MYNAPORTAL_DIGESTS_MAX 100 /* digests in one message */

enum jb_mynaportal_mode {
    JB_MYNAPORTAL_AUTHENTICATE = 1, /* 01 */
    JB_MYNAPORTAL_SIGN = 2,         /* 02 */
    JB_MYNAPORTAL_ATTRIBUTES = 4,   /* 04 */
    JB_MYNAPORTAL_CLOSE = 5         /* 05 */
};

/* What the card is to sign, as the page gave it: a DigestInfo, or a bare hash. */
struct jb_mynaportal_digest {
    uint8_t bytes[JB_SIGNATURE_INPUT_MAX];
    size_t len;
};

struct jb_mynaportal {
    enum jb_mynaportal_mode mode;
    struct jb_mynaportal_digest *digests; /* owned; mode 01 has one, 02 one or more */
    size_t count;
};

/* Parses the text. JB_ERR_REQUEST_MALFORMED: not a JSON object; JB_ERR_ARGUMENT_MISSING or _INVALID
 * with *problem, the member at fault (static). Members that are not known are let pass, as the
 * sites' own are not all known to us. Cleared with jb_mynaportal_clear in every case. */
enum jb_error jb_mynaportal_parse(const char *text, struct jb_mynaportal *message,
                                  const char **problem);
void jb_mynaportal_clear(struct jb_mynaportal *message);

/* "01" to "05". */
const char *jb_mynaportal_mode_name(enum jb_mynaportal_mode mode);

/* The origins that may use modes 01 and 02 without asking: patterns as in the policy, from
 * manifests/mynaportal.json; null-terminated, static. */
const char *const *jb_mynaportal_service_hosts(void);

#endif
