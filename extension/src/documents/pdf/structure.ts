// SPDX-License-Identifier: MIT
// The cross-reference of a PDF (ISO 32000-1, 7.5.4 to 7.5.8), read without any guessing: what a reader would have
// to repair is refused, because a repair is one reader's opinion of what is signed.

import { Clock, damaged, Refusal } from "./refusal.ts";
import { unpack } from "./inflate.ts";
import { countAt, entry, isSpace, nameAt, Reader } from "./syntax.ts";
import type { PdfDict } from "./syntax.ts";

/** Sections of one file: each signature or edit adds one. */
const MOST_SECTIONS = 4096;
/** What other programs take (ISO 32000-1, Annex C). */
const MOST_OBJECTS = 8_388_607;
/** How far from either end header and startxref are looked for, as other programs do. */
const NEAR = 1024;

export type Location =
    | { readonly kind: "free" }
    | { readonly kind: "plain"; readonly offset: number; readonly generation: number }
    | { readonly kind: "packed"; readonly container: number; readonly index: number };

/** Where each object stands; numbers instead of objects, as a file can have millions. */
export class Locations {
    readonly #packed = new Map<number, number>();

    add(number: number, place: Location): void {
        if (this.#packed.has(number)) return;
        if (number > MOST_OBJECTS || this.#packed.size > MOST_OBJECTS) throw damaged("too many objects");
        this.#packed.set(number, packed(place));
    }
    /** Whether the object is known to be elsewhere, or to be none. */
    contradicts(number: number, place: Location): boolean {
        const known = this.#packed.get(number);
        return known !== undefined && known !== packed(place);
    }
    get(number: number): Location {
        return unpacked(this.#packed.get(number) ?? 0);
    }
    *[Symbol.iterator](): Generator<[number, Location]> {
        for (const [number, place] of this.#packed) yield [number, unpacked(place)];
    }
    highest(): number {
        let highest = 0;
        for (const number of this.#packed.keys()) highest = Math.max(highest, number);
        return highest;
    }
}

function packed(place: Location): number {
    if (place.kind === "free") return 0;
    if (place.kind === "plain") return place.offset * 65536 + place.generation;
    return -(place.container * 16_777_216 + place.index + 1);
}

function unpacked(packed: number): Location {
    if (packed === 0) return { kind: "free" };
    if (packed > 0) return { kind: "plain", offset: Math.floor(packed / 65536), generation: packed % 65536 };
    const rest = -packed - 1;
    return { kind: "packed", container: Math.floor(rest / 16_777_216), index: rest % 16_777_216 };
}

export interface Structure {
    readonly bytes: Uint8Array;
    readonly clock: Clock;
    /** How the newest section is written: an update is written in the same way. */
    readonly kind: "table" | "stream";
    readonly startxref: number;
    /** The newest one; its places are those in `bytes`. */
    readonly trailer: PdfDict;
    readonly locations: Locations;
    /** The first object number that nothing uses. */
    readonly nextNumber: number;
}

interface Section {
    readonly kind: "table" | "stream";
    readonly trailer: PdfDict;
}

function find(bytes: Uint8Array, word: string, from: number, to: number): number {
    outer: for (let at = from; at + word.length <= to; at++) {
        for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) continue outer;
        return at;
    }
    return -1;
}

function checkHeader(bytes: Uint8Array): void {
    const header = find(bytes, "%PDF-", 0, Math.min(bytes.length, NEAR));
    if (header < 0) throw new Refusal("document-not-pdf", "no header");
    // Some readers count every place from the header then, and others from the beginning of the file.
    if (header > 0) throw damaged("something before the header");
}

function startOf(bytes: Uint8Array, clock: Clock): number {
    let last = -1;
    for (let at = Math.max(0, bytes.length - NEAR); ; at = last + 1) {
        const next = find(bytes, "startxref", at, bytes.length);
        if (next < 0) break;
        last = next;
    }
    if (last < 0) throw damaged("no startxref");
    let at = last + "startxref".length;
    // No comments here: readers take them for no number, and look for the objects by themselves.
    while (isSpace(bytes[at])) at++;
    const offset = new Reader(bytes, at, clock).takeCount();
    if (offset === null || offset === 0 || offset >= bytes.length) throw damaged("startxref points nowhere");
    return offset;
}

function place(type: number, second: number, third: number, size: number): Location {
    if (type === 1 && second > 0) {
        if (second >= size || third > 65535) throw damaged("an object beyond the file");
        return { kind: "plain", offset: second, generation: third };
    }
    if (type === 2) {
        if (second > MOST_OBJECTS || third > 1_000_000) throw damaged("an object in no stream");
        return { kind: "packed", container: second, index: third };
    }
    // An object in use at 0 is what some producers write for one that is not there.
    if (type > 2) throw damaged("an unknown kind of object");
    return { kind: "free" };
}

function readTable(bytes: Uint8Array, at: number, locations: Locations, clock: Clock): Section {
    const reader = new Reader(bytes, at, clock);
    reader.expectWord("xref");
    const own = new Locations();
    for (;;) {
        reader.skip();
        if (reader.takeWord("trailer")) break;
        const first = reader.expectCount();
        const count = reader.expectCount();
        if (count > bytes.length / 18) throw damaged("a table longer than the file");
        for (let i = 0; i < count; i++) {
            clock.tick();
            const offset = reader.expectCount();
            const generation = reader.expectCount();
            reader.skip();
            const used = reader.takeWord("n");
            if (!used && !reader.takeWord("f")) throw damaged(`no entry of a table at ${reader.at}`);
            own.add(first + i, place(used ? 1 : 0, offset, generation, bytes.length));
        }
    }
    const trailer = reader.value();
    if (trailer.kind !== "dict") throw damaged("no trailer");
    // In a hybrid file the stream tells of more objects than the table (7.5.8.4). Where both speak of one and differ,
    // readers differ, too: for some the stream counts, for others (pdf.js is one) the table.
    const hybrid = countAt(trailer, "XRefStm");
    const hidden = new Locations();
    if (hybrid !== undefined) readStream(bytes, hybrid, hidden, clock);
    for (const [number, location] of hidden) {
        if (own.contradicts(number, location)) throw damaged(`object ${number} in two places`);
        locations.add(number, location);
    }
    for (const [number, location] of own) locations.add(number, location);
    return { kind: "table", trailer };
}

function rangesOf(dict: PdfDict): number[] {
    const index = entry(dict, "Index");
    const size = countAt(dict, "Size") ?? 0;
    if (index === undefined) return [0, size];
    if (index.kind !== "array" || index.items.length % 2 !== 0) throw damaged("an /Index that is none");
    return index.items.map((item) => {
        if (item.kind !== "number" || !Number.isSafeInteger(item.value) || item.value < 0) throw damaged("an /Index that is none");
        return item.value;
    });
}

/** The data of a stream whose dictionary was just read, and whose length is at hand. */
export function streamData(reader: Reader, length: number): Uint8Array {
    reader.skip();
    if (!reader.takeWord("stream")) throw damaged(`no stream at ${reader.at}`);
    if (reader.bytes[reader.at] === 13) reader.at++;
    if (reader.bytes[reader.at] === 10) reader.at++;
    const start = reader.at;
    if (length > reader.bytes.length - start) throw damaged("a stream beyond the file");
    reader.at = start + length;
    while (isSpace(reader.bytes[reader.at])) reader.at++;
    if (!reader.takeWord("endstream")) throw damaged(`a stream of another length at ${start}`);
    return reader.bytes.subarray(start, start + length);
}

function readStream(bytes: Uint8Array, at: number, locations: Locations, clock: Clock): Section {
    const reader = new Reader(bytes, at, clock);
    reader.expectCount();
    reader.expectCount();
    reader.expectWord("obj");
    const dict = reader.value();
    if (dict.kind !== "dict" || nameAt(dict, "Type") !== "XRef") throw damaged(`no cross-reference at ${at}`);
    const widths = entry(dict, "W");
    const length = countAt(dict, "Length");
    if (widths?.kind !== "array" || widths.items.length !== 3 || length === undefined) throw damaged("a cross-reference stream without /W or /Length");
    const [first = 0, second = 0, third = 0] = widths.items.map((item) => {
        if (item.kind !== "number" || ![0, 1, 2, 3, 4, 5, 6, 7, 8].includes(item.value)) throw damaged("a /W that is none");
        return item.value;
    });
    const width = first + second + third;
    const ranges = rangesOf(dict);
    const total = ranges.reduce((sum, count, i) => (i % 2 === 1 ? sum + count : sum), 0);
    if (second === 0 || total > MOST_OBJECTS) throw damaged("a cross-reference stream of no size");
    const data = unpack(dict, streamData(reader, length), total * width + 65536);
    if (data.length < total * width) throw damaged("a cross-reference stream that is too short");
    let position = 0;
    const field = (bytesOfField: number, otherwise: number): number => {
        if (bytesOfField === 0) return otherwise;
        let value = 0;
        for (let i = 0; i < bytesOfField; i++) value = value * 256 + (data[position++] ?? 0);
        return value;
    };
    for (let range = 0; range < ranges.length; range += 2) {
        const start = ranges[range] ?? 0;
        for (let i = 0; i < (ranges[range + 1] ?? 0); i++) {
            clock.tick();
            const type = field(first, 1);
            const two = field(second, 0);
            locations.add(start + i, place(type, two, field(third, 0), bytes.length));
        }
    }
    return { kind: "stream", trailer: dict };
}

/** Every object in use begins where it is said to. */
function check(bytes: Uint8Array, locations: Locations, clock: Clock): void {
    const reader = new Reader(bytes, 0, clock);
    for (const [number, location] of locations) {
        clock.tick();
        if (location.kind === "free") continue;
        if (location.kind === "packed") {
            if (locations.get(location.container).kind !== "plain") throw damaged(`object ${number} in no stream`);
            continue;
        }
        reader.at = location.offset;
        if (reader.expectCount() !== number || reader.expectCount() !== location.generation) throw damaged(`no object ${number} at ${location.offset}`);
        reader.expectWord("obj");
    }
}

export function readStructure(bytes: Uint8Array): Structure {
    checkHeader(bytes);
    const clock = new Clock();
    const locations = new Locations();
    const startxref = startOf(bytes, clock);
    const seen = new Set<number>();
    let newest: Section | undefined;
    let size = 0;
    for (let at: number | undefined = startxref; at !== undefined; ) {
        if (seen.has(at) || seen.size >= MOST_SECTIONS) throw damaged("cross-references in a circle");
        seen.add(at);
        const reader = new Reader(bytes, at, clock);
        reader.skip();
        const section: Section = reader.isWord("xref") ? readTable(bytes, reader.at, locations, clock) : readStream(bytes, reader.at, locations, clock);
        if (entry(section.trailer, "Encrypt") !== undefined) throw new Refusal("document-encrypted", "it has /Encrypt");
        newest ??= section;
        size = Math.max(size, countAt(section.trailer, "Size") ?? 0);
        const previous = countAt(section.trailer, "Prev");
        // Some producers write 0 for none.
        at = previous === 0 ? undefined : previous;
    }
    if (newest === undefined) throw damaged("no cross-reference");
    check(bytes, locations, clock);
    const nextNumber = Math.max(size, locations.highest() + 1);
    if (nextNumber + 64 > MOST_OBJECTS) throw damaged("too many objects");
    return { bytes, clock, kind: newest.kind, startxref, trailer: newest.trailer, locations, nextNumber };
}
