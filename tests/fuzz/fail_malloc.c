/* SPDX-License-Identifier: MIT */
#include "fail_malloc.h"

#include <stdbool.h>
#include <stddef.h>

int fail_malloc_after = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool fails(void) {
    return fail_malloc_after >= 0 && fail_malloc_after-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}
