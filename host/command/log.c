/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/log.h"

#include "jpki_bridge/command.h"
#include "jpki_bridge/policy.h"

/* What an entry calls the request; null when it asks no person and is not logged. */
static const char *operation_name(const struct jb_request *request) {
    switch (request->command) {
    case JB_COMMAND_AUTHENTICATE:
    case JB_COMMAND_GET_SIGNING_CERTIFICATE:
    case JB_COMMAND_SIGN:
    case JB_COMMAND_SIGN_DOCUMENTS:
    case JB_COMMAND_CARD_DETAILS:
    case JB_COMMAND_CHANGE_PIN:
    case JB_COMMAND_READ_PROFILE:
        return jb_command_name(request->command);
    case JB_COMMAND_MYNAPORTAL:
        switch (request->message.mode) {
        case JB_MYNAPORTAL_AUTHENTICATE:
            return "mynaportal-01";
        case JB_MYNAPORTAL_SIGN:
            return "mynaportal-02";
        case JB_MYNAPORTAL_ATTRIBUTES:
            return "mynaportal-04";
        case JB_MYNAPORTAL_CLOSE:
            break;
        }
        return NULL;
    case JB_COMMAND_STATUS:
    case JB_COMMAND_TRUSTED_ORIGINS:
    case JB_COMMAND_DISTRUST_ORIGIN:
    case JB_COMMAND_CARD_INFO:
    case JB_COMMAND_DOCTOR:
    case JB_COMMAND_QUIT:
        break;
    }
    return NULL;
}

/* A policy that is not valid is one all the same: whoever wrote it will want to know what it does.
 */
static bool is_wanted(void) {
    struct jb_policy *policy = NULL;
    enum jb_error error = jb_policy_load(&policy);
    bool wanted = error == JB_OK ? jb_policy_wants_log(policy) : error == JB_ERR_POLICY_INVALID;

    jb_policy_free(&policy);
    return wanted;
}

void jb_command_log(const struct jb_request *request, enum jb_error outcome) {
    const char *operation = operation_name(request);

    if (operation == NULL || !is_wanted()) {
        return;
    }
    /* The holder's own commands come from the extension's pages. */
    jb_log_operation(jb_command_is_own(request->command) ? "extension" : request->origin, operation,
                     outcome == JB_OK ? "ok" : jb_error_reason(outcome));
}
