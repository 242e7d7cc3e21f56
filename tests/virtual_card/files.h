/* SPDX-License-Identifier: MIT */
/* The files of the card: which application holds what, and what guards it. Contents come from a
   directory that virtual-card-data made; facts about layout and access from public sources on the
   MyNumber card (OpenSC's JPKI driver, jpki/myna). */
#ifndef VC_FILES_H
#define VC_FILES_H

#include "pins.h"
#include "traits.h"

#include <openssl/types.h>

enum vc_df { VC_DF_NONE, VC_DF_JPKI, VC_DF_PROFILE, VC_DF_SURFACE, VC_DF_COMMON, VC_DF_ISSUER };

enum vc_file_type { VC_FILE_BINARY, VC_FILE_RECORD, VC_FILE_KEY, VC_FILE_PIN };

struct vc_file {
    enum vc_df df;
    uint16_t id; /* its low five bits are the short EF identifier */
    enum vc_file_type type;
    enum vc_pin pin; /* what guards it, or, for a PIN file, the PIN itself */
    uint8_t *content;
    size_t size;
    EVP_PKEY *key;
};

struct vc_files;

/* Loads the files for these traits; null, with a line on stderr, when the directory lacks one.
   Free with vc_files_free. */
struct vc_files *vc_files_load(const char *directory, const struct vc_traits *traits);
void vc_files_free(struct vc_files *files);

/* VC_DF_NONE when no application has exactly this name. */
enum vc_df vc_df_by_name(const uint8_t *name, size_t size);

/* The name of an application, ten bytes; null for the issuer's domain. */
#define VC_AID_SIZE 10
const uint8_t *vc_df_name(enum vc_df df);

/* Null when that application has no such file. The file stays the property of files. */
const struct vc_file *vc_files_find(const struct vc_files *files, enum vc_df df, uint16_t id);
const struct vc_file *vc_files_find_short(const struct vc_files *files, enum vc_df df, uint8_t sfi);

#endif
