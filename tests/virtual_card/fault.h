/* SPDX-License-Identifier: MIT */
/* What goes wrong at which APDU. Each fault strikes once. */
#ifndef VC_FAULT_H
#define VC_FAULT_H

#include "apdu.h"

#include <stdbool.h>

enum vc_fault {
    VC_FAULT_REMOVE,       /* the card is gone before it saw the APDU */
    VC_FAULT_REMOVE_AFTER, /* the card carries it out, the answer is lost */
    VC_FAULT_GARBAGE,      /* nothing carried out, nonsense answered */
    VC_FAULT_SILENT,       /* nothing carried out, no answer, ever */
    VC_FAULT_COUNT,
    VC_FAULT_NONE = VC_FAULT_COUNT
};

enum vc_garbage {
    VC_GARBAGE_RANDOM,   /* 1 to 300 bytes */
    VC_GARBAGE_ONE_BYTE, /* no whole status word */
    VC_GARBAGE_EMPTY,    /* no byte at all; then the card is away for a moment */
    VC_GARBAGE_LONG,     /* 4,096 bytes and 9000 where two bytes may be expected */
    VC_GARBAGE_HUGE,     /* more than an ordinary client's buffer takes: 65,535 bytes */
    VC_GARBAGE_BAD_SW    /* 1234 */
};

struct vc_faults {
    unsigned long at[VC_FAULT_COUNT]; /* number of the APDU, from 1; 0: never */
    unsigned long count;              /* APDUs so far */
    enum vc_garbage garbage;
    uint32_t seed;
};

/* "remove-at" and so on; VC_FAULT_NONE when there is none of that name. */
enum vc_fault vc_fault_by_name(const char *name);
const char *vc_fault_name(enum vc_fault fault);

/* False when there is none of that name. */
bool vc_garbage_by_name(const char *name, enum vc_garbage *kind);

/* Counts one APDU and says what shall go wrong with it. */
enum vc_fault vc_faults_next(struct vc_faults *faults);

/* The same bytes for the same seed and APDU number. */
void vc_faults_garbage(const struct vc_faults *faults, struct vc_answer *answer);

#endif
