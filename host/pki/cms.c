/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"

#define LAST_AND_ONLY (-3) /* of the CMS attribute functions: one attribute with one value */

struct jb_cms {
    const struct jb_certificate *certificate; /* borrowed */
    enum jb_cms_profile profile;
    enum jb_hash hash;
    CMS_ContentInfo *info;
    uint8_t content[JB_HASH_MAX]; /* the digest of what is signed */
    uint8_t digest[JB_HASH_MAX];  /* the digest of the attributes */
};

bool jb_cms_profile_of(const char *name, enum jb_cms_profile *out) {
    if (strcmp(name, "cades") != 0 && strcmp(name, "pades") != 0) {
        return false;
    }
    *out = name[0] == 'c' ? JB_CMS_CADES : JB_CMS_PADES;
    return true;
}

/* The one signer; null when there is none or another. */
static CMS_SignerInfo *signer_of(CMS_ContentInfo *info) {
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(info);

    return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : NULL;
}

static bool add_time(CMS_SignerInfo *signer, time_t when) {
    ASN1_TIME *time = ASN1_TIME_set(NULL, when);
    bool added = time != NULL && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime,
                                                             time->type, time, -1) == 1;

    ASN1_TIME_free(time);
    return added;
}

/* signing-certificate-v2 is there already: CMS_CADES adds it. */
static bool add_attributes(const struct jb_cms *cms, CMS_SignerInfo *signer, time_t when) {
    return CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                       OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
           CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING,
                                       cms->content, (int)jb_hash_size(cms->hash)) == 1 &&
           (cms->profile == JB_CMS_PADES || add_time(signer, when));
}

/* The attributes as they are signed (RFC 5652 §5.4): a SET OF in the order of DER (X.690 §11.6),
 * which PKCS #7 has too. Freed with free(). OpenSSL leaves out what it has no memory to sort and
 * says nothing, hence calloc; what is signed then is not what is verified in the end. */
static uint8_t *encode_attributes(const STACK_OF(X509_ATTRIBUTE) * attributes, int *len) {
    const ASN1_VALUE *value = (const ASN1_VALUE *)attributes;
    uint8_t *der = NULL, *end = NULL;

    *len = ASN1_item_i2d(value, NULL, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
    if (*len > 0 && (der = end = calloc(1, (size_t)*len)) != NULL &&
        ASN1_item_i2d(value, &end, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN)) != *len) {
        free(der);
        der = NULL;
    }
    return der;
}

static bool digest_attributes(struct jb_cms *cms, const CMS_SignerInfo *signer) {
    STACK_OF(X509_ATTRIBUTE) *attributes = sk_X509_ATTRIBUTE_new_null();
    int count = CMS_signed_get_attr_count(signer), len = 0;
    bool digested = attributes != NULL;

    for (int i = 0; digested && i < count; i++) {
        digested = sk_X509_ATTRIBUTE_push(attributes, CMS_signed_get_attr(signer, i)) > 0;
    }
    uint8_t *der = digested ? encode_attributes(attributes, &len) : NULL;
    digested = der != NULL && EVP_Q_digest(NULL, jb_hash_name(cms->hash), NULL, der, (size_t)len,
                                           cms->digest, NULL) == 1;
    free(der);
    sk_X509_ATTRIBUTE_free(attributes);
    return digested;
}

/* All of it but the signature. The key stands in for the private one that nobody has here: what is
 * made with it is the algorithm's name alone. */
static bool prepare(struct jb_cms *cms, const struct jb_certificate *ca, time_t when) {
    const unsigned whole = CMS_PARTIAL | CMS_DETACHED | CMS_BINARY;
    const unsigned one = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES;
    const EVP_MD *md = EVP_get_digestbyname(jb_hash_name(cms->hash));
    X509 *x509 = cms->certificate->x509;

    if (md == NULL) {
        return false;
    }
    cms->info = CMS_sign(NULL, NULL, NULL, NULL, whole);
    CMS_SignerInfo *signer = cms->info != NULL
                                 ? CMS_add1_signer(cms->info, x509, X509_get0_pubkey(x509), md, one)
                                 : NULL;
    return signer != NULL && (ca == NULL || CMS_add1_cert(cms->info, ca->x509) == 1) &&
           add_attributes(cms, signer, when) && digest_attributes(cms, signer);
}

enum jb_error jb_cms_new(const struct jb_certificate *certificate, const struct jb_certificate *ca,
                         enum jb_cms_profile profile, enum jb_hash hash, const uint8_t *digest,
                         time_t when, struct jb_cms **out) {
    struct jb_cms *cms = NULL;

    *out = NULL;
    if (hash < JB_HASH_SHA256) {
        return JB_ERR_ALGORITHM_UNSUPPORTED;
    }
    cms = calloc(1, sizeof *cms);
    if (cms == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    cms->certificate = certificate;
    cms->profile = profile;
    cms->hash = hash;
    memcpy(cms->content, digest, jb_hash_size(hash));
    if (prepare(cms, ca, when)) {
        *out = cms;
        cms = NULL;
    }
    jb_cms_free(&cms);
    ERR_clear_error();
    return *out != NULL ? JB_OK : JB_ERR_INTERNAL;
}

void jb_cms_free(struct jb_cms **cms) {
    if (*cms != NULL) {
        CMS_ContentInfo_free((*cms)->info);
        free(*cms);
        *cms = NULL;
    }
}

const uint8_t *jb_cms_digest(const struct jb_cms *cms) {
    return cms->digest;
}

/* The value of an attribute that is there once, with one value of this type; null otherwise. */
static const void *value_of(const CMS_SignerInfo *signer, int nid, int type) {
    return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), LAST_AND_ONLY, type);
}

/* Whether signing-certificate-v2 names the certificate. */
static bool names_certificate(const CMS_SignerInfo *signer, X509 *x509) {
    const ASN1_STRING *sequence =
        value_of(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
    ESS_SIGNING_CERT_V2 *named = NULL;
    STACK_OF(X509) *chain = sk_X509_new_null();
    bool names = false;

    if (sequence != NULL && chain != NULL && sk_X509_push(chain, x509) > 0) {
        const uint8_t *at = ASN1_STRING_get0_data(sequence);
        named = d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(sequence));
        names = named != NULL && OSSL_ESS_check_signing_certs(NULL, named, chain, 1) == 1;
    }
    ESS_SIGNING_CERT_V2_free(named);
    sk_X509_free(chain);
    return names;
}

/* Whether the attributes are those of the profile, and no others. */
static bool attributes_fit(const struct jb_cms *cms, const CMS_SignerInfo *signer) {
    bool cades = cms->profile == JB_CMS_CADES;
    const ASN1_OBJECT *type = value_of(signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
    const ASN1_OCTET_STRING *content =
        value_of(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    size_t size = jb_hash_size(cms->hash);

    return CMS_signed_get_attr_count(signer) == (cades ? 4 : 3) && type != NULL &&
           OBJ_obj2nid(type) == NID_pkcs7_data && content != NULL &&
           ASN1_STRING_length(content) == (int)size &&
           memcmp(ASN1_STRING_get0_data(content), cms->content, size) == 0 &&
           (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0) == cades;
}

/* Reads the DER as somebody would who receives it, and verifies what it says. */
static bool holds(const struct jb_cms *cms, const uint8_t *der, size_t len) {
    const uint8_t *at = der;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)len);
    CMS_SignerInfo *signer = NULL;
    X509 *x509 = NULL;
    bool held = false;

    if (info != NULL && at == der + len && CMS_is_detached(info) == 1 &&
        (signer = signer_of(info)) != NULL && CMS_set1_signers_certs(info, NULL, 0) == 1) {
        CMS_SignerInfo_get0_algs(signer, NULL, &x509, NULL, NULL);
        held = x509 != NULL && X509_cmp(x509, cms->certificate->x509) == 0 &&
               attributes_fit(cms, signer) && names_certificate(signer, x509) &&
               CMS_SignerInfo_verify(signer) == 1;
    }
    CMS_ContentInfo_free(info);
    return held;
}

/* What OpenSSL made, as a block that free() takes. */
static enum jb_error encode(CMS_ContentInfo *info, uint8_t **der, size_t *der_len) {
    int len = i2d_CMS_ContentInfo(info, NULL);
    uint8_t *end = NULL;

    if (len <= 0) {
        return JB_ERR_INTERNAL;
    }
    *der = end = calloc(1, (size_t)len); /* see encode_attributes */
    if (end == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    *der_len = (size_t)len;
    return i2d_CMS_ContentInfo(info, &end) == len ? JB_OK : JB_ERR_INTERNAL;
}

enum jb_error jb_cms_finish(struct jb_cms *cms, const uint8_t *signature, size_t len, uint8_t **der,
                            size_t *der_len) {
    uint8_t form[JB_SIGNATURE_DER_MAX];
    size_t form_len = 0;
    CMS_SignerInfo *signer = signer_of(cms->info);

    *der = NULL;
    *der_len = 0;
    enum jb_error error = jb_signature_verify_to_der(cms->certificate, cms->hash, cms->digest,
                                                     signature, len, form, &form_len);
    if (error != JB_OK) {
        return error;
    }
    if (signer == NULL ||
        ASN1_OCTET_STRING_set(CMS_SignerInfo_get0_signature(signer), form, (int)form_len) != 1) {
        error = JB_ERR_INTERNAL;
    } else if ((error = encode(cms->info, der, der_len)) == JB_OK && !holds(cms, *der, *der_len)) {
        error = JB_ERR_SIGNATURE_INVALID;
    }
    if (error != JB_OK) {
        free(*der);
        *der = NULL;
        *der_len = 0;
    }
    ERR_clear_error();
    return error;
}
