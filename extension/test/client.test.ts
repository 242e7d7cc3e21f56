// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { authenticate, getSigningCertificate, JpkiBridgeError, sign, status } from "../src/client/jpki-bridge.ts";
import type { Stage } from "../src/client/jpki-bridge.ts";
import { failure, toPageError } from "../src/shared/failure.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { CERTIFICATE, HASH, NONCE, SIGNATURE, SIGNING_CERTIFICATE, TOKEN } from "./fakes/samples.ts";
import { FakeWindow } from "./fakes/window.ts";

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

test("a log-in answers the token and nothing else", async () => {
    const stages: Stage[] = [];
    const token = authenticate(NONCE, { lang: "ja", userInteractionTimeout: 30_000, onProgress: (stage) => stages.push(stage) });
    assert.deepEqual(page.last["options"], { lang: "ja", userInteractionTimeout: 30_000 });
    assert.equal(page.last["challengeNonce"], NONCE);
    answer("ack");
    answer("progress", { stage: "pin-prompt" });
    answer("success", { ...TOKEN, extra: 1 });
    assert.deepEqual(await token, TOKEN);
    assert.deepEqual(stages, ["pin-prompt"]);
});

test("the other operations carry their own fields", async () => {
    const versions = { library: "2.9.0", extension: "0.1.0", nativeApp: "0.1.0" };
    const asked = status();
    answer("ack");
    answer("success", { ...versions, protocol: "2.9.0" });
    assert.deepEqual(await asked, versions);
    const read = getSigningCertificate();
    answer("success", SIGNING_CERTIFICATE);
    assert.deepEqual(await read, SIGNING_CERTIFICATE);
    const one = sign(CERTIFICATE, HASH, "SHA-256");
    assert.equal(page.last["certificate"], CERTIFICATE);
    answer("success", SIGNATURE);
    assert.deepEqual(await one, SIGNATURE);
    const two = sign(undefined, HASH, "SHA-256");
    assert.ok(!("certificate" in page.last));
    answer("success", { ...SIGNATURE, certificate: CERTIFICATE });
    assert.deepEqual(await two, { ...SIGNATURE, certificate: CERTIFICATE });
});

test("a missing extension and a site that is off are one error, in both languages, after a second", async () => {
    const outcome = caught(authenticate(NONCE));
    await clock.pass(1_000);
    const error = await outcome;
    assert.equal(error.code, "ERR_WEBEID_EXTENSION_UNAVAILABLE");
    assert.equal(error.reason, "extension-unavailable");
    assert.match(error.message, /拡張機能[\s\S]*switched off for this site/);
});

test("a failure keeps code, reason, tries and words", async () => {
    const outcome = caught(authenticate(NONCE, { lang: "ja" }));
    answer("ack");
    answer("failure", { error: toPageError(failure("pin-wrong", { triesLeft: 2 }), "ja") });
    const error = await outcome;
    assert.equal(error.code, "ERR_WEBEID_NATIVE_FATAL");
    assert.equal(error.reason, "pin-wrong");
    assert.equal(error.triesLeft, 2);
    assert.equal(error.message, error.messages.ja);
    assert.match(error.messages.en, /PIN/);
});

test("an answer without the shape of a result is an internal error", async () => {
    const cases: [() => Promise<unknown>, object][] = [
        [() => status(), { library: "2.9.0", extension: "0.1.0" }],
        [() => authenticate(NONCE), { ...TOKEN, signature: 1 }],
        [() => getSigningCertificate(), { ...SIGNING_CERTIFICATE, supportedSignatureAlgorithms: [{ cryptoAlgorithm: "RSA" }] }],
        [() => sign(CERTIFICATE, HASH, "SHA-256"), { ...SIGNATURE, signatureAlgorithm: null }],
        [() => sign(undefined, HASH, "SHA-256"), SIGNATURE],
    ];
    for (const [begin, fields] of cases) {
        const outcome = caught(begin());
        answer("ack");
        answer("success", fields);
        assert.equal((await outcome).reason, "internal-error");
    }
});

test("an error and a stage that are none are not passed on", async () => {
    const stages: Stage[] = [];
    const outcome = caught(authenticate(NONCE, { onProgress: (stage) => stages.push(stage) }));
    answer("ack");
    answer("progress", { stage: "constructor" });
    answer("failure", { error: { code: "ERR_OTHER", reason: "x", message: "m" } });
    assert.equal((await outcome).code, "ERR_WEBEID_UNKNOWN_ERROR");
    assert.deepEqual(stages, []);
    const none = caught(authenticate(NONCE));
    answer("failure", { error: "no" });
    assert.match((await none).message, /unexpected/);
});

test("answers to others, and words of other windows, are not taken", async () => {
    const outcome = caught(authenticate(NONCE));
    const asked = page.last;
    page.receive({ action: "jpki-bridge:authenticate-success", id: "other", ...TOKEN });
    page.receive({ action: "jpki-bridge:authenticate-success", id: asked["id"], ...TOKEN }, new FakeWindow());
    page.receive({ action: "web-eid:authenticate-success", id: asked["id"], ...TOKEN });
    await clock.pass(1_000);
    assert.equal((await outcome).reason, "extension-unavailable");
});

test("an answer that never comes ends too", async () => {
    const outcome = caught(authenticate(NONCE, { userInteractionTimeout: 20_000 }));
    answer("ack");
    await clock.pass(29_000);
    await clock.pass(1_500);
    assert.equal((await outcome).code, "ERR_WEBEID_ACTION_TIMEOUT");
});

test("a signal withdraws the request", async () => {
    const controller = new AbortController();
    const outcome = authenticate(NONCE, { signal: controller.signal });
    const { id } = page.last;
    controller.abort();
    await assert.rejects(outcome, { name: "AbortError" });
    assert.deepEqual(page.last, { action: "jpki-bridge:cancel", id });
    const count = page.posted.length;
    await assert.rejects(authenticate(NONCE, { signal: controller.signal }), { name: "AbortError" });
    assert.equal(page.posted.length, count, "nothing is asked any more");
});

test("an insecure page is told so without waiting", async () => {
    page.isSecureContext = false;
    assert.equal((await caught(status())).code, "ERR_WEBEID_CONTEXT_INSECURE");
    assert.deepEqual(page.posted, []);
    await settle();
});
