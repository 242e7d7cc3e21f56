/* SPDX-License-Identifier: MIT */
/* What OpenSSL uses of CommonCrypto on macOS, as Apple documents it. */
#ifndef JB_TESTS_MACOS_COMMONCRYPTOERROR_H
#define JB_TESTS_MACOS_COMMONCRYPTOERROR_H

#include <stdint.h>

typedef int32_t CCCryptorStatus;
typedef CCCryptorStatus CCStatus;
enum { kCCSuccess = 0 };

#endif
