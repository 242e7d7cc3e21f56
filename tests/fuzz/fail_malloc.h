/* SPDX-License-Identifier: MIT */
/* Lets one allocation of the product fail (linked with --wrap=malloc,--wrap=calloc). */
#ifndef FAIL_MALLOC_H
#define FAIL_MALLOC_H

/* How many allocations go well before one fails; -1 for none. Counts down. */
extern int fail_malloc_after;

#endif
