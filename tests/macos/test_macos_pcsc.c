/* SPDX-License-Identifier: MIT */
/* The transport over a PC/SC with Apple's types and codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <PCSC/winscard.h>
#include <cmocka.h>
#include <string.h>

#include "jpki_bridge/transport.h"

SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

/* What the next calls answer, and what they were asked. */
static struct {
    uint32_t list, change, connect, transmit, control;
    uint32_t state;
    uint32_t disposition;
    int contexts, cards;
} pcsc;

static LONG code(uint32_t value) {
    return (LONG)value;
}

LONG SCardEstablishContext(uint32_t scope, const void *reserved, const void *reserved_too,
                           SCARDCONTEXT *context) {
    assert_int_equal(scope, SCARD_SCOPE_SYSTEM);
    assert_null(reserved);
    assert_null(reserved_too);
    *context = -7; /* a handle is any number of 32 bits */
    pcsc.contexts++;
    return SCARD_S_SUCCESS;
}

LONG SCardReleaseContext(SCARDCONTEXT context) {
    assert_int_equal(context, -7);
    pcsc.contexts--;
    return SCARD_S_SUCCESS;
}

LONG SCardListReaders(SCARDCONTEXT context, const char *groups, char *readers, uint32_t *len) {
    static const char names[] = "Reader A\0Reader B\0";

    assert_int_equal(context, -7);
    assert_null(groups);
    if (pcsc.list == SCARD_S_SUCCESS) {
        assert_true(*len >= sizeof names);
        memcpy(readers, names, sizeof names);
        *len = sizeof names;
    }
    return code(pcsc.list);
}

LONG SCardGetStatusChange(SCARDCONTEXT context, uint32_t timeout, SCARD_READERSTATE *states,
                          uint32_t count) {
    (void)timeout;
    assert_int_equal(context, -7);
    assert_int_equal(count, 2);
    assert_string_equal(states[1].szReader, "Reader B");
    states[1].dwEventState = pcsc.state;
    return code(pcsc.change);
}

LONG SCardConnect(SCARDCONTEXT context, const char *reader, uint32_t share, uint32_t protocols,
                  SCARDHANDLE *card, uint32_t *protocol) {
    assert_int_equal(context, -7);
    assert_string_equal(reader, "Reader B");
    assert_int_equal(share, SCARD_SHARE_SHARED);
    assert_int_equal(protocols, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
    *card = -9;
    *protocol = SCARD_PROTOCOL_T1;
    pcsc.cards += pcsc.connect == SCARD_S_SUCCESS ? 1 : 0;
    return code(pcsc.connect);
}

LONG SCardReconnect(SCARDHANDLE card, uint32_t share, uint32_t protocols, uint32_t initialization,
                    uint32_t *protocol) {
    assert_int_equal(card, -9);
    assert_int_equal(share, SCARD_SHARE_SHARED);
    assert_int_equal(protocols, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
    assert_int_equal(initialization, SCARD_LEAVE_CARD);
    *protocol = SCARD_PROTOCOL_T0;
    return SCARD_S_SUCCESS;
}

LONG SCardDisconnect(SCARDHANDLE card, uint32_t disposition) {
    assert_int_equal(card, -9);
    pcsc.disposition = disposition;
    pcsc.cards--;
    return SCARD_S_SUCCESS;
}

LONG SCardBeginTransaction(SCARDHANDLE card) {
    assert_int_equal(card, -9);
    return SCARD_S_SUCCESS;
}

LONG SCardEndTransaction(SCARDHANDLE card, uint32_t disposition) {
    assert_int_equal(card, -9);
    pcsc.disposition = disposition;
    return SCARD_S_SUCCESS;
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *to, const unsigned char *sent,
                   uint32_t sent_len, SCARD_IO_REQUEST *from, unsigned char *received,
                   uint32_t *received_len) {
    assert_int_equal(card, -9);
    assert_ptr_equal(to, from->dwProtocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1);
    assert_int_equal(from->cbPciLength, 8);
    assert_int_equal(sent_len, 1);
    received[0] = sent[0];
    *received_len = 1;
    return code(pcsc.transmit);
}

LONG SCardControl132(SCARDHANDLE card, uint32_t control, const void *sent, uint32_t sent_len,
                     void *received, uint32_t received_room, uint32_t *received_len) {
    static const uint8_t answer[] = {6, 4, 0x42, 0, 0x0D, 0x48};

    assert_int_equal(card, -9);
    assert_int_equal(control, 0x42000D48); /* CM_IOCTL_GET_FEATURE_REQUEST */
    assert_null(sent);
    assert_int_equal(sent_len, 0);
    assert_true(received_room >= sizeof answer);
    memcpy(received, answer, sizeof answer);
    *received_len = sizeof answer;
    return code(pcsc.control);
}

static void lists_readers_and_their_states(void **state) {
    struct jb_transport *transport = jb_transport_pcsc();
    struct jb_reader readers[JB_READERS_MAX];
    size_t count = 0;

    (void)state;
    memset(&pcsc, 0, sizeof pcsc);
    pcsc.state = SCARD_STATE_PRESENT | SCARD_STATE_EXCLUSIVE | SCARD_STATE_CHANGED;
    assert_int_equal(transport->list(transport, readers, &count), JB_IO_OK);
    assert_int_equal(count, 2);
    assert_string_equal(readers[1].name, "Reader B");
    assert_true(readers[1].card_present && readers[1].exclusive);
    assert_false(readers[1].in_use || readers[0].card_present);
    pcsc.change = SCARD_E_TIMEOUT;
    assert_int_equal(transport->list(transport, readers, &count), JB_IO_OK);
    assert_int_equal(count, 2);
    assert_int_equal(transport->wait(transport, readers, count, 10), JB_IO_OK);
    pcsc.list = SCARD_E_NO_READERS_AVAILABLE;
    assert_int_equal(transport->list(transport, readers, &count), JB_IO_OK);
    assert_int_equal(count, 0);
    pcsc.list = SCARD_E_NO_SERVICE;
    assert_int_equal(transport->list(transport, readers, &count), JB_IO_NO_SERVICE);
    transport->free(transport);
    assert_int_equal(pcsc.contexts, 0);
}

static void speaks_with_a_card(void **state) {
    struct jb_transport *transport = jb_transport_pcsc();
    uint8_t answer[16];
    size_t len = sizeof answer;
    void *card = NULL;

    (void)state;
    memset(&pcsc, 0, sizeof pcsc);
    assert_int_equal(transport->connect(transport, "Reader B", &card), JB_IO_OK);
    assert_int_equal(transport->begin(card), JB_IO_OK);
    assert_int_equal(transport->transmit(card, (const uint8_t *)"x", 1, answer, &len), JB_IO_OK);
    assert_int_equal(len, 1);
    assert_int_equal(answer[0], 'x');
    len = sizeof answer;
    assert_int_equal(transport->control(card, JB_CONTROL_GET_FEATURES, NULL, 0, answer, &len),
                     JB_IO_OK);
    assert_int_equal(len, 6);
    assert_int_equal(transport->end(card, true), JB_IO_OK);
    assert_int_equal(pcsc.disposition, SCARD_RESET_CARD);
    assert_int_equal(transport->reconnect(card), JB_IO_OK);
    len = sizeof answer;
    assert_int_equal(transport->transmit(card, (const uint8_t *)"x", 1, answer, &len), JB_IO_OK);
    transport->disconnect(card, false);
    assert_int_equal(pcsc.disposition, SCARD_LEAVE_CARD);
    transport->free(transport);
    assert_int_equal(pcsc.cards, 0);
    assert_int_equal(pcsc.contexts, 0);
}

static void knows_the_codes_that_are_negative_here(void **state) {
    static const struct {
        uint32_t code;
        enum jb_io io;
    } cases[] = {
        {SCARD_W_REMOVED_CARD, JB_IO_REMOVED},
        {SCARD_W_RESET_CARD, JB_IO_RESET},
        {SCARD_E_SHARING_VIOLATION, JB_IO_BUSY},
        {SCARD_E_NO_SMARTCARD, JB_IO_NO_CARD},
        {SCARD_E_UNSUPPORTED_FEATURE, JB_IO_REFUSED},
        {SCARD_E_PROTO_MISMATCH, JB_IO_REFUSED},
        {SCARD_E_READER_UNAVAILABLE, JB_IO_NO_READER},
        {SCARD_E_INVALID_HANDLE, JB_IO_NO_SERVICE},
        {0x80100016, JB_IO_FAILED},
    };
    struct jb_transport *transport = jb_transport_pcsc();
    uint8_t answer[16];
    void *card = NULL;

    (void)state;
    memset(&pcsc, 0, sizeof pcsc);
    assert_int_equal(transport->connect(transport, "Reader B", &card), JB_IO_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = sizeof answer;
        pcsc.transmit = cases[i].code;
        assert_int_equal(transport->transmit(card, (const uint8_t *)"x", 1, answer, &len),
                         cases[i].io);
        assert_int_equal(len, 0);
    }
    transport->disconnect(card, false);
    transport->free(transport);
}

static void connects_to_a_card_in_use_on_a_thread(void **state) {
    struct jb_transport *transport = jb_transport_pcsc();
    struct jb_reader readers[JB_READERS_MAX];
    size_t count = 0;
    void *card = NULL;

    (void)state;
    memset(&pcsc, 0, sizeof pcsc);
    pcsc.state = SCARD_STATE_PRESENT | SCARD_STATE_INUSE;
    assert_int_equal(transport->list(transport, readers, &count), JB_IO_OK);
    pcsc.connect = SCARD_E_SHARING_VIOLATION;
    assert_int_equal(transport->connect(transport, "Reader B", &card), JB_IO_BUSY);
    assert_null(card);
    pcsc.connect = SCARD_S_SUCCESS;
    assert_int_equal(transport->connect(transport, "Reader B", &card), JB_IO_OK);
    transport->disconnect(card, false);
    transport->settle(transport);
    transport->free(transport);
    assert_int_equal(pcsc.cards, 0);
    assert_int_equal(pcsc.contexts, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_readers_and_their_states),
        cmocka_unit_test(speaks_with_a_card),
        cmocka_unit_test(knows_the_codes_that_are_negative_here),
        cmocka_unit_test(connects_to_a_card_in_use_on_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
