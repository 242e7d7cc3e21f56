// SPDX-License-Identifier: MIT
// The content script's end of the line when there are documents.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { GestureRule } from "../src/content/gesture.ts";
import { Line } from "../src/content/line.ts";
import type { Failure, Outcome } from "../src/shared/failure.ts";
import { parseContentMessage, portName } from "../src/shared/messages.ts";
import type { DocumentsRequest } from "../src/shared/request.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { CERTIFICATE } from "./fakes/samples.ts";

const header = { name: "a.txt", mediaType: "", size: 1, format: "cades", mark: null } as const;
const request: DocumentsRequest = { operation: "sign-documents", documents: [header, header], lang: null, timeout: 60_000 };
const RESULT = { certificate: CERTIFICATE, documents: [1, 2].map(() => ({ name: "a.txt", format: "cades", signature: "MAAA" })) };
const blobs = [new Blob(["a"]), new Blob(["b"])];

/** Takes messages as they are: structuredClone in Node knows no Blobs. */
class DocumentPort extends FakePort {
    readonly given: Record<string, unknown>[] = [];
    refuses: (message: object) => boolean = () => false;

    override postMessage(message: object): void {
        if (this.closed) throw new Error("Attempting to use a disconnected port object");
        if (this.refuses(message)) throw new Error("Message exceeded maximum allowed size");
        this.given.push({ ...message });
    }
}

let clock: Clock;
let line: Line;
let key: string;
let progress: unknown[];
let outcome: Outcome<unknown> | null;
let withdraw: AbortController;

beforeEach(async () => {
    clock = new Clock();
    [progress, outcome, withdraw] = [[], null, new AbortController()];
    line = new Line(
        {
            alive: () => true,
            send: (message) => {
                const read = parseContentMessage(message);
                assert.ok(read?.kind === "open");
                assert.equal(read.operation, "sign-documents");
                assert.equal("documents" in message, false, "the background learns nothing of them");
                key = read.key;
                return Promise.resolve({ kind: "opened" });
            },
        },
        { visible: true, activated: () => Promise.resolve() },
        new GestureRule({ now: () => clock.now, isActive: () => true }),
    );
    void line.run(request, { onProgress: (each) => progress.push(each), withdrawn: withdraw.signal }, blobs).then((each) => { outcome = each; });
    await settle();
});
afterEach(() => {
    clock.stop();
});

function open(): DocumentPort {
    const port = new DocumentPort(portName(key));
    assert.equal(line.attach(port), true);
    return port;
}

const failed = (): Failure | null => (outcome?.ok === false ? outcome.failure : null);

test("the request goes without the bytes, and each document when it is asked for", async () => {
    const port = open();
    assert.deepEqual(port.given.map(({ request: asked }) => asked), [request]);
    port.say({ kind: "send", index: 1 });
    port.say({ kind: "send", index: 0 });
    port.say({ kind: "send", index: 2 });
    port.say({ kind: "send", index: "0" });
    assert.deepEqual(port.given.slice(1).map(({ kind, index }) => [kind, index]), [["document", 1], ["document", 0]]);
    assert.equal(port.given[1]?.["data"], blobs[1]);
    port.say({ kind: "result", operation: "sign-documents", result: RESULT });
    await settle();
    assert.deepEqual(outcome, { ok: true, value: RESULT });
    assert.equal(port.closed, true);
});

test("a document that the browser will not carry is told as such, so that nobody waits for it", () => {
    const port = open();
    port.refuses = (message) => "data" in message && message.data !== null;
    port.say({ kind: "send", index: 0 });
    assert.deepEqual(port.given.at(-1), { kind: "document", index: 0, data: null });
    port.refuses = () => true;
    port.say({ kind: "send", index: 0 });
    port.closed = true;
    port.onMessage.emit({ kind: "send", index: 1 });
});

test("no document leaves for a request that is over", async () => {
    const port = open();
    port.say({ kind: "failure", failure: { reason: "user-cancelled", code: "ERR_WEBEID_USER_CANCELLED" } });
    await settle();
    assert.ok(failed());
    const before = port.given.length;
    port.closed = false;
    port.onMessage.emit({ kind: "send", index: 0 });
    assert.equal(port.given.length, before);
});

test("the time rests with the review, and only then", async () => {
    const port = open();
    port.say({ kind: "progress", stage: "loading" });
    await clock.pass(30_000);
    port.say({ kind: "progress", stage: "review" });
    await clock.pass(3_600_000);
    assert.equal(outcome, null);
    port.say({ kind: "progress", stage: "preparing" });
    await clock.pass(34_999);
    assert.equal(outcome, null);
    await clock.pass(1);
    assert.equal(failed()?.reason, "timeout");
    assert.deepEqual(progress, [{ stage: "loading" }, { stage: "review" }, { stage: "preparing" }]);
});

test("a batch ended from anywhere says how many signatures the card had made", async () => {
    const ways: [string, (port: DocumentPort) => void | Promise<void>, string][] = [
        ["withdrawn by the page", () => { withdraw.abort(); }, "request-withdrawn"],
        ["the page left", () => { line.leave(); }, "page-left"],
        ["the site switched off", () => { line.retire(); }, "site-off"],
        ["the window closed", async (port) => { port.drop(); await clock.pass(60); }, "user-cancelled"],
        ["the window hangs", () => clock.pass(65_000), "timeout"],
    ];
    for (const [name, leave, reason] of ways) {
        if (outcome !== null) {
            outcome = null;
            withdraw = new AbortController();
            await clock.pass(10_000); // for a gesture to count again
            void line.run(request, { onProgress: (each) => progress.push(each), withdrawn: withdraw.signal }, blobs).then((each) => { outcome = each; });
            await settle();
        }
        const port = open();
        port.say({ kind: "progress", stage: "card-working", signed: 1, count: 2 });
        assert.deepEqual(progress.at(-1), { stage: "card-working", signed: 1, count: 2 });
        await leave(port);
        await settle();
        assert.deepEqual([failed()?.reason, failed()?.signed], [reason, 1], name);
        assert.equal(port.closed, true, name);
    }
});

test("a failure's own count stands, and without a signature there is none", async () => {
    const port = open();
    port.say({ kind: "progress", stage: "card-working", signed: 1, count: 2 });
    port.say({ kind: "failure", failure: { reason: "card-removed", code: "ERR_WEBEID_NATIVE_FATAL", signed: 2, document: 1 } });
    await settle();
    assert.deepEqual(failed(), { reason: "card-removed", code: "ERR_WEBEID_NATIVE_FATAL", signed: 2, document: 1 });
});
