/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 24
#define CONTENT_MAX 16384

struct vc_files {
    struct vc_file list[FILES_MAX];
    size_t count;
};

static const struct {
    enum vc_df df;
    uint8_t name[VC_AID_SIZE];
} applications[] = {
    {VC_DF_JPKI, {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}},
    {VC_DF_PROFILE, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}},
    {VC_DF_SURFACE, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02}},
    {VC_DF_COMMON, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00}},
};

/* Where the content of a file comes from. */
enum source { FROM_NOTHING, FROM_CERTIFICATE, FROM_KEY, FROM_BYTES, FROM_TOKEN_INFO };

/* A name is stem, "-long" with BY_NAMES and the trait, "-expired" or "-renewal" with BY_DATE and
   the trait, and what the source ends in. */
enum {
    BY_NAMES = 1,
    BY_DATE = 2,
    SIGNING = 4, /* not on a card without signing certificate */
    LATER = 8    /* came with the MyNumber card, and not on the one before */
};

static const struct {
    const char *stem;
    enum vc_df df;
    enum vc_file_type type;
    enum vc_pin pin;
    enum source source;
    unsigned flags;
    uint16_t id;
} table[] = {
    {NULL, VC_DF_JPKI, VC_FILE_BINARY, VC_PIN_NONE, FROM_TOKEN_INFO, 0, 0x0006},
    {"auth", VC_DF_JPKI, VC_FILE_BINARY, VC_PIN_NONE, FROM_CERTIFICATE, BY_DATE | LATER, 0x000A},
    {"auth-ca", VC_DF_JPKI, VC_FILE_BINARY, VC_PIN_NONE, FROM_CERTIFICATE, LATER, 0x000B},
    {"auth", VC_DF_JPKI, VC_FILE_KEY, VC_PIN_AUTH, FROM_KEY, LATER, 0x0017},
    {NULL, VC_DF_JPKI, VC_FILE_PIN, VC_PIN_AUTH, FROM_NOTHING, LATER, 0x0018},
    {"sign", VC_DF_JPKI, VC_FILE_BINARY, VC_PIN_SIGN, FROM_CERTIFICATE,
     SIGNING | BY_NAMES | BY_DATE, 0x0001},
    {"sign-ca", VC_DF_JPKI, VC_FILE_BINARY, VC_PIN_NONE, FROM_CERTIFICATE, 0, 0x0002},
    {"sign", VC_DF_JPKI, VC_FILE_KEY, VC_PIN_SIGN, FROM_KEY, SIGNING, 0x001A},
    {NULL, VC_DF_JPKI, VC_FILE_PIN, VC_PIN_SIGN, FROM_NOTHING, 0, 0x001B},
    {NULL, VC_DF_PROFILE, VC_FILE_PIN, VC_PIN_PROFILE, FROM_NOTHING, 0, 0x0011},
    {"number", VC_DF_PROFILE, VC_FILE_BINARY, VC_PIN_PROFILE, FROM_BYTES, 0, 0x0001},
    {"attributes", VC_DF_PROFILE, VC_FILE_BINARY, VC_PIN_PROFILE, FROM_BYTES, BY_NAMES, 0x0002},
    {"basic", VC_DF_PROFILE, VC_FILE_BINARY, VC_PIN_NONE, FROM_BYTES, 0, 0x0005},
    {"manufacture", VC_DF_COMMON, VC_FILE_RECORD, VC_PIN_NONE, FROM_BYTES, 0, 0x0001},
};

static const uint8_t card_token_info[0x20] = "JPKIAPICCTOKEN2                ";
static const uint8_t juki_token_info[0x20] = "JPKIAPICCTOKEN                 ";
static const uint8_t phone_token_info[0x20] = "JPKIAPGPSETOKEN                ";

static const uint8_t *token_info_of(enum vc_kind kind) {
    return kind == VC_KIND_PHONE  ? phone_token_info
           : kind == VC_KIND_JUKI ? juki_token_info
                                  : card_token_info;
}

enum vc_df vc_df_by_name(const uint8_t *name, size_t size) {
    static const uint8_t issuer[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};

    /* GlobalPlatform's own name, and its seven-byte form, which real cards take too. */
    if ((size == sizeof issuer || size == sizeof issuer - 1) && memcmp(issuer, name, size) == 0) {
        return VC_DF_ISSUER;
    }
    for (size_t i = 0; i < sizeof applications / sizeof *applications; i++) {
        if (size == VC_AID_SIZE && memcmp(applications[i].name, name, size) == 0) {
            return applications[i].df;
        }
    }
    return VC_DF_NONE;
}

const uint8_t *vc_df_name(enum vc_df df) {
    for (size_t i = 0; i < sizeof applications / sizeof *applications; i++) {
        if (applications[i].df == df) {
            return applications[i].name;
        }
    }
    return NULL;
}

static bool take_bytes(struct vc_file *file, const uint8_t *bytes, size_t size, size_t padding) {
    file->content = calloc(1, size + padding);
    if (file->content == NULL) {
        return false;
    }
    memcpy(file->content, bytes, size);
    file->size = size + padding;
    return true;
}

static bool read_certificate(struct vc_file *file, FILE *stream, size_t padding) {
    X509 *certificate = PEM_read_X509(stream, NULL, NULL, NULL);
    uint8_t *der = NULL;
    int size = certificate == NULL ? -1 : i2d_X509(certificate, &der);
    bool fine = size > 0 && take_bytes(file, der, (size_t)size, padding);

    OPENSSL_free(der);
    X509_free(certificate);
    return fine;
}

static bool read_content(struct vc_file *file, enum source source, FILE *stream,
                         const struct vc_traits *traits) {
    static uint8_t bytes[CONTENT_MAX];
    size_t size;

    switch (source) {
    case FROM_CERTIFICATE:
        return read_certificate(file, stream, traits->padding);
    case FROM_KEY:
        file->key = PEM_read_PrivateKey(stream, NULL, NULL, NULL);
        return file->key != NULL;
    case FROM_BYTES:
        size = fread(bytes, 1, sizeof bytes, stream);
        return size > 0 && take_bytes(file, bytes, size, 0);
    default:
        return false;
    }
}

static bool load_from(struct vc_file *file, const char *directory, size_t row,
                      const struct vc_traits *traits) {
    static const char *const dates[] = {"", "-expired", "-renewal"};
    static const char *const endings[] = {
        [FROM_CERTIFICATE] = ".pem", [FROM_KEY] = ".key", [FROM_BYTES] = ".bin"};
    bool names = (table[row].flags & BY_NAMES) != 0 && traits->long_names;
    bool date = (table[row].flags & BY_DATE) != 0;
    char path[4096];
    FILE *stream;
    bool fine;

    if (snprintf(path, sizeof path, "%s/%s%s%s%s", directory, table[row].stem, names ? "-long" : "",
                 date ? dates[traits->validity] : "",
                 endings[table[row].source]) >= (int)sizeof path ||
        (stream = fopen(path, "rb")) == NULL) {
        perror(path);
        return false;
    }
    fine = read_content(file, table[row].source, stream, traits);
    if (!fine) {
        fprintf(stderr, "virtual-card: %s cannot be read\n", path);
    }
    (void)fclose(stream);
    return fine;
}

struct vc_files *vc_files_load(const char *directory, const struct vc_traits *traits) {
    struct vc_files *files = calloc(1, sizeof *files);
    bool fine = files != NULL;

    for (size_t i = 0; fine && i < sizeof table / sizeof *table; i++) {
        struct vc_file *file = &files->list[files->count];
        if ((table[i].flags & SIGNING) != 0 && traits->no_signing_certificate) {
            continue;
        }
        if (((table[i].flags & LATER) != 0 || table[i].df != VC_DF_JPKI) &&
            traits->kind == VC_KIND_JUKI) {
            continue;
        }
        *file =
            (struct vc_file){table[i].df, table[i].id, table[i].type, table[i].pin, NULL, 0, NULL};
        files->count++;
        if (table[i].source == FROM_TOKEN_INFO) {
            fine = take_bytes(file, token_info_of(traits->kind), sizeof card_token_info, 0);
        } else if (table[i].source != FROM_NOTHING) {
            fine = load_from(file, directory, i, traits);
        }
    }
    if (!fine) {
        vc_files_free(files);
        return NULL;
    }
    return files;
}

void vc_files_free(struct vc_files *files) {
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].content);
        EVP_PKEY_free(files->list[i].key);
    }
    free(files);
}

const struct vc_file *vc_files_find(const struct vc_files *files, enum vc_df df, uint16_t id) {
    for (size_t i = 0; i < files->count; i++) {
        if (files->list[i].df == df && files->list[i].id == id) {
            return &files->list[i];
        }
    }
    return NULL;
}

const struct vc_file *vc_files_find_short(const struct vc_files *files, enum vc_df df,
                                          uint8_t sfi) {
    return sfi == 0 || sfi > 30 ? NULL : vc_files_find(files, df, sfi);
}
