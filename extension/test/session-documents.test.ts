// SPDX-License-Identifier: MIT
// The operation of a session window with documents: loading, review, preparing, signing, and every way out of each.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { LoadedDocument } from "../src/documents/loaded.ts";
import type { PdfTools } from "../src/documents/signing.ts";
import { Host } from "../src/native/host.ts";
import type { DocumentHeader, Mark } from "../src/shared/documents.ts";
import { fail, succeed } from "../src/shared/failure.ts";
import { parseWindowMessage } from "../src/shared/messages.ts";
import type { DocumentsRequest } from "../src/shared/request.ts";
import { SessionOperation } from "../src/ui/session/operation.ts";
import type { View } from "../src/ui/session/operation.ts";
import { Clock } from "./fakes/clock.ts";
import { cmsOver } from "./fakes/documents.ts";
import { FakePort } from "./fakes/port.ts";
import { CERTIFICATE, originOf } from "./fakes/samples.ts";

const TEXTS = ["申請書", "%PDF-"];
const MARK: Mark = { page: 1, text: "済", left: 0, bottom: 0, width: 90, height: 23 };
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const headerOf = (text: string, index: number): DocumentHeader => ({
    name: `${index}.txt`, mediaType: "", size: Buffer.byteLength(text), format: index === 0 ? "cades" : "pades", mark: null,
});
const request: DocumentsRequest = { operation: "sign-documents", documents: TEXTS.map(headerOf), lang: null, timeout: 60_000 };

let clock: Clock;
let port: FakePort;
let views: View[];
let said: Record<string, unknown>[];
let clocks: (number | null)[];
let closed: number;
let reviewed: readonly LoadedDocument[] | null;
let disposed: number;
/** What the page gives for each document; a promise that never settles is a page that hangs. */
let page: (index: number) => Promise<Blob | null>;
let tools: PdfTools;

beforeEach(() => {
    clock = new Clock();
    port = new FakePort();
    [views, said, clocks] = [[], [], []];
    [closed, disposed, reviewed] = [0, 0, null];
    page = (index) => Promise.resolve(new Blob([TEXTS[index] ?? ""]));
    tools = {
        inspect: () => Promise.resolve(succeed({ markable: true })),
        prepare: () => Promise.resolve(succeed({ digest: new Uint8Array(32).fill(9), finish: () => succeed(Uint8Array.of(1, 2, 3)) })),
    };
});
afterEach(() => {
    clock.stop();
});

/** Blobs are read in turns of the event loop, not only in promises. */
async function settle(): Promise<void> {
    for (let count = 0; count < 20; count++) await turn();
}

async function begin(asked = request): Promise<SessionOperation> {
    const operation = new SessionOperation({
        request: asked,
        origin: originOf("https://portal.example"),
        language: "ja",
        deadline: clock.now + asked.timeout,
        desk: {
            pull: (index) => page(index),
            tools,
            review: (documents) => {
                reviewed = documents;
                return { marks: () => [null, MARK], dispose: () => disposed++ };
            },
            clockSet: (ends) => clocks.push(ends),
        },
        host: new Host(() => port),
        say: (message) => {
            assert.deepEqual(parseWindowMessage(structuredClone(message)), message, "the content script understands it");
            said.push({ ...message });
        },
        show: (view) => views.push(view),
        ended: () => Promise.resolve(),
        closeWindow: () => closed++,
    });
    void operation.begin();
    port.say({ version: "2.9.0" });
    await settle();
    return operation;
}

const states = (): string[] => views.map(({ state }) => state);
const failure = (): unknown => said.at(-1)?.["failure"];
const CANCELLED = { reason: "user-cancelled", code: "ERR_WEBEID_USER_CANCELLED" };
const TIMEOUT = { reason: "timeout", code: "ERR_WEBEID_USER_TIMEOUT" };

test("documents are loaded, reviewed, prepared and signed, each of them itself", async () => {
    const operation = await begin();
    assert.deepEqual(states(), ["loading-documents", "loading-documents", "loading-documents", "review"]);
    assert.deepEqual(views[2], { state: "loading-documents", index: 1, count: 2 });
    assert.deepEqual(reviewed?.map(({ bytes }) => Buffer.from(bytes).toString()), TEXTS);
    assert.deepEqual(port.sent, [], "nothing is asked of the host before Continue");
    void operation.proceed();
    void operation.proceed();
    await settle();
    assert.equal(disposed, 1, "the documents are let go of");
    assert.equal(port.sent.length, 1);
    assert.equal(port.last["command"], "sign-documents");
    assert.deepEqual(port.last["arguments"], {
        documents: [
            { format: "cades", digest: Buffer.from(sha256("申請書"), "hex").toString("base64") },
            { format: "pades", digest: Buffer.alloc(32, 9).toString("base64") },
        ],
        hashFunction: "SHA-256", origin: "https://portal.example", lang: "ja",
    });
    port.say({ event: "card-working", id: 1 });
    port.say({ event: "card-working", signed: 1, count: 2, id: 1 });
    const cms = cmsOver(sha256("申請書"));
    port.say({ id: 1, certificate: CERTIFICATE, signatures: [cms, cmsOver("09".repeat(32))] });
    await settle();
    assert.deepEqual(states().slice(4), ["preparing", "card-working", "card-working", "success"]);
    assert.deepEqual(views.at(-2), { state: "card-working", progress: { signed: 1, count: 2 } });
    assert.deepEqual(said.map(({ kind, stage }) => stage ?? kind), ["loading", "review", "preparing", "card-working", "card-working", "result"]);
    assert.deepEqual(said.at(-1)?.["result"], {
        certificate: CERTIFICATE,
        documents: [{ name: "0.txt", format: "cades", signature: cms }, { name: "1.txt", format: "pades", signature: "AQID" }],
    });
    assert.equal(port.closed, true);
});

test("the mark goes to the PDF as the person chose it", async () => {
    const wanted: unknown[] = [];
    const { prepare } = tools;
    tools = { ...tools, prepare: (bytes, wishes) => { wanted.push(wishes.mark); return prepare(bytes, wishes); } };
    const operation = await begin();
    void operation.proceed();
    await settle();
    assert.deepEqual(wanted, [MARK]);
});

test("the clock rests while the person reads, and goes on with what was left", async () => {
    const operation = await begin({ ...request, timeout: 60_000 });
    assert.equal(operation.timeLeft, null);
    assert.deepEqual(clocks, [null]);
    await clock.pass(3_600_000);
    assert.equal(operation.over, false);
    void operation.proceed();
    await settle();
    assert.deepEqual(clocks, [null, clock.now + 60_000]);
    assert.equal(operation.timeLeft, 60_000);
    assert.equal(port.last["timeout"], 59_500);
    await clock.pass(60_000);
    await settle();
    assert.deepEqual(failure(), TIMEOUT);
    assert.equal(port.closed, true);
});

test("Continue does nothing before the documents are there", async () => {
    page = () => new Promise(() => undefined);
    const operation = await begin();
    await operation.proceed();
    assert.deepEqual(states(), ["loading-documents", "loading-documents"]);
    assert.deepEqual(port.sent, []);
});

test("a page that does not give its documents runs out of time, and can be cancelled", async () => {
    for (const leave of ["time", "cancel"] as const) {
        port = new FakePort();
        const { promise, resolve } = Promise.withResolvers<Blob | null>();
        page = () => promise;
        const operation = await begin();
        if (leave === "time") await clock.pass(60_000);
        else await operation.cancel();
        await settle();
        assert.deepEqual(failure(), leave === "time" ? TIMEOUT : CANCELLED);
        assert.equal(port.closed, true);
        resolve(new Blob([TEXTS[0] ?? ""]));
        await settle();
        assert.equal(reviewed, null, "what comes too late is not shown");
    }
    assert.equal(closed, 1);
});

test("what was still being looked at when it ended is not shown either", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    tools = { ...tools, inspect: async () => { await promise; return succeed({ markable: true }); } };
    const operation = await begin();
    await operation.cancel();
    resolve(undefined);
    await settle();
    assert.equal(reviewed, null);
    assert.equal(states().at(-1), "loading-documents");
});

test("a document that does not come, or cannot be signed, ends it before anything is shown", async () => {
    page = (index) => Promise.resolve(index === 0 ? new Blob(["申請書"]) : null);
    await begin();
    assert.deepEqual(failure(), { reason: "document-unreadable", code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", document: 1 });
    assert.deepEqual(views.at(-1), { state: "failure", failure: failure() });
    page = (index) => Promise.resolve(new Blob([TEXTS[index] ?? ""]));
    tools = { ...tools, inspect: () => Promise.resolve(fail("document-encrypted")) };
    port = new FakePort();
    await begin();
    assert.deepEqual(failure(), { reason: "document-encrypted", code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", document: 1 });
    assert.equal(reviewed, null);
});

test("what breaks in an unforeseen way is told as such", async () => {
    page = () => Promise.reject(new Error("from nowhere"));
    await begin();
    assert.deepEqual(failure(), { reason: "internal-error", code: "ERR_WEBEID_UNKNOWN_ERROR" });
    page = (index) => Promise.resolve(new Blob([TEXTS[index] ?? ""]));
    tools = { ...tools, prepare: () => Promise.resolve(succeed({ digest: new Uint8Array(32).fill(9), finish: () => { throw new RangeError("memory"); } })) };
    port = new FakePort();
    const operation = await begin();
    void operation.proceed();
    await settle();
    port.say({ id: 1, certificate: CERTIFICATE, signatures: [cmsOver(sha256("申請書")), cmsOver("09".repeat(32))] });
    await settle();
    assert.deepEqual(failure(), { reason: "internal-error", code: "ERR_WEBEID_UNKNOWN_ERROR" });
});

test("a missing host is told before the documents are asked for", async () => {
    let asked = 0;
    page = () => { asked++; return Promise.resolve(null); };
    port.say = () => { port.drop(); };
    await begin();
    assert.equal(asked, 0);
    assert.equal((failure() as { reason: string }).reason, "native-unavailable");
});

test("Cancel in the review lets go of the documents and closes", async () => {
    const operation = await begin();
    await operation.cancel();
    assert.deepEqual([disposed, closed, port.closed], [1, 1, true]);
    assert.deepEqual(failure(), CANCELLED);
    await operation.proceed();
    await settle();
    assert.deepEqual(port.sent, []);
});

test("a page that is left in the review ends everything, and is told nothing", async () => {
    const operation = await begin();
    const before = said.length;
    operation.abandon();
    await settle();
    assert.deepEqual([disposed, port.closed, said.length], [1, true, before]);
});

test("Cancel and the end of the time stop what is being prepared, and nobody is asked for a PIN", async () => {
    for (const leave of ["time", "cancel"] as const) {
        port = new FakePort();
        const { promise, resolve } = Promise.withResolvers<undefined>();
        const { prepare } = tools;
        tools = { ...tools, prepare: async (bytes, wishes) => { await promise; return prepare(bytes, wishes); } };
        const operation = await begin();
        void operation.proceed();
        await settle();
        assert.equal(states().at(-1), "preparing");
        if (leave === "time") await clock.pass(60_000);
        else await operation.cancel();
        await settle();
        assert.deepEqual(failure(), leave === "time" ? TIMEOUT : CANCELLED);
        const before = views.length;
        resolve(undefined);
        await settle();
        assert.deepEqual(port.sent, []);
        assert.equal(views.length, before);
    }
});

test("no further PDF is prepared for an operation that is over", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let prepared = 0;
    const { prepare } = tools;
    tools = { ...tools, prepare: async (bytes, wishes) => { prepared++; await promise; return prepare(bytes, wishes); } };
    const pdf = headerOf(TEXTS[1] ?? "", 1);
    page = () => Promise.resolve(new Blob([TEXTS[1] ?? ""]));
    const operation = await begin({ ...request, documents: [pdf, pdf, pdf] });
    void operation.proceed();
    await settle();
    operation.abandon();
    resolve(undefined);
    await settle();
    assert.equal(prepared, 1);
});

test("a PDF that cannot be prepared is named", async () => {
    tools = { ...tools, prepare: () => Promise.resolve(fail("document-damaged")) };
    const operation = await begin();
    void operation.proceed();
    await settle();
    assert.deepEqual(failure(), { reason: "document-damaged", code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", document: 1 });
    assert.deepEqual(port.sent, []);
});

async function working(signed: number): Promise<SessionOperation> {
    const operation = await begin();
    void operation.proceed();
    await settle();
    port.say({ event: "card-working", signed, count: 2, id: 1 });
    await settle();
    return operation;
}

test("whoever ends a batch in its middle is told what the card has done", async () => {
    const operation = await working(1);
    await operation.cancel();
    assert.deepEqual(failure(), { ...CANCELLED, signed: 1 });
    assert.deepEqual(views.at(-1), { state: "failure", failure: { ...CANCELLED, signed: 1 } });
    assert.equal(closed, 0, "it stays to be read");

    port = new FakePort();
    await working(1);
    await clock.pass(60_000);
    assert.deepEqual(failure(), { ...TIMEOUT, signed: 1 });

    port = new FakePort();
    await working(1);
    port.say({ id: 1, error: { code: "ERR_WEBEID_NATIVE_FATAL", reason: "card-removed", message: "", signed: 2 } });
    await settle();
    assert.deepEqual(failure(), { code: "ERR_WEBEID_NATIVE_FATAL", reason: "card-removed", signed: 2 }, "the host knows best");

    port = new FakePort();
    await working(1);
    port.drop();
    await settle();
    assert.deepEqual(failure(), { code: "ERR_WEBEID_NATIVE_UNAVAILABLE", reason: "native-disconnected", signed: 1 });
});

test("a cancel before the first signature closes the window", async () => {
    const operation = await working(0);
    await operation.cancel();
    assert.deepEqual([failure(), closed], [CANCELLED, 1]);
});

test("signatures in another order are not passed on", async () => {
    await working(2);
    port.say({ id: 1, certificate: CERTIFICATE, signatures: [cmsOver("09".repeat(32)), cmsOver(sha256("申請書"))] });
    await settle();
    assert.deepEqual(failure(), { code: "ERR_WEBEID_NATIVE_FATAL", reason: "native-reply-malformed", signed: 2 });
});
