/* SPDX-License-Identifier: MIT */
/* The policy: whether an origin may do this. An administrator's file comes before everything else
 * (design.md). */
#ifndef JPKI_BRIDGE_POLICY_H
#define JPKI_BRIDGE_POLICY_H

#include <stdbool.h>

#include "jpki_bridge/error.h"

#define JB_ORIGIN_MAX 300 /* bytes, without NUL */

struct jb_policy;

/* Loads the administrator's policy (none is an empty one). JB_ERR_POLICY_INVALID when it is there
 * and not valid: then nothing is allowed, since what it forbids is not known. Freed with
 * jb_policy_free. */
enum jb_error jb_policy_load(struct jb_policy **out);
enum jb_error jb_policy_load_file(const char *path, struct jb_policy **out);
void jb_policy_free(struct jb_policy **policy);

/* JB_OK, JB_ERR_ORIGIN_INVALID (not an https origin as browsers serialise it: lower case, no path,
 * no user, no default port, no trailing dot) or JB_ERR_ORIGIN_DENIED. */
enum jb_error jb_policy_check_origin(const struct jb_policy *policy, const char *origin);

/* Whether text is an https origin as browsers serialise it (RFC 6454 §6.2, WHATWG URL host
 * serialising). */
bool jb_origin_is_valid(const char *text);

#endif
