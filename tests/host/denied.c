/* SPDX-License-Identifier: MIT */
/* Loaded before libpcsclite: a PC/SC daemon that asked polkit, which said no. */
#include <winscard.h>

LONG SCardEstablishContext(DWORD scope, LPCVOID reserved, LPCVOID reserved_too,
                           LPSCARDCONTEXT context) {
    (void)scope;
    (void)reserved;
    (void)reserved_too;
    *context = 0;
    return SCARD_W_SECURITY_VIOLATION;
}
