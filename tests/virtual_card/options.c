/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "control.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PORT 35963

/* OpenSC's one known contact ATR; a type B card in a contactless reader. */
static const uint8_t contact_atr[] = {0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};
static const uint8_t contactless_atr[] = {0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00,
                                          0x00, 0x33, 0x81, 0x81, 0x00, 0x3A};

bool vc_number(const char *text, long least, long most, long *number) {
    char *end;

    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= least && *number <= most;
}

bool vc_kind_by_name(const char *name, enum vc_kind *kind) {
    static const char *const names[] = {"mynumber", "phone", "other", "juki"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *kind = (enum vc_kind)i;
            return true;
        }
    }
    return false;
}

static bool parse_sw(const char *text, uint16_t *sw) {
    char *end;
    unsigned long value = strtoul(text, &end, 16);

    *sw = (uint16_t)value;
    return strlen(text) == 4 && *end == '\0';
}

/* --- one handler per option ------------------------------------------------------------------ */

typedef bool handler(struct vc_options *options, const char *value);

#define ON_TEXT(name, field)                                                                       \
    static bool name(struct vc_options *options, const char *value) {                              \
        options->field = value;                                                                    \
        return true;                                                                               \
    }
#define ON_FLAG(name, field, constant)                                                             \
    static bool name(struct vc_options *options, const char *value) {                              \
        (void)value;                                                                               \
        options->field = (constant);                                                               \
        return true;                                                                               \
    }
#define ON_NUMBER(name, field, type, most)                                                         \
    static bool name(struct vc_options *options, const char *value) {                              \
        long number;                                                                               \
        if (!vc_number(value, 0, (most), &number)) {                                               \
            return false;                                                                          \
        }                                                                                          \
        options->field = (type)number;                                                             \
        return true;                                                                               \
    }

ON_NUMBER(on_port, port, uint16_t, 65535)
ON_TEXT(on_data, data)
ON_TEXT(on_log, log)
ON_TEXT(on_state, state)
ON_TEXT(on_control, control)
ON_TEXT(on_auth_pin, pins[VC_PIN_AUTH])
ON_TEXT(on_sign_pin, pins[VC_PIN_SIGN])
ON_TEXT(on_profile_pin, pins[VC_PIN_PROFILE])
ON_NUMBER(on_auth_tries, tries[VC_PIN_AUTH], int, 3)
ON_NUMBER(on_sign_tries, tries[VC_PIN_SIGN], int, 5)
ON_NUMBER(on_profile_tries, tries[VC_PIN_PROFILE], int, 3)
ON_NUMBER(on_padding, traits.padding, size_t, 16384)
ON_NUMBER(on_longest, traits.longest_answer, size_t, 65535)
ON_FLAG(on_no_signing, traits.no_signing_certificate, true)
ON_FLAG(on_expired, traits.validity, VC_VALIDITY_EXPIRED)
ON_FLAG(on_renewal, traits.validity, VC_VALIDITY_RENEWAL)
ON_FLAG(on_long_names, traits.long_names, true)
ON_FLAG(on_other, traits.kind, VC_KIND_OTHER)
ON_FLAG(on_phone, traits.kind, VC_KIND_PHONE)
ON_FLAG(on_juki, traits.kind, VC_KIND_JUKI)
ON_FLAG(on_each_pin, traits.pin_per_signature, true)
ON_FLAG(on_reset_keeps, traits.reset_forgets, false)
ON_FLAG(on_reset_forgets, traits.reset_forgets, true)
ON_FLAG(on_query, traits.query_verified, true)
ON_NUMBER(on_delay_apdu, delay_apdu_ms, long, 600000)
ON_NUMBER(on_delay_byte, delay_byte_us, long, 1000000)
ON_NUMBER(on_remove_at, faults.at[VC_FAULT_REMOVE], unsigned long, INT_MAX)
ON_NUMBER(on_remove_after, faults.at[VC_FAULT_REMOVE_AFTER], unsigned long, INT_MAX)
ON_NUMBER(on_garbage_at, faults.at[VC_FAULT_GARBAGE], unsigned long, INT_MAX)
ON_NUMBER(on_silent_at, faults.at[VC_FAULT_SILENT], unsigned long, INT_MAX)
ON_NUMBER(on_seed, faults.seed, uint32_t, INT_MAX)
ON_NUMBER(on_reinsert, reinsert_after_ms, long, 600000)
ON_FLAG(on_unwatched, unwatched, true)
ON_FLAG(on_removed, removed, true)

static bool on_no_extended(struct vc_options *options, const char *value) {
    if (value != NULL && strcmp(value, "error") == 0) {
        options->traits.extended_error = true;
        return true;
    }
    return parse_sw(value == NULL ? "6700" : value, &options->traits.extended_sw);
}

static bool on_no_sfi(struct vc_options *options, const char *value) {
    return parse_sw(value == NULL ? "6A86" : value, &options->traits.sfi_sw);
}

static bool on_locked_sw(struct vc_options *options, const char *value) {
    return parse_sw(value, &options->traits.locked_sw);
}

static bool on_eof(struct vc_options *options, const char *value) {
    static const char *const names[] = {"short", "6282", "6c", "6b00"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], value) == 0) {
            options->traits.eof = (enum vc_eof)i;
            return true;
        }
    }
    return false;
}

static bool on_garbage_kind(struct vc_options *options, const char *value) {
    return vc_garbage_by_name(value, &options->faults.garbage);
}

static bool set_atr(struct vc_options *options, const uint8_t *atr, size_t size) {
    memcpy(options->atr, atr, size);
    options->atr_size = size;
    return true;
}

static bool on_atr(struct vc_options *options, const char *value) {
    unsigned byte;

    if (strcmp(value, "contact") == 0) {
        return set_atr(options, contact_atr, sizeof contact_atr);
    }
    if (strcmp(value, "contactless") == 0) {
        return set_atr(options, contactless_atr, sizeof contactless_atr);
    }
    for (options->atr_size = 0; *value != '\0'; value += 2) {
        if (options->atr_size == VC_ATR_MAX || strspn(value, "0123456789abcdefABCDEF") < 2 ||
            sscanf(value, "%2x", &byte) != 1) {
            return false;
        }
        options->atr[options->atr_size++] = (uint8_t)byte;
    }
    return options->atr_size >= 2;
}

/* A name that ends in = wants a value; in [ may have one (=VALUE). */
static const struct {
    const char *name, *help;
    handler *handle;
} table[] = {
    {"port=", "N: vpcd's port on 127.0.0.1 (35963; the second slot is 35964)", on_port},
    {"data=", "DIR: keys and certificates (virtual-card-data beside this program)", on_data},
    {"auth-pin=", "PIN: user-authentication PIN (1234)", on_auth_pin},
    {"sign-pin=", "PIN: signing PIN (ABC123)", on_sign_pin},
    {"profile-pin=", "PIN: profile PIN (1234)", on_profile_pin},
    {"auth-tries=", "N: tries left, 0 to 3", on_auth_tries},
    {"sign-tries=", "N: tries left, 0 to 5", on_sign_tries},
    {"profile-tries=", "N: tries left, 0 to 3", on_profile_tries},
    {"no-extended[", "SW or 'error': extended length gets 6700, SW, or fails in the reader",
     on_no_extended},
    {"no-sfi[", "SW: short EF identifiers get 6A86 or SW", on_no_sfi},
    {"eof=", "short|6282|6c|6b00: answer to a read over the end of a file", on_eof},
    {"padding=", "N: zero bytes after each certificate", on_padding},
    {"max-answer=", "N: at most so many data bytes in one answer to a read", on_longest},
    {"locked-sw=", "6983|6984|63c0: answer of a locked PIN", on_locked_sw},
    {"no-signing-certificate", "EF 0001 and 001A are not there", on_no_signing},
    {"expired", "both certificates ended a month ago", on_expired},
    {"renewal", "both certificates end in six weeks", on_renewal},
    {"long-names", "a signing certificate of about 2,500 bytes", on_long_names},
    {"other-card", "not a MyNumber card at all", on_other},
    {"phone", "token information of a phone's certificates", on_phone},
    {"juki", "the card before 2016: its token information, and nothing that came later", on_juki},
    {"pin-per-signature", "each signature wants its own VERIFY", on_each_pin},
    {"reset-keeps",
     "a VERIFY outlives a reset, and SELECT of the same application (as measured; default)",
     on_reset_keeps},
    {"reset-forgets", "neither", on_reset_forgets},
    {"query-verified", "a VERIFY query answers 9000 once verified", on_query},
    {"atr=", "contact|contactless|HEX (contact)", on_atr},
    {"delay-apdu=", "MS: for each APDU", on_delay_apdu},
    {"delay-byte=", "US: for each byte of command and answer", on_delay_byte},
    {"remove-at=", "N: the card is gone before it sees APDU N (from 1)", on_remove_at},
    {"remove-after=", "N: APDU N is carried out, then the card is gone", on_remove_after},
    {"garbage-at=", "N: nonsense instead of APDU N", on_garbage_at},
    {"silent-at=", "N: APDU N is never answered", on_silent_at},
    {"garbage-kind=", "random|one-byte|empty|long|huge|badsw (random)", on_garbage_kind},
    {"seed=", "N: for the nonsense (1)", on_seed},
    {"reinsert-after=", "MS: a card taken away by a fault comes back (else on `insert`)",
     on_reinsert},
    {"unwatched", "the reader is no PC/SC daemon's: nobody tells what it has noticed",
     on_unwatched},
    {"removed", "begin outside the reader", on_removed},
    {"log=", "FILE: append one line per APDU, PINs masked", on_log},
    {"state=", "FILE: tries left and changed PINs (hashed) kept across runs", on_state},
    {"control=", "PATH: Unix socket for commands, one line each", on_control},
};

static int help(void) {
    puts("virtual-card [OPTION...]\n"
         "virtual-card --send PATH COMMAND [WORD...]    tell a running one, print its answer\n");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t bare = strcspn(table[i].name, "=[");
        printf("  --%.*s%s\n        %s\n", (int)bare, table[i].name,
               table[i].name[bare] == '[' ? "[=...]" : table[i].name + bare, table[i].help);
    }
    puts("\nCommands: remove, insert, swap DIR [mynumber|phone|other|juki], tries [PIN [N]], "
         "state,\n"
         "set-pin PIN VALUE, count, reset-count, remove-at N, remove-after N, garbage-at N, "
         "garbage-kind KIND,\n"
         "silent-at N, reinsert-after MS, delay-apdu MS, delay-byte US, quit.\n"
         "Each is answered by one line: ok, the value asked for, or error: and a reason.\n"
         "DIR may be relative to the data directory: `swap other`, `swap rogue`, `swap .`.\n"
         "`state` answers in (powered up, and counted by the daemon), waiting (for the reader) or "
         "out.\n"
         "A card that left is back when the daemon has noticed, at the earliest.");
    return 0;
}

/* Takes one option from argv[i], or two words. Returns how many, 0 when not understood. */
static int take(struct vc_options *options, const char *word, const char *next) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t bare = strcspn(table[i].name, "=[");
        char mark = table[i].name[bare];
        if (bare != length || strncmp(table[i].name, word, length) != 0) {
            continue;
        }
        if (mark == '=' && value == NULL) {
            return next != NULL && table[i].handle(options, next) ? 2 : 0;
        }
        if (mark == '\0' && value != NULL) {
            return 0;
        }
        return table[i].handle(options, value) ? 1 : 0;
    }
    return 0;
}

/* The build puts the data beside the program. */
static const char *default_data(void) {
    static char path[PATH_MAX + 32];
    char self[PATH_MAX] = "";
    const char *slash;

    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) {
        return "virtual-card-data";
    }
    slash = strrchr(self, '/');
    (void)snprintf(path, sizeof path, "%.*s/virtual-card-data",
                   slash == NULL ? 0 : (int)(slash - self), self);
    return path;
}

int vc_options_parse(struct vc_options *options, int argc, char *argv[]) {
    int taken;

    *options = (struct vc_options){
        .port = DEFAULT_PORT,
        .pins = {"1234", "ABC123", "1234"},
        .tries = {-1, -1, -1},
        .traits = {.locked_sw = 0x6983},
        .faults = {.seed = 1},
        .reinsert_after_ms = -1,
    };
    (void)set_atr(options, contact_atr, sizeof contact_atr);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        return help();
    }
    if (argc > 3 && strcmp(argv[1], "--send") == 0) {
        return vc_control_send(argv[2], argv + 3, argc - 3);
    }
    for (int i = 1; i < argc; i += taken) {
        taken = strncmp(argv[i], "--", 2) == 0
                    ? take(options, argv[i] + 2, i + 1 < argc ? argv[i + 1] : NULL)
                    : 0;
        if (taken == 0) {
            fprintf(stderr, "virtual-card: %s: not understood; --help tells\n", argv[i]);
            return 64;
        }
    }
    if (options->data == NULL) {
        options->data = default_data();
    }
    return -1;
}
