// SPDX-License-Identifier: MIT
// Reads PDF objects (ISO 32000-1, 7.2 and 7.3) strictly, and remembers where in the bytes each stood: what is
// changed later is copied byte for byte, so that a name or number in an unusual spelling stays what it was.

import { damaged } from "./refusal.ts";
import type { Clock } from "./refusal.ts";

export interface Ref {
    readonly number: number;
    readonly generation: number;
}
interface Place {
    /** Where the value stands in its source: from `start` up to, not including, `end`. */
    readonly start: number;
    readonly end: number;
}
export type PdfNull = Place & { readonly kind: "null" };
export type PdfBoolean = Place & { readonly kind: "boolean"; readonly value: boolean };
export type PdfNumber = Place & { readonly kind: "number"; readonly value: number };
/** One character for each byte, escapes resolved. */
export type PdfName = Place & { readonly kind: "name"; readonly value: string };
/** One character for each byte, escapes resolved; null for one longer than any that matters here. */
export type PdfString = Place & { readonly kind: "string"; readonly value: string | null };
export type PdfRef = Place & Ref & { readonly kind: "ref" };
export type PdfArray = Place & { readonly kind: "array"; readonly items: readonly PdfValue[] };
export interface Pair {
    readonly keyStart: number;
    readonly value: PdfValue;
    /** Set when the key stands there twice: readers differ on which one counts. */
    readonly twice: boolean;
}
export type PdfDict = Place & { readonly kind: "dict"; readonly pairs: ReadonlyMap<string, Pair> };
export type PdfValue = PdfNull | PdfBoolean | PdfNumber | PdfName | PdfString | PdfRef | PdfArray | PdfDict;

const DEEPEST = 100;
const LONGEST_NAME = 4096;
const LONGEST_STRING = 4096;
const LONGEST_COUNT = 15;
/** Values in one object, those inside others included: each takes much more memory than the two bytes it can have. */
const MOST_VALUES = 1_000_000;

export function isSpace(byte: number | undefined): boolean {
    return byte === 32 || byte === 10 || byte === 13 || byte === 9 || byte === 0 || byte === 12;
}
function isDelimiter(byte: number): boolean {
    return "()<>[]{}/%".includes(String.fromCharCode(byte));
}
function isRegular(byte: number | undefined): byte is number {
    return byte !== undefined && !isSpace(byte) && !isDelimiter(byte);
}
function isDigit(byte: number | undefined): boolean {
    return byte !== undefined && byte >= 48 && byte <= 57;
}
function hexDigit(byte: number | undefined): number {
    if (byte === undefined) return -1;
    if (byte >= 48 && byte <= 57) return byte - 48;
    const lower = byte | 32;
    return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

export class Reader {
    readonly bytes: Uint8Array;
    at: number;
    readonly #clock: Clock;
    #depth = 0;
    #values = 0;

    constructor(bytes: Uint8Array, at: number, clock: Clock) {
        this.bytes = bytes;
        this.at = at;
        this.#clock = clock;
    }

    /** White space and comments. */
    skip(): void {
        const start = this.at;
        for (;;) {
            const byte = this.bytes[this.at];
            if (byte === 37) {
                while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at++;
            } else if (isSpace(byte)) {
                this.at++;
            } else {
                break;
            }
        }
        // Objects can share one long comment, each beginning inside it.
        this.#clock.tick(this.at - start);
    }

    /** Whether the word stands here, and nothing that would make it a longer one. */
    isWord(word: string): boolean {
        for (let i = 0; i < word.length; i++) {
            if (this.bytes[this.at + i] !== word.charCodeAt(i)) return false;
        }
        return !isRegular(this.bytes[this.at + word.length]);
    }
    takeWord(word: string): boolean {
        if (!this.isWord(word)) return false;
        this.at += word.length;
        return true;
    }
    expectWord(word: string): void {
        this.skip();
        if (!this.takeWord(word)) throw damaged(`no ${word} at ${this.at}`);
    }

    /** A number of digits only, or null with nothing taken. */
    takeCount(): number | null {
        const start = this.at;
        let value = 0;
        while (isDigit(this.bytes[this.at]) && this.at - start <= LONGEST_COUNT) value = value * 10 + (this.bytes[this.at++] ?? 0) - 48;
        if (this.at > start && this.at - start <= LONGEST_COUNT && !isRegular(this.bytes[this.at])) return value;
        this.at = start;
        return null;
    }
    expectCount(): number {
        this.skip();
        const value = this.takeCount();
        if (value === null) throw damaged(`no number at ${this.at}`);
        return value;
    }

    value(): PdfValue {
        if (++this.#depth > DEEPEST) throw damaged("nested too deep");
        if (++this.#values > MOST_VALUES) throw damaged("an object of too many parts");
        this.skip();
        const value = this.#value(this.at);
        if (--this.#depth === 0) this.#clock.tick(value.end - value.start);
        return value;
    }

    #value(start: number): PdfValue {
        const byte = this.bytes[start];
        if (byte === 47) return { kind: "name", value: this.#name(), start, end: this.at };
        if (byte === 40) return { kind: "string", value: this.#literal(), start, end: this.at };
        if (byte === 91) return this.#array(start);
        if (byte === 60) return this.bytes[start + 1] === 60 ? this.#dict(start) : { kind: "string", value: this.#hex(), start, end: this.at };
        if (isDigit(byte)) return this.#refOrNumber(start);
        if (byte === 43 || byte === 45 || byte === 46) return this.#number(start);
        if (this.takeWord("null")) return { kind: "null", start, end: this.at };
        if (this.takeWord("true")) return { kind: "boolean", value: true, start, end: this.at };
        if (this.takeWord("false")) return { kind: "boolean", value: false, start, end: this.at };
        throw damaged(`no object at ${start}`);
    }

    #refOrNumber(start: number): PdfValue {
        const number = this.takeCount();
        if (number !== null) {
            const after = this.at;
            this.skip();
            const generation = this.takeCount();
            if (generation !== null) {
                this.skip();
                if (this.takeWord("R")) return { kind: "ref", number, generation, start, end: this.at };
            }
            this.at = after;
            return { kind: "number", value: number, start, end: after };
        }
        return this.#number(start);
    }

    #number(start: number): PdfNumber {
        while (isRegular(this.bytes[this.at]) && this.at - start < 64) this.at++;
        const text = String.fromCharCode(...this.bytes.subarray(start, this.at));
        // Some producers write "--5" or "5.-3"; as readers differ there, only plain numbers are taken.
        if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw damaged(`no number at ${start}`);
        return { kind: "number", value: Number(text), start, end: this.at };
    }

    #name(): string {
        let name = "";
        this.at++;
        for (;;) {
            const byte = this.bytes[this.at];
            if (!isRegular(byte)) return name;
            const [high, low] = [hexDigit(this.bytes[this.at + 1]), hexDigit(this.bytes[this.at + 2])];
            if (byte === 35 && high >= 0 && low >= 0) {
                name += String.fromCharCode(high * 16 + low);
                this.at += 3;
            } else {
                name += String.fromCharCode(byte);
                this.at++;
            }
            if (name.length > LONGEST_NAME) throw damaged("a name without end");
        }
    }

    #literal(): string | null {
        const pieces: number[] = [];
        let open = 1;
        for (this.at++; ; this.at++) {
            const byte = this.bytes[this.at];
            if (byte === undefined) throw damaged("a string without end");
            if (byte === 92) {
                this.#escape(pieces);
                continue;
            }
            if (byte === 40) open++;
            if (byte === 41 && --open === 0) break;
            keep(pieces, byte);
        }
        this.at++;
        return text(pieces);
    }

    /** At the backslash; ends at the last byte of the escape. */
    #escape(pieces: number[]): void {
        const byte = this.bytes[++this.at];
        if (byte === undefined) throw damaged("a string without end");
        if (byte === 10) return;
        if (byte === 13) {
            if (this.bytes[this.at + 1] === 10) this.at++;
            return;
        }
        if (byte < 48 || byte > 55) {
            const meant = ESCAPES[String.fromCharCode(byte)];
            keep(pieces, meant === undefined ? byte : meant.charCodeAt(0));
            return;
        }
        let value = byte - 48;
        for (let more = 0; more < 2; more++) {
            const next = this.bytes[this.at + 1];
            if (next === undefined || next < 48 || next > 55) break;
            value = value * 8 + next - 48;
            this.at++;
        }
        keep(pieces, value & 255);
    }

    #hex(): string | null {
        const pieces: number[] = [];
        let high = -1;
        for (this.at++; ; this.at++) {
            const byte = this.bytes[this.at];
            if (byte === 62) break;
            if (isSpace(byte)) continue;
            const digit = hexDigit(byte);
            if (digit < 0) throw damaged(`no hexadecimal digit at ${this.at}`);
            if (high < 0) {
                high = digit;
            } else {
                keep(pieces, high * 16 + digit);
                high = -1;
            }
        }
        if (high >= 0) keep(pieces, high * 16);
        this.at++;
        return text(pieces);
    }

    #array(start: number): PdfArray {
        const items: PdfValue[] = [];
        this.at++;
        for (;;) {
            this.skip();
            if (this.bytes[this.at] === 93) {
                this.at++;
                return { kind: "array", items, start, end: this.at };
            }
            items.push(this.value());
        }
    }

    #dict(start: number): PdfDict {
        const pairs = new Map<string, Pair>();
        this.at += 2;
        for (;;) {
            this.skip();
            if (this.bytes[this.at] === 62 && this.bytes[this.at + 1] === 62) {
                this.at += 2;
                return { kind: "dict", pairs, start, end: this.at };
            }
            if (this.bytes[this.at] !== 47) throw damaged(`no key at ${this.at}`);
            const keyStart = this.at;
            const key = this.#name();
            const value = this.value();
            pairs.set(key, { keyStart, value, twice: pairs.has(key) });
        }
    }
}

/** Of a string that is too long, one byte more than is wanted. */
function keep(bytes: number[], byte: number): void {
    if (bytes.length <= LONGEST_STRING) bytes.push(byte);
}

function text(bytes: readonly number[]): string | null {
    return bytes.length > LONGEST_STRING ? null : String.fromCharCode(...bytes);
}

/** The value of a key as it stands there, or undefined. */
export function entry(dict: PdfDict, key: string): PdfValue | undefined {
    const pair = dict.pairs.get(key);
    if (pair?.twice) throw damaged(`/${key} stands twice in one dictionary`);
    return pair?.value.kind === "null" ? undefined : pair?.value;
}

export function countAt(dict: PdfDict, key: string): number | undefined {
    const value = entry(dict, key);
    if (value === undefined) return undefined;
    if (value.kind !== "number" || !Number.isSafeInteger(value.value) || value.value < 0) throw damaged(`/${key} is no count`);
    return value.value;
}

export function nameAt(dict: PdfDict, key: string): string | undefined {
    const value = entry(dict, key);
    return value?.kind === "name" ? value.value : undefined;
}
