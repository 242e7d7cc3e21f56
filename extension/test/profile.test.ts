// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { readProfile } from "../src/client/jpki-bridge.ts";
import { Host } from "../src/native/host.ts";
import { parseContentMessage, parseRequestMessage, parseWindowMessage } from "../src/shared/messages.ts";
import type { WindowMessage } from "../src/shared/messages.ts";
import { keepAgreed, parseProfileFields, parseProfileResult } from "../src/shared/profile.ts";
import { parseProfile } from "../src/shared/request.ts";
import type { ProfileRequest } from "../src/shared/request.ts";
import { SessionOperation } from "../src/ui/session/operation.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { originOf, reasonOf } from "./fakes/samples.ts";
import { FakeWindow } from "./fakes/window.ts";

const CARD = { name: "番号 花子", address: "東京都千代田区", birthDate: "19900131", sex: "2" };
let clock: Clock;

beforeEach(() => {
    clock = new Clock();
});
afterEach(() => {
    clock.stop();
});

test("fields are known, named once, and put into the order of the card", () => {
    assert.deepEqual(parseProfileFields(["sex", "name"]), ["name", "sex"]);
    for (const wrong of [undefined, null, "name", [], ["name", "name"], ["number"], ["name", 5], { 0: "name", length: 1 }]) {
        assert.equal(parseProfileFields(wrong), null, JSON.stringify(wrong));
    }
    assert.equal(reasonOf(parseProfile({})), "argument-missing");
    assert.equal(reasonOf(parseProfile({ fields: ["individualNumber"] })), "argument-invalid");
    assert.equal(reasonOf(parseProfile({ fields: ["name"], options: 5 })), "argument-invalid");
});

test("a result holds texts alone, and of them just what was agreed to", () => {
    assert.deepEqual(parseProfileResult({ ...CARD, individualNumber: "123456789012" }), CARD);
    for (const wrong of [null, {}, { name: 5 }, { name: "x".repeat(4_097) }, { other: "x" }]) assert.equal(parseProfileResult(wrong), null);
    assert.deepEqual(parseProfileResult({ address: "" }), { address: "" }, "a card may know no address");
    assert.deepEqual(keepAgreed(CARD, ["sex"]), { sex: "2" });
    assert.equal(keepAgreed({ name: "x" }, ["name", "sex"]), null);
});

test("the request and its result cross to the window and back", () => {
    const request: ProfileRequest = { operation: "read-profile", fields: ["name", "sex"], lang: "ja", timeout: 60_000 };
    assert.deepEqual(parseRequestMessage({ kind: "request", request })?.request, request);
    assert.equal(parseRequestMessage({ kind: "request", request: { ...request, fields: ["number"] } }), null);
    const key = "01234567-89ab-cdef-0123-456789abcdef";
    assert.ok(parseContentMessage({ kind: "open", key, operation: "read-profile", timeout: 60_000, gesture: true }));
    const result = { kind: "result", operation: "read-profile", result: { name: "x" } };
    assert.deepEqual(parseWindowMessage({ ...result, result: { name: "x", more: 1 } }), result);
});

async function run(answer: object, agreed: ProfileRequest["fields"]): Promise<{ port: FakePort; said: WindowMessage[] }> {
    const port = new FakePort();
    const said: WindowMessage[] = [];
    const refuse = (): Promise<never> => Promise.reject(new Error("no documents here"));
    const operation = new SessionOperation({
        request: { operation: "read-profile", fields: ["name", "address", "sex"], lang: null, timeout: 60_000 },
        origin: originOf("https://portal.example"),
        language: "ja",
        deadline: clock.now + 60_000,
        desk: { pull: refuse, tools: { inspect: refuse, prepare: refuse }, review: () => ({ marks: () => [], dispose: () => undefined }), clockSet: () => undefined },
        host: new Host(() => port),
        say: (message) => said.push(message),
        show: () => undefined,
        ended: () => Promise.resolve(),
        closeWindow: () => undefined,
    });
    void operation.begin();
    port.say({ version: "2.9.0" });
    await settle();
    void operation.proceed(agreed);
    await settle();
    port.say({ ...answer, id: 1 });
    await settle();
    return { port, said };
}

test("the card is asked for what the person agreed to, and the page gets nothing else", async () => {
    const { port, said } = await run(CARD, ["name", "sex"]);
    assert.deepEqual(port.last["arguments"], { fields: ["name", "sex"], origin: "https://portal.example", lang: "ja" });
    assert.deepEqual(said.at(-1), { kind: "result", operation: "read-profile", result: { name: "番号 花子", sex: "2" } });
});

test("an answer that lacks what was agreed to is none", async () => {
    for (const answer of [{ name: "x" }, { name: "x", sex: 2 }, {}]) {
        const { said } = await run(answer, ["name", "sex"]);
        const last = said.at(-1);
        assert.equal(last?.kind, "failure");
        assert.equal(last.failure.reason, "native-reply-malformed");
    }
});

test("the client library asks for fields and drops what it did not ask for", async () => {
    const page = new FakeWindow();
    Object.assign(globalThis, { window: page, document: { documentElement: { lang: "en" } } });
    const give = (fields: object): void => {
        page.receive({ action: "jpki-bridge:read-profile-success", id: page.last["id"], ...fields });
    };
    const asked = readProfile(["name", "address"], { lang: "ja" });
    assert.deepEqual([page.last["action"], page.last["fields"]], ["jpki-bridge:read-profile", ["name", "address"]]);
    give({ ...CARD, name: "番号 花子" });
    assert.deepEqual(await asked, { name: "番号 花子", address: "東京都千代田区" });
    const partly = readProfile(["name", "address"]);
    give({ address: "東京都" });
    assert.deepEqual(await partly, { address: "東京都" });
    const nothing = readProfile(["name"]);
    give({ address: "東京都" });
    await assert.rejects(nothing, { reason: "internal-error" });
});
