// SPDX-License-Identifier: MIT
// Prepares a PDF for a signature of PAdES baseline level B-B (ETSI EN 319 142-1, ISO 32000-1, 12.8): an increment
// with a signature field, an empty place for the CMS, and the digest of all the rest.

import { fail, succeed } from "../../shared/failure.ts";
import type { Outcome } from "../../shared/failure.ts";
import type { Mark } from "../../shared/documents.ts";
import { Copier } from "./copy.ts";
import { asArray, asDict, PdfFile, sameRef } from "./file.ts";
import type { Found } from "./file.ts";
import { formOf, freeName } from "./form.ts";
import type { Form } from "./form.ts";
import { unpack } from "./inflate.ts";
import { asWritten, hex, Increment, join, latin, refText, withKeys } from "./increment.ts";
import type { Piece } from "./increment.ts";
import { dictOf, onPage, pagesOf, viewOf } from "./pages.ts";
import type { Page } from "./pages.ts";
import { damaged, Refusal, refused } from "./refusal.ts";
import type { PdfArray, Ref } from "./syntax.ts";

/**
 * Bytes of a CMS that fit. The card's certificate with the longest name and address is about 2.5 KiB, its CA's 1.5,
 * signed attributes and an RSA signature below 1: 12 KiB leave room for keys twice as long.
 */
export const CMS_ROOM = 12 * 1024;

export interface PdfFacts {
    readonly pages: number;
    /** Signatures that it already has. */
    readonly signatures: number;
    /** False when its author certified it: a mark is a change beyond what that allows (ISO 32000-2, 12.8.2.2), and would end it. */
    readonly markable: boolean;
}

export interface PreparedPdf {
    /** SHA-256 over what the signature covers: everything but the place of the CMS. */
    readonly digest: Uint8Array;
    /** What is to be appended to the file, with the CMS (DER) in its place. */
    finish(cms: Uint8Array): Outcome<Uint8Array<ArrayBuffer>>;
}

export interface Drawer {
    canWrite(text: string): boolean;
    /** A PDF of one page of this size, or null when the text cannot be written there. */
    draw(text: string, width: number, height: number): Promise<Uint8Array | null>;
}

export interface Tools {
    sha256(parts: Iterable<Uint8Array>): Promise<Uint8Array>;
    /** Asked only when there is a mark: a font is large. */
    drawer(): Promise<Drawer>;
}

export interface Wishes {
    /** Written into the signature, with the offset of this computer's time zone. */
    readonly signingTime: Date;
    readonly mark: Mark | null;
}

// eslint-disable-next-line @typescript-eslint/require-await -- so that those who wait for a library one day need not change
export async function inspect(bytes: Uint8Array): Promise<Outcome<PdfFacts>> {
    try {
        const file = new PdfFile(bytes);
        const { signatures, certified } = formOf(file);
        return succeed({ pages: pagesOf(file).length, signatures, markable: !certified });
    } catch (thrown) {
        return refused(thrown);
    }
}

export async function prepare(bytes: Uint8Array, wishes: Wishes, tools: Tools): Promise<Outcome<PreparedPdf>> {
    try {
        const file = new PdfFile(bytes);
        const form = formOf(file);
        if (form.certified && wishes.mark !== null) throw new Refusal("document-certified", "a mark");
        const pages = pagesOf(file);
        const increment = new Increment(file.structure);
        const [signature, field] = [increment.newRef(), increment.newRef()];

        const blank = signatureText(bytes.length, wishes.signingTime);
        const start = increment.object(signature, [blank.before, blank.contents, blank.after]) + blank.before.length;
        const end = start + blank.contents.length;

        const page = pages[(wishes.mark?.page ?? 1) - 1];
        if (page === undefined) throw new Refusal("argument-invalid", "no such page");
        const look = wishes.mark === null ? ["/Rect [0 0 0 0]"] : await appearance(file, page, wishes.mark, increment, tools);
        increment.object(field, [
            "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/F 132\n",
            `/T (${freeName(form)})\n/V ${refText(signature)}\n/P ${refText(page.ref)}\n`,
            ...look,
            "\n>>",
        ]);
        addToForm(file, form, field, increment);
        addToPage(file, page, pages, field, increment);

        const unsigned = increment.finish(crypto.getRandomValues(new Uint8Array(16)));
        const ranges = [0, bytes.length + start, bytes.length + end, unsigned.length - end];
        const range = `[${ranges.join(" ")}]`.padEnd(blank.room);
        unsigned.set(latin(range), start - blank.before.length + blank.range);
        const digest = await tools.sha256([bytes, unsigned.subarray(0, start), unsigned.subarray(end)]);
        return succeed({ digest, finish: (cms) => filled(unsigned, start, cms) });
    } catch (thrown) {
        return refused(thrown);
    }
}

function filled(unsigned: Uint8Array, start: number, cms: Uint8Array): Outcome<Uint8Array<ArrayBuffer>> {
    // A CMS is a SEQUENCE; anything else was never one.
    if (cms.length === 0 || cms.length > CMS_ROOM || cms[0] !== 0x30) return fail("internal-error");
    const increment = Uint8Array.from(unsigned);
    increment.set(latin(hex(cms)), start + 1);
    return succeed(increment);
}

/** The signature dictionary, and where in it the byte range has its room. */
function signatureText(length: number, time: Date): { before: string; contents: Uint8Array; after: string; range: number; room: number } {
    const room = "[0 ".length + 3 * (String(length).length + 4);
    const head = "<<\n/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n" + `/M (${dateText(time)})\n/ByteRange `;
    const contents = new Uint8Array(CMS_ROOM * 2 + 2).fill(48);
    contents[0] = 60;
    contents[contents.length - 1] = 62;
    return { before: `${head}${" ".repeat(room)}\n/Contents `, contents, after: "\n>>", range: head.length, room };
}

/** ISO 32000-1, 7.9.4. */
export function dateText(time: Date): string {
    const two = (value: number): string => String(value).padStart(2, "0");
    const offset = -time.getTimezoneOffset();
    const day = `${String(time.getFullYear()).padStart(4, "0")}${two(time.getMonth() + 1)}${two(time.getDate())}`;
    const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
    const away = Math.abs(offset);
    return `D:${day}${clock}${offset < 0 ? "-" : "+"}${two(Math.floor(away / 60))}'${two(away % 60)}'`;
}

function number(value: number): string {
    return String(Number(value.toFixed(4)));
}

/** Turns the mark the way the page is turned, so that it is shown upright. */
const TURNS = { 0: "1 0 0 1 0 0", 90: "0 1 -1 0 0 0", 180: "-1 0 0 -1 0 0", 270: "0 -1 1 0 0 0" } as const;

async function appearance(file: PdfFile, page: Page, mark: Mark, increment: Increment, tools: Tools): Promise<Piece[]> {
    const sane = [mark.left, mark.bottom, mark.width, mark.height].every((length) => Math.abs(length) < 1e6);
    if (!sane || mark.width <= 0 || mark.height <= 0) throw new Refusal("argument-invalid", "a mark of no size");
    const drawn = await (await tools.drawer()).draw(mark.text, mark.width, mark.height);
    if (drawn === null) throw new Refusal("argument-invalid", "a mark that cannot be written");
    const from = new PdfFile(drawn);
    const [sheet] = pagesOf(from);
    const resources = sheet === undefined ? undefined : from.at(dictOf(from, sheet), "Resources");
    if (sheet === undefined || resources === undefined) throw new Error("the mark was not drawn");
    const content = join(contentsOf(from, sheet));
    const view = viewOf(file, page);
    const picture = increment.newRef();
    const inside = new Copier(from, increment).value(resources);
    increment.object(picture, [
        `<<\n/Type /XObject\n/Subtype /Form\n/BBox [0 0 ${number(mark.width)} ${number(mark.height)}]\n/Matrix [${TURNS[view.rotate]}]\n`,
        `/Length ${content.length}\n/Resources `, ...inside, "\n>>\nstream\n", content, "\nendstream",
    ]);
    const rectangle = onPage(view, mark.left, mark.bottom, mark.width, mark.height);
    return [`/Rect [${rectangle.map(number).join(" ")}]\n/MK << /R ${view.rotate} >>\n/AP << /N ${refText(picture)} >>`];
}

function contentsOf(file: PdfFile, page: Page): Uint8Array[] {
    const contents = file.at(dictOf(file, page), "Contents");
    const streams = contents?.value.kind === "array" ? contents.value.items.map((item) => file.resolve(item, contents.source)) : [contents];
    return streams.flatMap((stream) => {
        const dict = asDict(stream);
        const data = stream === undefined ? undefined : file.dataOf(stream);
        return dict === undefined || data === undefined ? [] : [unpack(dict.value, data, 1024 * 1024), latin("\n")];
    });
}

/** An array as it stands there, with one more item. */
function withItem(array: Found<PdfArray>, item: Ref): Piece[] {
    const written = asWritten(array);
    return [written.subarray(0, written.length - 1), `\n${refText(item)}]`];
}

/** Puts the field into the form: each object on the way is changed where it stands, and none besides. */
function addToForm(file: PdfFile, form: Form, field: Ref, increment: Increment): void {
    const catalog = file.catalog();
    if (form.dict === undefined) {
        const made = increment.newRef();
        increment.object(made, [`<<\n/Fields [${refText(field)}]\n/SigFlags 3\n>>`]);
        increment.object(catalog.ref, withKeys(catalog, { AcroForm: [refText(made)] }));
        return;
    }
    const flags = file.numberAt(form.dict, "SigFlags") ?? 0;
    const keys: Record<string, readonly Piece[]> = { SigFlags: [String((flags & 0x7fffffff) | 3)] };
    const fields = asArray(file.at(form.dict, "Fields"));
    if (fields === undefined) keys["Fields"] = [`[${refText(field)}]`];
    else if (fields.ref === null) keys["Fields"] = withItem(fields, field);
    else increment.object(fields.ref, withItem(fields, field));
    const changed = withKeys(form.dict, keys);
    if (form.dict.ref === null) increment.object(catalog.ref, withKeys(catalog, { AcroForm: changed }));
    else increment.object(form.dict.ref, changed);
}

/** Puts the widget on the page. A list that several pages share is left alone: the page gets a copy of its own. */
function addToPage(file: PdfFile, page: Page, pages: readonly Page[], widget: Ref, increment: Increment): void {
    const dict = dictOf(file, page);
    const found = file.at(dict, "Annots");
    const list = asArray(found);
    if (found !== undefined && list === undefined) throw damaged("annotations that are none");
    const own = list?.ref ?? null;
    const shared = own !== null && pages.some((other) => other !== page && other.annotations !== null && sameRef(other.annotations, own));
    if (list !== undefined && own !== null && !shared) {
        increment.object(own, withItem(list, widget));
        return;
    }
    const written = list === undefined ? [`[${refText(widget)}]`] : withItem(list, widget);
    increment.object(page.ref, withKeys(dict, { Annots: written }));
}
