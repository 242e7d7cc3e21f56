/* SPDX-License-Identifier: MIT */
/*
 * What the host uses of PCSC.framework, declared as macOS 11 has it: handles of 32 bits, structures
 * without padding, codes that are unsigned though a LONG is returned, two of them unlike those of
 * other systems, and SCardControl, which today's form of has another name.
 */
#ifndef JB_TESTS_MACOS_WINSCARD_H
#define JB_TESTS_MACOS_WINSCARD_H

#include <PCSC/wintypes.h>

typedef int32_t SCARDCONTEXT;
typedef int32_t SCARDHANDLE;

#pragma pack(push, 1)
typedef struct {
    const char *szReader;
    void *pvUserData;
    uint32_t dwCurrentState;
    uint32_t dwEventState;
    uint32_t cbAtr;
    unsigned char rgbAtr[33];
} SCARD_READERSTATE;

typedef struct {
    uint32_t dwProtocol;
    uint32_t cbPciLength;
} SCARD_IO_REQUEST;
#pragma pack(pop)

extern SCARD_IO_REQUEST g_rgSCardT0Pci;
extern SCARD_IO_REQUEST g_rgSCardT1Pci;
#define SCARD_PCI_T0 (&g_rgSCardT0Pci)
#define SCARD_PCI_T1 (&g_rgSCardT1Pci)

#define SCARD_S_SUCCESS 0x00000000
#define SCARD_E_INVALID_HANDLE 0x80100003
#define SCARD_E_INVALID_PARAMETER 0x80100004
#define SCARD_E_NO_MEMORY 0x80100006
#define SCARD_E_INSUFFICIENT_BUFFER 0x80100008
#define SCARD_E_UNKNOWN_READER 0x80100009
#define SCARD_E_TIMEOUT 0x8010000A
#define SCARD_E_SHARING_VIOLATION 0x8010000B
#define SCARD_E_NO_SMARTCARD 0x8010000C
#define SCARD_E_PROTO_MISMATCH 0x8010000F
#define SCARD_E_INVALID_VALUE 0x80100011
#define SCARD_F_COMM_ERROR 0x80100013
#define SCARD_E_READER_UNAVAILABLE 0x80100017
#define SCARD_E_NO_SERVICE 0x8010001D
#define SCARD_E_SERVICE_STOPPED 0x8010001E
#define SCARD_E_UNSUPPORTED_FEATURE 0x8010001F
#define SCARD_E_NO_READERS_AVAILABLE 0x8010002E
#define SCARD_W_UNSUPPORTED_CARD 0x80100065
#define SCARD_W_UNRESPONSIVE_CARD 0x80100066
#define SCARD_W_UNPOWERED_CARD 0x80100067
#define SCARD_W_RESET_CARD 0x80100068
#define SCARD_W_REMOVED_CARD 0x80100069
#define SCARD_W_SECURITY_VIOLATION 0x8010006A

#define SCARD_SCOPE_SYSTEM 2
#define SCARD_PROTOCOL_T0 1
#define SCARD_PROTOCOL_T1 2
#define SCARD_SHARE_SHARED 2
#define SCARD_LEAVE_CARD 0
#define SCARD_RESET_CARD 1
#define SCARD_UNPOWER_CARD 2

#define SCARD_STATE_UNAWARE 0x0000
#define SCARD_STATE_CHANGED 0x0002
#define SCARD_STATE_PRESENT 0x0020
#define SCARD_STATE_EXCLUSIVE 0x0080
#define SCARD_STATE_INUSE 0x0100
#define SCARD_STATE_MUTE 0x0200

LONG SCardEstablishContext(uint32_t scope, const void *reserved, const void *reserved_too,
                           SCARDCONTEXT *context);
LONG SCardReleaseContext(SCARDCONTEXT context);
LONG SCardListReaders(SCARDCONTEXT context, const char *groups, char *readers, uint32_t *len);
LONG SCardGetStatusChange(SCARDCONTEXT context, uint32_t timeout, SCARD_READERSTATE *states,
                          uint32_t count);
LONG SCardConnect(SCARDCONTEXT context, const char *reader, uint32_t share, uint32_t protocols,
                  SCARDHANDLE *card, uint32_t *protocol);
LONG SCardReconnect(SCARDHANDLE card, uint32_t share, uint32_t protocols, uint32_t initialization,
                    uint32_t *protocol);
LONG SCardDisconnect(SCARDHANDLE card, uint32_t disposition);
LONG SCardBeginTransaction(SCARDHANDLE card);
LONG SCardEndTransaction(SCARDHANDLE card, uint32_t disposition);
LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *to, const unsigned char *sent,
                   uint32_t sent_len, SCARD_IO_REQUEST *from, unsigned char *received,
                   uint32_t *received_len);
LONG SCardControl132(SCARDHANDLE card, uint32_t code, const void *sent, uint32_t sent_len,
                     void *received, uint32_t received_room, uint32_t *received_len);
#define SCardControl SCardControl132

#endif
