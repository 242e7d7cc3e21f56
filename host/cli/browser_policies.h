/* SPDX-License-Identifier: MIT */
/*
 * What an administrator has set for a browser on this machine; one file per system.
 * Sources: Chromium, components/policy/core/common/config_dir_policy_loader.cc; Firefox,
 * EnterprisePoliciesParent.sys.mjs.
 */
#ifndef JB_CLI_BROWSER_POLICIES_H
#define JB_CLI_BROWSER_POLICIES_H

#include <cjson/cJSON.h>

#include "jpki_bridge/browsers.h"

struct jb_browser_policies {
    cJSON *set;   /* an object of names and values; empty where there are none, null when memory is
                     short */
    char *broken; /* the path of a file that a browser may not take as it is meant, or null */
};

/* Cleared with jb_browser_policies_clear. */
void jb_browser_policies_read(const struct jb_browser *browser, struct jb_browser_policies *out);
void jb_browser_policies_clear(struct jb_browser_policies *policies);

#endif
