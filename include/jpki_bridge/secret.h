/* SPDX-License-Identifier: MIT */
/*
 * A secret: a PIN in locked memory that is never in a core dump, wiped by the type that holds it.
 * The memory is OpenSSL's secure heap (mlock and MADV_DONTDUMP, or VirtualLock; guard pages).
 */
#ifndef JPKI_BRIDGE_SECRET_H
#define JPKI_BRIDGE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpki_bridge/error.h"

#define JB_SECRET_MAX 64 /* bytes; the longest PIN of the card has 16 */

struct jb_secret {
    size_t len;
    uint8_t bytes[JB_SECRET_MAX];
};

/* Turns core dumps and debuggers of others off for this process, as far as the system lets. Cheap;
 * first thing in main. One file per system. */
void jb_secret_protect_process(void);

/* A new, empty secret. Null when no locked memory is to be had, for which jb_secret_shortage says
 * why: JB_ERR_MEMORY_UNLOCKED (the system does not let this user lock as much) or
 * JB_ERR_OUT_OF_MEMORY. Freed with jb_secret_free. */
struct jb_secret *jb_secret_new(void);
enum jb_error jb_secret_shortage(void);

/* Wipes, frees and nulls *secret; *secret may be null. */
void jb_secret_free(struct jb_secret **secret);

/* Whether two secrets are the same, in a time that depends on their lengths only. */
bool jb_secret_equals(const struct jb_secret *a, const struct jb_secret *b);

/* Locked, wiped memory for libraries that keep a PIN in buffers of their own (malloc, realloc and
 * free). */
void *jb_secret_malloc(size_t size);
void *jb_secret_realloc(void *memory, size_t size);
void jb_secret_release(void *memory);

#endif
