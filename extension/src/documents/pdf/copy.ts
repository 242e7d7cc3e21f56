// SPDX-License-Identifier: MIT
// Takes objects of one PDF over into the increment of another: byte for byte, with new numbers.

import { damaged } from "./refusal.ts";
import type { Found, PdfFile } from "./file.ts";
import type { Increment, Piece } from "./increment.ts";
import { refText } from "./increment.ts";
import type { PdfRef, PdfValue, Ref } from "./syntax.ts";

function refsIn(value: PdfValue, all: PdfRef[] = []): PdfRef[] {
    if (value.kind === "ref") all.push(value);
    if (value.kind === "array") for (const item of value.items) refsIn(item, all);
    if (value.kind === "dict") for (const { value: item } of value.pairs.values()) refsIn(item, all);
    return all;
}

/** Copies what a value refers to, and gives the value with the new references. */
export class Copier {
    readonly #from: PdfFile;
    readonly #to: Increment;
    readonly #known = new Map<number, Ref>();

    constructor(from: PdfFile, to: Increment) {
        this.#from = from;
        this.#to = to;
    }

    value({ value, source }: Found): Piece[] {
        const pieces: Piece[] = [];
        let at = value.start;
        for (const ref of refsIn(value).sort((one, other) => one.start - other.start)) {
            pieces.push(source.subarray(at, ref.start), refText(this.#copy(ref)));
            at = ref.end;
        }
        pieces.push(source.subarray(at, value.end));
        return pieces;
    }

    #copy(ref: PdfRef): Ref {
        const known = this.#known.get(ref.number);
        if (known !== undefined) return known;
        const found = this.#from.object(ref);
        if (found === undefined) throw damaged("a part of the mark is missing");
        const copy = this.#to.newRef();
        this.#known.set(ref.number, copy);
        const pieces = this.value(found);
        const data = this.#from.dataOf(found);
        this.#to.object(copy, data === undefined ? pieces : [...pieces, "\nstream\n", data, "\nendstream"]);
        return copy;
    }
}
