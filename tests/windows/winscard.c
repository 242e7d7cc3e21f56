/* SPDX-License-Identifier: MIT */
/*
 * The PC/SC that the host calls on Windows, for tests under Wine, with one reader and a virtual
 * card in it. It answers as Windows does: a card that left is SCARD_W_REMOVED_CARD, one that was
 * reset by another connection SCARD_W_RESET_CARD, and without a reader there is no service
 * (JB_WINSCARD=no-service).
 */
#include "card_line.h"

#include <stdlib.h>
#include <string.h>

#define WINSCARDDATA __declspec(dllexport) /* made here, not taken from elsewhere */
#include <winscard.h>

#define POLL_MS 20

static const char reader[] = "Test Reader 0";

const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

struct connection {
    unsigned card;   /* which of the cards that came */
    unsigned resets; /* those that it knows of */
};

static LONG connections; /* open ones */

static LONG check(const struct connection *connection) {
    const struct card_state now = card_line_state();

    if (!now.present || now.coming != connection->card) {
        return SCARD_W_REMOVED_CARD;
    }
    return now.resets != connection->resets ? SCARD_W_RESET_CARD : SCARD_S_SUCCESS;
}

static void dispose(struct connection *connection, DWORD disposition) {
    if (disposition == SCARD_RESET_CARD && check(connection) == SCARD_S_SUCCESS) {
        card_line_reset();
        connection->resets++;
    }
}

LONG WINAPI SCardEstablishContext(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context) {
    const char *mode = getenv("JB_WINSCARD");

    (void)scope;
    (void)one;
    (void)two;
    if ((mode != NULL && strcmp(mode, "no-service") == 0) || !card_line_open()) {
        return SCARD_E_NO_SERVICE;
    }
    *context = 1;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardReleaseContext(SCARDCONTEXT context) {
    (void)context;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardListReadersA(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD len) {
    (void)context;
    (void)groups;
    if (*len < sizeof reader + 1) {
        return SCARD_E_INSUFFICIENT_BUFFER;
    }
    memcpy(names, reader, sizeof reader);
    names[sizeof reader] = '\0';
    *len = sizeof reader + 1;
    return SCARD_S_SUCCESS;
}

static bool look(SCARD_READERSTATEA *state) {
    const struct card_state now = card_line_state();

    state->dwEventState = (now.moves & 0xFFFF) << 16;
    if (!now.present) {
        state->dwEventState |= SCARD_STATE_EMPTY;
    } else {
        state->dwEventState |= SCARD_STATE_PRESENT | (connections > 0 ? SCARD_STATE_INUSE : 0U);
    }
    if (state->dwEventState == state->dwCurrentState) {
        return false;
    }
    state->dwEventState |= SCARD_STATE_CHANGED;
    return true;
}

LONG WINAPI SCardGetStatusChangeA(SCARDCONTEXT context, DWORD timeout, LPSCARD_READERSTATEA states,
                                  DWORD count) {
    const ULONGLONG until = GetTickCount64() + timeout;

    (void)context;
    for (;;) {
        bool changed = false;
        for (DWORD i = 0; i < count; i++) {
            if (strcmp(states[i].szReader, reader) != 0) {
                return SCARD_E_UNKNOWN_READER;
            }
            changed = look(&states[i]) || changed;
        }
        if (changed) {
            return SCARD_S_SUCCESS;
        }
        if (timeout != INFINITE && GetTickCount64() >= until) {
            return SCARD_E_TIMEOUT;
        }
        Sleep(POLL_MS);
    }
}

static LONG enter(struct connection *connection, LPDWORD protocol) {
    const struct card_state now = card_line_state();

    if (!now.present) {
        return SCARD_E_NO_SMARTCARD;
    }
    connection->card = now.coming;
    connection->resets = now.resets;
    *protocol = SCARD_PROTOCOL_T1;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardConnectA(SCARDCONTEXT context, LPCSTR name, DWORD share, DWORD protocols,
                          LPSCARDHANDLE handle, LPDWORD protocol) {
    struct connection *connection = calloc(1, sizeof *connection);
    LONG code = SCARD_E_UNKNOWN_READER;

    (void)context;
    if (connection == NULL) {
        return SCARD_E_NO_MEMORY;
    }
    if (share != SCARD_SHARE_SHARED || (protocols & SCARD_PROTOCOL_T1) == 0) {
        code = SCARD_E_INVALID_PARAMETER;
    } else if (strcmp(name, reader) == 0) {
        code = enter(connection, protocol);
    }
    if (code != SCARD_S_SUCCESS) {
        free(connection);
        return code;
    }
    (void)InterlockedIncrement(&connections);
    *handle = (SCARDHANDLE)connection;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardReconnect(SCARDHANDLE handle, DWORD share, DWORD protocols, DWORD disposition,
                           LPDWORD protocol) {
    struct connection *connection = (struct connection *)handle;

    (void)share;
    (void)protocols;
    dispose(connection, disposition);
    return enter(connection, protocol);
}

LONG WINAPI SCardDisconnect(SCARDHANDLE handle, DWORD disposition) {
    struct connection *connection = (struct connection *)handle;

    dispose(connection, disposition);
    (void)InterlockedDecrement(&connections);
    free(connection);
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardBeginTransaction(SCARDHANDLE handle) {
    return check((struct connection *)handle);
}

LONG WINAPI SCardEndTransaction(SCARDHANDLE handle, DWORD disposition) {
    struct connection *connection = (struct connection *)handle;
    LONG code = check(connection);

    dispose(connection, disposition);
    return code;
}

LONG WINAPI SCardTransmit(SCARDHANDLE handle, LPCSCARD_IO_REQUEST to, LPCBYTE command, DWORD len,
                          LPSCARD_IO_REQUEST from, LPBYTE answer, LPDWORD answer_len) {
    LONG code = check((struct connection *)handle);
    size_t room = *answer_len;

    (void)from;
    if (code != SCARD_S_SUCCESS) {
        return code;
    }
    if (to->dwProtocol != SCARD_PROTOCOL_T1) {
        return SCARD_E_PROTO_MISMATCH;
    }
    if (!card_line_exchange(command, len, answer, &room)) {
        return SCARD_W_REMOVED_CARD;
    }
    *answer_len = (DWORD)room;
    return SCARD_S_SUCCESS;
}

/* A reader without a keypad, as its driver says it on Windows. */
LONG WINAPI SCardControl(SCARDHANDLE handle, DWORD code, LPCVOID in, DWORD in_len, LPVOID out,
                         DWORD out_len, LPDWORD len) {
    (void)handle;
    (void)code;
    (void)in;
    (void)in_len;
    (void)out;
    (void)out_len;
    *len = 0;
    return ERROR_INVALID_FUNCTION;
}
