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

#define JB_TRUSTED_ORIGINS_MAX 100
#define JB_INSTALLATION_ID_LEN 32 /* lower-case hex digits of 16 random bytes */

struct jb_config {
    char *pinentry; /* absolute path of the prompt program, or null for the system's */
    /* the origins that the holder lets use modes 01 and 02 of the Mynaportal protocol */
    char **trusted;
    size_t trusted_count;
};

/* Loads it; no file is an empty configuration. JB_ERR_CONFIG_INVALID when it is there and not
 * valid; *problem then names what is wrong (static text, English). problem may be null. */
enum jb_error jb_config_load(struct jb_config *config, const char **problem);
void jb_config_clear(struct jb_config *config);

/* Whether the origin is among the trusted ones. */
bool jb_config_trusts(const struct jb_config *config, const char *origin);

/* Adds the origin to the trusted ones, or takes it away, in the file and for good (JB_OK also when
 * that changes nothing). The file is replaced whole, readable by its owner only.
 * JB_ERR_CONFIG_INVALID when it cannot be. */
enum jb_error jb_config_trust(const char *origin);
enum jb_error jb_config_distrust(const char *origin);

/* The identifier of this installation, made at first use and kept in a file that only its owner
 * reads. NUL-terminated. */
enum jb_error jb_config_installation_id(char id[JB_INSTALLATION_ID_LEN + 1]);

/* Whether that file is good, or not made yet. */
bool jb_config_installation_is_sound(void);

#endif
