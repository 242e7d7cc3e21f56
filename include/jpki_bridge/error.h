/* SPDX-License-Identifier: MIT */
/*
 * An error: what went wrong, as a person and a program are told it.
 * The table stands in host/base/errors.def; values are only ever added.
 */
#ifndef JPKI_BRIDGE_ERROR_H
#define JPKI_BRIDGE_ERROR_H

#include "jpki_bridge/lang.h"

enum jb_error {
    JB_OK = 0,
#define X(name, reason, code, ja, en) JB_ERR_##name,
#include "../../host/base/errors.def"
#undef X
    JB_ERROR_COUNT
};

/* The stable reason, such as "card-absent". Never null; static. "" for JB_OK. */
const char *jb_error_reason(enum jb_error error);

/* The Web eID code, such as "ERR_WEBEID_USER_TIMEOUT". Never null; static. "" for JB_OK. */
const char *jb_error_code(enum jb_error error);

/* What happened and what to do next, in UTF-8. Never null; static. "" for JB_OK. */
const char *jb_error_sentence(enum jb_error error, enum jb_lang lang);

#endif
