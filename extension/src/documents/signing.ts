// SPDX-License-Identifier: MIT
// From reviewed documents to what the host is asked to sign, and from its answer to what the page is given.

import { fromBase64, toBase64 } from "../shared/base64.ts";
import { LONGEST_SIGNATURE } from "../shared/documents.ts";
import type { DocumentHeader, DocumentsResult, Mark, SignatureFormat, SignedDocument } from "../shared/documents.ts";
import { blame, fail, succeed } from "../shared/failure.ts";
import type { Failure, Outcome } from "../shared/failure.ts";
import { isBase64, isFields } from "../shared/guards.ts";
import type { Inspected, LoadedDocument } from "./loaded.ts";

/** Base64 characters of one CMS: two certificates, some attributes, a signature. */
const LONGEST_CMS = 64 * 1024;
/** Base64 characters of all signatures together; one message takes them to the page. */
const LONGEST_ANSWER = 48 * 1024 * 1024;
/** A SHA-256 hash as the CMS holds it in its message-digest attribute. */
const OCTET_STRING_32 = [0x04, 0x20];

/** A PDF with room for its signature. */
export interface PreparedPdf {
    readonly digest: Uint8Array;
    /** What is to be appended to the file. */
    finish(cms: Uint8Array): Outcome<Uint8Array>;
}

export interface Wishes {
    readonly signingTime: Date;
    readonly mark: Mark | null;
}

export interface PdfTools {
    /** Whether it can be signed. */
    readonly inspect: (bytes: Uint8Array) => Promise<Outcome<Inspected>>;
    readonly prepare: (bytes: Uint8Array, wishes: Wishes) => Promise<Outcome<PreparedPdf>>;
}

interface Prepared {
    readonly header: DocumentHeader;
    readonly digest: Uint8Array;
    /** Null where the CMS itself is the signature. */
    readonly pdf: PreparedPdf | null;
}

/** The host's arguments but for those that every command has. */
export interface SigningArguments {
    readonly documents: readonly { readonly format: SignatureFormat; readonly digest: string }[];
    readonly hashFunction: "SHA-256";
}

export class Signing {
    readonly #prepared: readonly Prepared[];

    private constructor(prepared: readonly Prepared[]) {
        this.#prepared = prepared;
    }

    /** What is withdrawn meanwhile stops after the document that is just being prepared. */
    static async prepare(
        documents: readonly LoadedDocument[],
        marks: readonly (Mark | null)[],
        signingTime: Date,
        tools: PdfTools,
        withdrawn: () => boolean,
    ): Promise<Outcome<Signing>> {
        const prepared: Prepared[] = [];
        for (const [index, { header, bytes, sha256 }] of documents.entries()) {
            if (withdrawn()) return fail("request-withdrawn");
            if (header.format === "cades") {
                prepared.push({ header, digest: fromHex(sha256), pdf: null });
                continue;
            }
            const pdf = await tools.prepare(bytes, { signingTime, mark: marks[index] ?? null });
            if (!pdf.ok) return blame(pdf, { document: index });
            prepared.push({ header, digest: pdf.value.digest, pdf: pdf.value });
        }
        return succeed(new Signing(prepared));
    }

    get arguments(): SigningArguments {
        const documents = this.#prepared.map(({ header: { format }, digest }) => ({ format, digest: toBase64(digest) }));
        return { documents, hashFunction: "SHA-256" };
    }

    /** The host verified each signature; here it is only made sure that each is of its document. */
    finish(answer: unknown): Outcome<DocumentsResult> {
        const malformed = fail("native-reply-malformed");
        if (!isFields(answer)) return malformed;
        const { certificate, signatures } = answer;
        if (!isBase64(certificate, 32_768) || !Array.isArray(signatures)) return malformed;
        const count = this.#prepared.length;
        if (signatures.length !== count) return malformed;
        const documents: SignedDocument[] = [];
        let length = 0;
        for (const [index, { header, digest, pdf }] of this.#prepared.entries()) {
            const cms: unknown = signatures[index];
            if (!isBase64(cms, LONGEST_CMS) || !holds(fromBase64(cms), digest)) return malformed;
            const signature = pdf === null ? succeed(cms) : embed(pdf, fromBase64(cms));
            if (!signature.ok) return blame(signature, { document: index });
            // What the page's end of the line would not take must not be sent to it.
            if (signature.value.length > LONGEST_SIGNATURE) return fail("reply-too-large", { document: index });
            const { name, format } = header;
            documents.push({ name, format, signature: signature.value });
            length += signature.value.length;
        }
        return length > LONGEST_ANSWER ? fail("reply-too-large") : succeed({ certificate, documents });
    }
}

function embed(pdf: PreparedPdf, cms: Uint8Array): Outcome<string> {
    const increment = pdf.finish(cms);
    return increment.ok ? succeed(toBase64(increment.value)) : increment;
}

/** Whether a CMS says that it is over this hash: what came in another order does not. */
function holds(cms: Uint8Array, digest: Uint8Array): boolean {
    const wanted = [...OCTET_STRING_32, ...digest];
    for (let at = cms.indexOf(4); at !== -1; at = cms.indexOf(4, at + 1)) {
        if (wanted.every((byte, offset) => cms[at + offset] === byte)) return true;
    }
    return false;
}

function fromHex(text: string): Uint8Array {
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Which file a failure speaks of, where it speaks of one. */
export function nameOf(documents: readonly DocumentHeader[], { document }: Failure): string | null {
    return document === undefined ? null : (documents[document]?.name ?? null);
}
