/* SPDX-License-Identifier: MIT */
/* A MyNumber card for unit tests: the files, PINs and keys of card.md, with the differences that
 * cards have. PINs are counted as enum jb_pin is: log-in, signature, profile. */
#ifndef FAKE_CARD_H
#define FAKE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_CERTIFICATE_LEN 1140
#define FAKE_FILE_MAX 10000
#define FAKE_SIGNATURE_LEN 256

enum fake_end { FAKE_END_SHORT, FAKE_END_6282, FAKE_END_6C, FAKE_END_6B00 };

struct fake_card {
    /* what it is */
    bool other;           /* no JPKI AP */
    bool phone;           /* the token info of a phone */
    const char *token;    /* another token info, padded with blanks; or null */
    bool no_extended;     /* 6700 to extended length */
    bool no_sfi_read;     /* READ BINARY by short identifier: sfi_sw */
    bool no_sfi_verify;   /* VERIFY by short identifier: sfi_sw */
    uint16_t sfi_sw;      /* default 6A82 */
    bool no_sign_key;     /* neither signing certificate nor key nor PIN */
    bool no_auth_key;     /* the same for the other */
    bool query_verified;  /* a query answers 9000 once verified */
    bool always_verified; /* a query answers 9000 whatever happens */
    bool pin_per_use;     /* a signature uses the verified PIN up */
    bool no_sfi_sign;     /* nor COMPUTE DIGITAL SIGNATURE */
    bool never_signs;     /* 6982 whatever was verified */
    bool reset_forgets;   /* a reset ends what was verified */
    bool has_more;        /* answers over 0x80 bytes by 61xx and GET RESPONSE */
    size_t longest;       /* bytes of one answer at most; 0 for no limit */
    size_t padding;       /* bytes after the certificate */
    size_t signature_len; /* default FAKE_SIGNATURE_LEN */
    uint16_t locked_sw;   /* default 6983 */
    uint16_t change_sw;   /* CHANGE REFERENCE DATA is refused with it; 0: taken */
    enum fake_end end;    /* what a read over the end answers */
    uint8_t filler;       /* with filled: what the certificate files hold instead */
    bool filled;
    bool no_profile;                /* no profile AP */
    char pin[3][17];                /* default 1234, ABC123 and 5678 */
    int tries[3];                   /* default 3, 5 and 3 */
    uint8_t file[2][FAKE_FILE_MAX]; /* the certificates */
    size_t file_len[2];
    uint8_t ca[FAKE_FILE_MAX]; /* of the CA that issued the signing certificate; default: none */
    size_t ca_len;
    uint8_t attributes[2048]; /* the file of the profile AP; default: a holder's */
    size_t attributes_len;
    uint8_t record[64]; /* the common-data AP's; default: manufacture number AB12345678901 */
    size_t record_len;
    /* what happened */
    unsigned spent;    /* VERIFYs that cost a try */
    unsigned verifies; /* VERIFYs that carried a PIN */
    unsigned changes;  /* CHANGE REFERENCE DATA, whatever came of them */
    bool verified[3];
    enum fake_df { FAKE_DF_NONE, FAKE_DF_JPKI, FAKE_DF_PROFILE, FAKE_DF_COMMON } df, last_df;
    uint16_t ef;
    uint8_t rest[FAKE_FILE_MAX];
    size_t rest_len;
};

/* A card as holders have it, with certificates of FAKE_CERTIFICATE_LEN bytes. */
void fake_card_init(struct fake_card *card);

/* Makes the certificate file hold a DER object of len bytes. */
void fake_card_certificate(struct fake_card *card, int key, size_t len);

/* Makes the file of the profile AP; each value is shorter than 128 bytes. */
void fake_card_attributes(struct fake_card *card, const char *name, const char *address,
                          const char *birth_date, const char *sex);

/* Forgets the selection, as a reset does; what was verified outlives it as on real cards, unless
 * reset_forgets. */
void fake_card_reset(struct fake_card *card);

/* Forgets what was verified too, as without power. */
void fake_card_unpower(struct fake_card *card);

/* Answers one command; returns the length of the response. */
size_t fake_card_answer(struct fake_card *card, const uint8_t *command, size_t len, uint8_t *out,
                        size_t room);

#endif
