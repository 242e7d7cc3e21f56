// SPDX-License-Identifier: MIT
// The Mynaportal messages as text, and the adapter that carries them, all but the browser.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { GestureRule } from "../src/content/gesture.ts";
import { Line } from "../src/content/line.ts";
import { speakMynaportal } from "../src/content/mynaportal.ts";
import { Page } from "../src/content/page.ts";
import { ERRORS } from "../src/shared/errors.ts";
import { fail } from "../src/shared/failure.ts";
import { parseContentMessage, parseRequestMessage, parseWindowMessage, portName } from "../src/shared/messages.ts";
import { isDigest, parseMessage, toMessage } from "../src/shared/mynaportal.ts";
import { platformOf, versionsFor } from "../src/shared/platform.ts";
import type { Platform } from "../src/shared/platform.ts";
import { parseResult } from "../src/shared/request.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { DIGEST, LOGIN_ANSWER, PROFILE_ANSWER, SIGN_ANSWER } from "./fakes/samples.ts";
import { FakeWindow } from "./fakes/window.ts";

const LINUX: Platform = { family: "chromium", system: "windows" };
const LOGIN = { mode: "01", service_id: "01", digest: DIGEST };

let clock: Clock;
let window: FakeWindow;
let page: Page;
let line: Line;
let active: boolean;
let sent: Record<string, unknown>[];
let answers: Record<string, unknown>[];
let reply: () => Promise<unknown>;

beforeEach(() => {
    clock = new Clock();
    window = new FakeWindow();
    active = false;
    sent = [];
    answers = [];
    reply = () => Promise.resolve({ kind: "opened" });
    window.document.addEventListener("recvMsg", (event) => {
        assert.ok(event instanceof CustomEvent && event.bubbles);
        const detail: unknown = event.detail;
        assert.ok(typeof detail === "string", "only text crosses from world to world");
        answers.push(JSON.parse(detail) as Record<string, unknown>);
    });
});
afterEach(() => {
    clock.stop();
});

function speak(platform = LINUX): void {
    page = new Page(window.asWindow());
    const gesture = new GestureRule({ now: () => clock.now, isActive: () => active });
    line = new Line(
        {
            alive: () => true,
            send: (message) => {
                assert.deepEqual(parseContentMessage(message), message, "the background understands it");
                sent.push({ ...message });
                return reply();
            },
        },
        page,
        gesture,
    );
    page.onPress(gesture);
    page.onLeave(() => { line.leave(); });
    speakMynaportal({ page, line, ownLanguage: "en" }, platform);
}

async function launch(message: unknown): Promise<void> {
    const detail = typeof message === "string" ? message : JSON.stringify(message);
    window.document.dispatchEvent(new CustomEvent("launchApp", { detail }));
    await settle();
}

/** The session window opens its end of the line. */
function open(): FakePort {
    const key = sent.at(-1)?.["key"];
    assert.ok(typeof key === "string");
    const port = new FakePort(portName(key));
    assert.equal(line.attach(port), true);
    return port;
}

function inputs(): Record<string, string> {
    const children = window.document.body?.children ?? [];
    return Object.fromEntries(children.map(({ id, type, value }) => [id, `${type} ${value}`]));
}

const HIDDEN = { "extension-is-installed": "hidden 24", "app-is-installed": "hidden 29" };

test("the hidden inputs say what the sites compare, by browser and system", () => {
    const own = (family: string) => `${family === "firefox" ? "moz" : "chrome"}-extension://abc/`;
    const told = (family: string, platform: string) => versionsFor(platformOf(own(family), platform));
    assert.deepEqual(told("chromium", "Linux x86_64"), { extension: "24", app: "29" });
    assert.deepEqual(told("chromium", "Win32"), { extension: "24", app: "29" });
    assert.deepEqual(told("chromium", "MacIntel"), { extension: "24", app: "40" });
    assert.deepEqual(told("firefox", "Linux x86_64"), { extension: "24", app: "25" });
    assert.deepEqual(told("firefox", "MacIntel"), { extension: "24", app: "24" });
    speak();
    assert.deepEqual(inputs(), HIDDEN);
});

test("they come with the body and not before, and go with the site", () => {
    window.document.body = null;
    speak();
    assert.equal(window.observed, true);
    window.makeBody();
    assert.deepEqual(inputs(), HIDDEN);
    assert.equal(window.observed, false);
    page.dispose();
    assert.deepEqual(inputs(), {});
});

test("a site that is switched off before it has a body gets none", () => {
    window.document.body = null;
    speak();
    page.dispose();
    window.makeBody();
    assert.deepEqual(inputs(), {});
});

test("inputs that are there already stay as they are", () => {
    const there = window.document.createElement("input");
    Object.assign(there, { id: "app-is-installed", type: "hidden", value: "7" });
    window.document.body?.append(there);
    speak();
    assert.deepEqual(inputs(), { ...HIDDEN, "app-is-installed": "hidden 7" });
    page.dispose();
    assert.deepEqual(inputs(), { "app-is-installed": "hidden 7" });
});

for (const [name, change] of [["sandboxed", { origin: "null" }], ["insecure", { isSecureContext: false }], ["dotted", { origin: "https://x.go.jp." }]] as const) {
    test(`a page that is ${name} gets nothing`, async () => {
        Object.assign(window, change);
        speak();
        await launch(LOGIN);
        assert.deepEqual([inputs(), answers, sent], [{}, [], []]);
    });
}

const good: [Record<string, unknown>, object, Record<string, unknown>][] = [
    [LOGIN, { mode: "01", serviceId: "01", digests: [DIGEST] }, LOGIN_ANSWER],
    [{ ...LOGIN, mode: "02" }, { mode: "02", serviceId: "01", digests: [DIGEST] }, SIGN_ANSWER],
    [{ mode: "04", service_id: "03", digest: 5 }, { mode: "04", serviceId: "03", digests: [] }, PROFILE_ANSWER],
];
for (const [message, fields, answer] of good) {
    test(`mode ${String(message["mode"])} goes to the window and back`, async () => {
        speak();
        await launch({ ...message, extra: "dropped" });
        const port = open();
        const request = { operation: "mynaportal", ...fields, lang: null, timeout: 300_000 };
        assert.deepEqual(port.last, { kind: "request", request });
        assert.deepEqual(parseRequestMessage(port.last), port.last, "the window understands it");
        port.say({ kind: "progress", stage: "pin-prompt" });
        assert.deepEqual(answers, []);
        const said = { kind: "result", operation: "mynaportal", result: answer };
        assert.deepEqual(parseWindowMessage(said), said);
        port.say({ ...said, result: { ...answer, id: 1 } });
        await settle();
        assert.deepEqual(answers, [answer]);
        assert.equal(port.closed, true);
    });
}

const malformed: [string, unknown, string | undefined, keyof typeof ERRORS][] = [
    ["no JSON", "{", undefined, "request-malformed"],
    ["empty", "", undefined, "request-malformed"],
    ["a number", "1", undefined, "request-malformed"],
    ["an array", "[]", undefined, "request-malformed"],
    ["null", "null", undefined, "request-malformed"],
    ["ten megabytes", `{"mode":"01","service_id":"01","digest":"${"A".repeat(1e7)}"}`, undefined, "request-malformed"],
    ["without a mode", { service_id: "01" }, undefined, "argument-missing"],
    ["with a mode that is no text", { ...LOGIN, mode: 1 }, undefined, "argument-invalid"],
    ["with an unknown mode", { ...LOGIN, mode: "03" }, "03", "argument-invalid"],
    ["with an inherited mode", { ...LOGIN, mode: "constructor" }, "constructor", "argument-invalid"],
    ["without a service", { mode: "01", digest: DIGEST }, "01", "argument-missing"],
    ["with an unknown service", { ...LOGIN, service_id: "02" }, "01", "argument-invalid"],
    ["with a service that is no text", { ...LOGIN, service_id: 1 }, "01", "argument-invalid"],
    ["without a digest", { mode: "02", service_id: "01" }, "02", "argument-missing"],
    ["with a digest that is no text", { ...LOGIN, digest: 1 }, "01", "argument-invalid"],
    ["with a list for a log-in", { ...LOGIN, digest: [DIGEST] }, "01", "argument-invalid"],
    ["with an empty list", { ...LOGIN, mode: "02", digest: [] }, "02", "argument-invalid"],
    ["with a digest of no hash", { ...LOGIN, digest: btoa("short") }, "01", "argument-invalid"],
    ["with one bad digest of two", { ...LOGIN, mode: "02", digest: [DIGEST, "?"] }, "02", "argument-invalid"],
    ["with 200 digests", { ...LOGIN, mode: "02", digest: Array(200).fill(DIGEST) }, "02", "argument-invalid"],
];
for (const [name, message, mode, reason] of malformed) {
    test(`a message ${name} is answered at once and troubles nobody`, async () => {
        speak();
        await launch(message);
        const expected = { ...(mode === undefined ? {} : { mode }), result: "1", message: ERRORS[reason].en };
        assert.deepEqual(answers, [expected]);
        assert.deepEqual(sent, []);
    });
}

test("what is no text at all is answered too", async () => {
    speak();
    for (const detail of [undefined, null, LOGIN, { toString: () => JSON.stringify(LOGIN) }, 1]) {
        window.document.dispatchEvent(new CustomEvent("launchApp", { detail }));
    }
    window.document.dispatchEvent(new Event("launchApp"));
    await settle();
    assert.deepEqual(answers.map(({ message }) => message), Array(6).fill(ERRORS["request-malformed"].en));
    assert.deepEqual(sent, []);
});

test("an application that gives no answer has the sites' own code, another failure a sentence", async () => {
    const cases = [
        ["native-unavailable", { errcode: "EW044-C300" }],
        ["native-disconnected", { errcode: "EW044-C300" }],
        ["pin-locked", { message: ERRORS["pin-locked"].en }],
        ["user-cancelled", { message: ERRORS["user-cancelled"].en }],
    ] as const;
    for (const [reason, why] of cases) {
        window = new FakeWindow();
        window.document.addEventListener("recvMsg", (event) => answers.push(JSON.parse(String((event as CustomEvent).detail)) as Record<string, unknown>));
        speak();
        await launch({ mode: "04", service_id: "01" });
        open().say({ kind: "failure", failure: fail(reason).failure });
        await settle();
        assert.deepEqual(answers.at(-1), { mode: "04", result: "1", ...why });
    }
});

test("on macOS the code is another", async () => {
    reply = () => Promise.resolve({ kind: "refused", failure: fail("native-unavailable").failure });
    speak({ family: "firefox", system: "macos" });
    await launch(LOGIN);
    assert.deepEqual(answers, [{ mode: "01", result: "1", errcode: "EM044-C300" }]);
});

test("a second request is refused, and mode 05 takes back the first", async () => {
    speak();
    await launch({ mode: "05" });
    await launch(LOGIN);
    const port = open();
    for (let count = 0; count < 50; count++) await launch({ mode: "04", service_id: "01" });
    assert.equal(sent.length, 1);
    assert.deepEqual(answers.at(-1), { mode: "04", result: "1", message: ERRORS["operation-pending"].en });
    assert.equal(answers.length, 50);
    await launch({ mode: "05" });
    assert.equal(port.closed, true);
    assert.deepEqual(answers.at(-1), { mode: "01", result: "1", message: ERRORS["request-withdrawn"].en });
    await launch({ mode: "05" });
    assert.equal(answers.length, 51, "mode 05 has no answer of its own");
    await launch(LOGIN);
    assert.equal(answers.at(-1)?.["message"], ERRORS["gesture-required"].en);
});

test("a hidden page opens nothing", async () => {
    speak();
    window.document.visibilityState = "hidden";
    await launch(LOGIN);
    assert.equal(answers.at(-1)?.["message"], ERRORS["page-hidden"].en);
    assert.deepEqual(sent, []);
});

test("a prerendered page finds its inputs, and sends nothing until it is opened", async () => {
    window.document.prerendering = true;
    speak();
    assert.deepEqual(inputs(), HIDDEN);
    await launch(LOGIN);
    assert.deepEqual([sent, answers], [[], []]);
    window.document.prerendering = false;
    window.document.dispatchEvent(new Event("prerenderingchange"));
    await settle();
    assert.equal(sent.length, 1);
});

test("a page that is left cancels, and finds the answer when it comes back", async () => {
    speak();
    await launch(LOGIN);
    const port = open();
    window.fire("pagehide", { persisted: true });
    await settle();
    assert.equal(port.closed, true);
    assert.deepEqual(answers, []);
    window.fire("pageshow", { persisted: true });
    assert.deepEqual(answers, [{ mode: "01", result: "1", message: ERRORS["page-left"].en }]);
});

test("a digest is a DigestInfo or a bare hash, with padding or without", () => {
    const info = (prefix: string, bytes: number) => Buffer.concat([Buffer.from(prefix, "hex"), Buffer.alloc(bytes, 9)]);
    const sha256 = "3031300d060960864801650304020105000420";
    for (const bytes of [Buffer.alloc(20), Buffer.alloc(32), Buffer.alloc(48), Buffer.alloc(64), info(sha256, 32), info("3021300906052b0e03021a05000414", 20), info("3051300d060960864801650304020305000440", 64)]) {
        const text = bytes.toString("base64");
        assert.equal(isDigest(text), true, text);
        assert.equal(isDigest(text.replace(/=+$/, "")), true, text);
    }
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(28), Buffer.alloc(31), info(sha256, 31), info(sha256, 48), Buffer.alloc(51), Buffer.alloc(96)]) {
        assert.equal(isDigest(bytes.toString("base64")), false, bytes.toString("hex"));
    }
    for (const text of ["", "=", "====", `${DIGEST} `, DIGEST.replace("A", "-"), `${DIGEST}A`]) assert.equal(isDigest(text), false, text);
});

test("the host is given what the person was shown, made anew", () => {
    const { asked } = parseMessage(`{"mode":"04","service_id":"01","digest":"${DIGEST}","\\u006dode":"01","x":1}`);
    assert.ok(asked.ok && asked.value.mode === "01", "the last of several names counts");
    assert.equal(toMessage(asked.value), JSON.stringify(LOGIN));
});

test("a list stays a list and a single digest single", () => {
    for (const digest of [[DIGEST], [DIGEST, DIGEST]]) {
        const { asked } = parseMessage(JSON.stringify({ mode: "02", service_id: "01", digest }));
        assert.ok(asked.ok && asked.value.mode === "02");
        assert.equal(toMessage(asked.value), JSON.stringify({ mode: "02", service_id: "01", digest }));
    }
    const { asked } = parseMessage(JSON.stringify(LOGIN));
    assert.ok(asked.ok && asked.value.mode === "01");
    assert.equal(toMessage(asked.value), JSON.stringify(LOGIN));
});

test("a request reaches the window only whole", () => {
    const request = { operation: "mynaportal", mode: "01", serviceId: "01", digests: [DIGEST], lang: null, timeout: 300_000 };
    assert.ok(parseRequestMessage({ kind: "request", request }));
    for (const change of [{ mode: "05" }, { mode: "03" }, { serviceId: 1 }, { digests: [] }, { digests: DIGEST }, { digests: null }, { timeout: "1" }]) {
        assert.equal(parseRequestMessage({ kind: "request", request: { ...request, ...change } }), null, JSON.stringify(change));
    }
});

test("answers keep the protocol's fields only, and must have them all", () => {
    for (const answer of [LOGIN_ANSWER, SIGN_ANSWER, PROFILE_ANSWER]) {
        assert.deepEqual(parseResult("mynaportal", { ...answer, id: 1, extra: "x" }), answer);
        for (const field of Object.keys(answer)) {
            const without = Object.fromEntries(Object.entries(answer).filter(([name]) => name !== field));
            assert.equal(parseResult("mynaportal", without), null, `${answer.mode} without ${field}`);
        }
    }
    for (const change of [{ uuid: "A".repeat(32) }, { uuid: "a".repeat(31) }, { combination_code: "0" }, { result: "1" }, { mode: "02" }, { certificate: "<script>" }]) {
        assert.equal(parseResult("mynaportal", { ...LOGIN_ANSWER, ...change }), null, JSON.stringify(change));
    }
    assert.equal(parseResult("mynaportal", { ...SIGN_ANSWER, signature: [1] }), null);
    assert.equal(parseResult("mynaportal", { ...PROFILE_ANSWER, name: "番号" }), null);
});
