// SPDX-License-Identifier: MIT
// Unpacks the streams that hold structure (cross-references, object streams), and no more than asked for.

import { Unzlib } from "fflate";
import { damaged, Refusal } from "./refusal.ts";
import { countAt, entry, nameAt } from "./syntax.ts";
import type { PdfDict, PdfValue } from "./syntax.ts";

const PIECE = 16 * 1024;

/** Throws when there is more than `most`. What follows the end of the packed data is ignored, as readers do. */
function inflate(packed: Uint8Array, most: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const stream = new Unzlib((piece) => {
        length += piece.length;
        if (length > most) throw damaged("a stream unpacks to too much");
        pieces.push(piece);
    });
    try {
        for (let at = 0; at < packed.length; at += PIECE) stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    } catch (thrown) {
        throw thrown instanceof Refusal ? thrown : damaged("a stream that cannot be unpacked");
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
        all.set(piece, at);
        at += piece.length;
    }
    return all;
}

function paeth(left: number, above: number, corner: number): number {
    const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
    return a <= b && a <= c ? left : b <= c ? above : corner;
}

/** PNG's filters (RFC 2083, 6), one byte per sample and one sample per pixel, as cross-reference streams use them. */
function unfilter(rows: Uint8Array, columns: number): Uint8Array {
    const count = Math.ceil(rows.length / (columns + 1));
    const plain = new Uint8Array(count * columns);
    for (let row = 0; row < count; row++) {
        const filter = rows[row * (columns + 1)] ?? 0;
        if (filter > 4) throw damaged("an unknown filter of a row");
        const to = row * columns;
        for (let i = 0; i < columns; i++) {
            const given = rows[row * (columns + 1) + 1 + i] ?? 0;
            const left = i > 0 ? (plain[to + i - 1] ?? 0) : 0;
            const above = row > 0 ? (plain[to - columns + i] ?? 0) : 0;
            const corner = i > 0 && row > 0 ? (plain[to - columns + i - 1] ?? 0) : 0;
            const guess = [0, left, above, (left + above) >> 1, filter === 4 ? paeth(left, above, corner) : 0][filter] ?? 0;
            plain[to + i] = given + guess;
        }
    }
    return plain;
}

/** The only item of an array, or what is no array. */
function alone(value: PdfValue | undefined): PdfValue | undefined {
    if (value?.kind !== "array") return value;
    if (value.items.length > 1) throw damaged("more than one filter on a stream of structure");
    return value.items[0];
}

/** The plain data of a stream, at most `most` bytes of it. */
export function unpack(dict: PdfDict, data: Uint8Array, most: number): Uint8Array {
    const filter = alone(entry(dict, "Filter"));
    if (filter === undefined) {
        if (data.length > most) throw damaged("a stream is too long");
        return data;
    }
    if (filter.kind !== "name" || (filter.value !== "FlateDecode" && filter.value !== "Fl")) throw damaged("a filter that no structure uses");
    const parameters = alone(entry(dict, "DecodeParms"));
    if (parameters === undefined || parameters.kind === "null") return inflate(data, most);
    if (parameters.kind !== "dict") throw damaged("parameters of a filter that are none");
    const predictor = countAt(parameters, "Predictor") ?? 1;
    if (predictor === 1) return inflate(data, most);
    const columns = countAt(parameters, "Columns") ?? 1;
    const simple = (countAt(parameters, "Colors") ?? 1) === 1 && (countAt(parameters, "BitsPerComponent") ?? 8) === 8;
    if (predictor < 10 || predictor > 15 || !simple || columns < 1 || columns > 1024) throw damaged("a predictor that no structure uses");
    return unfilter(inflate(data, most * 2), columns);
}

export function isObjectStream(dict: PdfDict): boolean {
    return nameAt(dict, "Type") === "ObjStm";
}
