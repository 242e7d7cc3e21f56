// SPDX-License-Identifier: MIT
// The pages of a PDF in their order (ISO 32000-1, 7.7.3), and how one of them is shown.

import { damaged } from "./refusal.ts";
import { asDict, isRef } from "./file.ts";
import type { Found, PdfFile } from "./file.ts";
import type { PdfDict, PdfRef, Ref } from "./syntax.ts";
import { entry } from "./syntax.ts";

const MOST_PAGES = 200_000;
const DEEPEST = 64;

/** A box that is none is null, and hides the one above it. */
interface Inherited {
    readonly MediaBox?: Box | null;
    readonly CropBox?: Box | null;
    readonly Rotate?: number;
}
/** Of a page only this much is kept, as a file can have very many. */
export interface Page {
    readonly ref: Ref;
    /** The object that is its list of annotations, where it is one of its own. */
    readonly annotations: Ref | null;
    readonly inherited: Inherited;
}

export function dictOf(file: PdfFile, page: Page): Found<PdfDict> {
    const dict = asDict(file.object(page.ref));
    if (dict === undefined) throw damaged("a page that is not there");
    return dict;
}

function inheritedBy(file: PdfFile, dict: Found<PdfDict>, above: Inherited): Inherited {
    const [media, crop, rotate] = [file.at(dict, "MediaBox"), file.at(dict, "CropBox"), file.at(dict, "Rotate")];
    return {
        ...above,
        ...(media === undefined ? {} : { MediaBox: boxOf(file, media) }),
        ...(crop === undefined ? {} : { CropBox: boxOf(file, crop) }),
        ...(rotate === undefined ? {} : { Rotate: rotate.value.kind === "number" ? rotate.value.value : 0 }),
    };
}

/** Every page; a node that stands in the tree twice is damage, as it makes a circle or a page of two places. */
export function pagesOf(file: PdfFile): readonly Page[] {
    const root = entry(file.catalog().value, "Pages");
    if (root?.kind !== "ref") throw damaged("no pages");
    const pages: Page[] = [];
    const seen = new Set<number>();
    const open: { node: PdfRef; inherited: Inherited; depth: number }[] = [{ node: root, inherited: {}, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const { node, inherited, depth } = next;
        if (seen.has(node.number) || depth > DEEPEST || pages.length + open.length > MOST_PAGES) throw damaged("pages in a circle");
        seen.add(node.number);
        const dict = asDict(file.object(node));
        if (dict === undefined) throw damaged("a page that is not there");
        const own = inheritedBy(file, dict, inherited);
        const kids = file.arrayAt(dict, "Kids");
        if (kids === undefined) {
            if (file.nameAt(dict, "Type") === "Pages") throw damaged("a part of the pages without any");
            const annotations = entry(dict.value, "Annots");
            pages.push({ ref: refOf(node), annotations: annotations?.kind === "ref" ? refOf(annotations) : null, inherited: own });
            continue;
        }
        const refs = kids.value.items;
        if (!refs.every(isRef)) throw damaged("a page that is no object");
        for (const kid of refs.toReversed()) open.push({ node: kid, inherited: own, depth: depth + 1 });
    }
    if (pages.length === 0) throw damaged("no pages");
    return pages;
}

function refOf({ number, generation }: Ref): Ref {
    return { number, generation };
}

type Box = readonly [left: number, bottom: number, right: number, top: number];
const LETTER: Box = [0, 0, 612, 792];

function boxOf(file: PdfFile, found: Found): Box | null {
    if (found.value.kind !== "array" || found.value.items.length !== 4) return null;
    const numbers = found.value.items.map((item) => {
        const number = file.resolve(item, found.source)?.value;
        return number?.kind === "number" && Math.abs(number.value) < 1e6 ? number.value : NaN;
    });
    const [a = NaN, b = NaN, c = NaN, d = NaN] = numbers;
    const box: Box = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
    return box[2] > box[0] && box[3] > box[1] ? box : null;
}

export interface View {
    /** What is shown of the page, in its own units. */
    readonly box: Box;
    /** Degrees clockwise. */
    readonly rotate: 0 | 90 | 180 | 270;
    /** Points in one unit. */
    readonly unit: number;
}

/** As pdf.js shows it: what is missing or wrong has the same default. */
export function viewOf(file: PdfFile, page: Page): View {
    const media = page.inherited.MediaBox ?? LETTER;
    const crop = page.inherited.CropBox ?? media;
    const cut: Box = [Math.max(media[0], crop[0]), Math.max(media[1], crop[1]), Math.min(media[2], crop[2]), Math.min(media[3], crop[3])];
    const { Rotate: rotate = 0 } = page.inherited;
    const degrees = rotate % 90 === 0 ? ((rotate % 360) + 360) % 360 : 0;
    const unit = file.numberAt(dictOf(file, page), "UserUnit") ?? 1;
    return {
        box: cut[2] > cut[0] && cut[3] > cut[1] ? cut : media,
        rotate: degrees === 90 || degrees === 180 || degrees === 270 ? degrees : 0,
        unit: unit > 0 && unit < 1e5 ? unit : 1,
    };
}

/** A rectangle on the page as it is shown (points, from its lower left corner), in the page's own units. */
export function onPage(view: View, left: number, bottom: number, width: number, height: number): Box {
    const [x0, y0, x1, y1] = [left, bottom, left + width, bottom + height].map((length) => length / view.unit) as [number, number, number, number];
    const [l, b, r, t] = view.box;
    switch (view.rotate) {
        case 0:
            return [l + x0, b + y0, l + x1, b + y1];
        case 90:
            return [r - y1, b + x0, r - y0, b + x1];
        case 180:
            return [r - x1, t - y1, r - x0, t - y0];
        case 270:
            return [l + y0, t - x1, l + y1, t - x0];
    }
}
