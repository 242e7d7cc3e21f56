/* SPDX-License-Identifier: MIT */
/* A browser starts the program to talk with a card; a person starts it for the commands of
 * jpki-bridge --help. */
#include "jpki_bridge/cli.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/secret.h"
#include "jpki_bridge/serve.h"

int main(int argc, char **argv) {
    jb_secret_protect_process();
    jb_platform_take_arguments(&argc, &argv);
    enum jb_caller caller = jb_caller_of(argc, argv);
    /* Without arguments, and with something else than a person at the other end, it is a client of
     * the protocol. */
    if (caller != JB_CALLER_NONE || (argc <= 1 && !jb_platform_is_typed_at())) {
        return jb_serve(caller);
    }
    return jb_cli_main(argc, argv);
}
