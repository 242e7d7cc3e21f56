// SPDX-License-Identifier: MIT
// The documents of a page: how they are handed over, and how what comes back is put together with them.

import { DOCUMENT_LIMIT, DOCUMENTS_LIMIT, MOST_DOCUMENTS } from "../shared/documents.ts";
import type { ErrorDetails, FileToSign, SignatureFormat, SignedDocument, SignedDocuments } from "./jpki-bridge.ts";
import type { LOCAL_ERRORS } from "./local-errors.ts";

/** One file of a request, as the extension reads it. */
interface FileFields {
    readonly name: string;
    readonly type: string;
    readonly data: Blob;
    readonly format: SignatureFormat;
    readonly mark?: { readonly page: number | null; readonly text: string };
}

export interface HandedOver {
    readonly fields: readonly FileFields[];
    /** What is signed, and what an increment is appended to. */
    readonly blobs: readonly Blob[];
}

interface Refused {
    readonly reason: keyof typeof LOCAL_ERRORS;
    readonly details: ErrorDetails;
}

/** Makes one Blob of each. What the extension would refuse for its size is refused before anything is copied. */
export function handOver(files: readonly FileToSign[]): HandedOver | Refused {
    if (files.length === 0) return refuse("argument-missing");
    if (files.length > MOST_DOCUMENTS) return refuse("documents-too-large");
    let all = 0;
    for (const [document, { data }] of files.entries()) {
        const size = sizeOf(data);
        if (size === null) return refuse("argument-invalid", { document });
        if (size >= DOCUMENT_LIMIT) return refuse("documents-too-large", { document });
        all += size;
    }
    if (all > DOCUMENTS_LIMIT) return refuse("documents-too-large");
    const fields: FileFields[] = [];
    for (const [document, file] of files.entries()) {
        const { data, name = data instanceof File ? data.name : "", type, format, mark } = file;
        if (name === "") return refuse("argument-missing", { document });
        const blob = data instanceof Blob ? data : new Blob([data as BlobPart]);
        const { page = null, text = "" } = mark ?? {};
        fields.push({ name, type: type ?? blob.type, data: blob, format, ...(mark && { mark: { page, text } }) });
    }
    return { fields, blobs: fields.map(({ data }) => data) };
}

function refuse(reason: Refused["reason"], details: ErrorDetails = {}): Refused {
    return { reason, details };
}

/** Null for what is neither: a page's own code need not be typed. */
function sizeOf(data: unknown): number | null {
    if (data instanceof Blob) return data.size;
    return data instanceof ArrayBuffer || data instanceof Uint8Array ? data.byteLength : null;
}

/** Null when the answer is not one to these files. */
export function assemble(
    { certificate, documents }: Readonly<Record<string, unknown>>,
    fields: readonly FileFields[],
    blobs: readonly Blob[],
): SignedDocuments | null {
    if (typeof certificate !== "string" || !Array.isArray(documents) || documents.length !== fields.length) return null;
    const signed: SignedDocument[] = [];
    for (const [index, { name, format }] of fields.entries()) {
        const answer: unknown = documents[index];
        const signature = signatureIn(answer, format);
        const blob = blobs[index];
        if (signature === null || blob === undefined) return null;
        const data = format === "pades"
            ? new Blob([blob, signature], { type: "application/pdf" })
            : new Blob([signature], { type: "application/pkcs7-signature" });
        signed.push({ name, format, data });
    }
    return { certificate, documents: signed };
}

function signatureIn(answer: unknown, format: SignatureFormat): Uint8Array<ArrayBuffer> | null {
    if (typeof answer !== "object" || answer === null || !("signature" in answer && "format" in answer)) return null;
    const { signature } = answer;
    if (answer.format !== format || typeof signature !== "string" || signature === "") return null;
    try {
        const text = atob(signature);
        const bytes = new Uint8Array(text.length);
        for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
        return bytes;
    } catch {
        return null;
    }
}
