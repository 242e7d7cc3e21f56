// SPDX-License-Identifier: MIT
// A page, its content script and the far ends of both lines, all but the browser.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { GestureRule } from "../src/content/gesture.ts";
import { speakJpkiBridge } from "../src/content/jpki-bridge.ts";
import { Line } from "../src/content/line.ts";
import { Page } from "../src/content/page.ts";
import { speakWebEid } from "../src/content/web-eid.ts";
import { fail } from "../src/shared/failure.ts";
import { parseClosed, parseContentMessage, portName } from "../src/shared/messages.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { CERTIFICATE, HASH, NONCE, SIGNATURE, SIGNING_CERTIFICATE, TOKEN } from "./fakes/samples.ts";
import { FakeWindow } from "./fakes/window.ts";

let clock: Clock;
let window: FakeWindow;
let line: Line;
let active: boolean;
let alive: boolean;
let sent: Record<string, unknown>[];
let reply: () => Promise<unknown>;
let again: () => void;

beforeEach(() => {
    clock = new Clock();
    window = new FakeWindow();
    active = false;
    alive = true;
    sent = [];
    reply = () => Promise.resolve({ kind: "opened" });
    const page = new Page(window.asWindow());
    const gesture = new GestureRule({ now: () => clock.now, isActive: () => active });
    line = new Line(
        {
            alive: () => alive,
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
    again = () => { page.listenAgain(); };
    page.onLeave(() => {
        line.leave();
    });
    const deal = { page, line, ownLanguage: "en" as const };
    speakWebEid(deal);
    speakJpkiBridge(deal, "0.1.0");
});
afterEach(() => {
    clock.stop();
});

const authenticate = { action: "web-eid:authenticate", libraryVersion: "2.1.0", challengeNonce: NONCE };

async function ask(message: object): Promise<void> {
    window.receive(message);
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

async function press(): Promise<void> {
    active = true;
    input("pointerdown", { pointerType: "mouse" });
    await settle();
}

/** An event that a person made, or so the browser says. */
function input(type: string, fields: object): void {
    const event = Object.assign(new Event(type), fields);
    window.dispatchEvent(Object.defineProperty(event, "isTrusted", { value: true }));
}

function error(): Record<string, unknown> {
    return window.last["error"] as Record<string, unknown>;
}

test("a log-in goes to the window and back, with the library's own names", async () => {
    await ask({ ...authenticate, options: { lang: "ja", userInteractionTimeout: 30_000 } });
    assert.deepEqual(window.actions, ["web-eid:authenticate-ack"]);
    const port = open();
    assert.deepEqual(port.last, {
        kind: "request",
        request: { operation: "authenticate", challengeNonce: NONCE, lang: "ja", timeout: 30_000 },
    });
    port.say({ kind: "progress", stage: "pin-prompt" });
    port.say({ kind: "result", operation: "authenticate", result: { ...TOKEN, secret: 1 } });
    await settle();
    assert.deepEqual(window.last, { action: "web-eid:authenticate-success", ...TOKEN });
    assert.deepEqual(window.actions.length, 2, "Web eID knows no progress");
    assert.ok(window.posted.every(({ target }) => target === "https://portal.example"));
    assert.equal(port.closed, true);
});

test("our own protocol echoes the id and tells the progress", async () => {
    await ask({ action: "jpki-bridge:sign", id: "a", hash: HASH, hashFunction: "SHA-256" });
    const port = open();
    port.say({ kind: "progress", stage: "waiting-for-card" });
    port.say({ kind: "progress", stage: "made up" });
    port.say({ kind: "result", operation: "sign", result: { ...SIGNATURE, certificate: CERTIFICATE } });
    await settle();
    assert.deepEqual(
        window.posted.map(({ message }) => message),
        [
            { action: "jpki-bridge:sign-ack", id: "a" },
            { action: "jpki-bridge:sign-progress", id: "a", stage: "waiting-for-card" },
            { action: "jpki-bridge:sign-success", id: "a", ...SIGNATURE, certificate: CERTIFICATE },
        ],
    );
});

test("status names the versions and asks nobody else to wait", async () => {
    reply = () => Promise.resolve({ kind: "status", native: { version: "2.9.0", appVersion: "0.1.0" } });
    await ask({ action: "web-eid:status", libraryVersion: "2.1.0" });
    assert.deepEqual(window.actions, ["web-eid:status-ack", "web-eid:status-success"]);
    assert.deepEqual(window.last, { action: "web-eid:status-success", library: "2.1.0", extension: "2.9.0", nativeApp: "2.9.0" });
    await ask({ action: "jpki-bridge:status", id: 7 });
    const { id, nativeApp } = Object(window.last) as Record<string, unknown>;
    assert.deepEqual([id, nativeApp], [7, "0.1.0"]);
});

test("a hundred questions for the status are one to the background", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    reply = () => promise;
    for (let count = 0; count < 100; count++) window.receive({ action: "web-eid:status" });
    await settle();
    assert.equal(sent.length, 1);
    resolve({ kind: "refused", failure: fail("native-unavailable").failure });
    await settle();
    assert.equal(window.actions.filter((action) => action === "web-eid:status-failure").length, 100);
});

const strange: [string, unknown][] = [
    ["text", "web-eid:authenticate"],
    ["null", null],
    ["an array", [authenticate]],
    ["an unknown action", { ...authenticate, action: "web-eid:quit" }],
    ["an answer of ours", { ...authenticate, action: "web-eid:authenticate-ack" }],
    ["an action that is no text", { ...authenticate, action: { startsWith: 1 } }],
    ["an inherited name", { action: "web-eid:constructor" }],
    ["an operation of another protocol", { ...authenticate, action: "jpki-bridge:mynaportal" }],
    ["another library's", { ...authenticate, action: "web-eid-2:authenticate" }],
    ["an id that cannot be echoed", { ...authenticate, action: "jpki-bridge:authenticate", id: {} }],
    ["a very long id", { ...authenticate, action: "jpki-bridge:authenticate", id: "x".repeat(65) }],
];
for (const [name, message] of strange) {
    test(`nothing happens on ${name}`, async () => {
        await ask(message as object);
        assert.deepEqual(window.posted, []);
        assert.deepEqual(sent, []);
    });
}

test("messages of frames and other windows are not heard", async () => {
    window.receive(authenticate, new FakeWindow());
    window.receive(authenticate, null);
    await settle();
    assert.deepEqual(window.posted, []);
});

test("a bad argument is acknowledged and refused without troubling anybody", async () => {
    await ask({ ...authenticate, challengeNonce: "short" });
    assert.deepEqual(window.actions, ["web-eid:authenticate-ack", "web-eid:authenticate-failure"]);
    assert.equal(error()["code"], "ERR_WEBEID_NATIVE_INVALID_ARGUMENT");
    assert.equal(error()["reason"], "argument-invalid");
    assert.ok(!("stack" in error()));
    await ask({ action: "web-eid:sign", hash: HASH, hashFunction: "SHA-256" });
    assert.equal(error()["code"], "ERR_WEBEID_MISSING_PARAMETER");
    assert.deepEqual(sent, []);
});

test("a library of a newer major version is told what to update", async () => {
    await ask({ ...authenticate, libraryVersion: "3.0.0" });
    assert.equal(error()["code"], "ERR_WEBEID_VERSION_MISMATCH");
    assert.deepEqual(error()["requiresUpdate"], { extension: true, nativeApp: false });
    await ask({ ...authenticate, libraryVersion: "new" });
    assert.equal(error()["code"], "ERR_WEBEID_VERSION_INVALID");
});

test("an insecure or sandboxed page is refused", async () => {
    window.origin = "null";
    await ask(authenticate);
    assert.equal(error()["code"], "ERR_WEBEID_CONTEXT_INSECURE");
    window.origin = "https://portal.example";
    window.isSecureContext = false;
    await ask({ action: "web-eid:status" });
    assert.equal(error()["code"], "ERR_WEBEID_CONTEXT_INSECURE");
    assert.deepEqual(sent, []);
});

test("a page that nobody sees opens no window", async () => {
    window.document.visibilityState = "hidden";
    await ask(authenticate);
    assert.equal(error()["reason"], "page-hidden");
    assert.deepEqual(sent, []);
});

test("a prerendered page sends nothing until it is opened", async () => {
    window.document.prerendering = true;
    await ask(authenticate);
    assert.deepEqual(sent, []);
    window.document.prerendering = false;
    window.document.dispatchEvent(new Event("prerenderingchange"));
    await settle();
    assert.equal(sent.length, 1);
});

test("a second request gets its answer at once and leaves the first alone", async () => {
    await ask(authenticate);
    const port = open();
    for (let count = 0; count < 50; count++) await ask({ ...authenticate, action: "jpki-bridge:authenticate", id: count });
    assert.equal(sent.length, 1);
    assert.equal(error()["code"], "ERR_WEBEID_ACTION_PENDING");
    port.say({ kind: "result", operation: "authenticate", result: TOKEN });
    await settle();
    assert.equal(window.last["action"], "web-eid:authenticate-success");
});

test("after a cancel only a new gesture opens a window again", async () => {
    active = true;
    await ask(authenticate);
    open().drop();
    await clock.pass(60);
    assert.equal(error()["code"], "ERR_WEBEID_USER_CANCELLED");
    assert.equal(error()["reason"], "user-cancelled");

    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required", "the first press is still active, and is not a new one");
    window.dispatchEvent(new Event("pointerdown"));
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required", "an event made by the page is none");
    assert.equal(sent.length, 1);

    await press();
    await ask(authenticate);
    assert.equal(sent.length, 2);
    assert.equal(sent[1]?.["gesture"], true);
});

test("a press made while the window was open does not begin the next operation", async () => {
    await ask(authenticate);
    const port = open();
    await press();
    port.drop();
    await clock.pass(60);
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required");
});

test("a key held down from before is no gesture", async () => {
    await ask(authenticate);
    open().drop();
    await clock.pass(60);
    active = true;
    input("keydown", { key: "Enter", repeat: true });
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required");
});

/** Runs what a person does after a first request was refused, and says whether a second one may begin. */
async function mayAskAfter(...inputs: [string, object][]): Promise<boolean> {
    await ask(authenticate);
    open().drop();
    await clock.pass(60);
    active = true;
    for (const [type, fields] of inputs) input(type, fields);
    await ask(authenticate);
    return sent.length === 2;
}
const mouse = { pointerType: "mouse" };
const finger = { pointerType: "touch" };
const presses: [string, [string, object][], boolean][] = [
    ["a mouse button that goes down", [["pointerdown", mouse]], true],
    ["a mouse button that only comes up", [["mousedown", {}], ["pointerup", mouse]], false],
    ["a finger that taps", [["pointerdown", finger], ["pointerup", finger]], true],
    ["a finger that is only laid down", [["pointerdown", finger]], false],
    ["a finger that lay there before and is lifted", [["pointerup", finger], ["touchend", {}]], false],
    ["a key", [["keydown", { key: "Enter", repeat: false }]], true],
    ["Escape", [["keydown", { key: "Escape", repeat: false }]], false],
    ["a modifier key", [["keydown", { key: "Control", repeat: false }]], false],
];
for (const [name, inputs, counts] of presses) {
    test(`${name} is ${counts ? "a" : "no"} gesture`, async () => {
        assert.equal(await mayAskAfter(...inputs), counts);
    });
}

test("a touch that began before the end of a request does not count at its own end", async () => {
    await ask(authenticate);
    const port = open();
    input("pointerdown", finger);
    port.drop();
    await clock.pass(60);
    active = true;
    input("pointerup", finger);
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required");
});

test("listening again adds nothing to what is still listening", async () => {
    again();
    await ask({ ...authenticate, challengeNonce: "short" });
    assert.deepEqual(window.actions, ["web-eid:authenticate-ack", "web-eid:authenticate-failure"]);
});

test("a gesture in a frame, which this script cannot see, counts once it must be new", async () => {
    await ask(authenticate);
    open().drop();
    await clock.pass(60);
    active = true;
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required");
    await clock.pass(6_000);
    await ask(authenticate);
    assert.equal(sent.length, 2);
});

test("after a success too a new gesture is needed", async () => {
    await ask(authenticate);
    open().say({ kind: "result", operation: "authenticate", result: TOKEN });
    await settle();
    await ask(authenticate);
    assert.equal(error()["reason"], "gesture-required");
});

const read = { action: "web-eid:get-signing-certificate" };
const sign = { action: "web-eid:sign", certificate: CERTIFICATE, hash: HASH, hashFunction: "SHA-256" };

test("Web eID's two-step signature needs one gesture, with that certificate, once, and soon", async () => {
    const step = async (): Promise<void> => {
        active = true;
        await press();
        await ask(read);
        open().say({ kind: "result", operation: "get-signing-certificate", result: SIGNING_CERTIFICATE });
        active = false;
        await settle();
        assert.equal(window.last["action"], "web-eid:get-signing-certificate-success");
    };
    await step();
    await ask({ ...sign, certificate: HASH });
    assert.equal(error()["reason"], "gesture-required", "another certificate");
    await ask(sign);
    open().say({ kind: "result", operation: "sign", result: SIGNATURE });
    await settle();
    assert.deepEqual(window.last, { action: "web-eid:sign-success", ...SIGNATURE });
    await ask(sign);
    assert.equal(error()["reason"], "gesture-required", "only once");
    await step();
    await clock.pass(61_000);
    await ask(sign);
    assert.equal(error()["reason"], "gesture-required", "too late");
});

test("what the background refuses reaches the page as it is", async () => {
    reply = () => Promise.resolve({ kind: "refused", failure: fail("operation-pending").failure });
    await ask(authenticate);
    assert.equal(error()["code"], "ERR_WEBEID_ACTION_PENDING");
    assert.equal(error()["message"], "Another operation is still running. Finish it, then try again.");
});

test("a page in the middle of an operation that is left cancels, and is told when it comes back", async () => {
    await ask(authenticate);
    const port = open();
    window.fire("pagehide", { persisted: true });
    await settle();
    assert.equal(port.closed, true, "the window is told at once");
    assert.deepEqual(window.actions, ["web-eid:authenticate-ack"], "an answer now would be lost");
    window.fire("pageshow", { persisted: true });
    assert.equal(error()["reason"], "page-left");
});

test("an update of the extension is told to the page, at once or at its next request", async () => {
    await ask(authenticate);
    const port = open();
    alive = false;
    port.drop();
    await clock.pass(60);
    assert.equal(error()["code"], "ERR_WEBEID_EXTENSION_UNAVAILABLE");
    assert.equal(error()["reason"], "extension-updated");
    await ask({ action: "web-eid:status" });
    assert.equal(error()["reason"], "extension-updated");
    assert.equal(sent.length, 1);
});

test("an update that closes no port is noticed all the same", async () => {
    await ask(authenticate);
    open().orphaned = true;
    alive = false;
    await clock.pass(1_100);
    assert.equal(error()["reason"], "extension-updated");
});

test("a send that fails does not leave the page waiting", async () => {
    reply = () => Promise.reject(new Error("Could not establish connection"));
    await ask(authenticate);
    assert.equal(error()["reason"], "internal-error");
    assert.doesNotMatch(JSON.stringify(window.last), /establish/);
});

test("a window that is closed before it has its line is a cancel at once", async () => {
    await ask(authenticate);
    line.closed(crypto.randomUUID());
    await settle();
    assert.deepEqual(window.actions, ["web-eid:authenticate-ack"], "another operation's");
    const key = sent.at(-1)?.["key"];
    assert.ok(typeof key === "string" && parseClosed({ kind: "closed", key })?.key === key);
    line.closed(key);
    await settle();
    assert.equal(error()["reason"], "user-cancelled");
});

test("a window that never comes, or hangs, does not either", async () => {
    await ask(authenticate);
    await clock.pass(15_000);
    assert.equal(error()["reason"], "internal-error");
    await press();
    await ask({ ...authenticate, options: { userInteractionTimeout: 30_000 } });
    open();
    await clock.pass(35_000);
    assert.equal(error()["code"], "ERR_WEBEID_USER_TIMEOUT");
});

test("a site may withdraw its own request, by its id", async () => {
    await ask({ action: "jpki-bridge:authenticate", id: "a", challengeNonce: NONCE });
    const port = open();
    await ask({ action: "jpki-bridge:cancel", id: "b" });
    assert.equal(port.closed, false);
    await ask({ action: "jpki-bridge:cancel", id: "a" });
    assert.equal(port.closed, true);
    assert.deepEqual([window.last["id"], error()["reason"]], ["a", "request-withdrawn"]);
});

test("a window with another key, or a second one, gets no line", async () => {
    await ask(authenticate);
    assert.equal(line.attach(new FakePort("session:00000000-0000-4000-8000-000000000000")), false);
    const port = open();
    assert.equal(line.attach(new FakePort(port.name)), false);
    port.say({ kind: "result", operation: "sign", result: SIGNATURE });
    await settle();
    assert.equal(error()["reason"], "internal-error", "a result of another operation");
});

test("a site that is switched off in the middle is told so", async () => {
    await ask(authenticate);
    const port = open();
    line.retire();
    await settle();
    assert.equal(error()["reason"], "site-off");
    assert.equal(port.closed, true);
});
