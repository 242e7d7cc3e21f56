/* SPDX-License-Identifier: MIT */
// Bytes of a document that are read piece by piece, so that a large one is never held in memory.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** From the first byte, up to but not including the second. */
export type Range = readonly [number, number];

export interface Content {
    size: number;
    read(from: number, to: number): AsyncIterable<Buffer>;
}

export function inMemory(bytes: Buffer): Content {
    // eslint-disable-next-line @typescript-eslint/require-await -- what it stands in for must wait for a disk
    return { size: bytes.length, async *read(from, to) { yield bytes.subarray(from, to); } };
}

export function inFile(path: string, size: number): Content {
    return {
        size,
        async *read(from, to) {
            if (from < to) { // a stream takes the last byte, not the one behind it
                for await (const piece of createReadStream(path, { start: from, end: to - 1 })) {
                    yield piece as Buffer;
                }
            }
        },
    };
}

/** From this place on. */
export function partOf(content: Content, start: number): Content {
    return { size: content.size - start, read: (from, to) => content.read(start + from, start + to) };
}

/** All of it at once: for small pieces. */
export async function bytesOf(content: Content, from: number, to: number): Promise<Buffer> {
    return Buffer.concat(await Array.fromAsync(content.read(Math.max(0, from), Math.min(content.size, to))));
}

export async function digestOf(content: Content, ranges: readonly Range[], hash: string): Promise<Buffer> {
    const sum = createHash(hash);
    for (const [from, to] of ranges) {
        for await (const piece of content.read(from, to)) {
            sum.update(piece);
        }
    }
    return sum.digest();
}

/** Where `text` occurs, in order; at most `most` places. */
export async function placesOf(content: Content, text: string, most: number): Promise<number[]> {
    const places: number[] = [];
    let kept = Buffer.alloc(0);
    let at = 0; // of the first byte of `kept`
    for await (const piece of content.read(0, content.size)) {
        const joined = Buffer.concat([kept, piece]);
        for (let found = joined.indexOf(text); found >= 0 && places.length < most; found = joined.indexOf(text, found + 1)) {
            places.push(at + found);
        }
        kept = joined.subarray(Math.max(0, joined.length - text.length + 1));
        at += joined.length - kept.length;
    }
    return places;
}
