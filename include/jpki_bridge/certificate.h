/* SPDX-License-Identifier: MIT */
/*
 * A certificate of the card, as the host looks at it (RFC 5280; J-LIS profile, card.md).
 * It does not check the chain, revocation or key usage: that is the server's work, which alone
 * trusts a CA.
 */
#ifndef JPKI_BRIDGE_CERTIFICATE_H
#define JPKI_BRIDGE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "jpki_bridge/error.h"

enum jb_key_type { JB_KEY_TYPE_RSA, JB_KEY_TYPE_EC };

struct jb_certificate;

enum jb_certificate_attribute { /* subjectAltName otherName 1.2.392.200149.8.5.5.1 to .6 */
                                JB_ATTRIBUTE_NAME,
                                JB_ATTRIBUTE_NAME_SUBSTITUTES,
                                JB_ATTRIBUTE_SEX,
                                JB_ATTRIBUTE_BIRTH_DATE,
                                JB_ATTRIBUTE_ADDRESS,
                                JB_ATTRIBUTE_ADDRESS_SUBSTITUTES,
                                JB_ATTRIBUTE_COUNT
};

/* Parses one DER certificate; trailing bytes, an unknown key type or a weak key (RSA below 2048
 * bits) are JB_ERR_CERTIFICATE_INVALID. der is copied. Freed with jb_certificate_free. */
enum jb_error jb_certificate_parse(const uint8_t *der, size_t len, struct jb_certificate **out);
void jb_certificate_free(struct jb_certificate **certificate);

const uint8_t *jb_certificate_der(const struct jb_certificate *certificate,
                                  size_t *len); /* borrowed */
enum jb_key_type jb_certificate_key_type(const struct jb_certificate *certificate);
int jb_certificate_key_bits(const struct jb_certificate *certificate);
time_t jb_certificate_not_before(const struct jb_certificate *certificate);
time_t jb_certificate_not_after(const struct jb_certificate *certificate);
const char *
jb_certificate_subject(const struct jb_certificate *certificate); /* RFC 2253, UTF-8; borrowed */
const char *
jb_certificate_issuer(const struct jb_certificate *certificate); /* RFC 2253, UTF-8; borrowed */
const char *
jb_certificate_serial(const struct jb_certificate *certificate); /* upper-case hex; borrowed */
/* Whether certificatePolicies names the OID (dotted text). */
bool jb_certificate_has_policy(const struct jb_certificate *certificate, const char *oid);
/* A subjectAltName attribute in UTF-8, or null when the certificate has none; borrowed. */
const char *jb_certificate_attribute(const struct jb_certificate *certificate,
                                     enum jb_certificate_attribute which);

/* The birth date of the attributes, in its Gregorian parts; zeros in a part that is not known. */
struct jb_birth_date {
    const char *era; /* "meiji", "taisho", "showa", "heisei", "reiwa"; null when not told; static */
    char year[4 + 1], month[2 + 1], day[2 + 1];
};

/* Parses EYYYYMMDD (card.md, Certificates), or YYYYMMDD. False when it is neither. */
bool jb_birth_date_parse(const char *text, struct jb_birth_date *date);

/* Writes which characters (code points, from 0) of a name or address stand for one that had to be
 * replaced, at most max of them; returns how many. Flags that do not fit the text count for none.
 */
size_t jb_certificate_substituted(const char *text, const char *flags, size_t *indexes, size_t max);

/* Whether the CA's certificate issued this one: its subject is the issuer here, and its key made
 * the signature. */
bool jb_certificate_is_issued_by(const struct jb_certificate *certificate,
                                 const struct jb_certificate *ca);

/* JB_OK, JB_ERR_CERTIFICATE_EXPIRED or JB_ERR_CERTIFICATE_NOT_YET_VALID at the moment now. */
enum jb_error jb_certificate_check_time(const struct jb_certificate *certificate, time_t now);

#endif
