// SPDX-License-Identifier: MIT
// A document whose bytes have come: the one copy that is shown, hashed and signed.

import type { DocumentHeader } from "../shared/documents.ts";
import { blame, fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { sha256 } from "./hash.ts";
import { encodingOf, kindOf } from "./kind.ts";
import type { DocumentKind, TextEncoding } from "./kind.ts";

export interface LoadedDocument {
    readonly header: DocumentHeader;
    /** Read once. Nobody writes to it, hands it to a worker or lets go of it while it is reviewed. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** Lower-case hex. */
    readonly sha256: string;
    /** By the bytes alone. */
    readonly kind: DocumentKind;
    /** Of a text; null for every other kind. Finding it takes a walk through all of the bytes. */
    readonly encoding: TextEncoding | null;
    /** Whether it takes a visible mark: a PDF that is signed as one, unless its author forbids it. */
    readonly markable: boolean;
}

/** Of a PDF that can be signed. */
export interface Inspected {
    readonly markable: boolean;
}

export interface Loading {
    /** Asks the page for one document's bytes; null when there are none to be had. */
    readonly fetch: (index: number) => Promise<Blob | null>;
    /** Whether a file can be signed as a PDF. */
    readonly inspect: (bytes: Uint8Array) => Promise<Outcome<Inspected>>;
    /** Before each document. */
    readonly onDocument: (index: number) => void;
    /** Nobody wants them any more. */
    readonly withdrawn: () => boolean;
}

/** One after another. The first that cannot be signed ends it, with its place in `document`. */
export async function load(headers: readonly DocumentHeader[], loading: Loading): Promise<Outcome<LoadedDocument[]>> {
    const documents: LoadedDocument[] = [];
    for (const [index, header] of headers.entries()) {
        if (loading.withdrawn()) return fail("request-withdrawn");
        loading.onDocument(index);
        const bytes = await read(await loading.fetch(index), header.size);
        if (bytes === null) return fail("document-unreadable", { document: index });
        if (loading.withdrawn()) return fail("request-withdrawn");
        let markable = false;
        if (header.format === "pades") {
            const inspected = await loading.inspect(bytes);
            if (!inspected.ok) return blame(inspected, { document: index });
            ({ markable } = inspected.value);
        }
        const hash = toHex(await sha256([bytes]));
        const kind = kindOf(bytes);
        documents.push({ header, bytes, sha256: hash, kind, encoding: kind === "text" ? encodingOf(bytes) : null, markable });
    }
    return succeed(documents);
}

/** The bytes, when they are as many as were announced: the limits were checked on that number. */
async function read(blob: Blob | null, size: number): Promise<Uint8Array<ArrayBuffer> | null> {
    if (blob?.size !== size) return null;
    try {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return bytes.length === size ? bytes : null;
    } catch {
        return null;
    }
}

function toHex(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
