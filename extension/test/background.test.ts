// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Operations } from "../src/background/operations.ts";
import type { Browser } from "../src/background/operations.ts";
import { parseBackgroundReply, parseContentMessage } from "../src/shared/messages.ts";
import type { Operation } from "../src/shared/request.ts";
import type { SessionStore } from "../src/shared/session.ts";
import { originOf, reasonOf } from "./fakes/samples.ts";
import { fakeStore } from "./fakes/store.ts";

const ORIGIN = originOf("https://portal.example");
const asker = { tabId: 4, origin: ORIGIN };

let now: number;
let windows: Set<number>;
let opened: string[];
let large: boolean[];
let told: unknown[];
let active: boolean;
let store: SessionStore;
let browser: Browser;
let operations: Operations;

beforeEach(() => {
    now = 1_000_000;
    windows = new Set();
    opened = [];
    large = [];
    told = [];
    active = true;
    ({ store } = fakeStore());
    browser = {
        now: () => now,
        isActive: () => Promise.resolve(active),
        hasWindow: (id) => Promise.resolve(windows.has(id)),
        openWindow: async (key, _tabId, isLarge) => {
            await Promise.resolve();
            opened.push(key);
            large.push(isLarge);
            windows.add(opened.length);
            return opened.length;
        },
        closeWindow: (id) => {
            windows.delete(id);
            return Promise.resolve();
        },
        tellClosed: (tabId, key) => {
            told.push([tabId, key]);
            return Promise.resolve();
        },
    };
    operations = new Operations(browser, store);
});

const request = (gesture = false, operation: Operation = "sign") =>
    ({ kind: "open", key: crypto.randomUUID(), operation, timeout: 120_000, gesture }) as const;

test("a window opens, and the record says whose it is", async () => {
    const message = request();
    assert.deepEqual(await operations.open(asker, message), { ok: true, value: null });
    assert.deepEqual(await store.current(), { key: message.key, ...asker, deadline: now + 120_000, windowId: 1 });
});

test("of many that race, from whatever tabs, one opens a window", async () => {
    const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, tabId) => operations.open({ tabId, origin: ORIGIN }, request(true))),
    );
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
    assert.equal(opened.length, 1);
    assert.equal(reasonOf(await operations.open(asker, request(true))), "operation-pending");
});

test("the second of two does not wait for the first one's window", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const slow = new Operations({ ...browser, openWindow: () => promise }, store);
    const first = slow.open(asker, request());
    assert.equal(reasonOf(await slow.open(asker, request(true))), "operation-pending");
    resolve(1);
    assert.equal((await first).ok, true);
});

test("the closing of a window never wipes out the operation that begins just then", async () => {
    for (let delay = 0; delay < 60; delay++) {
        const fresh = fakeStore().store;
        const both = new Operations(browser, fresh);
        opened = [];
        await both.open(asker, request());
        windows.clear();
        const message = request(true);
        const opening = both.open(asker, message);
        for (let turn = 0; turn < delay; turn++) await Promise.resolve();
        await Promise.all([both.closed(1), opening]);
        assert.equal((await fresh.current())?.key, message.key, `after ${delay} turns`);
        windows.clear();
    }
});

test("a worker that was ended and started again still knows of the window", async () => {
    await operations.open(asker, request());
    const woken = new Operations(browser, store);
    assert.equal(reasonOf(await woken.open(asker, request(true))), "operation-pending");
    assert.equal(await woken.busy(), true);
    windows.clear();
    assert.equal(await woken.closed(1), true);
    assert.equal(await woken.busy(), false);
    assert.equal((await woken.open(asker, request(true))).ok, true);
});

test("the page is told of a window that closed before its outcome, and only then", async () => {
    const first = request();
    await operations.open(asker, first);
    await operations.closed(1);
    assert.deepEqual(told, [[asker.tabId, first.key]]);
    const second = request(true);
    await operations.open(asker, second);
    await store.end(second.key);
    await operations.closed(2);
    assert.equal(told.length, 1);
});

test("a window that vanished unseen does not stand in the way", async () => {
    await operations.open(asker, request());
    windows.clear();
    assert.equal((await operations.open(asker, request(true))).ok, true);
});

test("a window that hangs long past its time does not either", async () => {
    await operations.open(asker, request());
    now += 120_000 + 30_000;
    assert.equal(reasonOf(await operations.open(asker, request(true))), "operation-pending");
    now += 31_000;
    assert.equal((await operations.open(asker, request(true))).ok, true);
});

test("a window in which somebody reads stands in the way for as long as it is open, and no longer", async () => {
    const first = request(true, "sign-documents");
    await operations.open(asker, first);
    assert.deepEqual(large, [true], "documents need room");
    await store.setDeadline(first.key, null);
    now += 3_600_000;
    assert.equal(reasonOf(await operations.open(asker, request(true))), "operation-pending");
    assert.equal(await operations.busy(), true, "an update waits");
    windows.clear();
    assert.equal((await operations.open(asker, request(true))).ok, true, "a rest that nobody can see holds nobody up");
    assert.deepEqual(large, [true, false]);
    now += 120_000 + 61_000;
    assert.equal((await operations.open(asker, request(true))).ok, true, "nor does it hold for the next operation");
});

test("after a rest the clock goes on to its new end", async () => {
    const first = request(true, "sign-documents");
    await operations.open(asker, first);
    await store.setDeadline(first.key, null);
    now += 3_600_000;
    await store.setDeadline(first.key, now + 100_000);
    now += 159_000;
    assert.equal(reasonOf(await operations.open(asker, request(true))), "operation-pending");
    now += 2_000;
    assert.equal((await operations.open(asker, request(true))).ok, true);
});

test("a record of the clock that is none, or another's, is not believed", async () => {
    const { store: kept, items } = fakeStore();
    const session = { key: crypto.randomUUID(), ...asker, deadline: 5, windowId: 1 };
    for (const clock of [undefined, null, "x", { key: crypto.randomUUID(), deadline: null }, { key: session.key, deadline: "late" }]) {
        items.set("clock", clock);
        assert.equal(await kept.deadlineOf(session), 5);
    }
});

test("a window that only shows its outcome gives way to the next", async () => {
    const first = request();
    await operations.open(asker, first);
    await store.end(first.key);
    assert.equal(await operations.busy(), true, "an update still waits for it");
    assert.equal((await operations.open(asker, request(true))).ok, true);
    assert.deepEqual([...windows], [2]);
    assert.equal(await operations.closed(1), false, "the closing of the old is not that of the new");
    assert.equal((await store.current())?.windowId, 2);
});

test("a tab that is not shown opens nothing", async () => {
    active = false;
    assert.equal(reasonOf(await operations.open(asker, request(true))), "page-hidden");
    assert.equal(opened.length, 0);
    assert.equal(await store.current(), null);
});

test("a page that reloads itself cannot ask for the first time again", async () => {
    await operations.open(asker, request());
    windows.clear();
    await operations.closed(1);
    assert.equal(reasonOf(await operations.open(asker, request())), "gesture-required");
    assert.equal(reasonOf(await operations.open({ ...asker, tabId: 5 }, request())), "gesture-required");
    const other = { tabId: 6, origin: originOf("https://other.example") };
    assert.equal((await operations.open(other, request())).ok, true);
    windows.clear();
    assert.equal((await operations.open(asker, request(true))).ok, true);
});

test("after a success, or long after, an origin may begin by itself again", async () => {
    await operations.open(asker, request());
    windows.clear();
    await store.forgetAsking(asker, now);
    assert.equal((await operations.open(asker, request())).ok, true);
    windows.clear();
    now += 600_000;
    assert.equal((await operations.open(asker, request())).ok, true);
});

test("other ports of a host, and other hosts in the tab are the same asker", async () => {
    await operations.open(asker, request());
    windows.clear();
    const port = { tabId: 5, origin: originOf("https://portal.example:8443") };
    assert.equal(reasonOf(await operations.open(port, request())), "gesture-required");
    const sibling = { ...asker, origin: originOf("https://www.portal.example") };
    assert.equal(reasonOf(await operations.open(sibling, request())), "gesture-required", "led on in the same tab");
    assert.equal((await operations.open({ ...sibling, tabId: 5 }, request())).ok, true);
});

test("what is too old to count is not kept", async () => {
    const { store: kept, items } = fakeStore();
    for (let tabId = 0; tabId < 50; tabId++) await kept.rememberAsking({ tabId, origin: originOf(`https://a${tabId}.example`) }, now);
    await kept.rememberAsking(asker, now + 600_000);
    assert.deepEqual(items.get("asked"), { "host:portal.example": now + 600_000, "tab:4": now + 600_000 });
});

test("without a gesture nobody closes the window in which another's outcome is still read", async () => {
    const first = request();
    await operations.open(asker, first);
    await store.end(first.key);
    const other = { tabId: 6, origin: originOf("https://other.example") };
    assert.equal(reasonOf(await operations.open(other, request())), "operation-pending");
    assert.deepEqual([...windows], [1]);
    active = false;
    assert.equal(reasonOf(await operations.open(other, request(true))), "page-hidden");
    assert.deepEqual([...windows], [1], "nor does a tab that is not shown");
    active = true;
    assert.equal(reasonOf(await operations.open(asker, request())), "gesture-required");
    assert.deepEqual([...windows], [1], "nor does the same page after a failure");
    assert.equal((await operations.open(other, request(true))).ok, true);
    assert.deepEqual([...windows], [2]);
});

test("after a success the same page goes on to its next step without a gesture", async () => {
    const first = request();
    await operations.open(asker, first);
    await store.end(first.key);
    await store.forgetAsking(asker, now);
    const elsewhere = { ...asker, tabId: 5 };
    assert.equal(reasonOf(await operations.open(elsewhere, request())), "operation-pending");
    await store.forgetAsking(asker, now);
    assert.equal((await operations.open(asker, request())).ok, true);
    assert.deepEqual([...windows], [2]);
});

test("a page that asks again and again while another operation runs gets no window when that ends", async () => {
    await operations.open(asker, request(true));
    const other = { tabId: 6, origin: originOf("https://other.example") };
    assert.equal(reasonOf(await operations.open(other, request())), "operation-pending");
    windows.clear();
    await operations.closed(1);
    assert.equal(reasonOf(await operations.open(other, request())), "gesture-required");
});

test("nor when the other one's window was only just opening", async () => {
    const other = { tabId: 6, origin: originOf("https://other.example") };
    const first = operations.open(asker, request(true));
    assert.equal(reasonOf(await operations.open(other, request())), "operation-pending");
    assert.equal((await first).ok, true);
    windows.clear();
    await operations.closed(1);
    assert.equal(reasonOf(await operations.open(other, request())), "gesture-required");
});

test("a window that cannot be opened leaves nothing behind", async () => {
    const failing = new Operations({ ...browser, openWindow: () => Promise.reject(new Error("no")) }, store);
    assert.equal(reasonOf(await failing.open(asker, request())), "internal-error");
    assert.equal((await operations.open(asker, request(true))).ok, true);
});

test("what is not one of our messages is none", () => {
    const key = crypto.randomUUID();
    const open = { kind: "open", key, operation: "authenticate", timeout: 1_000 };
    for (const value of [
        null, "open", { kind: "other" }, { kind: "open" }, { ...open, key: "x" }, { ...open, operation: "sudo" },
        { ...open, operation: undefined }, { ...open, timeout: 999 }, { ...open, timeout: 600_001 }, { ...open, timeout: 1_000.5 },
    ]) {
        assert.equal(parseContentMessage(value), null, JSON.stringify(value));
    }
    assert.deepEqual(parseContentMessage({ ...open, gesture: "yes", origin: "x" }), { ...open, gesture: false });
    for (const value of [undefined, {}, { kind: "status" }, { kind: "refused", failure: {} }]) {
        assert.equal(parseBackgroundReply(value), null);
    }
});
