/* SPDX-License-Identifier: MIT */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "jpki_bridge/secret.h"

void jb_secret_protect_process(void) {
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    /* RLIMIT_CORE does not stop a piped core handler; this does, and keeps debuggers of the same
     * user out. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
