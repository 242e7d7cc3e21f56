// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { StatusProbe } from "../src/background/status.ts";
import { Host } from "../src/native/host.ts";
import type { HostEvent } from "../src/native/host.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { failureOf, reasonOf } from "./fakes/samples.ts";

const HELLO = { version: "2.9.0", app: "jpki-bridge", appVersion: "0.1.0" };
let clock: Clock;
let port: FakePort;
let host: Host;
let events: HostEvent[];

beforeEach(() => {
    clock = new Clock();
    port = new FakePort();
    host = new Host(() => port);
    events = [];
});
afterEach(() => {
    clock.stop();
});

const ask = () => host.request("authenticate", { origin: "https://a.example" }, 60_000, (event) => events.push(event));

test("the hello names both versions", async () => {
    port.say(HELLO);
    assert.deepEqual(await host.hello, { ok: true, value: { version: "2.9.0", appVersion: "0.1.0" } });
});

test("a host that cannot be started is unavailable", async () => {
    const refusing = new Host(() => {
        throw new Error("forbidden");
    });
    assert.equal(reasonOf(await refusing.hello), "native-unavailable");
    port.drop();
    assert.equal(reasonOf(await host.hello), "native-unavailable");
    assert.equal(reasonOf(await ask()), "native-unavailable");
});

test("a host that says nothing is given up before web-eid.js gives up", async () => {
    await clock.pass(4_500);
    assert.equal(reasonOf(await host.hello), "native-unavailable");
    assert.equal(port.closed, true);
});

const versions: [unknown, string, object | undefined][] = [
    ["1.9.9", "version-mismatch", { extension: false, nativeApp: true }],
    ["3.0.0", "version-mismatch", { extension: true, nativeApp: false }],
    ["two", "version-invalid", undefined],
    [undefined, "version-invalid", undefined],
    [2, "version-invalid", undefined],
];
for (const [version, reason, requiresUpdate] of versions) {
    test(`a host of version ${String(version)} is refused`, async () => {
        port.say({ version });
        const failure = failureOf(await host.hello);
        assert.equal(failure.reason, reason);
        assert.deepEqual(failure.requiresUpdate, requiresUpdate);
        assert.equal(port.closed, true);
    });
}

test("a request carries its arguments, an id, the wish for events and its time", async () => {
    port.say({ version: "v2.0.1" });
    const answer = ask();
    await settle();
    assert.deepEqual(port.last, {
        command: "authenticate",
        arguments: { origin: "https://a.example" },
        id: 1,
        events: true,
        timeout: 60_000,
    });
    port.say({ event: "waiting-for-card", found: "other-card", id: 1 });
    port.say({ event: "pin-prompt", triesLeft: 2, keypad: true, id: 1, more: "ignored" });
    port.say({ event: "pin-prompt", triesLeft: 100, id: 1 });
    port.say({ event: "card-working", signed: 2, count: 20, id: 1 });
    port.say({ event: "card-working", signed: 3, count: 2, id: 1 });
    port.say({ event: "from-the-future", id: 1 });
    port.say({ event: "card-working", id: 9 });
    port.say({ signature: "forged", id: 9 });
    port.say({ signature: "x", id: 1 });
    assert.deepEqual(await answer, { ok: true, value: { signature: "x", id: 1 } });
    const plain = { keypad: false, confirm: false, entry: "current", progress: null };
    assert.deepEqual(events, [
        { event: "waiting-for-card", otherCard: true, triesLeft: null, ...plain },
        { event: "pin-prompt", otherCard: false, triesLeft: 2, ...plain, keypad: true },
        { event: "pin-prompt", otherCard: false, triesLeft: null, ...plain },
        { event: "card-working", otherCard: false, triesLeft: null, ...plain, progress: { signed: 2, count: 20 } },
        { event: "card-working", otherCard: false, triesLeft: null, ...plain },
    ]);
});

test("a failure keeps reason, code and tries", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    port.say({ id: 1, error: { code: "ERR_WEBEID_NATIVE_FATAL", reason: "pin-locked", message: "…", triesLeft: 0 } });
    assert.deepEqual(failureOf(await answer), { code: "ERR_WEBEID_NATIVE_FATAL", reason: "pin-locked", triesLeft: 0 });
});

test("an error without shape is told as such", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    port.say({ id: 1, error: "oops" });
    assert.equal(reasonOf(await answer), "native-reply-malformed");
});

test("what is not an object ends the line", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    port.say([1]);
    assert.equal(reasonOf(await answer), "native-reply-malformed");
    assert.equal(port.closed, true);
});

test("a host that dies in the middle is told apart from one that is not there", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    port.drop();
    assert.equal(failureOf(await answer).reason, "native-disconnected");
    assert.equal(failureOf(await answer).code, "ERR_WEBEID_NATIVE_UNAVAILABLE");
    assert.equal(reasonOf(await ask()), "native-disconnected");
});

test("a host that hangs is ended a little after its time", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    await clock.pass(61_000);
    assert.equal(port.closed, false);
    await clock.pass(2_000);
    assert.equal(reasonOf(await answer), "timeout");
    assert.equal(port.closed, true);
});

test("closing answers whoever waits, and late words change nothing", async () => {
    port.say(HELLO);
    const answer = ask();
    await settle();
    host.close();
    assert.equal(port.closed, true);
    assert.equal(reasonOf(await answer), "user-cancelled");
    port.onMessage.emit({ id: 1, signature: "late" });
    port.onDisconnect.emit();
    assert.equal((await host.hello).ok, true);
});

test("one request at a time, and another after it", async () => {
    port.say(HELLO);
    const first = ask();
    await settle();
    assert.equal(reasonOf(await ask()), "operation-pending");
    port.say({ id: 1 });
    assert.equal((await first).ok, true);
    const second = ask();
    await settle();
    port.say({ id: 2 });
    assert.equal((await second).ok, true);
});

test("however often status is asked, processes stay few", async () => {
    const ports: FakePort[] = [];
    const probe = new StatusProbe(() => {
        const made = new FakePort();
        ports.push(made);
        return made;
    });
    const answers = Array.from({ length: 50 }, () => probe.ask());
    await settle();
    assert.equal(ports.length, 1);
    ports[0]?.say(HELLO);
    assert.ok((await Promise.all(answers)).every(({ ok }) => ok));
    assert.equal(ports[0]?.closed, true);
    await probe.ask();
    assert.equal(ports.length, 1, "a fresh answer is used again");
    await clock.pass(1_100);
    void probe.ask();
    await settle();
    assert.equal(ports.length, 2);
});
