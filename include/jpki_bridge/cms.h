/* SPDX-License-Identifier: MIT */
/*
 * A CMS SignedData (RFC 5652) whose signature is made elsewhere: detached, with one signer, in the
 * baseline B-B profile of CAdES (ETSI EN 319 122-1) or PAdES (EN 319 142-1). It is given the digest
 * of what is signed and never the thing itself. It does not check the chain, revocation or the
 * certificate's time.
 */
#ifndef JPKI_BRIDGE_CMS_H
#define JPKI_BRIDGE_CMS_H

#include "jpki_bridge/signature.h"

enum jb_cms_profile {
    JB_CMS_CADES, /* content-type, message-digest, signing-certificate-v2, signing-time */
    JB_CMS_PADES  /* the same without signing-time, which a PDF's dictionary carries */
};

struct jb_cms;

/* "cades" or "pades"; false when unknown. */
bool jb_cms_profile_of(const char *name, enum jb_cms_profile *out);

/* Begins one over a digest of jb_hash_size(hash) bytes, at the moment when; ca may be null.
 * SHA-256, SHA-384 and SHA-512 only: else JB_ERR_ALGORITHM_UNSUPPORTED. The certificate must
 * outlive it, the CA's need not. Freed with jb_cms_free. */
enum jb_error jb_cms_new(const struct jb_certificate *certificate, const struct jb_certificate *ca,
                         enum jb_cms_profile profile, enum jb_hash hash, const uint8_t *digest,
                         time_t when, struct jb_cms **out);
void jb_cms_free(struct jb_cms **cms);

/* What is to be signed: the digest, by the same hash, of the signed attributes as DER SET OF;
 * borrowed. */
const uint8_t *jb_cms_digest(const struct jb_cms *cms);

/* Puts the card's signature of that digest in, and gives the DER, freed with free(). The DER is
 * read again and verified before that: signature, message-digest, signing-certificate-v2 and which
 * attributes there are. JB_ERR_SIGNATURE_INVALID when the signature does not hold. Once only. */
enum jb_error jb_cms_finish(struct jb_cms *cms, const uint8_t *signature, size_t len, uint8_t **der,
                            size_t *der_len);

#endif
