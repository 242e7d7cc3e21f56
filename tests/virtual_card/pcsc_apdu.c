/* SPDX-License-Identifier: MIT */
/* pcsc-apdu [--reader N] [--now] WORD...: sends raw APDUs and prints the answers, one line each.
   (opensc-tool sends no extended APDUs to a card it does not know.)
   WORD: an APDU in hex, `reset`, `begin` and `end` of a transaction, or `sleep:MS`.
   Waits five seconds for a card, or, with --now, not at all. A card that was sent something loses
   its power at the end, and with it what was verified. */
#include <PCSC/winscard.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 5000

static uint8_t command[65536 + 16];
static uint8_t answer[65535 + 2];

static bool say(LONG result) {
    if (result != SCARD_S_SUCCESS) {
        printf("error: %s\n", pcsc_stringify_error(result));
    }
    return result == SCARD_S_SUCCESS;
}

/* The name lies in a buffer of the library's. */
static bool find_reader(SCARDCONTEXT context, long number, const char **name) {
    char *names = NULL;
    DWORD size = SCARD_AUTOALLOCATE;
    const char *next;

    if (!say(SCardListReaders(context, NULL, (LPSTR)&names, &size))) {
        return false;
    }
    next = names;
    for (; number > 0 && *next != '\0'; number--) {
        next += strlen(next) + 1;
    }
    *name = next;
    return true;
}

/* Tries until it works or the time is over: just after a removal the daemon still says "present",
   and just after an insertion "absent". */
static LONG connect_card(SCARDCONTEXT context, const char *name, bool waiting, SCARDHANDLE *card) {
    const struct timespec pause = {0, 50 * 1000000L};
    DWORD protocol;
    LONG result;

    for (int waited = 0;; waited += 50) {
        result =
            SCardConnect(context, name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, card, &protocol);
        if (result == SCARD_S_SUCCESS || !waiting || waited >= WAIT_MS) {
            return result;
        }
        (void)nanosleep(&pause, NULL);
    }
}

static size_t parse_hex(const char *text) {
    size_t size = 0;
    unsigned byte;

    while (size < sizeof command && strlen(text) >= 2 && sscanf(text, "%2x", &byte) == 1) {
        command[size++] = (uint8_t)byte;
        text += 2;
    }
    return *text == '\0' ? size : 0;
}

static void transmit(SCARDHANDLE card, const char *text) {
    DWORD size = sizeof answer;
    size_t length = parse_hex(text);

    if (length == 0) {
        printf("error: not hex: %s\n", text);
        return;
    }
    if (say(SCardTransmit(card, SCARD_PCI_T1, command, (DWORD)length, NULL, answer, &size))) {
        for (DWORD i = 0; i < size; i++) {
            printf("%02X", answer[i]);
        }
        putchar('\n');
    }
}

static void run(SCARDHANDLE card, const char *word) {
    DWORD protocol;

    if (strncmp(word, "sleep:", 6) == 0) {
        long ms = strtol(word + 6, NULL, 10);
        struct timespec time = {ms / 1000, ms % 1000 * 1000000};
        (void)nanosleep(&time, NULL);
    } else if (strcmp(word, "reset") == 0) {
        (void)say(SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD,
                                 &protocol));
    } else if (strcmp(word, "begin") == 0) {
        (void)say(SCardBeginTransaction(card));
    } else if (strcmp(word, "end") == 0) {
        (void)say(SCardEndTransaction(card, SCARD_LEAVE_CARD));
    } else {
        transmit(card, word);
    }
    (void)fflush(stdout);
}

int main(int argc, char *argv[]) {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    const char *name;
    long number = 0;
    bool waiting = true;
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--reader") == 0 && i + 1 < argc) {
            number = strtol(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--now") == 0) {
            waiting = false;
        } else {
            fputs("pcsc-apdu [--reader N] [--now] WORD...\n", stderr);
            return 64;
        }
    }
    if (!say(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context)) ||
        !find_reader(context, number, &name)) {
        return 1;
    }
    if (!say(connect_card(context, name, waiting, &card))) {
        (void)SCardReleaseContext(context);
        return 1;
    }
    bool used = i < argc;
    for (; i < argc; i++) {
        run(card, argv[i]);
    }
    (void)SCardDisconnect(card, used ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD);
    (void)SCardReleaseContext(context);
    return 0;
}
