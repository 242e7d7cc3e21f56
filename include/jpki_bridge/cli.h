/* SPDX-License-Identifier: MIT */
/* The command line tool for people: jpki-bridge status | doctor | install | uninstall. */
#ifndef JPKI_BRIDGE_CLI_H
#define JPKI_BRIDGE_CLI_H

#include <cjson/cJSON.h>

#include "jpki_bridge/op.h"
#include "jpki_bridge/transport.h"

/* Exit statuses; stable. */
enum {
    JB_EXIT_OK = 0,
    JB_EXIT_PROBLEM = 1, /* a problem was found, or not all could be done */
    JB_EXIT_USAGE = 2
};

/* Runs the command that the arguments name, speaking the language of the session, and gives the
 * exit status. */
int jb_cli_main(int argc, char **argv);

/* What jpki-bridge doctor checks, as {"checks": [{"name", "result", "title", "advice"?}]}. No card
 * is left otherwise than it was. JB_ERR_OUT_OF_MEMORY, or why the operation ended. */
enum jb_error jb_cli_doctor_report(struct jb_transport *transport, struct jb_op *op,
                                   enum jb_lang lang, cJSON **report);

#endif
