/* SPDX-License-Identifier: MIT */
/* A MyNumber card that is a program: it sits in the reader of vsmartcard's vpcd, so that tests
   run through the system's own PC/SC daemon. */
#include "options.h"

static volatile sig_atomic_t stop;

static void on_signal(int number) {
    (void)number;
    stop = 1;
}

int main(int argc, char *argv[]) {
    struct vc_options options;
    struct sigaction action = {.sa_handler = on_signal};
    int status = vc_options_parse(&options, argc, argv);

    if (status >= 0) {
        return status;
    }
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return vc_session_run(&options, &stop);
}
