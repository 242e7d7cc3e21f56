/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/log.h"

#include <stdio.h>

#include "jpki_bridge/command.h"
#include "jpki_bridge/policy.h"

/* A policy that is not valid is one all the same: whoever wrote it will want to know what it does.
 */
static bool is_wanted(void) {
    struct jb_policy *policy = NULL;
    enum jb_error error = jb_policy_load(&policy, NULL);
    bool wanted = error == JB_OK ? jb_policy_wants_log(policy) : error == JB_ERR_POLICY_INVALID;

    jb_policy_free(&policy);
    return wanted;
}

void jb_command_log(const struct jb_request *request, enum jb_error outcome) {
    const struct jb_command_row *row = jb_command_of(request);
    char operation[64];

    if ((row->flags & JB_FLAG_LOGGED) == 0 || !is_wanted()) {
        return;
    }
    (void)snprintf(operation, sizeof operation, "%s%s%s", row->name, row->mode == 0 ? "" : "-",
                   jb_mynaportal_mode_name(row->mode));
    /* The holder's own commands come from the extension's pages. */
    jb_log_operation((row->flags & JB_FLAG_OWN) != 0 ? "extension" : request->origin, operation,
                     outcome == JB_OK ? "ok" : jb_error_reason(outcome));
}
