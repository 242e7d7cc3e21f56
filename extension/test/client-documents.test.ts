// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { JpkiBridgeError, signDocuments } from "../src/client/jpki-bridge.ts";
import type { Count, FileToSign, Options, Stage } from "../src/client/jpki-bridge.ts";
import { parseFiles } from "../src/content/files.ts";
import { failure, toPageError } from "../src/shared/failure.ts";
import { Clock } from "./fakes/clock.ts";
import { CERTIFICATE } from "./fakes/samples.ts";
import { FakeWindow } from "./fakes/window.ts";

const MIB = 1024 * 1024;
const PDF = new Blob(["%PDF-1.7 …"], { type: "application/pdf" });
const TEXT = { data: new Blob(["申請"]), name: "申請.txt", format: "cades" } as const;
const FORM = { data: PDF, name: "form.pdf", format: "pades" } as const;

let clock: Clock;
let page: FakeWindow;

beforeEach(() => {
    clock = new Clock();
    page = new FakeWindow();
    Object.assign(globalThis, { window: page, document: { documentElement: { lang: "en" } } });
});
afterEach(() => {
    clock.stop();
});

function answer(suffix: string, fields: object = {}): void {
    page.receive({ action: `${String(page.last["action"])}-${suffix}`, id: page.last["id"], ...fields });
}

async function caught(promise: Promise<unknown>): Promise<JpkiBridgeError> {
    const error: unknown = await promise.then(() => null, (reason: unknown) => reason);
    assert.ok(error instanceof JpkiBridgeError);
    return error;
}

/** As the extension answers: the signature is base64. */
function signed({ name = "?", format }: FileToSign, signature: string): object {
    return { name, format, signature: btoa(signature) };
}

/** A Blob of a size that nobody wants to have in memory. */
function large(size: number): Blob {
    return Object.defineProperty(new Blob(), "size", { value: size });
}

test("what is handed over is what the extension reads, whatever held the bytes", async () => {
    const bytes = new Uint8Array([0, 1, 2, 3]);
    const files: FileToSign[] = [
        { data: new File(["申請"], "file.txt", { type: "text/plain" }), format: "cades" },
        { ...FORM, mark: {} },
        { data: bytes.subarray(1, 3), name: "view.bin", type: "x/y", format: "cades" },
        { data: bytes.buffer, name: "buffer.pdf", format: "pades", mark: { page: 2, text: "署名" } },
    ];
    const outcome = signDocuments(files, { lang: "ja", userInteractionTimeout: 30_000 });
    assert.equal(page.last["action"], "jpki-bridge:sign-documents");
    bytes.fill(9);
    const read = parseFiles(page.last);
    assert.ok(read.ok);
    const { request, blobs } = read.value;
    assert.deepEqual(request, {
        operation: "sign-documents",
        lang: "ja",
        timeout: 30_000,
        documents: [
            { name: "file.txt", mediaType: "text/plain", size: 6, format: "cades", mark: null },
            { name: "form.pdf", mediaType: "application/pdf", size: PDF.size, format: "pades", mark: { page: null, text: "" } },
            { name: "view.bin", mediaType: "x/y", size: 2, format: "cades", mark: null },
            { name: "buffer.pdf", mediaType: "", size: 4, format: "pades", mark: { page: 2, text: "署名" } },
        ],
    });
    assert.deepEqual(await Promise.all(blobs.slice(2).map(async (blob) => [...await blob.bytes()])), [[1, 2], [0, 1, 2, 3]]);
    answer("failure", { error: toPageError(failure("user-cancelled"), "ja") });
    assert.equal((await caught(outcome)).reason, "user-cancelled");
});

test("a signature stands by itself, and an increment behind the page's own bytes", async () => {
    const outcome = signDocuments([TEXT, FORM]);
    answer("ack");
    const documents = [signed({ ...TEXT, name: "as shown" }, "\x30\x82\xff"), signed(FORM, "\n7 0 obj")];
    answer("success", { certificate: CERTIFICATE, documents, extra: 1 });
    const { certificate, documents: [cms, pdf, ...more] } = await outcome;
    assert.equal(certificate, CERTIFICATE);
    assert.deepEqual(more, []);
    assert.ok(cms && pdf);
    assert.deepEqual([cms.name, cms.format, cms.data.type], ["申請.txt", "cades", "application/pkcs7-signature"]);
    assert.deepEqual([...await cms.data.bytes()], [0x30, 0x82, 0xff]);
    assert.deepEqual([pdf.name, pdf.format, pdf.data.type], ["form.pdf", "pades", "application/pdf"]);
    assert.equal(await pdf.data.text(), "%PDF-1.7 …\n7 0 obj");
});

test("an answer to other files is none", async () => {
    const [one, two] = [signed(TEXT, "one"), signed(FORM, "two")];
    const cases: object[] = [
        { documents: [one, two] },
        { certificate: CERTIFICATE },
        { certificate: CERTIFICATE, documents: [one] },
        { certificate: CERTIFICATE, documents: [one, two, two] },
        { certificate: CERTIFICATE, documents: [two, one] },
        { certificate: CERTIFICATE, documents: [one, null] },
        { certificate: CERTIFICATE, documents: [one, { ...two, signature: "*" }] },
        { certificate: CERTIFICATE, documents: [one, { ...two, signature: "" }] },
        { certificate: CERTIFICATE, documents: [one, { format: "pades" }] },
    ];
    for (const fields of cases) {
        const outcome = caught(signDocuments([TEXT, FORM]));
        answer("ack");
        answer("success", fields);
        assert.equal((await outcome).reason, "internal-error", JSON.stringify(fields));
    }
});

test("what cannot be signed is told at once, with its place, and nothing is asked", async () => {
    const file = (size: number): FileToSign => ({ ...TEXT, data: large(size) });
    const cases: [string, number | undefined, FileToSign[]][] = [
        ["argument-missing", undefined, []],
        ["argument-missing", 1, [TEXT, { data: PDF, format: "pades" }]],
        ["argument-invalid", 1, [TEXT, { ...TEXT, data: "text" as unknown as Blob }]],
        ["documents-too-large", undefined, Array.from({ length: 51 }, () => TEXT)],
        ["documents-too-large", 1, [TEXT, file(64 * MIB)]],
        ["documents-too-large", undefined, Array.from({ length: 5 }, () => file(63 * MIB))],
    ];
    for (const [reason, document, files] of cases) {
        const error = await caught(signDocuments(files));
        assert.deepEqual([error.reason, error.document], [reason, document]);
        assert.ok(error.message.length > 20);
    }
    assert.deepEqual(page.posted, []);
    const most = caught(signDocuments(Array.from({ length: 4 }, () => file(64 * MIB - 1))));
    assert.equal(page.posted.length, 1, "and what just fits is asked for");
    answer("failure", { error: toPageError(failure("user-cancelled"), "en") });
    await most;
});

test("a failure says which document, and how far the card had come", async () => {
    const cases: [Parameters<typeof failure>[1], (number | undefined)[]][] = [
        [{ document: 1 }, [1, undefined, undefined]],
        [{ signed: 7, triesLeft: 4 }, [undefined, 7, 4]],
        [{}, [undefined, undefined, undefined]],
    ];
    for (const [details, said] of cases) {
        const outcome = caught(signDocuments([TEXT]));
        answer("ack");
        answer("failure", { error: toPageError(failure("card-removed", details), "en") });
        const { document, signed: made, triesLeft } = await outcome;
        assert.deepEqual([document, made, triesLeft], said);
    }
});

test("the progress is told, with a count while the card signs", async () => {
    const told: [Stage, Count | undefined][] = [];
    const options: Options = { onProgress: (stage, count) => told.push([stage, count]) };
    const outcome = caught(signDocuments([TEXT, FORM], options));
    answer("ack");
    for (const stage of ["loading", "review", "preparing", "pin-prompt"]) answer("progress", { stage });
    answer("progress", { stage: "card-working", signed: 1, count: 2 });
    answer("progress", { stage: "card-working", signed: "1", count: 2 });
    answer("failure", { error: toPageError(failure("card-removed", { signed: 1 }), "en") });
    await outcome;
    assert.deepEqual(told, [
        ["loading", undefined], ["review", undefined], ["preparing", undefined], ["pin-prompt", undefined],
        ["card-working", { signed: 1, count: 2 }], ["card-working", undefined],
    ]);
});

test("no time passes while the person reviews, and the rest of it does afterwards", async () => {
    let ended = false;
    const outcome = caught(signDocuments([TEXT], { userInteractionTimeout: 20_000 })).finally(() => { ended = true; });
    answer("ack");
    answer("progress", { stage: "loading" });
    await clock.pass(5_000);
    answer("progress", { stage: "review" });
    await clock.pass(24 * 3_600_000);
    assert.equal(ended, false);
    answer("progress", { stage: "preparing" });
    await clock.pass(24_000);
    assert.equal(ended, false);
    await clock.pass(1_500);
    assert.equal((await outcome).code, "ERR_WEBEID_ACTION_TIMEOUT");
});

test("a signal withdraws the request in the middle of the review", async () => {
    const controller = new AbortController();
    const outcome = signDocuments([TEXT], { signal: controller.signal });
    const { id } = page.last;
    answer("ack");
    answer("progress", { stage: "review" });
    controller.abort();
    await assert.rejects(outcome, { name: "AbortError" });
    assert.deepEqual(page.last, { action: "jpki-bridge:cancel", id });
});
