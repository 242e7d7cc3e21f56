// SPDX-License-Identifier: MIT
// From bytes that came to what the host is asked, and from its answer to what the page is given.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { load } from "../src/documents/loaded.ts";
import type { LoadedDocument } from "../src/documents/loaded.ts";
import { nameOf, Signing } from "../src/documents/signing.ts";
import type { PdfTools } from "../src/documents/signing.ts";
import { fromBase64, toBase64 } from "../src/shared/base64.ts";
import { LONGEST_SIGNATURE, parseDocumentHeaders, parseDocumentsResult } from "../src/shared/documents.ts";
import type { DocumentHeader } from "../src/shared/documents.ts";
import { fail, parseFailure, succeed } from "../src/shared/failure.ts";
import { isResting, parseCount, parseDocumentMessage, parseWindowMessage } from "../src/shared/messages.ts";
import { parseOperationRequest } from "../src/shared/request.ts";
import { cmsOver } from "./fakes/documents.ts";
import { CERTIFICATE, failureOf, reasonOf } from "./fakes/samples.ts";

const header = (name: string, size: number, format: "cades" | "pades" = "cades"): DocumentHeader => ({ name, mediaType: "", size, format, mark: null });
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function loading(blobs: readonly (Blob | null)[], more: object = {}): Parameters<typeof load>[1] {
    return {
        fetch: (index) => Promise.resolve(blobs[index] ?? null),
        inspect: () => Promise.resolve(succeed({ markable: true })),
        onDocument: () => undefined,
        withdrawn: () => false,
        ...more,
    };
}

test("a document that came has its bytes, their hash, and what they are", async () => {
    const seen: number[] = [];
    const texts = ["契約書", "%PDF-1.7\n"];
    const headers = [header("a.pdf", 9), header("b.txt", 9)];
    const outcome = await load(headers, loading(texts.map((text) => new Blob([text])), { onDocument: (index: number) => seen.push(index) }));
    assert.ok(outcome.ok);
    assert.deepEqual(seen, [0, 1]);
    assert.deepEqual(outcome.value.map(({ kind, encoding }) => [kind, encoding]), [["text", "utf-8"], ["pdf", null]]);
    assert.deepEqual(outcome.value.map(({ sha256: hash }) => hash), texts.map(sha256));
    assert.deepEqual(outcome.value.map(({ bytes }) => Buffer.from(bytes).toString()), texts);
});

test("bytes that are more or fewer than announced, or cannot be read, are refused with their place", async () => {
    const broken = new Blob(["abc"]);
    broken.arrayBuffer = () => Promise.reject(new DOMException("changed on disk", "NotReadableError"));
    const shrunk = new Blob(["abc"]);
    shrunk.arrayBuffer = () => Promise.resolve(new ArrayBuffer(2));
    for (const blob of [new Blob(["ab"]), new Blob(["abcd"]), null, broken, shrunk]) {
        const outcome = await load([header("a", 3), header("b", 3)], loading([new Blob(["abc"]), blob]));
        assert.deepEqual(failureOf(outcome), { reason: "document-unreadable", code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", document: 1 });
    }
});

test("what is larger than announced is not even read", async () => {
    const large = new Blob(["abcd"]);
    let reads = 0;
    large.arrayBuffer = () => { reads++; return Promise.resolve(new ArrayBuffer(4)); };
    const outcome = await load([header("a", 3)], loading([large]));
    assert.deepEqual([reasonOf(outcome), reads], ["document-unreadable", 0]);
});

test("only what is to be signed as a PDF is inspected, and a refusal names its document", async () => {
    const outcome = await load([header("a", 3), header("b", 3, "pades"), header("c", 3)], loading([new Blob(["abc"]), new Blob(["abd"]), null], {
        inspect: (bytes: Uint8Array) => Promise.resolve(bytes[2] === 100 ? fail("document-encrypted") : succeed({ markable: true })),
    }));
    assert.deepEqual([reasonOf(outcome), failureOf(outcome).document], ["document-encrypted", 1]);
    const plain = await load([header("a", 3)], loading([new Blob(["abd"])], { inspect: () => Promise.resolve(fail("document-encrypted")) }));
    assert.equal(plain.ok, true);
});

test("when nobody wants them any more, no further document is asked for", async () => {
    const asked: number[] = [];
    const outcome = await load([header("a", 1), header("b", 1)], loading([], {
        fetch: (index: number) => { asked.push(index); return Promise.resolve(new Blob(["a"])); },
        withdrawn: () => asked.length > 0,
    }));
    assert.equal(outcome.ok, false);
    assert.deepEqual(asked, [0]);
});

function loadedOf(text: string, format: "cades" | "pades" = "cades"): LoadedDocument {
    const bytes = new Uint8Array(Buffer.from(text));
    return { header: header(`${text}.txt`, bytes.length, format), bytes, sha256: sha256(text), kind: "text", encoding: "utf-8", markable: format === "pades" };
}
const none: PdfTools = { inspect: () => Promise.reject(new Error("no")), prepare: () => Promise.reject(new Error("no")) };
const never = (): boolean => false;

async function prepared(documents: readonly LoadedDocument[], tools = none): Promise<Signing> {
    const outcome = await Signing.prepare(documents, documents.map(() => null), new Date(), tools, never);
    assert.ok(outcome.ok);
    return outcome.value;
}

test("the host is asked for the very hash that was shown", async () => {
    const signing = await prepared([loadedOf("a"), loadedOf("b")]);
    const digest = (text: string): string => Buffer.from(sha256(text), "hex").toString("base64");
    assert.deepEqual(signing.arguments, {
        hashFunction: "SHA-256",
        documents: [{ format: "cades", digest: digest("a") }, { format: "cades", digest: digest("b") }],
    });
});

test("each signature must be of its document: reordered, missing, surplus or strange ones are refused", async () => {
    const signing = await prepared([loadedOf("a"), loadedOf("b")]);
    const [a, b] = [cmsOver(sha256("a")), cmsOver(sha256("b"))];
    const good = signing.finish({ certificate: CERTIFICATE, signatures: [a, b] });
    assert.deepEqual(good, succeed({
        certificate: CERTIFICATE,
        documents: [{ name: "a.txt", format: "cades", signature: a }, { name: "b.txt", format: "cades", signature: b }],
    }));
    for (const answer of [
        { certificate: CERTIFICATE, signatures: [b, a] }, { certificate: CERTIFICATE, signatures: [a, a] },
        { certificate: CERTIFICATE, signatures: [a] }, { certificate: CERTIFICATE, signatures: [a, b, b] },
        { certificate: CERTIFICATE, signatures: [a, null] }, { certificate: CERTIFICATE, signatures: [a, "b!"] },
        { certificate: CERTIFICATE, signatures: { 0: a, 1: b, length: 2 } }, { signatures: [a, b] }, { certificate: "?", signatures: [a, b] },
        { certificate: CERTIFICATE, signatures: [a, cmsOver(sha256("b"), 64 * 1024)] }, null, [],
    ]) {
        assert.equal(reasonOf(signing.finish(answer)), "native-reply-malformed", JSON.stringify(answer).slice(0, 80));
    }
});

test("a PDF gives its own digest, takes the CMS in, and can refuse it", async () => {
    const digest = new Uint8Array(32).fill(9);
    const wanted: unknown[] = [];
    let increment = succeed(Uint8Array.of(1, 2, 3)) as ReturnType<typeof succeed<Uint8Array>> | ReturnType<typeof fail>;
    const tools: PdfTools = {
        ...none,
        prepare: (bytes, wishes) => {
            wanted.push(Buffer.from(bytes).toString(), wishes.mark);
            return Promise.resolve(succeed({ digest, finish: () => increment }));
        },
    };
    const mark = { page: 1, text: "済", left: 0, bottom: 0, width: 90, height: 23 };
    const outcome = await Signing.prepare([loadedOf("a"), loadedOf("b", "pades")], [null, mark], new Date(), tools, never);
    assert.ok(outcome.ok);
    assert.deepEqual(wanted, ["b", mark]);
    assert.equal(outcome.value.arguments.documents[1]?.digest, toBase64(digest));
    const answer = { certificate: CERTIFICATE, signatures: [cmsOver(sha256("a")), cmsOver("09".repeat(32))] };
    const good = outcome.value.finish(answer);
    assert.ok(good.ok);
    assert.equal(good.value.documents[1]?.signature, "AQID");
    increment = succeed(new Uint8Array((LONGEST_SIGNATURE / 4) * 3 + 1));
    assert.deepEqual([reasonOf(outcome.value.finish(answer)), failureOf(outcome.value.finish(answer)).document], ["reply-too-large", 1]);
    increment = fail("internal-error");
    assert.equal(failureOf(outcome.value.finish(answer)).document, 1);
});

test("what one message cannot carry together is told, and not sent", async () => {
    const digest = new Uint8Array(32).fill(9);
    const increment = new Uint8Array((LONGEST_SIGNATURE / 4) * 3);
    const tools: PdfTools = { ...none, prepare: () => Promise.resolve(succeed({ digest, finish: () => succeed(increment) })) };
    for (const [count, good] of [[3, true], [4, false]] as const) {
        const signing = await prepared(Array.from({ length: count }, () => loadedOf("a", "pades")), tools);
        const outcome = signing.finish({ certificate: CERTIFICATE, signatures: Array.from({ length: count }, () => cmsOver("09".repeat(32))) });
        assert.equal(outcome.ok, good);
        if (!good) assert.equal(reasonOf(outcome), "reply-too-large");
    }
});

test("preparing stops when it is withdrawn, and a refused PDF is named", async () => {
    let calls = 0;
    const tools: PdfTools = { ...none, prepare: () => { calls++; return Promise.resolve(fail("document-damaged")); } };
    const documents = [loadedOf("a", "pades"), loadedOf("b", "pades")];
    const withdrawn = await Signing.prepare(documents, [], new Date(), tools, () => true);
    assert.deepEqual([reasonOf(withdrawn), calls], ["request-withdrawn", 0]);
    const refused = await Signing.prepare([loadedOf("x"), ...documents], [], new Date(), tools, never);
    assert.deepEqual([reasonOf(refused), failureOf(refused).document, calls], ["document-damaged", 1, 1]);
    assert.equal(nameOf([header("x", 1), header("a.pdf", 1)], failureOf(refused)), "a.pdf");
    assert.equal(nameOf([], failureOf(refused)), null);
});

test("base64 is that of everybody else, whatever the length", () => {
    for (const length of [0, 1, 2, 3, 24_575, 24_576, 24_577, 100_000]) {
        const bytes = Uint8Array.from({ length }, (_, index) => (index * 7919) & 255);
        const text = toBase64(bytes);
        assert.equal(text, Buffer.from(bytes).toString("base64"), String(length));
        assert.deepEqual(fromBase64(text), bytes);
    }
});

const DOCUMENTS = [header("a.txt", 3), { ...header("b.pdf", 5, "pades"), mark: { page: 2, text: "済" } }];

test("a request for signatures crosses to the window unchanged, and only whole", () => {
    const request = { operation: "sign-documents", documents: DOCUMENTS, lang: "ja", timeout: 30_000 } as const;
    assert.deepEqual(parseOperationRequest(structuredClone(request)), request);
    const MiB = 2 ** 20;
    assert.ok(parseDocumentHeaders([...Array.from({ length: 4 }, () => header("a", 63 * MiB)), header("a", 4 * MiB)]));
    for (const documents of [
        null, [], {}, [null], [DOCUMENTS[0], null], Array.from({ length: 51 }, () => DOCUMENTS[0]),
        [header("a", 64 * MiB)], [header("a", -1)], [header("a", 1.5)], [header("", 1)], [{ ...header("a", 1), mark: { text: "x" } }],
        [...Array.from({ length: 4 }, () => header("a", 63 * MiB)), header("a", 4 * MiB + 1)],
    ]) {
        assert.equal(parseOperationRequest({ ...request, documents }), null);
    }
});

test("what window and page say to each other of documents is read strictly", () => {
    assert.deepEqual(parseWindowMessage({ kind: "send", index: 49, more: 1 }), { kind: "send", index: 49 });
    for (const index of [50, -1, 0.5, "0", null]) assert.equal(parseWindowMessage({ kind: "send", index }), null);
    const blob = new Blob(["a"]);
    assert.equal(parseDocumentMessage({ kind: "document", index: 0, data: blob })?.data, blob);
    assert.equal(parseDocumentMessage({ kind: "document", index: 0, data: "text" })?.data, null);
    assert.equal(parseDocumentMessage({ kind: "document", index: 50, data: blob }), null);
    assert.deepEqual(parseCount({ signed: 3, count: 20 }), { signed: 3, count: 20 });
    for (const count of [{ signed: 4, count: 3 }, { signed: 1 }, { signed: -1, count: 3 }, { signed: 1, count: 51 }]) assert.equal(parseCount(count), null);
    assert.deepEqual(parseWindowMessage({ kind: "progress", stage: "card-working", signed: 1, count: 2 }), { kind: "progress", stage: "card-working", signed: 1, count: 2 });
    assert.deepEqual(parseWindowMessage({ kind: "progress", stage: "pin-prompt", signed: 1, count: 2 }), { kind: "progress", stage: "pin-prompt" });
    assert.deepEqual(parseFailure({ code: "ERR_WEBEID_NATIVE_FATAL", reason: "card-removed", signed: 3, document: "0" }), {
        code: "ERR_WEBEID_NATIVE_FATAL", reason: "card-removed", signed: 3,
    });
});

test("a result has every document whole, or is none", () => {
    const document = { name: "a.txt", format: "cades", signature: "MAAA" };
    const result = { certificate: CERTIFICATE, documents: [document] };
    assert.deepEqual(parseDocumentsResult({ ...result, more: 1 }), result);
    for (const strange of [
        { ...result, certificate: "" }, { ...result, documents: null }, { ...result, documents: Array.from({ length: 51 }, () => document) },
        { ...result, documents: [document, { ...document, signature: "" }] }, { ...result, documents: [{ ...document, format: "x" }] },
        { ...result, documents: [{ ...document, signature: "A".repeat(LONGEST_SIGNATURE + 4) }] },
    ]) {
        assert.equal(parseDocumentsResult(strange), null);
    }
});

test("the clock rests in the review of documents, and nowhere else", () => {
    assert.equal(isResting("sign-documents", "review"), true);
    for (const stage of ["loading", "preparing", "pin-prompt", "card-working"] as const) assert.equal(isResting("sign-documents", stage), false);
    for (const operation of ["sign", "authenticate", "mynaportal"] as const) assert.equal(isResting(operation, "review"), false);
});
