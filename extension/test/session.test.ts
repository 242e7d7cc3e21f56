// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Host } from "../src/native/host.ts";
import { parseRequestMessage, parseWindowMessage } from "../src/shared/messages.ts";
import type { OperationRequest } from "../src/shared/request.ts";
import { namesOther, parseSession } from "../src/shared/session.ts";
import { SessionOperation } from "../src/ui/session/operation.ts";
import type { View } from "../src/ui/session/operation.ts";
import { PressGuard } from "../src/ui/session/press.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { CERTIFICATE, DIGEST, HASH, LOGIN_ANSWER, NONCE, originOf, PROFILE_ANSWER, SIGN_ANSWER, SIGNATURE, TOKEN } from "./fakes/samples.ts";

const login: OperationRequest = { operation: "authenticate", challengeNonce: NONCE, lang: null, timeout: 60_000 };
const sign: OperationRequest = { operation: "sign", certificate: null, hash: HASH, hashFunction: "SHA-256", lang: null, timeout: 60_000 };

let clock: Clock;
let port: FakePort;
let views: View[];
let said: unknown[];
let order: string[];
let closed: number;
let storage: Promise<void>;

beforeEach(() => {
    clock = new Clock();
    port = new FakePort();
    views = [];
    said = [];
    order = [];
    closed = 0;
    storage = Promise.resolve();
});
afterEach(() => {
    clock.stop();
});

async function begin(request: OperationRequest, hello: object | null = { version: "2.9.0" }): Promise<SessionOperation> {
    const operation = new SessionOperation({
        request,
        origin: originOf("https://portal.example"),
        language: "ja",
        deadline: clock.now + request.timeout,
        desk: {
            pull: () => Promise.reject(new Error("no documents here")),
            tools: { inspect: () => Promise.reject(new Error("no")), prepare: () => Promise.reject(new Error("no")) },
            review: () => ({ marks: () => [], dispose: () => undefined }),
            clockSet: () => undefined,
        },
        host: new Host(() => port),
        say: (message) => {
            assert.deepEqual(parseWindowMessage(structuredClone(message)), message, "the content script understands it");
            said.push(message);
            if (message.kind !== "progress") order.push("told");
        },
        show: (view) => views.push(view),
        ended: async (succeeded) => {
            await storage;
            order.push(`ended ${String(succeeded)}`);
        },
        closeWindow: () => closed++,
    });
    void operation.begin();
    if (hello !== null) port.say(hello);
    await settle();
    return operation;
}

const states = (): string[] => views.map(({ state }) => state);

test("nothing is asked of the host before Continue, and then all of it", async () => {
    const operation = await begin(login);
    assert.deepEqual(port.sent, []);
    assert.deepEqual(states(), ["review"]);
    void operation.proceed();
    void operation.proceed();
    await settle();
    assert.equal(port.sent.length, 1);
    assert.deepEqual(port.last["arguments"], { challengeNonce: NONCE, origin: "https://portal.example", lang: "ja" });
    assert.equal(port.last["timeout"], 59_500, "the host ends first, as it knows why");

    port.say({ event: "waiting-for-reader", id: 1 });
    port.say({ event: "waiting-for-card", id: 1 });
    port.say({ event: "waiting-for-card", found: "unknown", id: 1 });
    port.say({ event: "pin-prompt", triesLeft: 1, confirm: true, id: 1 });
    port.say({ event: "card-working", id: 1 });
    port.say({ ...TOKEN, id: 1 });
    await settle();
    assert.deepEqual(states(), [
        "review", "starting", "waiting-for-reader", "waiting-for-card", "other-card", "pin-prompt", "card-working", "success",
    ]);
    assert.deepEqual(views[5], { state: "pin-prompt", triesLeft: 1, keypad: false, confirm: true });
    assert.deepEqual(said.at(-1), { kind: "result", operation: "authenticate", result: TOKEN });
    assert.deepEqual(order, ["ended true", "told"], "the way is free before the page knows");
    assert.equal(port.closed, true);
    assert.equal(closed, 0);
});

test("the page learns the stages, not the tries", async () => {
    const operation = await begin(login);
    void operation.proceed();
    await settle();
    port.say({ event: "pin-prompt", triesLeft: 1, id: 1 });
    assert.deepEqual(said, [{ kind: "progress", stage: "review" }, { kind: "progress", stage: "pin-prompt" }]);
});

test("Cancel ends the host, tells the page and closes, at any time", async () => {
    for (const proceeds of [false, true]) {
        port = new FakePort();
        const operation = await begin(login);
        if (proceeds) void operation.proceed();
        await settle();
        await operation.cancel();
        assert.equal(port.closed, true);
        assert.deepEqual(said.at(-1), {
            kind: "failure",
            failure: { reason: "user-cancelled", code: "ERR_WEBEID_USER_CANCELLED" },
        });
        await operation.proceed();
        await settle();
    }
    assert.equal(closed, 2);
    assert.deepEqual(order, ["ended false", "told", "ended false", "told"]);
});

test("an outcome reaches the page though the storage fails", async () => {
    const operation = await begin({ operation: "authenticate", challengeNonce: NONCE, lang: null, timeout: 60_000 });
    storage = Promise.reject(new Error("quota"));
    void operation.proceed();
    await settle();
    port.say({ id: 1, ...TOKEN });
    await settle();
    assert.deepEqual(said.at(-1), { kind: "result", operation: "authenticate", result: TOKEN });
    assert.equal(states().at(-1), "success");
});

test("a cancel in the PIN prompt closes the window too", async () => {
    const operation = await begin(login);
    void operation.proceed();
    await settle();
    port.say({ id: 1, error: { code: "ERR_WEBEID_USER_CANCELLED", reason: "user-cancelled", message: "" } });
    await settle();
    assert.equal(closed, 1);
});

test("a failure stays to be read, with its tries", async () => {
    const operation = await begin(login);
    void operation.proceed();
    await settle();
    const failure = { code: "ERR_WEBEID_NATIVE_FATAL", reason: "pin-wrong", triesLeft: 2 };
    port.say({ id: 1, error: { ...failure, message: "" } });
    await settle();
    assert.deepEqual(views.at(-1), { state: "failure", failure });
    assert.deepEqual(said.at(-1), { kind: "failure", failure });
    assert.equal(closed, 0);
});

test("a missing host is told before the person decides anything", async () => {
    await begin(login, null);
    port.drop();
    await settle();
    assert.deepEqual(states(), ["review", "failure"]);
    assert.deepEqual(said.at(-1), {
        kind: "failure",
        failure: { reason: "native-unavailable", code: "ERR_WEBEID_NATIVE_UNAVAILABLE" },
    });
});

test("time runs from the arrival, through the review", async () => {
    await begin(login);
    await clock.pass(60_000);
    assert.equal(port.closed, true);
    assert.equal((views.at(-1) as { failure?: { code: string } }).failure?.code, "ERR_WEBEID_USER_TIMEOUT");
    const late = await begin({ ...login, timeout: 10_000 });
    assert.equal(late.over, false);
});

test("time that runs out ends the prompt", async () => {
    const operation = await begin(login);
    await clock.pass(50_000);
    void operation.proceed();
    await settle();
    assert.equal(port.last["timeout"], 9_500);
    port.say({ event: "pin-prompt", id: 1 });
    await clock.pass(10_000);
    assert.equal(port.closed, true);
    assert.deepEqual(states().at(-1), "failure");
    port.onMessage.emit({ ...TOKEN, id: 1 });
    await settle();
    assert.deepEqual(states().at(-1), "failure");
});

test("a page that is gone ends the host and nothing else happens", async () => {
    const operation = await begin(login);
    void operation.proceed();
    await settle();
    const before = said.length;
    operation.abandon();
    await settle();
    assert.equal(port.closed, true);
    assert.equal(said.length, before);
    assert.deepEqual(states(), ["review", "starting"]);
});

test("a signature without a certificate must bring it, and one with it must not bring another", async () => {
    for (const [request, answer, good] of [
        [sign, { ...SIGNATURE, certificate: CERTIFICATE }, true],
        [sign, SIGNATURE, false],
        [{ ...sign, certificate: CERTIFICATE }, SIGNATURE, true],
        [{ ...sign, certificate: CERTIFICATE }, { ...SIGNATURE, certificate: CERTIFICATE }, false],
    ] as const) {
        port = new FakePort();
        const operation = await begin(request);
        void operation.proceed();
        await settle();
        assert.deepEqual(port.last["arguments"], {
            ...(request.certificate === null ? {} : { certificate: CERTIFICATE }),
            hash: HASH, hashFunction: "SHA-256", origin: "https://portal.example", lang: "ja",
        });
        port.say({ ...answer, id: 1 });
        await settle();
        assert.equal(states().at(-1), good ? "success" : "failure");
    }
});

test("an answer that is no token is not passed on", async () => {
    const operation = await begin(login);
    void operation.proceed();
    await settle();
    port.say({ id: 1, signature: HASH });
    await settle();
    assert.deepEqual(said.at(-1), {
        kind: "failure",
        failure: { reason: "native-reply-malformed", code: "ERR_WEBEID_NATIVE_FATAL" },
    });
});

const mynaportal = { operation: "mynaportal", mode: "02", serviceId: "01", digests: [DIGEST, DIGEST], lang: null, timeout: 60_000 } as const;

test("the host gets the site's message with the site's origin", async () => {
    const operation = await begin(mynaportal);
    void operation.proceed();
    await settle();
    assert.equal(port.last["command"], "mynaportal");
    const { message, ...rest } = port.last["arguments"] as Record<string, unknown>;
    assert.deepEqual(rest, { origin: "https://portal.example", lang: "ja" });
    assert.deepEqual(JSON.parse(String(message)), { mode: "02", service_id: "01", digest: [DIGEST, DIGEST] });
});

test("a question about the site is not one about the last try", async () => {
    const operation = await begin(mynaportal);
    void operation.proceed();
    await settle();
    port.say({ event: "pin-prompt", confirm: true, id: 1 });
    port.say({ event: "pin-prompt", confirm: true, triesLeft: 1, id: 1 });
    assert.deepEqual(states(), ["review", "starting", "question", "pin-prompt"]);
});

test("an answer of another mode, or to another number of documents, is not passed on", async () => {
    const answers = [
        [SIGN_ANSWER, false], [LOGIN_ANSWER, false], [PROFILE_ANSWER, false],
        [{ ...SIGN_ANSWER, signature: [HASH, HASH] }, true],
    ] as const;
    for (const [answer, good] of answers) {
        port = new FakePort();
        const operation = await begin(mynaportal);
        void operation.proceed();
        await settle();
        port.say({ ...answer, id: 1 });
        await settle();
        assert.equal(states().at(-1), good ? "success" : "failure");
        if (good) assert.deepEqual(said.at(-1), { kind: "result", operation: "mynaportal", result: answer });
    }
});

test("Continue takes a press only after a full second of focus", () => {
    const guard = new PressGuard();
    guard.look(0, true);
    assert.equal(guard.accepts(999, true, true), false);
    assert.equal(guard.accepts(1_000, true, true), true);
    assert.equal(guard.accepts(1_100, true, false), false, "a click that nobody made");
    guard.look(1_200, false);
    assert.equal(guard.accepts(1_300, true, true), false, "the focus was away");
    assert.equal(guard.accepts(2_299, true, true), false);
    assert.equal(guard.accepts(2_300, true, true), true);
});

test("typing during the second begins it anew, so that a typist does not consent", () => {
    const guard = new PressGuard();
    guard.look(0, true);
    for (let now = 100; now <= 3_000; now += 300) guard.disturb(now, true);
    assert.equal(guard.accepts(3_100, true, true), false);
    assert.equal(guard.accepts(3_799, true, true), false);
    assert.equal(guard.accepts(3_800, true, true), true);
});

test("a press that began too early does not count when it ends in time", () => {
    const guard = new PressGuard();
    guard.look(0, true);
    guard.begin(900, true);
    assert.equal(guard.accepts(5_000, true, true), false);
    guard.begin(5_100, true);
    assert.equal(guard.accepts(5_200, true, true), true);
});

test("the record is read strictly, and another operation is noticed", () => {
    const key = crypto.randomUUID();
    const session = { key, tabId: 1, origin: "https://a.example", deadline: 5, windowId: null };
    assert.deepEqual(parseSession(session), session);
    for (const broken of [null, {}, { ...session, origin: "null" }, { ...session, key: "x" }, { ...session, tabId: 1.5 }]) {
        assert.equal(parseSession(broken), null);
    }
    assert.equal(namesOther({ session: { newValue: session } }, key), false);
    assert.equal(namesOther({ session: {} }, key), false);
    assert.equal(namesOther({ session: { newValue: session } }, crypto.randomUUID()), true);
    assert.equal(parseRequestMessage({ kind: "request", request: { operation: "sign" } }), null);
});
