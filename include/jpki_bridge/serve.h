/* SPDX-License-Identifier: MIT */
/* The native-messaging server: a browser starts the program, sends requests and closes the port. */
#ifndef JPKI_BRIDGE_SERVE_H
#define JPKI_BRIDGE_SERVE_H

#include <stdbool.h>

enum jb_caller {
    JB_CALLER_NONE,    /* no browser started this */
    JB_CALLER_BROWSER, /* a browser, for an extension that has a session window */
    JB_CALLER_WEB_EID  /* a browser, for Web eID's extension, which has none */
};

/* Who started the program, from its arguments: Chromium gives chrome-extension://ID/ first, Firefox
 * the manifest's path and the extension's id. The browser lets only extensions in that manifest
 * this far. */
enum jb_caller jb_caller_of(int argc, char *const *argv);

/* Serves requests on the real stdin and stdout until the end of input; returns the exit status. On
 * return nothing is left open: a card or prompt that does not end within a second ends with the
 * process. */
int jb_serve(enum jb_caller caller);

#endif
