/* SPDX-License-Identifier: MIT */
/*
 * Another program with a PC/SC connection of its own, as tests want one beside the host. It takes a
 * command a line and answers each with one: "ok", bytes as hex, or "error" and PC/SC's code.
 *
 *   connect SLOT shared|exclusive   begin   send HEX   end leave|reset   reconnect leave|reset
 *   disconnect leave|reset          wait SLOT present|absent MS
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#define BYTES_MAX 65538
#define LINE_MAX_LENGTH 1024

struct peer {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD share;
};

static DWORD disposition(const char *word) {
    return word != NULL && strcmp(word, "reset") == 0 ? SCARD_RESET_CARD : SCARD_LEAVE_CARD;
}

static void reader_name(const char *slot, char name[64]) {
    (void)snprintf(name, 64, "Virtual PCD 00 0%s", slot != NULL ? slot : "0");
}

static LONG connect_card(struct peer *peer, const char *slot, const char *share) {
    char name[64];
    DWORD protocol = 0;

    reader_name(slot, name);
    peer->share = share != NULL && strcmp(share, "exclusive") == 0 ? SCARD_SHARE_EXCLUSIVE
                                                                   : SCARD_SHARE_SHARED;
    return SCardConnect(peer->context, name, peer->share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                        &peer->card, &protocol);
}

static LONG wait_card(struct peer *peer, const char *slot, const char *what, const char *ms) {
    char name[64];
    bool present = what != NULL && strcmp(what, "present") == 0;
    long left = ms != NULL ? strtol(ms, NULL, 10) : 0;

    reader_name(slot, name);
    for (;; left -= 10) {
        SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
        LONG result = SCardGetStatusChange(peer->context, 0, &state, 1);
        if (result != SCARD_S_SUCCESS) {
            return result;
        }
        if (((state.dwEventState & SCARD_STATE_PRESENT) != 0) == present) {
            return SCARD_S_SUCCESS;
        }
        if (left <= 0) {
            return SCARD_E_TIMEOUT;
        }
        const struct timespec pause = {0, 10000000};
        (void)nanosleep(&pause, NULL);
    }
}

static LONG send_apdu(struct peer *peer, const char *hex) {
    static BYTE answer[BYTES_MAX];
    BYTE command[LINE_MAX_LENGTH / 2];
    DWORD size = 0, got = sizeof answer;
    unsigned byte = 0;

    for (; hex != NULL && sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        command[size++] = (BYTE)byte;
    }
    LONG result = SCardTransmit(peer->card, SCARD_PCI_T1, command, size, NULL, answer, &got);
    if (result == SCARD_S_SUCCESS) {
        for (DWORD i = 0; i < got; i++) {
            (void)printf("%02X", answer[i]);
        }
        (void)putchar('\n');
    }
    return result;
}

/* True when the answer has been printed already. */
static bool run(struct peer *peer, char *line, LONG *result) {
    char *rest = NULL;
    const char *verb = strtok_r(line, " \n", &rest);
    const char *first = strtok_r(NULL, " \n", &rest);
    const char *second = strtok_r(NULL, " \n", &rest);
    const char *third = strtok_r(NULL, " \n", &rest);
    DWORD protocol = 0;

    *result = SCARD_E_INVALID_PARAMETER;
    if (verb == NULL) {
        return false;
    }
    if (strcmp(verb, "connect") == 0) {
        *result = connect_card(peer, first, second);
    } else if (strcmp(verb, "begin") == 0) {
        *result = SCardBeginTransaction(peer->card);
    } else if (strcmp(verb, "send") == 0) {
        *result = send_apdu(peer, first);
        return *result == SCARD_S_SUCCESS;
    } else if (strcmp(verb, "end") == 0) {
        *result = SCardEndTransaction(peer->card, disposition(first));
    } else if (strcmp(verb, "reconnect") == 0) {
        *result = SCardReconnect(peer->card, peer->share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                 disposition(first), &protocol);
    } else if (strcmp(verb, "disconnect") == 0) {
        *result = SCardDisconnect(peer->card, disposition(first));
    } else if (strcmp(verb, "wait") == 0) {
        *result = wait_card(peer, first, second, third);
    }
    return false;
}

int main(void) {
    struct peer peer = {0};
    char line[LINE_MAX_LENGTH];
    LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &peer.context);

    if (result != SCARD_S_SUCCESS) {
        (void)fprintf(stderr, "peer: %s\n", pcsc_stringify_error(result));
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!run(&peer, line, &result)) {
            if (result == SCARD_S_SUCCESS) {
                (void)puts("ok");
            } else {
                (void)printf("error %08lX\n", (unsigned long)result & 0xFFFFFFFFUL);
            }
        }
        (void)fflush(stdout);
    }
    (void)SCardReleaseContext(peer.context);
    return EXIT_SUCCESS;
}
