/* SPDX-License-Identifier: MIT */
/* Test certificates after J-LIS's published certificate profile. Not checked: that the profile is
   met in every reserved detail; what tests and verifiers look at is there. */
#ifndef VC_CERTIFICATE_H
#define VC_CERTIFICATE_H

#include <openssl/types.h>
#include <time.h>

enum vc_use { VC_USE_AUTH, VC_USE_SIGN };

/* UTF-8 throughout. */
struct vc_holder {
    const char *directory; /* "" for the card itself */
    const char *name, *address;
    const char *long_name, *long_address;
    const char *sex;                       /* "1" male, "2" female, "3" other or unknown */
    const char *birth;                     /* YYYYMMDD */
    const char *era_birth;                 /* EYYYYMMDD: 3 Showa, 4 Heisei, 5 Reiwa */
    const char *prefecture, *municipality; /* as the subject has them, ASCII */
    const char *id;          /* what the subject of the authentication certificate is made of */
    const char *number;      /* individual number, 12 digits */
    const char *manufacture; /* manufacture number, 13 characters */
};

/* Null when OpenSSL fails. The caller frees the certificate. */
X509 *vc_certificate_authority(enum vc_use use, EVP_PKEY *key, time_t from, time_t to);

/* long_names only matters for VC_USE_SIGN. */
X509 *vc_certificate_for(enum vc_use use, const struct vc_holder *holder, int long_names,
                         EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, time_t from,
                         time_t to);

#endif
