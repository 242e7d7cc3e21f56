/* SPDX-License-Identifier: MIT */
/*
 * A signature: what the card is given to sign, and the check of what it gave back. The algorithm
 * follows from the key in the certificate and the hash: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2,
 * DigestInfo of §9.2) or ECDSA (r ‖ s, RFC 7518 §3.4).
 */
#ifndef JPKI_BRIDGE_SIGNATURE_H
#define JPKI_BRIDGE_SIGNATURE_H

#include "jpki_bridge/certificate.h"

enum jb_hash { JB_HASH_SHA1, JB_HASH_SHA224, JB_HASH_SHA256, JB_HASH_SHA384, JB_HASH_SHA512 };

#define JB_HASH_MAX 64
#define JB_SIGNATURE_INPUT_MAX 96
#define JB_SIGNATURE_DER_MAX 512 /* bytes: RSA-4096 */

/* By Web eID's name ("SHA-256"); false when unknown. SHA-1 has none there: no page may have one
 * signed. */
bool jb_hash_of(const char *name, enum jb_hash *out);
const char *jb_hash_name(enum jb_hash hash);
size_t jb_hash_size(enum jb_hash hash);

/* What the card's key is given for a digest of jb_hash_size(hash) bytes: a DER DigestInfo for RSA,
 * the digest itself for EC. Writes at most JB_SIGNATURE_INPUT_MAX bytes.
 * JB_ERR_ALGORITHM_UNSUPPORTED for what the key does not sign. */
enum jb_error jb_signature_input(const struct jb_certificate *certificate, enum jb_hash hash,
                                 const uint8_t *digest, uint8_t *out, size_t *len);

/* Verifies with the certificate's key; an EC signature given as DER is rewritten in place as r ‖ s
 * (*len changes, and can grow: signature has room for 2 * 66 bytes at least).
 * JB_ERR_SIGNATURE_INVALID when it does not hold. */
enum jb_error jb_signature_verify(const struct jb_certificate *certificate, enum jb_hash hash,
                                  const uint8_t *digest, uint8_t *signature, size_t *len);

/* The same, writing what holds at most JB_SIGNATURE_DER_MAX bytes to out in the form that it has in
 * X.509 and CMS: an ECDSA-Sig-Value as DER (RFC 5753 §7.2) for EC, for RSA the bytes as they are.
 */
enum jb_error jb_signature_verify_to_der(const struct jb_certificate *certificate,
                                         enum jb_hash hash, const uint8_t *digest,
                                         const uint8_t *signature, size_t len, uint8_t *out,
                                         size_t *out_len);

/* Whether bytes are what a site may have signed as they are: a DER DigestInfo of a known hash, or a
 * bare digest of 20, 32, 48 or 64 bytes. */
bool jb_signature_input_is_valid(const uint8_t *input, size_t len);

/* Verifies a signature over such an input as it was given to the card: with RSA, what PKCS#1 v1.5
 * recovers is the input. JB_ERR_ALGORITHM_UNSUPPORTED for other keys. */
enum jb_error jb_signature_verify_input(const struct jb_certificate *certificate,
                                        const uint8_t *input, size_t input_len,
                                        const uint8_t *signature, size_t len);

/* The hash and the token algorithm of a log-in with this key: RS256 with SHA-256; ES256, ES384,
 * ES512 by the curve. */
enum jb_error jb_signature_token_algorithm(const struct jb_certificate *certificate,
                                           const char **algorithm, enum jb_hash *hash);

/* The digest that a web-eid:1.0 token signs: H(H(origin) ‖ H(challengeNonce)), UTF-8 text
 * (protocols.md 1a). digest has room for JB_HASH_MAX. */
enum jb_error jb_token_digest(enum jb_hash hash, const char *origin, const char *nonce,
                              uint8_t *digest);

/* "RSA"/"PKCS1.5" or "ECC"/"NONE": Web eID's names for cryptoAlgorithm and paddingScheme. */
const char *jb_signature_crypto_algorithm(const struct jb_certificate *certificate);
const char *jb_signature_padding_scheme(const struct jb_certificate *certificate);

#endif
