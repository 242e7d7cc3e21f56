/* SPDX-License-Identifier: MIT */
/*
 * The user's configuration: config.json in the user's configuration directory, where unknown names
 * are refused; and the identifier of this installation, installation.json among what belongs to
 * this computer.
 */
#ifndef JPKI_BRIDGE_CONFIG_H
#define JPKI_BRIDGE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/fault.h"
#include "jpki_bridge/op.h"

#define JB_TRUSTED_ORIGINS_MAX 100
#define JB_INSTALLATION_ID_LEN 32 /* lower-case hex digits of 16 random bytes */

struct jb_config {
    char *pinentry; /* absolute path of the prompt program, or null for the system's */
    /* the origins that the holder lets use modes 01 and 02 of the Mynaportal protocol */
    char **trusted;
    size_t trusted_count;
};

/* Loads it; no file is an empty configuration. JB_ERR_CONFIG_INVALID when it is there and not
 * valid, or when somebody else could have written it, or could have put there the prompt program
 * that it names; *fault (null: not wanted) then says what is wrong. */
enum jb_error jb_config_load(struct jb_config *config, struct jb_fault *fault);
void jb_config_clear(struct jb_config *config);

/* Whether the origin is among the trusted ones. */
bool jb_config_trusts(const struct jb_config *config, const char *origin);

/* Adds the origin to the trusted ones, or takes it away, in the file and for good (JB_OK also when
 * that changes nothing). The file is replaced whole, readable by its owner only.
 * JB_ERR_CONFIG_INVALID when it cannot be. Another process that is at it is waited for, as
 * jb_platform_lock_beside does with the operation (may be null), whose errors come, too. */
enum jb_error jb_config_trust(struct jb_op *op, const char *origin);
enum jb_error jb_config_distrust(struct jb_op *op, const char *origin);

/* The identifier of this installation, made at first use and kept in a file that only its owner
 * reads. NUL-terminated. Waits likewise. */
enum jb_error jb_config_installation_id(struct jb_op *op, char id[JB_INSTALLATION_ID_LEN + 1]);

/* Whether that file is good, or not made yet; else with *fault (not null). */
bool jb_config_installation_is_sound(struct jb_fault *fault);

#endif
