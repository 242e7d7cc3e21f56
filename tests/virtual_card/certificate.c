/* SPDX-License-Identifier: MIT */
#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT_MAX 512

static const struct {
    const char *unit, *unit_ja, *policy, *key_usage;
} uses[] = {
    [VC_USE_AUTH] = {"JPKI for user authentication", "公的個人認証サービス利用者証明用",
                     "1.2.392.200149.8.5.1.3.30", "critical,digitalSignature"},
    [VC_USE_SIGN] = {"JPKI for digital signature", "公的個人認証サービス署名用",
                     "1.2.392.200149.8.5.1.1.20", "critical,digitalSignature,nonRepudiation"},
};

/* PrintableString where it can be, as the profile has it; UTF8String for Japanese. */
static bool add(X509_NAME *name, const char *field, const char *value) {
    int type = MBSTRING_ASC;

    for (const char *c = value; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) {
            type = MBSTRING_UTF8;
        }
    }
    return X509_NAME_add_entry_by_txt(name, field,
                                      type == MBSTRING_ASC ? V_ASN1_PRINTABLESTRING : type,
                                      (const unsigned char *)value, -1, -1, 0) == 1;
}

static X509_NAME *issuer_name(enum vc_use use) {
    X509_NAME *name = X509_NAME_new();

    if (name != NULL && add(name, "C", "JP") && add(name, "O", "JPKI") &&
        add(name, "OU", uses[use].unit) &&
        add(name, "OU", "Japan Agency for Local Authority Information Systems")) {
        return name;
    }
    X509_NAME_free(name);
    return NULL;
}

static X509_NAME *subject_name(enum vc_use use, const struct vc_holder *holder, time_t from) {
    X509_NAME *name = X509_NAME_new();
    struct tm tm = {0};
    char common[64];
    bool fine = name != NULL && add(name, "C", "JP") && gmtime_r(&from, &tm) != NULL;

    if (use == VC_USE_AUTH) {
        (void)snprintf(common, sizeof common, "%s13100A", holder->id);
    } else {
        fine = fine && add(name, "L", holder->prefecture) && add(name, "L", holder->municipality);
        (void)snprintf(common, sizeof common, "%04d%02d%02d%02d%02d%02d%.9s", tm.tm_year + 1900,
                       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, holder->id);
    }
    if (fine && add(name, "CN", common)) {
        return name;
    }
    X509_NAME_free(name);
    return NULL;
}

static bool add_text(X509 *certificate, X509 *authority, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool fine;

    X509V3_set_ctx(&context, authority, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    fine = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return fine;
}

/* Takes the name over. */
static GENERAL_NAMES *directory_names(X509_NAME *name) {
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *entry = GENERAL_NAME_new();

    if (name == NULL || names == NULL || entry == NULL || sk_GENERAL_NAME_push(names, entry) == 0) {
        X509_NAME_free(name);
        GENERAL_NAME_free(entry);
        GENERAL_NAMES_free(names);
        return NULL;
    }
    GENERAL_NAME_set0_value(entry, GEN_DIRNAME, name);
    return names;
}

static bool add_issuer_alternative(X509 *certificate, enum vc_use use) {
    X509_NAME *name = X509_NAME_new();
    GENERAL_NAMES *names;
    bool fine;

    if (name == NULL || !add(name, "C", "JP") || !add(name, "O", uses[use].unit_ja) ||
        !add(name, "OU", "地方公共団体情報システム機構")) {
        X509_NAME_free(name);
        return false;
    }
    names = directory_names(name);
    fine = names != NULL && X509_add1_ext_i2d(certificate, NID_issuer_alt_name, names, 0, 0) == 1;
    GENERAL_NAMES_free(names);
    return fine;
}

static bool add_crl_point(X509 *certificate, enum vc_use use, const struct vc_holder *holder) {
    X509_NAME *name = X509_NAME_new();
    CRL_DIST_POINTS *points = CRL_DIST_POINTS_new();
    DIST_POINT *point = DIST_POINT_new();
    char common[64];
    bool fine = false;

    (void)snprintf(common, sizeof common, "%s CRLDP", holder->municipality);
    if (name == NULL || points == NULL || point == NULL || !add(name, "C", "JP") ||
        !add(name, "O", "JPKI") || !add(name, "OU", uses[use].unit) ||
        !add(name, "OU", "CRL Distribution Points") || !add(name, "OU", holder->prefecture) ||
        !add(name, "CN", common) || (point->distpoint = DIST_POINT_NAME_new()) == NULL) {
        X509_NAME_free(name);
        goto out;
    }
    point->distpoint->type = 0;
    point->distpoint->name.fullname = directory_names(name);
    if (point->distpoint->name.fullname == NULL || sk_DIST_POINT_push(points, point) == 0) {
        goto out;
    }
    point = NULL;
    fine = X509_add1_ext_i2d(certificate, NID_crl_distribution_points, points, 0, 0) == 1;
out:
    DIST_POINT_free(point);
    CRL_DIST_POINTS_free(points);
    return fine;
}

static bool add_policy(X509 *certificate, enum vc_use use) {
    CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new();
    POLICYINFO *policy = POLICYINFO_new();
    bool fine = policies != NULL && policy != NULL && sk_POLICYINFO_push(policies, policy) != 0;

    if (fine) {
        policy->policyid = OBJ_txt2obj(uses[use].policy, 1);
        fine = X509_add1_ext_i2d(certificate, NID_certificate_policies, policies, 1, 0) == 1;
    } else {
        POLICYINFO_free(policy);
    }
    CERTIFICATEPOLICIES_free(policies);
    return fine;
}

static bool push_other(GENERAL_NAMES *names, int number, const char *text) {
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
    ASN1_TYPE *value = ASN1_TYPE_new();
    char oid[40];

    (void)snprintf(oid, sizeof oid, "1.2.392.200149.8.5.5.%d", number);
    if (entry == NULL || string == NULL || value == NULL ||
        ASN1_STRING_set(string, text, -1) != 1) {
        goto failed;
    }
    ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
    string = NULL;
    if (GENERAL_NAME_set0_othername(entry, OBJ_txt2obj(oid, 1), value) != 1) {
        goto failed;
    }
    value = NULL;
    if (sk_GENERAL_NAME_push(names, entry) != 0) {
        return true;
    }
failed:
    ASN1_TYPE_free(value);
    ASN1_UTF8STRING_free(string);
    GENERAL_NAME_free(entry);
    return false;
}

/* One digit for each character: 1 for the mark that stands where another had to be replaced. */
static const char *substitutes(const char *text, char zeros[COUNT_MAX]) {
    size_t count = 0;

    for (; *text != '\0' && count < COUNT_MAX - 1; text++) {
        if (((unsigned char)*text & 0xC0) != 0x80) {
            zeros[count++] = strncmp(text, "〓", strlen("〓")) == 0 ? '1' : '0';
        }
    }
    zeros[count] = '\0';
    return zeros;
}

static bool add_personal_data(X509 *certificate, const struct vc_holder *holder, bool long_names) {
    const char *name = long_names ? holder->long_name : holder->name;
    const char *address = long_names ? holder->long_address : holder->address;
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    char zeros[COUNT_MAX];
    bool fine = names != NULL && push_other(names, 1, name) &&
                push_other(names, 2, substitutes(name, zeros)) &&
                push_other(names, 3, holder->sex) && push_other(names, 4, holder->era_birth) &&
                push_other(names, 5, address) &&
                push_other(names, 6, substitutes(address, zeros)) &&
                X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1;

    GENERAL_NAMES_free(names);
    return fine;
}

/* What every certificate has. Takes the names over. */
static X509 *begin(X509_NAME *issuer, X509_NAME *subject, EVP_PKEY *key, time_t from, time_t to) {
    X509 *certificate = X509_new();
    uint64_t serial = 0;
    bool fine = certificate != NULL && issuer != NULL && subject != NULL &&
                RAND_bytes((unsigned char *)&serial, sizeof serial) == 1;

    serial = (serial & 0x00FFFFFFFFFFFFFFU) | 0x0010000000000000U;
    fine = fine && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1 &&
           X509_set_issuer_name(certificate, issuer) == 1 &&
           X509_set_subject_name(certificate, subject) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), from) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), to) != NULL &&
           X509_set_pubkey(certificate, key) == 1;
    X509_NAME_free(issuer);
    X509_NAME_free(subject);
    if (!fine) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

X509 *vc_certificate_authority(enum vc_use use, EVP_PKEY *key, time_t from, time_t to) {
    X509 *certificate = begin(issuer_name(use), issuer_name(use), key, from, to);

    if (certificate != NULL &&
        add_text(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
        add_text(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_text(certificate, certificate, NID_subject_key_identifier, "hash") &&
        X509_sign(certificate, key, EVP_sha256()) > 0) {
        return certificate;
    }
    X509_free(certificate);
    return NULL;
}

X509 *vc_certificate_for(enum vc_use use, const struct vc_holder *holder, int long_names,
                         EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, time_t from,
                         time_t to) {
    X509 *certificate = begin(issuer_name(use), subject_name(use, holder, from), key, from, to);

    if (certificate != NULL &&
        add_text(certificate, authority, NID_key_usage, uses[use].key_usage) &&
        (use != VC_USE_AUTH || add_text(certificate, authority, NID_ext_key_usage, "clientAuth")) &&
        add_policy(certificate, use) &&
        (use != VC_USE_SIGN || add_personal_data(certificate, holder, long_names != 0)) &&
        (use != VC_USE_SIGN || add_issuer_alternative(certificate, use)) &&
        add_crl_point(certificate, use, holder) &&
        add_text(certificate, authority, NID_authority_key_identifier, "keyid:always") &&
        add_text(certificate, authority, NID_subject_key_identifier, "hash") &&
        X509_sign(certificate, authority_key, EVP_sha256()) > 0) {
        return certificate;
    }
    X509_free(certificate);
    return NULL;
}
