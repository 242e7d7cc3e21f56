/* SPDX-License-Identifier: MIT */
#include "pcsc_system.h"

#include <reader.h>

bool jb_pcsc_is_held(SCARDHANDLE handle) {
    BYTE atr[MAX_ATR_SIZE];
    DWORD len = sizeof atr;

    /* The one call that tells of a holder at once: the others repeat themselves until it lets go.
     */
    return SCardGetAttrib(handle, SCARD_ATTR_ATR_STRING, atr, &len) == SCARD_E_SHARING_VIOLATION;
}

bool jb_pcsc_sleeps(void) {
    return false;
}
