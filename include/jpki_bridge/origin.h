/* SPDX-License-Identifier: MIT */
/* The origin of a site: which texts are one. Whether it may do something is the policy's matter. */
#ifndef JPKI_BRIDGE_ORIGIN_H
#define JPKI_BRIDGE_ORIGIN_H

#include <stdbool.h>

#define JB_ORIGIN_MAX 300 /* bytes, without NUL */

/* Whether text is an https origin as browsers serialise it (RFC 6454 §6.2, WHATWG URL host
 * serialising): lower case, no path, no user, no default port, no trailing dot. */
bool jb_origin_is_valid(const char *text);

#endif
