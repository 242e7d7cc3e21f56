/* SPDX-License-Identifier: MIT */
/* The inside of a certificate, for the files of this module. */
#ifndef JPKI_BRIDGE_CERTIFICATE_PARTS_H
#define JPKI_BRIDGE_CERTIFICATE_PARTS_H

#include <openssl/x509v3.h>

#include "jpki_bridge/certificate.h"

struct jb_certificate {
    uint8_t *der;
    size_t len;
    X509 *x509;
    EVP_PKEY *key; /* borrowed from x509 */
    enum jb_key_type key_type;
    int key_bits;
    time_t not_before;
    time_t not_after;
    char *subject;
    char *issuer;
    char *serial;
    CERTIFICATEPOLICIES *policies; /* or null */
    char *attributes[JB_ATTRIBUTE_COUNT];
};

/* Reads the otherName attributes of the subjectAltName. False when one is malformed or there twice.
 */
bool jb_certificate_read_attributes(struct jb_certificate *certificate);

#endif
