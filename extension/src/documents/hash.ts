// SPDX-License-Identifier: MIT
// The one place where documents are hashed. WebCrypto wants a whole in one piece, and would copy it; the parts of a
// PDF that a signature covers lie around it.

import { sha256 as begin } from "@noble/hashes/sha2.js";

/** Bytes between two turns of the event loop: some ten milliseconds, so that the window still draws and cancels. */
const STRIDE = 1024 * 1024;

/** Of the parts one after another. Nothing is copied; the parts must not change meanwhile. */
export async function sha256(parts: Iterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
    const hash = begin.create();
    let since = 0;
    for (const part of parts) {
        for (let at = 0; at < part.length; at += STRIDE) {
            const piece = part.subarray(at, at + STRIDE);
            hash.update(piece);
            since += piece.length;
            if (since < STRIDE) continue;
            since = 0;
            await turn();
        }
    }
    return Uint8Array.from(hash.digest());
}

/** A message takes its turn at once; a timer is held to milliseconds, and to a second in a window behind others. */
function turn(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(null);
    });
}
