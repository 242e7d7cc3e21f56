// SPDX-License-Identifier: MIT
// What `sign-documents` is made of: what a page hands over, what the person chose, what comes back.

import { isBase64, isCount, isFields, isText } from "./guards.ts";

export const SIGNATURE_FORMATS = ["cades", "pades"] as const;
export type SignatureFormat = (typeof SIGNATURE_FORMATS)[number];

export const MOST_DOCUMENTS = 50;
/** Bytes of one document: less than this, which is also what one message of a browser can carry. */
export const DOCUMENT_LIMIT = 64 * 1024 * 1024;
/** Bytes of all documents together, at most. */
export const DOCUMENTS_LIMIT = 256 * 1024 * 1024;
export const LONGEST_NAME = 255;
export const LONGEST_MARK = 200;

/** A visible mark as the page wishes it; the person sees, changes or drops it before anything is signed. */
export interface MarkWish {
    /** From 1; null for the last page. */
    readonly page: number | null;
    /** What to suggest; the person confirms or types the text. */
    readonly text: string;
}

/** A visible mark as the person wants it. Points (1/72 inch) on the page as it is shown, from its lower left corner. */
export interface Mark {
    readonly page: number;
    readonly text: string;
    readonly left: number;
    readonly bottom: number;
    readonly width: number;
    readonly height: number;
}

/** All that is known of a document before its bytes have come. Name and media type are the page's word. */
export interface DocumentHeader {
    readonly name: string;
    readonly mediaType: string;
    /** Bytes. */
    readonly size: number;
    readonly format: SignatureFormat;
    /** Only with `pades`. */
    readonly mark: MarkWish | null;
}

/** One document signed, in the order asked. */
export interface SignedDocument {
    readonly name: string;
    readonly format: SignatureFormat;
    /** Base64: with `cades` the detached CMS (DER), with `pades` what is to be appended to the file. */
    readonly signature: string;
}

export interface DocumentsResult {
    /** The signer's certificate, base64 of its DER. */
    readonly certificate: string;
    readonly documents: readonly SignedDocument[];
}

/** Base64 characters of one document's signature: an increment carries the font of its mark. */
export const LONGEST_SIGNATURE = 16 * 1024 * 1024;

function isFormat(value: unknown): value is SignatureFormat {
    return SIGNATURE_FORMATS.some((format) => format === value);
}

/** Undefined for none; null when it is not a wish. */
export function parseMarkWish(value: unknown): MarkWish | null | undefined {
    if (value === undefined || value === null) return undefined;
    if (!isFields(value)) return null;
    const { page = null, text = "" } = value;
    if (!isText(text, 0, LONGEST_MARK)) return null;
    if (page === null) return { page, text };
    return isCount(page, 1_000_000) && page >= 1 ? { page, text } : null;
}

/** A name that shows as it is: without characters that hide, break a line, or turn the direction of what follows. */
export function cleanName(name: string): string {
    return name.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd").trim();
}

export function parseDocumentHeader(value: unknown): DocumentHeader | null {
    if (!isFields(value)) return null;
    const { mediaType, size, format } = value;
    const name = isText(value["name"], 1, LONGEST_NAME) ? cleanName(value["name"]) : null;
    const mark = parseMarkWish(value["mark"]);
    if (!isText(name, 1, LONGEST_NAME) || !isText(mediaType, 0, 127) || !isFormat(format)) return null;
    if (!isCount(size, DOCUMENT_LIMIT - 1) || mark === null || (mark !== undefined && format !== "pades")) return null;
    return { name, mediaType, size, format, mark: mark ?? null };
}

/** The headers of a whole request: at least one, and together within the limits. */
export function parseDocumentHeaders(value: unknown): readonly DocumentHeader[] | null {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_DOCUMENTS) return null;
    const headers = value.map(parseDocumentHeader).filter((header) => header !== null);
    const all = headers.reduce((sum, { size }) => sum + size, 0);
    return headers.length === value.length && all <= DOCUMENTS_LIMIT ? headers : null;
}

function parseSignedDocument(value: unknown): SignedDocument | null {
    if (!isFields(value)) return null;
    const { name, format, signature } = value;
    if (!isText(name, 1, LONGEST_NAME) || !isFormat(format) || !isBase64(signature, LONGEST_SIGNATURE)) return null;
    return { name, format, signature };
}

export function parseDocumentsResult(value: unknown): DocumentsResult | null {
    if (!isFields(value)) return null;
    const { certificate, documents: given } = value;
    if (!isBase64(certificate, 32_768) || !Array.isArray(given) || given.length > MOST_DOCUMENTS) return null;
    const documents = given.map(parseSignedDocument).filter((document) => document !== null);
    return documents.length === given.length ? { certificate, documents } : null;
}
