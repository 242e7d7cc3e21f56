/* SPDX-License-Identifier: MIT */
/* Where browsers' policies are not read: nothing is said about them. */
#include <string.h>

#include "browser_policies.h"

void jb_browser_policies_read(const struct jb_browser *browser, struct jb_browser_policies *out) {
    (void)browser;
    memset(out, 0, sizeof *out);
    out->set = cJSON_CreateObject();
}

void jb_browser_policies_clear(struct jb_browser_policies *policies) {
    cJSON_Delete(policies->set);
    memset(policies, 0, sizeof *policies);
}
