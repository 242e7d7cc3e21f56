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
/* Takes the result over. */
bool jb_reply_result(int fd, const struct jb_request *request, cJSON *result);
/* tries_left and problem (the member at fault, static) may be -1 and null. */
bool jb_reply_failure(int fd, const struct jb_request *request, enum jb_error error, int tries_left,
                      const char *problem);
bool jb_reply_event(int fd, const struct jb_request *request, const struct jb_event *event);

#endif
