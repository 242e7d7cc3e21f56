/* SPDX-License-Identifier: MIT */
/*
 * A prompt program that says anything: the input's first three bytes choose what is asked, the rest
 * is all that the program ever says (Assuan: lines that begin with OK, ERR, D, S, #, INQUIRE). No
 * yes and no PIN comes from less than an OK to each command that was sent; what is kept as a PIN
 * was in a D line, whole. Everything is said before anything is asked, so nothing waits.
 */
#include <assuan.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/prompt.h"

enum { CHOICES = 3, SAID_MAX = 8192, LEAST_COMMANDS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap___assuan_spawn(assuan_context_t context, pid_t *child, const char *name,
                          const char **arguments, assuan_fd_t from, assuan_fd_t to,
                          assuan_fd_t *inherited, void (*at_fork)(void *opaque, int reserved),
                          void *at_fork_value, unsigned int flags);

static const uint8_t *said; /* all that the program says, */
static size_t said_len;
static int host_asks = -1; /* and where the host's words end, unread */

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* No child, but a pipe on which all has been said: from is what a child would read, to what it
 * would write. */
int __wrap___assuan_spawn(assuan_context_t context, pid_t *child, const char *name,
                          const char **arguments, assuan_fd_t from, assuan_fd_t to,
                          assuan_fd_t *inherited, void (*at_fork)(void *opaque, int reserved),
                          void *at_fork_value, unsigned int flags) {
    (void)context;
    (void)name;
    (void)arguments;
    (void)inherited;
    (void)at_fork;
    (void)at_fork_value;
    (void)flags;
    host_asks = fcntl(from, F_DUPFD_CLOEXEC, 0); /* so that what it writes breaks no pipe */
    must(host_asks >= 0 && (said_len == 0 || write(to, said, said_len) == (ssize_t)said_len));
    *child = 0;
    return 0;
}

/* How many lines begin so. */
static size_t lines(const char *beginning) {
    size_t len = strlen(beginning), found = 0;

    for (size_t at = 0; at + len <= said_len; at++) {
        found += (at == 0 || said[at - 1] == '\n') && memcmp(said + at, beginning, len) == 0;
    }
    return found;
}

static void nothing(void *context) {
    (void)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct jb_secret *secret;
    if (size < CHOICES || size > SAID_MAX) {
        return -1;
    }
    const struct jb_prompt_request request = {
        .kind = (enum jb_prompt_kind)(data[0] % (JB_PROMPT_TRY_NEW_PIN + 1)),
        .purpose = (enum jb_prompt_purpose)(data[1] % (JB_PURPOSE_CHANGE_PIN + 1)),
        .pin = data[1] & 0x80 ? JB_PIN_SIGN : JB_PIN_AUTH,
        .note = (enum jb_prompt_note)(data[2] % (JB_NOTE_NEW_SAME + 1)),
        .lang = data[2] & 0x80 ? JB_LANG_EN : JB_LANG_JA,
        .tries_left = 1 + data[1] / 8 % 3,
        .origin = data[2] & 0x40 ? "https://www.example.jp" : NULL,
        .program = "/bin/true",
    };
    said = data + CHOICES;
    said_len = size - CHOICES;
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new(nothing, NULL);
    secret = jb_secret_new();
    must(dialog != NULL && secret != NULL);
    enum jb_error error = jb_prompt_dialog_run(dialog, &request, secret);
    must(error == JB_OK || error == JB_ERR_USER_CANCELLED || error == JB_ERR_TIMEOUT ||
         error == JB_ERR_PROMPT_UNAVAILABLE);
    must(error != JB_OK || lines("OK") >= LEAST_COMMANDS);
    must(secret->len <= sizeof secret->bytes);
    must(secret->len == 0 || lines("D ") > 0);
    must(jb_prompt_asks_pin(request.kind) || secret->len == 0);
    jb_secret_free(&secret);
    must(CRYPTO_secure_used() == 0);
    (void)close(host_asks);
    host_asks = -1;
    jb_prompt_dialog_free(&dialog);
    return 0;
}
