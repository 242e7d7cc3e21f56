// SPDX-License-Identifier: MIT
// Bytes as standard base64 with padding, and back.

/** Arguments that one call takes; a multiple of three, so that the pieces join. */
const PIECE = 3 * 8192;

export function toBase64(bytes: Uint8Array): string {
    const pieces: string[] = [];
    for (let at = 0; at < bytes.length; at += PIECE) {
        pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))));
    }
    return pieces.join("");
}

/** Of what isBase64 has found to be such. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
