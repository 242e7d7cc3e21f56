#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows what pcscd (seen: 1.9.9) makes of a card that vpcd's reader loses and gets again, with none of our code.

  ../with-pcscd.sh -- ./exchanges.py        (not part of the tests)

"missed": the look at the card before it is powered down finds it gone, and the look right after finds the next one.
The thread that counts cards never learns of an exchange, and leaves the new card without power.
"late": a client that still has a handle resets the card that has just come. It is "present" at once and can be talked
to, but is counted only at the next look of the thread, half a second later: as a card that came just then.
"""
import ctypes
import socket
import threading
import time

PCSC = ctypes.CDLL("libpcsclite.so.1")
READER = b"Virtual PCD 00 00"
SHARED, T0_OR_T1, LEAVE, RESET, PRESENT = 2, 3, 0, 1, 0x20
ATR = bytes.fromhex("3B8F8001804F0CA0000003061100 3B0000000042")
LOOK, NAMES = 4, {0: "off", 1: "on", 2: "reset"}


class State(ctypes.Structure):
    _fields_ = [("reader", ctypes.c_char_p), ("user", ctypes.c_void_p), ("current", ctypes.c_ulong),
                ("event", ctypes.c_ulong), ("size", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33)]


class Card:
    """Answers vpcd's ATR requests, and notes everything the daemon does with it."""

    def __init__(self):
        self.seen = []
        self.socket = socket.create_connection(("127.0.0.1", 35963))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            while head := self.socket.recv(2, socket.MSG_WAITALL):
                message = self.socket.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
                if message[0] == LOOK:
                    self.socket.sendall(len(ATR).to_bytes(2, "big") + ATR)
                self.seen.append(NAMES.get(message[0], "look"))
        except OSError:
            pass

    def wait(self, what, since=0):
        while what not in self.seen[since:]:
            time.sleep(0.002)
        return len(self.seen)

    def leave(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Client:
    def __init__(self):
        self.context, self.handle = ctypes.c_long(), ctypes.c_long()
        PCSC.SCardEstablishContext(2, None, None, ctypes.byref(self.context))

    def view(self):
        state = State(reader=READER)
        PCSC.SCardGetStatusChange(self.context, 0, ctypes.byref(state), 1)
        return ("present" if state.event & PRESENT else "absent"), state.event >> 16

    def wait(self, view):
        while self.view() != view:
            time.sleep(0.002)

    def connect(self):
        used = ctypes.c_ulong()
        return PCSC.SCardConnect(self.context, READER, SHARED, T0_OR_T1, ctypes.byref(self.handle), ctypes.byref(used))

    def disconnect(self, how):
        return PCSC.SCardDisconnect(self.handle, how)


def missed():
    client, first = Client(), Card()
    first.wait("on")
    client.wait(("present", 1))
    # Powered, and not in use: the thread's next turn begins with powering it down.
    first.leave()
    second = Card()
    time.sleep(3)
    print("missed: the second card saw", second.seen, "and PC/SC says", *client.view(), "(a card that came, went, came: 3)")
    second.leave()
    client.wait(("absent", 2))


def late():
    client, watch, first = Client(), Client(), Card()
    first.wait("on")
    client.wait(("present", 3))
    client.connect()
    first.leave()
    client.wait(("absent", 4))
    second = Card()
    print("late: the reset tells", hex(client.disconnect(RESET)))
    print("late: at once the card saw", second.seen, "and PC/SC says", *watch.view())
    begun = time.monotonic()
    watch.wait(("present", 5))
    print(f"late: {(time.monotonic() - begun) * 1000:.0f} ms later it saw", second.seen, "and PC/SC says", *watch.view())
    second.leave()


missed()
late()
