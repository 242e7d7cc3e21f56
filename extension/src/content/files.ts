// SPDX-License-Identifier: MIT
// What a page hands over to be signed: checked in one look, and the bytes kept apart from what is said of them.

import { DOCUMENT_LIMIT, DOCUMENTS_LIMIT, MOST_DOCUMENTS, parseDocumentHeader } from "../shared/documents.ts";
import type { DocumentHeader } from "../shared/documents.ts";
import { fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { isFields, isText } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { parseOptions } from "../shared/request.ts";
import type { DocumentsRequest } from "../shared/request.ts";

export interface Files {
    readonly request: DocumentsRequest;
    /** In the request's order. */
    readonly blobs: readonly Blob[];
}

interface OneFile {
    readonly header: DocumentHeader;
    readonly blob: Blob;
}

/**
 * A Blob of the browser's own, by the one question that nothing else can answer: the inherited getter asks the object
 * itself, where `instanceof` and a property of its own are the page's to set. Cut anew, it is no File and has no type.
 */
function realBlob(value: unknown): { readonly size: number; readonly blob: Blob } | null {
    const getter = Object.getOwnPropertyDescriptor(Blob.prototype, "size");
    try {
        const size: unknown = getter?.get?.call(value);
        if (!Number.isSafeInteger(size)) return null;
        return { size: size as number, blob: Blob.prototype.slice.call(value, 0, size as number) };
    } catch {
        return null;
    }
}

/** An empty file is a document like any other; as a PDF it is refused where PDFs are read. */
function parseFile(value: unknown, document: number): Outcome<OneFile> {
    if (!isFields(value)) return fail("argument-invalid", { document });
    const { name, type, data, format, mark } = value;
    if (name === undefined || data === undefined || format === undefined) return fail("argument-missing", { document });
    const found = realBlob(data);
    if (found === null) return fail("argument-invalid", { document });
    const { size, blob } = found;
    if (size >= DOCUMENT_LIMIT) return fail("documents-too-large", { document });
    const mediaType = isText(type, 0, 127) ? type : "";
    const header = parseDocumentHeader({ name, mediaType, size, format, mark });
    return header === null ? fail("argument-invalid", { document }) : succeed({ header, blob });
}

function parseAll(fields: Fields): Outcome<Files> {
    const options = parseOptions(fields["options"]);
    const { files } = fields;
    if (files === undefined) return fail("argument-missing");
    if (options === null || !Array.isArray(files)) return fail("argument-invalid");
    const count = files.length;
    if (count === 0) return fail("argument-missing");
    if (count > MOST_DOCUMENTS) return fail("documents-too-large");
    const documents: DocumentHeader[] = [];
    const blobs: Blob[] = [];
    let size = 0;
    for (let index = 0; index < count; index++) {
        const file = parseFile(files[index], index);
        if (!file.ok) return file;
        documents.push(file.value.header);
        blobs.push(file.value.blob);
        size += file.value.header.size;
    }
    if (size > DOCUMENTS_LIMIT) return fail("documents-too-large");
    return succeed({ request: { operation: "sign-documents", documents, ...options }, blobs });
}

/** Never throws: a browser may hand a script the page's very objects, which have whatever the page gave them. */
export function parseFiles(fields: Fields): Outcome<Files> {
    try {
        return parseAll(fields);
    } catch {
        return fail("argument-invalid");
    }
}
