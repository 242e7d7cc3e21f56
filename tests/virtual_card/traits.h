/* SPDX-License-Identifier: MIT */
/* What may differ between one card (or one card in one reader) and another. */
#ifndef VC_TRAITS_H
#define VC_TRAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vc_kind { VC_KIND_MYNUMBER, VC_KIND_PHONE, VC_KIND_OTHER, VC_KIND_JUKI };

/* What a READ BINARY that wants more than is left of the file gets. */
enum vc_eof {
    VC_EOF_SHORT, /* what is left, 9000 */
    VC_EOF_6282,  /* what is left, 6282 */
    VC_EOF_6C,    /* 6Cxx with what is left, when that fits in xx */
    VC_EOF_6B00   /* nothing, 6B00, unless Le says "all there is" */
};

enum vc_validity { VC_VALIDITY_NORMAL, VC_VALIDITY_EXPIRED, VC_VALIDITY_RENEWAL };

struct vc_traits {
    enum vc_kind kind;
    enum vc_eof eof;
    enum vc_validity validity;
    bool long_names;
    bool no_signing_certificate;
    bool pin_per_signature;
    bool reset_forgets;    /* a reset, or selecting the same application again, ends a VERIFY */
    bool query_verified;   /* VERIFY query answers 9000 once verified */
    uint16_t extended_sw;  /* 0: extended length is taken; else the answer to it */
    bool extended_error;   /* extended length fails in the reader instead */
    uint16_t sfi_sw;       /* 0: short EF identifiers are taken; else the answer to them */
    uint16_t locked_sw;    /* VERIFY and its query on a locked PIN */
    size_t padding;        /* zero bytes after the DER object in certificate files */
    size_t longest_answer; /* data bytes in one answer at the most; 0: no limit */
};

#endif
