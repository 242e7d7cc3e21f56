/* SPDX-License-Identifier: MIT */
/* The policy: whether an origin may do this. An administrator's file comes before everything else
 * (design.md). */
#ifndef JPKI_BRIDGE_POLICY_H
#define JPKI_BRIDGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/fault.h"
#include "jpki_bridge/mynaportal.h"
#include "jpki_bridge/origin.h"

#define JB_POLICY_MAX ((size_t)1024 * 1024) /* bytes */

struct jb_policy;

/* Loads the administrator's policy (none is an empty one). JB_ERR_POLICY_INVALID when it is there
 * and not valid: then nothing is allowed, since what it forbids is not known, and *fault
 * (null: not wanted) says what is wrong. Freed with jb_policy_free. */
enum jb_error jb_policy_load(struct jb_policy **out, struct jb_fault *fault);

/* The policy in a text (len bytes of JSON; null for none), likewise. */
enum jb_error jb_policy_parse(const char *text, size_t len, struct jb_policy **out,
                              struct jb_fault *fault);
void jb_policy_free(struct jb_policy **policy);

/* JB_OK, JB_ERR_ORIGIN_INVALID (jb_origin_is_valid says no) or JB_ERR_ORIGIN_DENIED. */
enum jb_error jb_policy_check_origin(const struct jb_policy *policy, const char *origin);

/* Whether the origin may use a mode of the Mynaportal protocol: JB_OK, or JB_ERR_ORIGIN_DENIED.
 * Modes 01 and 02 sign what the page gives, so beyond the shipped service hosts and those the
 * policy adds, *ask is set: the holder is to be asked once. The origin has passed
 * jb_policy_check_origin. */
enum jb_error jb_policy_check_mynaportal(const struct jb_policy *policy, const char *origin,
                                         enum jb_mynaportal_mode mode, bool *ask);

/* Whether the individual number may ever be read; false unless an administrator says so (by law it
 * is restricted). */
bool jb_policy_allows_individual_number(const struct jb_policy *policy);

/* Whether operations are written to the system's log: where there is a policy, unless it says no.
 * A computer that nobody administers keeps no list of the sites that its owner goes to. */
bool jb_policy_wants_log(const struct jb_policy *policy);

#endif
