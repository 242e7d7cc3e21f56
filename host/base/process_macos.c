/* SPDX-License-Identifier: MIT */
#include <sys/types.h>

#include <sys/ptrace.h>
#include <sys/resource.h>

#include "jpki_bridge/secret.h"

void jb_secret_protect_process(void) {
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    /* No debugger attaches any more. What keeps the memory from other programs of the user's is the
     * hardened runtime, which the signature of a released program asks for. */
    (void)ptrace(PT_DENY_ATTACH, 0, NULL, 0);
}
