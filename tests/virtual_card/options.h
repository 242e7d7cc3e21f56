/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef VC_OPTIONS_H
#define VC_OPTIONS_H

#include "session.h"

/* A whole decimal number between least and most. */
bool vc_number(const char *text, long least, long most, long *number);

/* "mynumber", "phone" or "other". */
bool vc_kind_by_name(const char *name, enum vc_kind *kind);

/* Fills options (strings are borrowed from argv, or static). Returns -1 to go on, else the exit
   status: after help, after `--send`, or for what was not understood. */
int vc_options_parse(struct vc_options *options, int argc, char *argv[]);

#endif
