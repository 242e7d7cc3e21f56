/* SPDX-License-Identifier: MIT */
/*
 * The system's log, for administrators: journald or syslog on Linux, the event log on Windows, the
 * unified log on macOS. An entry says when, who asked (an origin), for what, and how it ended, and
 * no more: neither a person's data nor a digest, a certificate or a card, which identify one.
 */
#ifndef JPKI_BRIDGE_LOG_H
#define JPKI_BRIDGE_LOG_H

/* Writes one entry; all three are ASCII without control characters. The outcome is "ok" or a
 * reason (jb_error_reason). Waits for nobody, and where there is no log it does nothing: an
 * operation does not depend on its entry. */
void jb_log_operation(const char *origin, const char *operation, const char *outcome);

#endif
