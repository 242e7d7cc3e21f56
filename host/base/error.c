/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/error.h"

#include <stddef.h>

struct entry {
    const char *reason, *code, *sentence[2];
};

static const struct entry table[JB_ERROR_COUNT] = {
    [JB_OK] = {"", "", {"", ""}},
#define X(name, reason_, code_, ja, en) [JB_ERR_##name] = {reason_, "ERR_WEBEID_" #code_, {ja, en}},
#include "errors.def"
#undef X
};

static const struct entry *find(enum jb_error error) {
    return (size_t)error < JB_ERROR_COUNT ? &table[error] : &table[JB_ERR_INTERNAL];
}

const char *jb_error_reason(enum jb_error error) {
    return find(error)->reason;
}

const char *jb_error_code(enum jb_error error) {
    return find(error)->code;
}

const char *jb_error_sentence(enum jb_error error, enum jb_lang lang) {
    return find(error)->sentence[lang == JB_LANG_JA ? 0 : 1];
}
