/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/secret.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>

#define HEAP_SIZE                                                                                  \
    32768 /* bytes, a power of two: a pinentry conversation needs about 10 kB; an unprivileged     \
             user may lock 64 kB */
#define HEAP_UNIT 64 /* bytes, the smallest piece */

static pthread_once_t heap_once = PTHREAD_ONCE_INIT;
static bool heap_locked;
static bool heap_unlockable;

static void make_heap(void) {
    int made = CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_UNIT);

    /* 2 means that the memory is there but could not be locked: then there is none for a PIN. */
    heap_locked = made == 1;
    heap_unlockable = made == 2;
}

void *jb_secret_malloc(size_t size) {
    (void)pthread_once(&heap_once, make_heap);
    return heap_locked ? OPENSSL_secure_zalloc(size) : NULL;
}

void *jb_secret_realloc(void *memory, size_t size) {
    void *larger = jb_secret_malloc(size);

    if (larger != NULL && memory != NULL) {
        size_t old = CRYPTO_secure_actual_size(memory);
        memcpy(larger, memory, old < size ? old : size);
        jb_secret_release(memory);
    }
    return larger;
}

void jb_secret_release(void *memory) {
    if (memory != NULL) {
        OPENSSL_secure_clear_free(memory, CRYPTO_secure_actual_size(memory));
    }
}

struct jb_secret *jb_secret_new(void) {
    return jb_secret_malloc(sizeof(struct jb_secret));
}

enum jb_error jb_secret_shortage(void) {
    return heap_unlockable ? JB_ERR_MEMORY_UNLOCKED : JB_ERR_OUT_OF_MEMORY;
}

void jb_secret_free(struct jb_secret **secret) {
    jb_secret_release(*secret);
    *secret = NULL;
}

bool jb_secret_equals(const struct jb_secret *a, const struct jb_secret *b) {
    return a->len == b->len && a->len <= JB_SECRET_MAX &&
           CRYPTO_memcmp(a->bytes, b->bytes, a->len) == 0;
}
