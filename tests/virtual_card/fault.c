/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <string.h>

static const char *const fault_names[VC_FAULT_COUNT] = {"remove-at", "remove-after", "garbage-at",
                                                        "silent-at"};
static const char *const garbage_names[] = {"random", "one-byte", "empty", "long", "huge", "badsw"};

enum vc_fault vc_fault_by_name(const char *name) {
    for (int i = 0; i < VC_FAULT_COUNT; i++) {
        if (strcmp(fault_names[i], name) == 0) {
            return (enum vc_fault)i;
        }
    }
    return VC_FAULT_NONE;
}

const char *vc_fault_name(enum vc_fault fault) {
    return fault_names[fault];
}

bool vc_garbage_by_name(const char *name, enum vc_garbage *kind) {
    for (size_t i = 0; i < sizeof garbage_names / sizeof *garbage_names; i++) {
        if (strcmp(garbage_names[i], name) == 0) {
            *kind = (enum vc_garbage)i;
            return true;
        }
    }
    return false;
}

enum vc_fault vc_faults_next(struct vc_faults *faults) {
    faults->count++;
    for (int i = 0; i < VC_FAULT_COUNT; i++) {
        if (faults->at[i] == faults->count) {
            faults->at[i] = 0;
            return (enum vc_fault)i;
        }
    }
    return VC_FAULT_NONE;
}

/* splitmix32: small, and every seed is as good as another. */
static uint32_t next_random(uint32_t *state) {
    uint32_t z = *state += 0x9E3779B9U;

    z = (z ^ (z >> 16)) * 0x21F0AAADU;
    z = (z ^ (z >> 15)) * 0x735A2D97U;
    return z ^ (z >> 15);
}

void vc_faults_garbage(const struct vc_faults *faults, struct vc_answer *answer) {
    uint32_t state = faults->seed * 2654435761U + (uint32_t)faults->count;

    switch (faults->garbage) {
    case VC_GARBAGE_EMPTY:
        answer->size = 0;
        return;
    case VC_GARBAGE_BAD_SW:
        vc_answer_set(answer, NULL, 0, 0x1234);
        return;
    case VC_GARBAGE_ONE_BYTE:
        answer->size = 1;
        break;
    case VC_GARBAGE_LONG:
        answer->size = 4096 + 2;
        break;
    case VC_GARBAGE_HUGE:
        answer->size = VC_MESSAGE_MAX;
        break;
    default:
        answer->size = 1 + next_random(&state) % 300;
    }
    for (size_t i = 0; i < answer->size; i++) {
        answer->bytes[i] = (uint8_t)next_random(&state);
    }
    if (faults->garbage == VC_GARBAGE_LONG) {
        answer->bytes[4096] = 0x90;
        answer->bytes[4097] = 0x00;
    }
}
