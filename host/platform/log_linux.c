/* SPDX-License-Identifier: MIT */
/*
 * journald where it listens, by its native protocol (systemd, "Native Journal Protocol"), so that
 * an administrator can select by field; else a syslog daemon (RFC 3164). Both take one datagram. It
 * is sent here and not by syslog(3), which waits for a daemon that does not read.
 */
#include "jpki_bridge/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "jpki_bridge/origin.h"

#define IDENTIFIER "jpki-bridge"
#define ENTRY_MAX (2 * JB_ORIGIN_MAX + 1024)

static bool send_entry(const char *path, const char *entry, int len) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool sent = false;

    if (fd < 0) {
        return false;
    }
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (len > 0 && len < ENTRY_MAX) {
        sent = sendto(fd, entry, (size_t)len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
                      sizeof address) == len;
    }
    close(fd);
    return sent;
}

void jb_log_operation(const char *origin, const char *operation, const char *outcome) {
    int priority = strcmp(outcome, "ok") == 0 ? LOG_INFO : LOG_NOTICE;
    char entry[ENTRY_MAX];
    char when[sizeof "Jan  1 00:00:00"] = "";
    time_t now = time(NULL);
    struct tm local;
    int len = snprintf(entry, sizeof entry,
                       "MESSAGE=origin=%s operation=%s outcome=%s\n"
                       "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=" IDENTIFIER "\n"
                       "JPKI_BRIDGE_ORIGIN=%s\nJPKI_BRIDGE_OPERATION=%s\nJPKI_BRIDGE_OUTCOME=%s\n",
                       origin, operation, outcome, priority, LOG_FAC(LOG_USER), origin, operation,
                       outcome);

    if (send_entry("/run/systemd/journal/socket", entry, len) ||
        localtime_r(&now, &local) == NULL) {
        return;
    }
    /* Never anything but the C locale: the program sets none. */
    (void)strftime(when, sizeof when, "%b %e %H:%M:%S", &local);
    len = snprintf(entry, sizeof entry,
                   "<%d>%s " IDENTIFIER "[%ld]: origin=%s operation=%s outcome=%s",
                   LOG_USER | priority, when, (long)getpid(), origin, operation, outcome);
    (void)send_entry("/dev/log", entry, len);
}
