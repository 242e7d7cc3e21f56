/* SPDX-License-Identifier: MIT */
/* What OpenSSL uses of CommonCrypto on macOS, as Apple documents it. */
#ifndef JB_TESTS_MACOS_COMMONRANDOM_H
#define JB_TESTS_MACOS_COMMONRANDOM_H

#include <CommonCrypto/CommonCryptoError.h>
#include <stddef.h>

typedef CCStatus CCRNGStatus;
CCRNGStatus CCRandomGenerateBytes(void *bytes, size_t count);

#endif
