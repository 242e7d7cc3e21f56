/* SPDX-License-Identifier: MIT */
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"
#include "jpki_bridge/text.h"

static const char *const oids[JB_ATTRIBUTE_COUNT] = {
    [JB_ATTRIBUTE_NAME] = "1.2.392.200149.8.5.5.1",
    [JB_ATTRIBUTE_NAME_SUBSTITUTES] = "1.2.392.200149.8.5.5.2",
    [JB_ATTRIBUTE_SEX] = "1.2.392.200149.8.5.5.3",
    [JB_ATTRIBUTE_BIRTH_DATE] = "1.2.392.200149.8.5.5.4",
    [JB_ATTRIBUTE_ADDRESS] = "1.2.392.200149.8.5.5.5",
    [JB_ATTRIBUTE_ADDRESS_SUBSTITUTES] = "1.2.392.200149.8.5.5.6",
};

/* The text of the UTF8String value; null when it is not one. */
static char *text_of(const ASN1_TYPE *value) {
    const char *text;
    size_t len;

    if (value == NULL || value->type != V_ASN1_UTF8STRING) {
        return NULL;
    }
    text = (const char *)ASN1_STRING_get0_data(value->value.utf8string);
    len = (size_t)ASN1_STRING_length(value->value.utf8string);
    if (len > 0 && (memchr(text, '\0', len) != NULL || !jb_text_is_utf8(text, len))) {
        return NULL;
    }
    return jb_text_copy(len == 0 ? "" : text, len);
}

static bool read_other_name(struct jb_certificate *certificate, const OTHERNAME *name) {
    char oid[64];

    if (OBJ_obj2txt(oid, sizeof(oid), name->type_id, 1) <= 0) {
        return false;
    }
    for (size_t i = 0; i < JB_ATTRIBUTE_COUNT; i++) {
        if (strcmp(oid, oids[i]) == 0) {
            if (certificate->attributes[i] != NULL) {
                return false;
            }
            certificate->attributes[i] = text_of(name->value);
            return certificate->attributes[i] != NULL;
        }
    }
    return true; /* another name than ours */
}

bool jb_certificate_read_attributes(struct jb_certificate *certificate) {
    int critical;
    GENERAL_NAMES *names =
        X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, &critical, NULL);
    bool valid = true;

    if (names == NULL) {
        return critical == -1; /* absent; anything else is there twice or malformed */
    }
    for (int i = 0; valid && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_OTHERNAME) {
            valid = read_other_name(certificate, name->d.otherName);
        }
    }
    GENERAL_NAMES_free(names);
    return valid;
}

const char *jb_certificate_attribute(const struct jb_certificate *certificate,
                                     enum jb_certificate_attribute which) {
    return certificate->attributes[which];
}

static bool is_number(const char *text, size_t len) {
    return strspn(text, "0123456789") == len && text[len] == '\0';
}

/* A part that is zeros is one that nobody knows. */
static bool is_at_most(const char *two_digits, int most) {
    return (two_digits[0] - '0') * 10 + (two_digits[1] - '0') <= most;
}

bool jb_birth_date_parse(const char *text, struct jb_birth_date *date) {
    static const char *const eras[] = {NULL, "meiji", "taisho", "showa", "heisei", "reiwa"};

    memset(date, 0, sizeof *date);
    if (is_number(text, 9)) {
        size_t era = (size_t)(*text++ - '0');
        date->era = era < sizeof eras / sizeof eras[0] ? eras[era] : NULL;
    } else if (!is_number(text, 8)) {
        return false;
    }
    memcpy(date->year, text, 4);
    memcpy(date->month, text + 4, 2);
    memcpy(date->day, text + 6, 2);
    return is_at_most(date->month, 12) && is_at_most(date->day, 31);
}

size_t jb_certificate_substituted(const char *text, const char *flags, size_t *indexes,
                                  size_t max) {
    size_t characters = 0, count = 0;

    for (const char *at = text; *at != '\0'; at++) {
        characters += ((unsigned char)*at & 0xC0) != 0x80;
    }
    if (!is_number(flags, characters)) {
        return 0;
    }
    for (size_t i = 0; i < characters && count < max; i++) {
        if (flags[i] != '0') {
            indexes[count++] = i;
        }
    }
    return count;
}
