// SPDX-License-Identifier: MIT
// The form of a PDF as far as signatures need it (ISO 32000-1, 12.7 and 12.8): which there are, what they forbid,
// and which names are taken.

import { damaged, Refusal } from "./refusal.ts";
import { asDict } from "./file.ts";
import type { Found, PdfFile } from "./file.ts";
import { latin } from "./increment.ts";
import { entry } from "./syntax.ts";
import type { PdfDict } from "./syntax.ts";

const MOST_FIELDS = 200_000;
const DEEPEST = 64;

export interface Form {
    /** Undefined when the document has none. */
    readonly dict: Found<PdfDict> | undefined;
    readonly signatures: number;
    /** Its author certified it, and allows further signatures, but nothing new that can be seen. */
    readonly certified: boolean;
    /** Names of the fields at the top. */
    readonly names: ReadonlySet<string>;
}

/** A text string (ISO 32000-2, 7.9.2.2). Of PDFDocEncoding only what it has in common with Latin-1: enough to compare names. */
function textOf(bytes: string): string {
    if (bytes.startsWith("\xef\xbb\xbf")) return new TextDecoder().decode(latin(bytes));
    if (bytes.startsWith("\xfe\xff")) {
        let text = "";
        for (let at = 2; at + 1 < bytes.length; at += 2) text += String.fromCharCode(bytes.charCodeAt(at) * 256 + bytes.charCodeAt(at + 1));
        return text;
    }
    return bytes;
}

function certified(detail: string): Refusal {
    return new Refusal("document-certified", detail);
}

/** What a signature in the document forbids: any change (DocMDP), or new fields (FieldMDP). */
function checkSignature(file: PdfFile, signature: Found<PdfDict>): void {
    const references = file.arrayAt(signature, "Reference");
    for (const item of references?.value.items ?? []) {
        const reference = asDict(file.resolve(item, references?.source ?? signature.source));
        if (reference === undefined) continue;
        const method = file.nameAt(reference, "TransformMethod");
        const parameters = file.dictAt(reference, "TransformParams");
        if (method === "DocMDP" && parameters !== undefined && file.numberAt(parameters, "P") === 1) throw certified("DocMDP");
        if (method === "FieldMDP" && parameters !== undefined) checkLock(file, parameters);
    }
}

function checkLock(file: PdfFile, lock: Found<PdfDict>): void {
    const action = file.nameAt(lock, "Action");
    if (action === "All" || action === "Exclude") throw certified("every field is locked");
    if (file.numberAt(lock, "P") === 1) throw certified("the document is locked");
}

/** Reads all of the form. Throws `document-certified` when a signature in it allows no other. */
export function formOf(file: PdfFile): Form {
    const catalog = file.catalog();
    const permissions = file.dictAt(catalog, "Perms");
    const author = permissions === undefined ? undefined : file.dictAt(permissions, "DocMDP");
    if (author !== undefined) checkSignature(file, author);

    const found = file.at(catalog, "AcroForm");
    const dict = asDict(found);
    if (found !== undefined && dict === undefined) throw damaged("a form that is none");
    const names = new Set<string>();
    let signatures = 0;
    const certified = author !== undefined;
    if (dict === undefined) return { dict, signatures, certified, names };

    const fields = file.at(dict, "Fields");
    if (fields !== undefined && fields.value.kind !== "array") throw damaged("fields that are none");
    const seen = new Set<number>();
    const open = (fields?.value.kind === "array" ? fields.value.items : []).map((value) => ({ value, source: fields?.source ?? dict.source, type: "", depth: 0 }));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const { value, source, type, depth } = next;
        file.structure.clock.tick();
        if (value.kind === "ref") {
            if (seen.has(value.number)) continue;
            seen.add(value.number);
        }
        if (depth > DEEPEST || open.length > MOST_FIELDS) throw damaged("fields without end");
        const field = asDict(file.resolve(value, source));
        if (field === undefined) continue;
        const name = file.at(field, "T");
        if (depth === 0 && name?.value.kind === "string" && name.value.value !== null) names.add(textOf(name.value.value));
        const kind = file.nameAt(field, "FT") ?? type;
        const signature = kind === "Sig" ? file.dictAt(field, "V") : undefined;
        if (signature !== undefined && entry(signature.value, "Contents") !== undefined) {
            signatures++;
            checkSignature(file, signature);
            const lock = file.dictAt(field, "Lock");
            if (lock !== undefined) checkLock(file, lock);
        }
        const kids = file.arrayAt(field, "Kids");
        for (const kid of kids?.value.items ?? []) open.push({ value: kid, source: kids?.source ?? source, type: kind, depth: depth + 1 });
    }
    return { dict, signatures, certified, names };
}

/** A name that no field has. */
export function freeName(form: Form): string {
    for (let i = 1; ; i++) {
        if (!form.names.has(`Signature${i}`)) return `Signature${i}`;
    }
}
