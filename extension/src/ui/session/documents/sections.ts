// SPDX-License-Identifier: MIT
// A long text in sections that a window can draw at once, cut at the ends of lines, or at least between characters.

import type { TextEncoding } from "../../../documents/kind.ts";

/** Bytes of a section, about. */
export const SECTION = 128 * 1024;
/** How much longer a section may grow to end with its line. */
const SLACK = SECTION / 2;

function unit(bytes: Uint8Array, at: number, encoding: TextEncoding): number {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    return encoding === "utf-16be" ? first * 256 + second : second * 256 + first;
}

/** The first place at or after `at` where a character begins; only for encodings that tell it from the bytes alone. */
function nextCharacter(bytes: Uint8Array, at: number, encoding: TextEncoding): number {
    let place = at;
    if (encoding === "utf-8") while (((bytes[place] ?? 0) & 0xc0) === 0x80) place += 1;
    else if ((unit(bytes, place, encoding) & 0xfc00) === 0xdc00) place += 2;
    return place;
}

function endOfLine(bytes: Uint8Array, from: number, encoding: TextEncoding): number | null {
    const limit = Math.min(bytes.length, from + SLACK);
    const wide = encoding === "utf-16le" || encoding === "utf-16be";
    // A line feed is no part of any other character, in Shift_JIS neither.
    for (let at = from; at < limit; at += wide ? 2 : 1) {
        if (wide ? unit(bytes, at, encoding) === 0x0a : bytes[at] === 0x0a) return at + (wide ? 2 : 1);
    }
    return null;
}

/** Shift_JIS shows where a character begins only to those who read from a known beginning. */
function walk(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
        const byte = bytes[at] ?? 0;
        at += (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc) ? 2 : 1;
    }
    return at;
}

/** Where sections begin, and where the last one ends: at least [0, length]. */
export function sectionsOf(bytes: Uint8Array, encoding: TextEncoding): readonly number[] {
    const places = [0];
    for (let from = 0; bytes.length - from > SECTION + SLACK; ) {
        const about = from + SECTION;
        const cut =
            endOfLine(bytes, about, encoding) ??
            (encoding === "shift_jis" ? walk(bytes, from, about) : nextCharacter(bytes, about, encoding));
        places.push(cut);
        from = cut;
    }
    return [...places, bytes.length];
}
