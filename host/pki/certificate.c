/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/certificate.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"
#include "jpki_bridge/text.h"

#define CERTIFICATE_MAX 65536 /* bytes; a certificate of the card has 2,600 at most */
#define DAY 86400             /* seconds */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096 /* what a signature buffer holds (jpki.h) */

/* A name as RFC 2253 writes it, in UTF-8 with control characters escaped; null when it cannot be
 * read. */
static char *name_of(const X509_NAME *name) {
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL;
    char *bytes;
    long len;

    if (memory == NULL ||
        X509_NAME_print_ex(memory, name, 0,
                           XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0) {
        goto out;
    }
    len = BIO_get_mem_data(memory, &bytes);
    if (len == 0) {
        text = strdup("");
    } else if (len > 0 && memchr(bytes, '\0', (size_t)len) == NULL &&
               jb_text_is_utf8(bytes, (size_t)len)) {
        text = jb_text_copy(bytes, (size_t)len);
    }

out:
    BIO_free(memory);
    return text;
}

static char *serial_of(const X509 *x509) {
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    char *hex = number == NULL ? NULL : BN_bn2hex(number);
    char *text = hex == NULL ? NULL : strdup(hex);

    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

static bool time_of(const ASN1_TIME *time, time_t *out) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool known = time != NULL && epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;

    if (known) {
        *out = (time_t)days * DAY + seconds;
    }
    ASN1_TIME_free(epoch);
    return known;
}

/* Whether it is on a curve that we know, given by its name: parameters in full can pass off another
 * for it. */
static bool is_known_curve(const EVP_PKEY *key) {
    char curve[32];
    size_t len;
    int explicit_parameters = 1;

    return EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                  &explicit_parameters) == 1 &&
           explicit_parameters == 0 &&
           EVP_PKEY_get_group_name(key, curve, sizeof(curve), &len) == 1 &&
           (strcmp(curve, SN_X9_62_prime256v1) == 0 || strcmp(curve, SN_secp384r1) == 0 ||
            strcmp(curve, SN_secp521r1) == 0);
}

/* Takes type and size from the key, and refuses what is weak or not known. */
static bool read_key(struct jb_certificate *certificate) {
    certificate->key = X509_get0_pubkey(certificate->x509);
    if (certificate->key == NULL) {
        return false;
    }
    certificate->key_bits = EVP_PKEY_get_bits(certificate->key);
    switch (EVP_PKEY_get_base_id(certificate->key)) {
    case EVP_PKEY_RSA:
        certificate->key_type = JB_KEY_TYPE_RSA;
        return certificate->key_bits >= RSA_BITS_MIN && certificate->key_bits <= RSA_BITS_MAX;
    case EVP_PKEY_EC:
        certificate->key_type = JB_KEY_TYPE_EC;
        return is_known_curve(certificate->key);
    default:
        return false;
    }
}

static bool read_policies(struct jb_certificate *certificate) {
    int critical;

    certificate->policies =
        X509_get_ext_d2i(certificate->x509, NID_certificate_policies, &critical, NULL);
    return certificate->policies != NULL || critical == -1;
}

/* Whether what was parsed is the DER of what came: OpenSSL also reads BER. */
static bool is_der(const struct jb_certificate *certificate) {
    uint8_t *again = NULL;
    int len = i2d_X509(certificate->x509, &again);
    bool same = len > 0 && (size_t)len == certificate->len &&
                memcmp(again, certificate->der, certificate->len) == 0;

    OPENSSL_free(again);
    return same;
}

enum jb_error jb_certificate_parse(const uint8_t *der, size_t len, struct jb_certificate **out) {
    struct jb_certificate *certificate = NULL;
    const uint8_t *at = der;
    enum jb_error result = JB_ERR_CERTIFICATE_INVALID;

    *out = NULL;
    if (len == 0 || len > CERTIFICATE_MAX) {
        return result;
    }
    certificate = calloc(1, sizeof(*certificate));
    if (certificate == NULL || (certificate->der = malloc(len)) == NULL) {
        result = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    memcpy(certificate->der, der, len);
    certificate->len = len;
    certificate->x509 = d2i_X509(NULL, &at, (long)len);
    if (certificate->x509 == NULL || at != der + len || !is_der(certificate)) {
        goto out;
    }
    if (!read_key(certificate) || !read_policies(certificate) ||
        !jb_certificate_read_attributes(certificate) ||
        !time_of(X509_get0_notBefore(certificate->x509), &certificate->not_before) ||
        !time_of(X509_get0_notAfter(certificate->x509), &certificate->not_after)) {
        goto out;
    }
    certificate->subject = name_of(X509_get_subject_name(certificate->x509));
    certificate->issuer = name_of(X509_get_issuer_name(certificate->x509));
    certificate->serial = serial_of(certificate->x509);
    if (certificate->subject == NULL || certificate->issuer == NULL ||
        certificate->serial == NULL) {
        goto out;
    }
    *out = certificate;
    certificate = NULL;
    result = JB_OK;

out:
    jb_certificate_free(&certificate);
    ERR_clear_error();
    return result;
}

void jb_certificate_free(struct jb_certificate **certificate) {
    struct jb_certificate *freed = *certificate;

    if (freed == NULL) {
        return;
    }
    for (size_t i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        free(freed->attributes[i]);
    }
    CERTIFICATEPOLICIES_free(freed->policies);
    X509_free(freed->x509);
    free(freed->subject);
    free(freed->issuer);
    free(freed->serial);
    free(freed->der);
    free(freed);
    *certificate = NULL;
}

const uint8_t *jb_certificate_der(const struct jb_certificate *certificate, size_t *len) {
    *len = certificate->len;
    return certificate->der;
}

enum jb_key_type jb_certificate_key_type(const struct jb_certificate *certificate) {
    return certificate->key_type;
}

int jb_certificate_key_bits(const struct jb_certificate *certificate) {
    return certificate->key_bits;
}

time_t jb_certificate_not_before(const struct jb_certificate *certificate) {
    return certificate->not_before;
}

time_t jb_certificate_not_after(const struct jb_certificate *certificate) {
    return certificate->not_after;
}

const char *jb_certificate_subject(const struct jb_certificate *certificate) {
    return certificate->subject;
}

const char *jb_certificate_issuer(const struct jb_certificate *certificate) {
    return certificate->issuer;
}

const char *jb_certificate_serial(const struct jb_certificate *certificate) {
    return certificate->serial;
}

bool jb_certificate_has_policy(const struct jb_certificate *certificate, const char *oid) {
    for (int i = 0; i < sk_POLICYINFO_num(certificate->policies); i++) {
        char text[128];
        int len = OBJ_obj2txt(text, sizeof(text),
                              sk_POLICYINFO_value(certificate->policies, i)->policyid, 1);
        if (len > 0 && (size_t)len < sizeof(text) && strcmp(text, oid) == 0) {
            return true;
        }
    }
    return false;
}

bool jb_certificate_is_issued_by(const struct jb_certificate *certificate,
                                 const struct jb_certificate *ca) {
    bool issued = X509_NAME_cmp(X509_get_issuer_name(certificate->x509),
                                X509_get_subject_name(ca->x509)) == 0 &&
                  X509_verify(certificate->x509, ca->key) == 1;

    ERR_clear_error();
    return issued;
}

enum jb_error jb_certificate_check_time(const struct jb_certificate *certificate, time_t now) {
    if (now < certificate->not_before) {
        return JB_ERR_CERTIFICATE_NOT_YET_VALID;
    }
    return now > certificate->not_after ? JB_ERR_CERTIFICATE_EXPIRED : JB_OK;
}
