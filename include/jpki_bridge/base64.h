/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648 §4) with padding; strict when decoding. */
#ifndef JPKI_BRIDGE_BASE64_H
#define JPKI_BRIDGE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/error.h"

/* A new NUL-terminated string, freed with free(); null when memory is short. */
char *jb_base64_encode(const uint8_t *bytes, size_t len);

/* Decodes canonical base64 of at most max bytes into a new buffer (*out, freed with free()).
 * Anything else (white space, missing or excess padding, stray bits, longer than max) is
 * JB_ERR_ARGUMENT_INVALID. */
enum jb_error jb_base64_decode(const char *text, size_t max, uint8_t **out, size_t *len);

#endif
