/* SPDX-License-Identifier: MIT */
/* Commands at run time: a Unix socket that takes lines and answers each with one line. */
#ifndef VC_CONTROL_H
#define VC_CONTROL_H

#include <poll.h>
#include <stddef.h>

#define VC_CONTROL_LINE_MAX 1024
#define VC_CONTROL_FDS_MAX 9

struct vc_control;

/* Writes the answer, without newline, to answer. */
typedef void vc_control_handler(void *context, char *line, char answer[VC_CONTROL_LINE_MAX]);

/* Listens at path, in place of a socket left there. Null, with a line on stderr, when that cannot
   be. Free with vc_control_close, which removes the socket. */
struct vc_control *vc_control_open(const char *path);
void vc_control_close(struct vc_control *control);

/* What to wait for; returns how many. control may be null: then 0. */
size_t vc_control_wait(const struct vc_control *control, struct pollfd fds[VC_CONTROL_FDS_MAX]);

/* After the wait: calls the handler for each line that has come. */
void vc_control_serve(struct vc_control *control, const struct pollfd *fds, size_t count,
                      vc_control_handler *handler, void *context);

/* The other side: sends one line, prints the answer. An exit status: 1 when it is an error. */
int vc_control_send(const char *path, char *const words[], int count);

#endif
