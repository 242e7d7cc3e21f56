// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { CareOperation } from "../src/card/care.ts";
import type { CareRequest, CareView } from "../src/card/care.ts";
import { remarksOf, SetUpWatch, STEPS, stepsOf } from "../src/card/doctor.ts";
import type { SetUp } from "../src/card/doctor.ts";
import { CardWatch } from "../src/card/watch.ts";
import type { CardView } from "../src/card/watch.ts";
import { Host } from "../src/native/host.ts";
import { packagesFor } from "../src/shared/packages.ts";
import { Settings } from "../src/shared/settings.ts";
import { greet } from "../src/background/welcome.ts";
import { Clock, settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { DETAILS, INFO } from "./fakes/samples.ts";
import { fakeStore } from "./fakes/store.ts";

const HELLO = { version: "2.9.0", app: "jpki-bridge", appVersion: "0.1.0" };
const CARD = { readers: [{ name: "Reader 00", card: "mynumber-card" }] };
const EMPTY = { readers: [{ name: "Reader 00", card: "none" }] };
const error = (reason: string, more: object = {}): object => ({ error: { code: "ERR_WEBEID_NATIVE_FATAL", reason, message: "", ...more } });

let clock: Clock;
let ports: FakePort[];

beforeEach(() => {
    clock = new Clock();
    ports = [];
});
afterEach(() => {
    clock.stop();
});

function connect(): FakePort {
    const port = new FakePort();
    ports.push(port);
    return port;
}

function port(): FakePort {
    const last = ports.at(-1);
    assert.ok(last, "a host was started");
    return last;
}

async function answer(command: string, result: object): Promise<void> {
    assert.equal(port().last["command"], command);
    port().say({ ...result, id: port().last["id"] });
    await settle();
}

describe("the watch over the card", () => {
    let views: CardView[];
    let busy: boolean;
    let watch: CardWatch;

    beforeEach(async () => {
        views = [];
        busy = false;
        watch = new CardWatch({ connect, language: "ja", busy: () => Promise.resolve(busy), show: (view) => views.push(view) });
        watch.start();
        await settle();
    });
    afterEach(() => {
        watch.stop();
    });

    const states = (): string[] => views.map(({ state }) => state);

    test("reads the card once, and again only when something changed or time has passed", async () => {
        port().say(HELLO);
        await settle();
        await answer("status", CARD);
        assert.deepEqual(port().last["arguments"], { lang: "ja" });
        await answer("card-info", INFO);
        assert.deepEqual(states(), ["card"]);
        for (let look = 0; look < 6; look++) {
            await clock.pass(1_500);
            await answer("status", CARD);
            assert.equal(port().last["command"], "status");
        }
        await clock.pass(1_500);
        await answer("status", CARD);
        await answer("card-info", { ...INFO, pins: { authentication: 2, signing: 5, profile: 3 } });
        assert.deepEqual(states(), ["card", "card"], "a try that another program used is noticed");
        await clock.pass(1_500);
        await answer("status", EMPTY);
        await answer("card-info", error("card-absent"));
        await clock.pass(1_500);
        await answer("status", CARD);
        await answer("card-info", INFO);
        assert.deepEqual(states(), ["card", "card", "card-absent", "card"]);
        assert.equal(ports.length, 1, "one process for all of it");
    });

    test("tells apart what can lie on the reader, and what cannot be read", async () => {
        port().say(HELLO);
        await settle();
        const cases: [object, string][] = [
            [error("reader-absent"), "reader-absent"], [error("not-a-mynumber-card"), "other-card"], [error("card-busy"), "busy"],
            [error("card-unresponsive"), "failure"], [error("card-removed"), "card-absent"], [{ card: "nonsense" }, "failure"],
        ];
        for (const [said, state] of cases) {
            await answer("status", { readers: [{ name: state, card: "unknown" }] });
            await answer("card-info", said);
            assert.equal(views.at(-1)?.state, state);
            await clock.pass(1_500);
        }
    });

    test("stays calm without the program, and finds it when it comes", async () => {
        port().drop();
        await settle();
        await clock.pass(1_500);
        port().drop();
        await settle();
        assert.deepEqual(states(), ["failure"], "told once");
        await clock.pass(1_500);
        assert.equal(ports.length, 3);
        port().say(HELLO);
        await settle();
        await answer("status", CARD);
        await answer("card-info", INFO);
        assert.deepEqual(states(), ["failure", "card"]);
    });

    test("keeps away from the card while a window's operation runs", async () => {
        port().say(HELLO);
        await settle();
        await answer("status", CARD);
        await answer("card-info", INFO);
        busy = true;
        await clock.pass(1_500);
        assert.deepEqual(states(), ["card", "busy"]);
        assert.ok(port().closed, "its process is gone");
        await clock.pass(6_000);
        assert.equal(ports.length, 1, "and no other was started");
        busy = false;
        await clock.pass(1_500);
        assert.equal(ports.length, 2);
        port().say(HELLO);
        await settle();
        await answer("status", CARD);
        await answer("card-info", INFO);
        assert.deepEqual(states(), ["card", "busy", "card"]);
    });

    test("shows nothing more after it was stopped, and goes on when it is started again", async () => {
        port().say(HELLO);
        await settle();
        watch.stop();
        await settle();
        assert.ok(port().closed);
        await clock.pass(10_000);
        assert.deepEqual(states(), []);
        assert.equal(ports.length, 1);
        watch.start();
        watch.start();
        await settle();
        assert.equal(ports.length, 2);
    });
});

describe("an operation of the holder's own", () => {
    let views: CareView[];

    async function begin(request: CareRequest): Promise<CareOperation> {
        views = [];
        const operation = new CareOperation(new Host(connect), (view) => views.push(view));
        void operation.run(request, "ja");
        port().say(HELLO);
        await settle();
        return operation;
    }
    const event = (name: string, more: object = {}): void => {
        port().say({ event: name, ...more, id: port().last["id"] });
    };

    test("a change of PIN names each entry of the prompt, and asks the card once", async () => {
        await begin({ command: "change-pin", pin: "signing" });
        assert.deepEqual(port().last["arguments"], { pin: "signing", lang: "ja" });
        event("waiting-for-card", { found: "other-card" });
        event("pin-prompt", { triesLeft: 5 });
        event("pin-prompt", { new: true });
        event("pin-prompt", { again: true });
        event("pin-prompt", { confirm: true });
        event("card-working");
        await answer("change-pin", { changed: true });
        const prompt = { state: "pin-prompt", keypad: false, confirm: false, triesLeft: null };
        assert.deepEqual(views, [
            { state: "starting" },
            { state: "other-card" },
            { ...prompt, entry: "current", triesLeft: 5 },
            { ...prompt, entry: "new" },
            { ...prompt, entry: "again" },
            { ...prompt, entry: "current", confirm: true },
            { state: "card-working" },
            { state: "changed" },
        ]);
        assert.equal(port().sent.length, 1);
        assert.ok(port().closed);
    });

    test("a change whose answer was lost is told as such and never asked again", async () => {
        await begin({ command: "change-pin", pin: "authentication" });
        await answer("change-pin", error("pin-change-unknown", { triesLeft: 2 }));
        const last = views.at(-1);
        assert.equal(last?.state, "failure");
        assert.equal(last.failure.reason, "pin-change-unknown");
        assert.equal(last.failure.triesLeft, 2);
        await clock.pass(700_000);
        assert.equal(port().sent.length, 1);
        assert.equal(ports.length, 1);
    });

    test("details come typed or not at all", async () => {
        await begin({ command: "card-details" });
        await answer("card-details", DETAILS);
        const shown = views.at(-1);
        assert.equal(shown?.state, "details");
        await begin({ command: "card-details" });
        await answer("card-details", { ...DETAILS, notAfter: 5 });
        const refused = views.at(-1);
        assert.equal(refused?.state, "failure");
        assert.equal(refused.failure.reason, "native-reply-malformed");
        await begin({ command: "change-pin", pin: "profile" });
        await answer("change-pin", { changed: "yes" });
        assert.equal(views.at(-1)?.state, "failure");
    });

    test("cancelling ends the host, and the program's end ends the operation", async () => {
        const operation = await begin({ command: "card-details" });
        operation.cancel();
        await settle();
        const cancelled = views.at(-1);
        assert.equal(cancelled?.state, "failure");
        assert.equal(cancelled.failure.reason, "user-cancelled");
        assert.ok(port().closed);
        await begin({ command: "card-details" });
        port().drop();
        await settle();
        const ended = views.at(-1);
        assert.equal(ended?.state, "failure");
        assert.equal(ended.failure.reason, "native-disconnected");
    });
});

describe("the welcome", () => {
    const check = (name: string, result = "ok"): object => ({ name, result, title: name, advice: "do" });

    test("leads from nothing to a first log-in", async () => {
        const shown: SetUp[] = [];
        const { store } = fakeStore();
        const watch = new SetUpWatch({ connect, language: "ja", loggedIn: () => store.hasLoggedIn(), show: (each) => shown.push(each) });
        const now = (): string => {
            const last = shown.at(-1);
            assert.ok(last);
            const steps = stepsOf(last);
            return STEPS.map((step) => steps[step]).join(" ");
        };
        watch.start();
        await settle();
        port().drop();
        await settle();
        assert.equal(now(), "now later later later");
        const stages: [object[], string][] = [
            [[check("service", "problem")], "done now later later"],
            [[check("service"), check("reader", "problem")], "done now later later"],
            [[check("service"), check("reader"), check("card", "problem")], "done done now later"],
            [[check("service"), check("reader"), check("card")], "done done done now"],
        ];
        for (const [index, [checks, expected]] of stages.entries()) {
            await clock.pass(2_000);
            if (index === 0) {
                port().say(HELLO);
                await settle();
            }
            await answer("doctor", { checks });
            assert.equal(now(), expected);
        }
        await clock.pass(2_000);
        await answer("doctor", error("operation-pending"));
        assert.equal(now(), "done done done now", "what was found before an operation stays");
        await store.rememberLogin();
        await clock.pass(2_000);
        await answer("doctor", { checks: stages[3]?.[0] });
        assert.equal(now(), "done done done done");
        assert.equal(ports.length, 2);
        watch.stop();
    });

    test("a program that does not know the checks is not done", async () => {
        const shown: SetUp[] = [];
        const watch = new SetUpWatch({ connect, language: "en", loggedIn: () => Promise.reject(new Error("no")), show: (each) => shown.push(each) });
        watch.start();
        port().say(HELLO);
        await settle();
        await answer("doctor", error("command-unknown"));
        const [last] = shown;
        assert.ok(last);
        assert.equal(stepsOf(last).program, "now");
        watch.stop();
        for (const checks of ["none", [{ name: "card", result: "fine", title: "" }], [5]]) {
            const again = new SetUpWatch({ connect, language: "en", loggedIn: () => Promise.resolve(false), show: (each) => shown.push(each) });
            again.start();
            port().say(HELLO);
            await settle();
            await answer("doctor", { checks });
            assert.equal(shown.at(-1)?.checks.ok, false);
            again.stop();
        }
    });

    test("what the checks found goes to its step, and the rest below", () => {
        const found = [
            { name: "service", result: "problem", title: "s", advice: null }, { name: "card", result: "warning", title: "c", advice: null },
            { name: "prompt", result: "problem", title: "p", advice: null }, { name: "policy", result: "ok", title: "o", advice: null },
            { name: "browser", result: "problem", title: "b", advice: null },
        ] as const;
        const { reader, card, others } = remarksOf(found);
        assert.deepEqual([reader, card, others].map((each) => each.map(({ title }) => title)), [["s"], ["c"], ["p"]]);
    });

    test("opens after an installation alone, and not where an administrator has said no", async () => {
        let opened = 0;
        const open = async (reason: string, managed: () => Promise<unknown>, forced = false, before = false, changed = (): Promise<unknown> => new Promise(() => undefined)): Promise<number> => {
            opened = 0;
            const { items } = fakeStore();
            const settings = new Settings({
                get: (key) => Promise.resolve({ [key]: items.get(key) }),
                set: (given) => {
                    for (const [key, value] of Object.entries(given)) items.set(key, value);
                    return Promise.resolve();
                },
                remove: () => Promise.resolve(),
            });
            if (before) await settings.greet();
            const greeted = greet(reason, { forced: () => Promise.resolve(forced), managed, changed, first: () => settings.greet(), open: () => Promise.resolve(opened++) });
            await settle();
            await clock.pass(15_000);
            await greeted;
            return opened;
        };
        const absent = (): Promise<unknown> => Promise.reject(new Error("Managed storage manifest not found"));
        assert.equal(await open("install", absent), 1);
        assert.equal(await open("install", () => Promise.resolve({})), 1);
        assert.equal(await open("install", () => Promise.resolve({ welcomePage: true })), 1);
        assert.equal(await open("install", absent, false, true), 0, "once");
        assert.equal(await open("install", () => Promise.resolve({ welcomePage: false })), 0);
        for (const reason of ["update", "browser_update", "chrome_update"]) assert.equal(await open(reason, absent), 0);
        const answers: unknown[] = [{}, { welcomePage: false }];
        assert.equal(await open("install", () => Promise.resolve(answers.shift()), true), 0, "a policy that comes late counts");
        assert.equal(await open("install", () => Promise.resolve({}), true), 1);
        const slowly: Promise<unknown>[] = [Promise.resolve({}), new Promise((resolve) => setTimeout(resolve, 10_000, { welcomePage: false }))];
        assert.equal(await open("install", () => slowly.shift() ?? absent(), true, false, () => Promise.resolve()), 0, "so does one that the storage is slow to tell");
    });

    test("names a package for each system that has one", () => {
        const files = (["linux", "win", "mac"] as const).map((os) => packagesFor(os).map(({ command }) => command.split(".").at(-1)));
        assert.deepEqual(files, [["deb", "rpm"], ["msi"], ["pkg"]]);
        assert.deepEqual(packagesFor("android"), []);
    });
});

test("a session runs until its outcome, and while its clock rests; one that hangs does not", async () => {
    const { store } = fakeStore();
    const key = "01234567-89ab-cdef-0123-456789abcdef";
    assert.equal(await store.isRunning(0), false);
    await store.save({ key, tabId: 1, origin: "https://portal.example" as never, deadline: 1_000, windowId: 2 });
    assert.equal(await store.isRunning(1_000), true);
    assert.equal(await store.isRunning(1_001), false);
    await store.setDeadline(key, null);
    assert.equal(await store.isRunning(99_999_999), true);
    await store.end(key);
    assert.equal(await store.isRunning(0), false);
});
