/* SPDX-License-Identifier: MIT */
#include "pcsc_system.h"

/* Its PC/SC stands in front of CryptoTokenKit, where no call tells of a holder at once. */
bool jb_pcsc_is_held(SCARDHANDLE handle) {
    (void)handle;
    return false;
}

/* launchd starts the service when it is first asked, with a reader or without. */
bool jb_pcsc_sleeps(void) {
    return false;
}
