/* SPDX-License-Identifier: MIT */
/* What the host says: hello, results, failures and events, as frames (protocols.md 2). */
#ifndef JPKI_BRIDGE_REPLY_H
#define JPKI_BRIDGE_REPLY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "jpki_bridge/op.h"
#include "jpki_bridge/request.h"

#define JB_PROTOCOL_VERSION                                                                        \
    "2.9.0" /* the Web eID native-app level; its extension compares the major version */

/* Each writes one frame to fd; false when the other end is gone. */
bool jb_reply_hello(int fd);
/* Takes the result over. One that is too large for a browser is told as a failure instead. */
bool jb_reply_result(int fd, const struct jb_request *request, cJSON *result);
/* What else a failure says. */
struct jb_failure {
    int tries_left;      /* -1: nothing */
    int signatures;      /* how many of those asked for the card had made; -1: nothing */
    const char *problem; /* the member of the request at fault, static; or null */
};
bool jb_reply_failure(int fd, const struct jb_request *request, enum jb_error error,
                      const struct jb_failure *more);
bool jb_reply_event(int fd, const struct jb_request *request, const struct jb_event *event);

#endif
