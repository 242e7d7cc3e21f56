/* SPDX-License-Identifier: MIT */
/* The user's configuration: config.json in the user's configuration directory. Unknown names are
 * refused. */
#ifndef JPKI_BRIDGE_CONFIG_H
#define JPKI_BRIDGE_CONFIG_H

#include "jpki_bridge/error.h"

struct jb_config {
    char *pinentry; /* absolute path of the prompt program, or null for the system's */
};

/* Loads it; no file is an empty configuration. JB_ERR_CONFIG_INVALID when it is there and not
 * valid; *problem then names what is wrong (static text, English). problem may be null. */
enum jb_error jb_config_load(struct jb_config *config, const char **problem);
void jb_config_clear(struct jb_config *config);

#endif
