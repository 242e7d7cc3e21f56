/* SPDX-License-Identifier: MIT */
/* The unified log: log show --predicate 'subsystem == "org.jpkibridge.host"'. What is not said to
 * be public would be left out of it. */
#include <os/log.h>

#include "jpki_bridge/log.h"

void jb_log_operation(const char *origin, const char *operation, const char *outcome) {
    os_log_t log = os_log_create("org.jpkibridge.host", "operation");

    os_log_with_type(log, OS_LOG_TYPE_DEFAULT,
                     "origin=%{public}s operation=%{public}s outcome=%{public}s", origin, operation,
                     outcome);
    os_release(log);
}
