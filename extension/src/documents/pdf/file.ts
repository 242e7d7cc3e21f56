// SPDX-License-Identifier: MIT
// The objects of a PDF, each read when asked for: from the file itself or from an object stream (ISO 32000-1, 7.5.7).

import { isObjectStream, unpack } from "./inflate.ts";
import { damaged } from "./refusal.ts";
import { readStructure, streamData } from "./structure.ts";
import type { Structure } from "./structure.ts";
import { countAt, entry, Reader } from "./syntax.ts";
import type { PdfArray, PdfDict, PdfRef, PdfValue, Ref } from "./syntax.ts";

/** Bytes of one object stream, unpacked, and of all that are kept. */
const MOST_OF_ONE = 32 * 1024 * 1024;
const MOST_OF_ALL = 128 * 1024 * 1024;
const LONGEST_CHAIN = 16;

/** A value and the bytes that its places count in. */
export interface Found<T extends PdfValue = PdfValue> {
    readonly value: T;
    readonly source: Uint8Array;
    /** The object that it is, or null when it stands inside another one. */
    readonly ref: Ref | null;
}

interface ObjectStream {
    readonly data: Uint8Array;
    readonly numbers: Uint32Array;
    readonly offsets: Uint32Array;
}

export class PdfFile {
    readonly structure: Structure;
    readonly #streams = new Map<number, ObjectStream>();
    #unpacked = 0;

    constructor(bytes: Uint8Array) {
        this.structure = readStructure(bytes);
    }

    /** What a reference means; undefined when it means nothing, as null does. */
    object(ref: Ref): Found | undefined {
        this.structure.clock.tick();
        const location = this.structure.locations.get(ref.number);
        if (location.kind === "free") return undefined;
        const own = { number: ref.number, generation: ref.generation };
        if (location.kind === "packed") return ref.generation === 0 ? this.#packed(location.container, location.index, own) : undefined;
        if (location.generation !== ref.generation) return undefined;
        const value = this.#plain(location.offset).value();
        return value.kind === "null" ? undefined : { value, source: this.structure.bytes, ref: own };
    }

    /** Follows references, of which one may lead to the next. */
    resolve(value: PdfValue | undefined, source: Uint8Array): Found | undefined {
        if (value === undefined || value.kind === "null") return undefined;
        let found: Found | undefined = { value, source, ref: null };
        for (let i = 0; found?.value.kind === "ref"; i++) {
            if (i >= LONGEST_CHAIN) throw damaged("references in a circle");
            found = this.object(found.value);
        }
        return found;
    }

    /** What stands under a key, resolved. */
    at(dict: Found<PdfDict>, key: string): Found | undefined {
        return this.resolve(entry(dict.value, key), dict.source);
    }
    dictAt(dict: Found<PdfDict>, key: string): Found<PdfDict> | undefined {
        return asDict(this.at(dict, key));
    }
    arrayAt(dict: Found<PdfDict>, key: string): Found<PdfArray> | undefined {
        return asArray(this.at(dict, key));
    }
    nameAt(dict: Found<PdfDict>, key: string): string | undefined {
        const found = this.at(dict, key);
        return found?.value.kind === "name" ? found.value.value : undefined;
    }
    numberAt(dict: Found<PdfDict>, key: string): number | undefined {
        const found = this.at(dict, key);
        return found?.value.kind === "number" ? found.value.value : undefined;
    }

    catalog(): Found<PdfDict> & { readonly ref: Ref } {
        const root = entry(this.structure.trailer, "Root");
        const found = root?.kind === "ref" ? asDict(this.object(root)) : undefined;
        if (found === undefined || found.ref === null) throw damaged("no catalog");
        return { ...found, ref: found.ref };
    }

    /** The data of a stream as it stands there, packed or not; undefined for what is no stream. */
    dataOf({ value, source, ref }: Found): Uint8Array | undefined {
        if (value.kind !== "dict" || ref === null || source !== this.structure.bytes) return undefined;
        const reader = new Reader(source, value.end, this.structure.clock);
        reader.skip();
        return reader.isWord("stream") ? streamData(reader, this.#length(value)) : undefined;
    }

    /** A reader behind "N G obj". */
    #plain(offset: number): Reader {
        const reader = new Reader(this.structure.bytes, offset, this.structure.clock);
        reader.expectCount();
        reader.expectCount();
        reader.expectWord("obj");
        return reader;
    }

    #packed(container: number, index: number, ref: Ref): Found | undefined {
        const stream = this.#streams.get(container) ?? this.#open(container);
        const offset = stream.offsets[index];
        if (stream.numbers[index] !== ref.number || offset === undefined) throw damaged(`object ${ref.number} is not in its stream`);
        const value = new Reader(stream.data, offset, this.structure.clock).value();
        return value.kind === "null" ? undefined : { value, source: stream.data, ref };
    }

    #open(container: number): ObjectStream {
        const location = this.structure.locations.get(container);
        if (location.kind !== "plain") throw damaged("an object stream inside another");
        const reader = this.#plain(location.offset);
        const dict = reader.value();
        if (dict.kind !== "dict" || !isObjectStream(dict)) throw damaged(`${container} is no object stream`);
        const data = unpack(dict, streamData(reader, this.#length(dict)), MOST_OF_ONE);
        this.#unpacked += data.length;
        if (this.#unpacked > MOST_OF_ALL) throw damaged("the object streams unpack to too much");
        const count = countAt(dict, "N") ?? 0;
        const first = countAt(dict, "First") ?? 0;
        if (count > first / 2 || first > data.length) throw damaged("an object stream longer than itself");
        const numbers = new Uint32Array(count);
        const offsets = new Uint32Array(count);
        const index = new Reader(data.subarray(0, first), 0, this.structure.clock);
        for (let i = 0; i < count; i++) {
            const [number, offset] = [index.expectCount(), first + index.expectCount()];
            if (number > 0xffffffff || offset > data.length) throw damaged("an object beyond its stream");
            numbers[i] = number;
            offsets[i] = offset;
        }
        const stream = { data, numbers, offsets };
        this.#streams.set(container, stream);
        return stream;
    }

    #length(dict: PdfDict): number {
        const given = entry(dict, "Length");
        if (given?.kind !== "ref") return countAt(dict, "Length") ?? 0;
        const location = this.structure.locations.get(given.number);
        // Not in an object stream, which would have to be open to be opened.
        const value = location.kind === "plain" ? this.#plain(location.offset).value() : undefined;
        if (value?.kind !== "number" || !Number.isSafeInteger(value.value) || value.value < 0) throw damaged("a stream without /Length");
        return value.value;
    }
}

export function asDict(found: Found | undefined): Found<PdfDict> | undefined {
    return found?.value.kind === "dict" ? { ...found, value: found.value } : undefined;
}
export function asArray(found: Found | undefined): Found<PdfArray> | undefined {
    return found?.value.kind === "array" ? { ...found, value: found.value } : undefined;
}
export function isRef(value: PdfValue): value is PdfRef {
    return value.kind === "ref";
}
export function sameRef(one: Ref, other: Ref): boolean {
    return one.number === other.number && one.generation === other.generation;
}
