// SPDX-License-Identifier: MIT
// What is appended to a PDF: objects, and a cross-reference of the kind that the file has (ISO 32000-1, 7.5.6). The
// file itself is never copied.

import { damaged } from "./refusal.ts";
import type { Found } from "./file.ts";
import type { Structure } from "./structure.ts";
import { entry } from "./syntax.ts";
import type { PdfDict, Ref } from "./syntax.ts";

/** Text is written one byte for each character. */
export type Piece = string | Uint8Array;

export function latin(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
}

export function join(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
    const parts = pieces.map((piece) => (typeof piece === "string" ? latin(piece) : piece));
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

export function refText({ number, generation }: Ref): string {
    return `${number} ${generation} R`;
}

/** The bytes of a value as they stand in the file. */
export function asWritten(found: Found): Uint8Array {
    return found.source.subarray(found.value.start, found.value.end);
}

/** A dictionary byte for byte, but for these keys: each is given its new value, or taken out. */
export function withKeys(dict: Found<PdfDict>, keys: Readonly<Record<string, readonly Piece[] | null>>): Piece[] {
    const { value, source } = dict;
    const pieces: Piece[] = [];
    let at = value.start;
    for (const [key, pair] of value.pairs) {
        if (!Object.hasOwn(keys, key)) continue;
        entry(value, key); // throws when the key stands there twice
        pieces.push(source.subarray(at, pair.keyStart));
        at = pair.value.end;
    }
    pieces.push(source.subarray(at, value.end - 2));
    for (const [key, written] of Object.entries(keys)) {
        if (written !== null) pieces.push(`\n/${key} `, ...written);
    }
    pieces.push("\n>>");
    return pieces;
}

/** What a trailer says of itself only, and an update must say anew or not at all. */
const OWN_KEYS = ["Size", "Prev", "XRefStm", "ID", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL"];

export class Increment {
    readonly #structure: Structure;
    readonly #pieces: Uint8Array[] = [];
    readonly #places = new Map<number, { offset: number; generation: number }>();
    #length = 0;
    #next: number;

    constructor(structure: Structure) {
        this.#structure = structure;
        this.#next = structure.nextNumber;
        const last = structure.bytes.at(-1);
        if (last !== 10 && last !== 13) this.#push("\n");
    }

    newRef(): Ref {
        return { number: this.#next++, generation: 0 };
    }

    /** Bytes so far: where the next one will stand in the increment. */
    get length(): number {
        return this.#length;
    }

    #push(piece: Piece): void {
        const bytes = typeof piece === "string" ? latin(piece) : piece;
        this.#pieces.push(bytes);
        this.#length += bytes.length;
    }

    /** Returns where in the increment the first piece stands. */
    object(ref: Ref, pieces: readonly Piece[]): number {
        // One object in two parts of a document, such as a page that is the form, too, cannot be changed for both.
        if (this.#places.has(ref.number)) throw damaged("one object for two things");
        this.#places.set(ref.number, { offset: this.#structure.bytes.length + this.#length, generation: ref.generation });
        this.#push(`${ref.number} ${ref.generation} obj\n`);
        const start = this.#length;
        for (const piece of pieces) this.#push(piece);
        this.#push("\nendobj\n");
        return start;
    }

    /** Ends it; `id` is 16 fresh bytes for the second half of the file's identifier. */
    finish(id: Uint8Array): Uint8Array<ArrayBuffer> {
        const { bytes, kind, startxref, trailer } = this.#structure;
        const offset = bytes.length + this.#length;
        const own = kind === "stream" ? this.newRef() : undefined;
        if (own) this.#places.set(own.number, { offset, generation: 0 });
        const places = [...this.#places].sort(([one], [other]) => one - other);
        const sections: { first: number; places: { offset: number; generation: number }[] }[] = [];
        for (const [number, place] of places) {
            const last = sections.at(-1);
            if (last !== undefined && last.first + last.places.length === number) last.places.push(place);
            else sections.push({ first: number, places: [place] });
        }
        const keys = Object.fromEntries(OWN_KEYS.map((key): [string, Piece[] | null] => [key, null]));
        keys["Size"] = [`${this.#next}`];
        keys["Prev"] = [`${startxref}`];
        const oldId = entry(trailer, "ID");
        const [first] = oldId?.kind === "array" ? oldId.items : [];
        if (first?.kind === "string") keys["ID"] = ["[", bytes.subarray(first.start, first.end), `<${hex(id)}>]`];
        if (own) {
            const data = latin(sections.flatMap(({ places: of }) => of.map((place) => `\x01${bigEndian(place.offset, 4)}${bigEndian(place.generation, 2)}`)).join(""));
            keys["Type"] = ["/XRef"];
            keys["W"] = ["[1 4 2]"];
            keys["Index"] = [`[${sections.map((section) => `${section.first} ${section.places.length}`).join(" ")}]`];
            keys["Length"] = [`${data.length}`];
            this.#push(`${refText(own).slice(0, -1)}obj\n`);
            for (const piece of withKeys({ value: trailer, source: bytes, ref: null }, keys)) this.#push(piece);
            this.#push("\nstream\n");
            this.#push(data);
            this.#push("\nendstream\nendobj\n");
        } else {
            this.#push("xref\n");
            for (const section of sections) {
                this.#push(`${section.first} ${section.places.length}\n`);
                for (const place of section.places) this.#push(`${String(place.offset).padStart(10, "0")} ${String(place.generation).padStart(5, "0")} n\r\n`);
            }
            this.#push("trailer\n");
            for (const piece of withKeys({ value: trailer, source: bytes, ref: null }, keys)) this.#push(piece);
            this.#push("\n");
        }
        this.#push(`startxref\n${offset}\n%%EOF\n`);
        return join(this.#pieces);
    }
}

function bigEndian(value: number, bytes: number): string {
    let text = "";
    for (let i = bytes - 1; i >= 0; i--) text += String.fromCharCode(Math.floor(value / 256 ** i) % 256);
    return text;
}

export function hex(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
