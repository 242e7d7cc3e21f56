/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "apdu.h"

#include <stdbool.h>
#include <string.h>

static char line[3 * VC_MESSAGE_MAX + 8];

/* VERIFY, (un)block, CHANGE REFERENCE DATA, RESET RETRY COUNTER: whatever the class says. */
static bool carries_pin(uint8_t ins) {
    return (ins >= 0x20 && ins <= 0x28) || ins == 0x2C || ins == 0x2D;
}

/* Header, and the length field only when it truly is one. */
static size_t open_bytes(const uint8_t *bytes, size_t size) {
    struct vc_apdu apdu;

    if (size < 4) {
        return size < 2 || !carries_pin(bytes[1]) ? size : 2;
    }
    if (!carries_pin(bytes[1])) {
        return size;
    }
    if (!vc_apdu_parse(&apdu, bytes, size)) {
        return 4;
    }
    if (apdu.size == 0) {
        return size == 5 && bytes[4] == 0 ? 5 : 4;
    }
    return apdu.extended ? 7 : 5;
}

static char *put_hex(char *out, const uint8_t *bytes, size_t size) {
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < size; i++) {
        *out++ = ' ';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

const char *vc_log_format_command(const uint8_t *bytes, size_t size) {
    size_t open;
    char *out = line;

    if (size > VC_MESSAGE_MAX) {
        size = VC_MESSAGE_MAX;
    }
    open = open_bytes(bytes, size);
    *out++ = '>';
    out = put_hex(out, bytes, open);
    if (open < size) {
        memcpy(out, " **", 3);
        out += 3;
    }
    *out = '\0';
    return line;
}

static void put_line(FILE *log, const char *text) {
    if (log != NULL) {
        fprintf(log, "%s\n", text);
        (void)fflush(log);
    }
}

void vc_log_command(FILE *log, const uint8_t *bytes, size_t size) {
    if (log != NULL) {
        put_line(log, vc_log_format_command(bytes, size));
    }
}

void vc_log_answer(FILE *log, const uint8_t *bytes, size_t size) {
    if (log != NULL) {
        line[0] = '<';
        *put_hex(line + 1, bytes, size < VC_MESSAGE_MAX ? size : VC_MESSAGE_MAX) = '\0';
        put_line(log, line);
    }
}

void vc_log_event(FILE *log, const char *text) {
    put_line(log, text);
}
