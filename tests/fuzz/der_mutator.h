/* SPDX-License-Identifier: MIT */
/*
 * Changes DER by its structure (X.690): one element is altered, repeated, left out, given another
 * tag or the place of another, and all lengths around it are right again. What changes single bytes
 * seldom comes past the outermost length.
 */
#ifndef JB_FUZZ_DER_MUTATOR_H
#define JB_FUZZ_DER_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* Changes the DER element at the beginning of data (size bytes, room for max); what follows it
 * stays behind it. The new size; size unchanged where there is no element. */
size_t der_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
