/* SPDX-License-Identifier: MIT */
/* No PIN byte in the log, whatever shape the command that carries it has. PIN bytes here are
   E1, E2, …, which occur in no header and no length, so that any of them in a line is a leak. */
#include "log.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PIN_FIRST 0xE1

static int passed;
static int failed;

static void check(bool fine, const char *name, const char *line) {
    printf("%s %s\n", fine ? "ok" : "not ok", name);
    if (fine) {
        passed++;
    } else {
        failed++;
        printf("# %s\n", line);
    }
}

static bool leaks(const char *line) {
    char hex[3];

    for (unsigned byte = PIN_FIRST; byte <= 0xF0; byte++) {
        (void)snprintf(hex, sizeof hex, "%02X", byte);
        if (strstr(line, hex) != NULL) {
            return true;
        }
    }
    return false;
}

/* Header and whatever comes before the PIN, the PIN, whatever comes after. */
static size_t build(uint8_t *out, const char *before, size_t pin_size, const char *after) {
    size_t size = 0;
    unsigned byte;

    for (; *before != '\0'; before += 2) {
        (void)sscanf(before, "%2x", &byte);
        out[size++] = (uint8_t)byte;
    }
    for (size_t i = 0; i < pin_size; i++) {
        out[size++] = (uint8_t)(PIN_FIRST + i);
    }
    for (; *after != '\0'; after += 2) {
        (void)sscanf(after, "%2x", &byte);
        out[size++] = (uint8_t)byte;
    }
    return size;
}

static const struct {
    const char *name, *before;
    size_t pin_size;
    const char *after, *line;
} shapes[] = {
    {"VERIFY of four digits", "0020009804", 4, "", "> 00 20 00 98 04 **"},
    {"VERIFY of sixteen characters", "0020009B10", 16, "", "> 00 20 00 9B 10 **"},
    {"VERIFY with Le", "0020008004", 4, "00", "> 00 20 00 80 04 **"},
    {"VERIFY, extended length", "00200080000004", 4, "", "> 00 20 00 80 00 00 04 **"},
    {"VERIFY, extended length with Le", "00200080000004", 4, "0000", "> 00 20 00 80 00 00 04 **"},
    {"VERIFY with no length field", "00200080", 4, "", "> 00 20 00 80 **"},
    {"VERIFY with one byte", "00200080", 1, "", "> 00 20 00 80 **"},
    {"VERIFY with a length too small", "0020008002", 4, "", "> 00 20 00 80 **"},
    {"VERIFY with a length too great", "0020008009", 4, "", "> 00 20 00 80 **"},
    {"VERIFY with a null length", "0020008000", 4, "", "> 00 20 00 80 **"},
    {"VERIFY, broken extended length", "002000800001", 4, "", "> 00 20 00 80 **"},
    {"VERIFY with secure messaging", "0C20008004", 4, "", "> 0C 20 00 80 04 **"},
    {"VERIFY cut short", "0020", 1, "", "> 00 20 **"},
    {"VERIFY, other format", "0021008004", 4, "", "> 00 21 00 80 04 **"},
    {"CHANGE REFERENCE DATA", "0024018006", 6, "", "> 00 24 01 80 06 **"},
    {"CHANGE with old and new", "002400800C", 12, "", "> 00 24 00 80 0C **"},
    {"RESET RETRY COUNTER", "002C00800C", 12, "", "> 00 2C 00 80 0C **"},
    {"query, no PIN in it", "00200098", 0, "", "> 00 20 00 98"},
    {"query with Le", "0020009800", 0, "", "> 00 20 00 98 00"},
    {"other commands stay readable", "00A4020C020018", 0, "", "> 00 A4 02 0C 02 00 18"},
};

int main(void) {
    uint8_t bytes[64];
    char line[256];
    size_t size;
    FILE *file = tmpfile();

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size = build(bytes, shapes[i].before, shapes[i].pin_size, shapes[i].after);
        (void)snprintf(line, sizeof line, "%s", vc_log_format_command(bytes, size));
        check(strcmp(line, shapes[i].line) == 0 && !leaks(line), shapes[i].name, line);
        vc_log_command(file, bytes, size);
    }

    /* The same in the file, and the test itself must see a leak when there is one. */
    bool leaked = file == NULL;
    rewind(file);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        leaked = leaked || leaks(line);
    }
    check(!leaked, "nothing in the file", "");
    check(leaks("> 00 20 00 80 04 31 E2 33"), "a leak would be seen", "");
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
