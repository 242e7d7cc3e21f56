/* SPDX-License-Identifier: MIT */
#include <winsock2.h>

#include "card_line.h"

#include <stdlib.h>
#include <string.h>

#define GLANCE_MS 20
#define ATR_MAX 33

enum { POWER_ON = 1, RESET = 2, ASK_ATR = 4 };

static SOCKET listener = INVALID_SOCKET;
static SOCKET card = INVALID_SOCKET;
static struct card_state state;
static CRITICAL_SECTION io;    /* of the connection */
static CRITICAL_SECTION guard; /* of card and state */

static bool send_all(SOCKET to, const uint8_t *bytes, size_t len) {
    const uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};

    return send(to, (const char *)head, 2, 0) == 2 &&
           (len == 0 || send(to, (const char *)bytes, (int)len, 0) == (int)len);
}

static bool receive(SOCKET from, uint8_t *bytes, size_t len) {
    for (size_t have = 0; have < len;) {
        int got = recv(from, (char *)bytes + have, (int)(len - have), 0);
        if (got <= 0) {
            return false;
        }
        have += (size_t)got;
    }
    return true;
}

static bool receive_message(SOCKET from, uint8_t *bytes, size_t *len) {
    uint8_t head[2];

    if (!receive(from, head, 2)) {
        return false;
    }
    size_t coming = (size_t)head[0] << 8 | head[1];
    if (coming > *len) {
        return false;
    }
    *len = coming;
    return receive(from, bytes, coming);
}

static SOCKET current(void) {
    EnterCriticalSection(&guard);
    SOCKET now = card;
    LeaveCriticalSection(&guard);
    return now;
}

static void leave(void) {
    EnterCriticalSection(&guard);
    if (card != INVALID_SOCKET) {
        (void)closesocket(card);
        card = INVALID_SOCKET;
        state.present = false;
        state.moves++;
    }
    LeaveCriticalSection(&guard);
}

static void greet(SOCKET coming) {
    const uint8_t on = POWER_ON, ask = ASK_ATR;
    uint8_t atr[ATR_MAX];
    size_t len = sizeof atr;

    if (!send_all(coming, &on, 1) || !send_all(coming, &ask, 1) ||
        !receive_message(coming, atr, &len)) {
        (void)closesocket(coming);
        return;
    }
    EnterCriticalSection(&guard);
    card = coming;
    state.present = true;
    state.coming++;
    state.moves++;
    LeaveCriticalSection(&guard);
}

/* Whether the card is still there, seen without taking from its line. */
static bool is_there(SOCKET line) {
    fd_set set;
    struct timeval at_once = {0, 0};
    char byte;

    FD_ZERO(&set);
    FD_SET(line, &set);
    return select(0, &set, NULL, NULL, &at_once) == 0 || recv(line, &byte, 1, MSG_PEEK) > 0;
}

__attribute__((noreturn)) static DWORD WINAPI watch(void *nothing) {
    (void)nothing;
    for (;;) {
        SOCKET line = current();
        if (line == INVALID_SOCKET) {
            SOCKET coming = accept(listener, NULL, NULL);
            if (coming != INVALID_SOCKET) {
                greet(coming);
            }
        } else if (TryEnterCriticalSection(&io)) {
            if (!is_there(line)) {
                leave();
            }
            LeaveCriticalSection(&io);
        }
        Sleep(GLANCE_MS);
    }
}

bool card_line_open(void) {
    static bool open;
    const char *port = getenv("JB_VPCD_PORT");
    struct sockaddr_in address = {.sin_family = AF_INET};
    WSADATA data;

    if (open) {
        return true;
    }
    if (port == NULL || WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        return false;
    }
    address.sin_port = htons((u_short)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, (const char *)&yes, sizeof yes);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0) {
        (void)closesocket(listener);
        return false;
    }
    InitializeCriticalSection(&io);
    InitializeCriticalSection(&guard);
    open = CreateThread(NULL, 0, watch, NULL, 0, NULL) != NULL;
    return open;
}

struct card_state card_line_state(void) {
    EnterCriticalSection(&guard);
    struct card_state now = state;
    LeaveCriticalSection(&guard);
    return now;
}

bool card_line_exchange(const uint8_t *command, size_t len, uint8_t *answer, size_t *answer_len) {
    EnterCriticalSection(&io);
    SOCKET line = current();
    bool done = line != INVALID_SOCKET && send_all(line, command, len) &&
                receive_message(line, answer, answer_len);
    if (!done) {
        leave();
    }
    LeaveCriticalSection(&io);
    return done;
}

void card_line_reset(void) {
    const uint8_t reset = RESET;

    EnterCriticalSection(&io);
    SOCKET line = current();
    if (line != INVALID_SOCKET && !send_all(line, &reset, 1)) {
        leave();
    }
    LeaveCriticalSection(&io);
    EnterCriticalSection(&guard);
    state.resets++;
    LeaveCriticalSection(&guard);
}
