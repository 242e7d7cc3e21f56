/* SPDX-License-Identifier: MIT */
/* The event log: source "JPKI Bridge" of the log Application, whose words (events.mc) are in this
 * program; the installer registers where. Without that the entry has only what is logged. */
#include <stdbool.h>
#include <string.h>
#include <windows.h>

#include "jpki_bridge/log.h"

/* Messages of events.mc, their severity in the uppermost bits. */
#define EVENT_DONE 0x40000001
#define EVENT_NOT_DONE 0x80000002

void jb_log_operation(const char *origin, const char *operation, const char *outcome) {
    const char *words[] = {origin, operation, outcome};
    HANDLE source = RegisterEventSourceW(NULL, L"JPKI Bridge");
    bool good = strcmp(outcome, "ok") == 0;

    if (source == NULL) {
        return;
    }
    (void)ReportEventA(source, good ? EVENTLOG_INFORMATION_TYPE : EVENTLOG_WARNING_TYPE, 0,
                       good ? EVENT_DONE : EVENT_NOT_DONE, NULL, sizeof words / sizeof words[0], 0,
                       words, NULL);
    (void)DeregisterEventSource(source);
}
