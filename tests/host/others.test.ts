/* SPDX-License-Identifier: MIT */
// Other programs, other cards, other readers, another host, and a service that stops: in the middle of things.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Card } from "../rig/card.ts";
import type { Host, Message } from "../rig/host.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";
import { until } from "../rig/wait.ts";
import { commands, verifies } from "./apdus.ts";
import { authenticate, bench, type Bench } from "./bench.ts";
import { Peer } from "./peer.ts";
import { assertFailure, assertToken, failure, isTokenFor } from "./verify.ts";

const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";

/** A log-in that stands in its prompt. */
async function inPrompt(it: Bench, more: Message = {}): Promise<{ host: Awaited<ReturnType<Bench["start"]>>; request: Message }> {
    const host = await it.start();
    const request = authenticate({}, more);
    host.send(request);
    await it.home.pinentry.shown();
    return { host, request };
}

/** Until the daemon has noticed that the card was taken away. */
async function untilEmpty(host: Host, reader: number): Promise<void> {
    await until("the daemon to notice", async () => {
        const { readers } = await host.request({ command: "status", arguments: {} }) as { readers: Message[] };
        return readers[reader]?.["card"] === "none";
    });
}

describe("another program, while the prompt is open", () => {
    const it = bench();

    async function assertAskedAgain(host: Awaited<ReturnType<Bench["start"]>>, request: Message): Promise<void> {
        const second = await it.home.pinentry.shown(2);
        assert.match(second.error, /card was moved or exchanged/);
        assert.deepEqual(verifies(it.log()), [], "what was typed before is not sent");
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
    }

    test("resets the card: the PIN is asked for again", async () => {
        const { host, request } = await inPrompt(it);
        await Peer.use((peer) => peer.must("connect 0 shared", "disconnect reset"));
        if (it.home.pinentry.prompts().length === 1) {
            it.home.pinentry.answer("pin 1234");
        }
        await assertAskedAgain(host, request);
    });

    test("selects another application: it is selected anew", async () => {
        const { host, request } = await inPrompt(it);
        await Peer.use((peer) => peer.must("connect 0 shared", "begin", "send 00A4040C0AD3921000310001010408", "end leave", "disconnect leave"));
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
        assert.equal(it.home.pinentry.prompts().length, 1);
    });

    test("spends a try: the person is told", async () => {
        const { host, request } = await inPrompt(it);
        await Peer.use((peer) => peer.must("connect 0 shared", "begin", "send 00A4040C0AD392F000260100000001", "send 0020009804" + "39".repeat(4), "end leave", "disconnect leave"));
        it.expect.spentVerifies = false;
        it.home.pinentry.answer("pin 1234");
        assert.match((await it.home.pinentry.shown(2)).description, /2 tries left/);
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
    });

    test("holds the card for a moment: it is waited for", async () => {
        const { host, request } = await inPrompt(it);
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin");
            it.home.pinentry.answer("pin 1234");
            await sleep(500);
            assert.deepEqual(verifies(it.log()), []);
            await peer.must("end leave", "disconnect leave");
        });
        assertToken(await host.next(), request);
        assert.equal(it.home.pinentry.prompts().length, 1);
    });

    test("holds the card on and on: told as card-busy, and status is answered", async () => {
        const { host } = await inPrompt(it);
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin");
            it.home.pinentry.answer("pin 1234");
            const status = await host.request({ command: "status", arguments: {}, id: 1 });
            assert.equal(status["id"], 1);
            assertFailure(await host.next(15_000), "card-busy");
            await peer.must("end leave", "disconnect leave");
        });
        assert.deepEqual(verifies(it.log()), []);
    });

    test("cannot take the card exclusively, and does no harm by trying", async () => {
        const { host, request } = await inPrompt(it);
        await Peer.use(async (peer) => {
            assert.equal(await peer.tell("connect 0 exclusive"), "error 8010000B");
        });
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
    });
});

describe("another program, before the search", () => {
    const it = bench();

    test("has the card exclusively, and gives it back", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 exclusive");
            const host = await it.start();
            assert.deepEqual(await host.request({ command: "status", arguments: {} }), {
                readers: [{ name: "Virtual PCD 00 00", card: "unknown" }, { name: "Virtual PCD 00 01", card: "none" }],
            });
            const request = authenticate({}, { events: true });
            host.send(request);
            assert.deepEqual(await host.next(), { event: "waiting-for-card", found: "unknown" });
            await peer.must("disconnect leave");
            assert.deepEqual(await host.next(), { event: "pin-prompt", triesLeft: 3 });
            it.home.pinentry.answer("pin 1234");
            await host.next();
            assertToken(await host.next(), request);
        });
    });

    test("keeps it: told as card-busy", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 exclusive");
            const host = await it.start();
            assertFailure(await host.request(authenticate({}, { timeout: 3000 })), "card-busy");
            assert.deepEqual(commands(it.log()), []);
            await peer.must("disconnect leave");
        });
    });

    test("is in the middle of something with it", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin");
            const host = await it.start();
            const request = authenticate();
            host.send(request);
            await sleep(400);
            assert.deepEqual(commands(it.log()), []);
            await peer.must("end leave", "disconnect leave");
            it.home.pinentry.answer("pin 1234");
            assertToken(await host.next(), request);
        });
    });
});

describe("the card, while the prompt is open", () => {
    const it = bench();

    test("is taken away: the prompt closes, and another card is waited for", async () => {
        const { host, request } = await inPrompt(it, { events: true });
        await it.card.remove();
        assert.ok(await it.home.pinentry.closed());
        for (const expected of [{ event: "pin-prompt", triesLeft: 3 }, { event: "waiting-for-card" }]) {
            assert.deepEqual(await host.next(), expected);
        }
        await it.card.insert();
        const second = await it.home.pinentry.shown(2);
        assert.match(second.error, /card was moved or exchanged/);
        it.home.pinentry.answer("pin 1234");
        for (;;) {
            const message = await host.next();
            if (!("event" in message)) {
                assertToken(message, request);
                break;
            }
        }
    });

    test("is taken away for good: card-absent in the end, and nothing sent", async () => {
        const { host } = await inPrompt(it, { timeout: 5000 });
        await it.card.remove();
        assertFailure(await host.next(), "card-absent");
        assert.deepEqual(verifies(it.log()), []);
    });

    test("is lifted for a moment", async () => {
        const { host, request } = await inPrompt(it);
        await it.card.remove();
        await it.card.insert();
        await it.home.pinentry.shown(2);
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
        assert.equal(verifies(it.log()).length, 1);
    });

    test("is exchanged for another person's: its own PIN is asked for, and its own certificate given", async () => {
        const { host, request } = await inPrompt(it);
        await it.card.command("swap other");
        const second = await it.home.pinentry.shown(2);
        assert.match(second.description, /3 tries left/);
        assert.deepEqual(verifies(it.log()), []);
        it.home.pinentry.answer("pin 1234");
        const token = await host.next();
        const given = request["arguments"] as { origin: string; challengeNonce: string };
        assert.ok(isTokenFor(token, given.origin, given.challengeNonce, "other/auth"));
        await it.card.command("swap .");
        await it.card.inReader();
    });

    test("is exchanged in the same instant as the PIN is typed", async () => {
        const { host } = await inPrompt(it);
        it.home.pinentry.answer("pin 9999", "cancel");
        await it.card.command("swap other");
        const { reason } = failure(await host.next());
        assert.ok(["user-cancelled", "card-removed", "pin-unanswered"].includes(reason), reason);
        assert.ok(verifies(it.log()).length <= 1);
        assert.equal(await it.card.triesLeft("auth"), 3, "the other card did not get it");
        await it.card.command("swap .");
        await it.card.inReader();
    });
});

describe("two hosts at once", () => {
    const it = bench();

    test("both log in, one after the other, one prompt at a time", async () => {
        const hosts = [await it.start(), await it.start()];
        const requests = [authenticate(), authenticate()];
        hosts.forEach((host, i) => { host.send(requests[i]); });
        await it.home.pinentry.shown();
        await sleep(300);
        assert.equal(it.home.pinentry.prompts().length, 1, "the second waits for its turn");
        it.home.pinentry.answer("pin 1234");
        await it.home.pinentry.shown(2);
        it.home.pinentry.answer("pin 1234");
        for (const [i, host] of hosts.entries()) {
            assertToken(await host.next(), requests[i] ?? {});
        }
    });

    test("four at once", async () => {
        const requests = Array.from({ length: 4 }, () => authenticate());
        it.home.pinentry.answer(...requests.map(() => "pin 1234"));
        await Promise.all(requests.map(async (request) => {
            const host = await it.start();
            assertToken(await host.request(request), request);
        }));
        assert.equal(it.home.pinentry.prompts().length, 4);
    });

    test("the second gives up when its time is over: operation-pending", async () => {
        const first = await it.start();
        first.send(authenticate());
        await it.home.pinentry.shown();
        const second = await it.start();
        assertFailure(await second.request(authenticate({}, { timeout: 1000 })), "operation-pending");
    });

    test("also where two browsers were started with different runtime directories", async () => {
        const elsewhere = join(it.home.path, "other-run");
        mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
        const first = await it.start();
        first.send(authenticate());
        await it.home.pinentry.shown();
        const second = await it.start({ environment: { XDG_RUNTIME_DIR: elsewhere } });
        assertFailure(await second.request(authenticate({}, { timeout: 1000 })), "operation-pending");
        assert.equal(it.home.pinentry.prompts().length, 1);
    });
    test("the first is killed: the second goes on", async () => {
        it.expect.exit = false;
        const first = await it.start();
        first.send(authenticate());
        await it.home.pinentry.shown();
        const second = await it.start();
        const request = authenticate();
        second.send(request);
        first.process.kill("SIGKILL");
        await it.home.pinentry.shown(2);
        it.home.pinentry.answer("pin 1234");
        assertToken(await second.next(), request);
    });
});

describe("two readers", () => {
    const it = bench();
    let transit: Card;

    before(async () => {
        // The other card lies in the first reader, ours in the second.
        await it.dropCard(it.card);
        transit = await it.addCard("--other-card", "--port=35963");
        await it.addCard("--port=35964");
    });
    after(async () => { await transit.stop(); });

    test("the other card is passed over, and left alone", async () => {
        const [, mine] = [transit, it.cards[1]];
        assert.ok(mine !== undefined);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
        assert.ok(commands(it.log(transit)).length <= 1, "it was asked once what it is");
        assert.ok(!it.log(transit).includes("reset"));
        assert.equal(verifies(it.log(transit)).length, 0);
        assert.equal(verifies(it.log(mine)).length, 1);
    });

    test("status tells them apart", async () => {
        const host = await it.start();
        assert.deepEqual(await host.request({ command: "status", arguments: {} }), {
            readers: [{ name: "Virtual PCD 00 00", card: "other-card" }, { name: "Virtual PCD 00 01", card: "mynumber-card" }],
        });
    });

    test("with the other card alone it says so while it waits, once, and looks at it once", async () => {
        const mine = it.cards[1];
        assert.ok(mine !== undefined);
        await mine.remove();
        const host = await it.start();
        await untilEmpty(host, 1);
        const events: Message[] = [];
        const from = commands(it.log(transit)).length;
        assertFailure(await host.request(authenticate({}, { timeout: 4000, events: true }), (event) => events.push(event)), "not-a-mynumber-card");
        assert.deepEqual(events, [{ event: "waiting-for-card", found: "other-card" }]);
        assert.equal(commands(it.log(transit)).length - from, 1);
        await mine.insert();
    });

    test("ours is taken away in the prompt, the other one stays: asked again only with ours", async () => {
        const mine = it.cards[1];
        assert.ok(mine !== undefined);
        const { host, request } = await inPrompt(it);
        await mine.remove();
        await it.home.pinentry.closed();
        await mine.insert();
        await it.home.pinentry.shown(2);
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.next(), request);
    });
});

describe("the PC/SC service stops", { skip: !isPrivate && "the daemon is not ours" }, () => {
    const it = bench();

    async function restart(): Promise<void> {
        await startPcscd();
        await it.card.insert();
    }

    test("while a card is waited for", async () => {
        await it.card.remove();
        const host = await it.start();
        await untilEmpty(host, 0);
        host.send(authenticate({}, { events: true }));
        assert.deepEqual(await host.next(), { event: "waiting-for-card" });
        await stopPcscd();
        assertFailure(await host.next(), "pcsc-unavailable");
        await restart();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request, "auth");
    });

    test("in the prompt", async () => {
        const { host } = await inPrompt(it);
        await stopPcscd();
        const answer = await host.next();
        assert.ok(["pcsc-unavailable", "card-removed"].includes(failure(answer).reason), failure(answer).reason);
        assert.deepEqual(verifies(it.log()), []);
        await restart();
        it.home.pinentry.reset();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });

    for (const [name, pattern] of [["before the prompt", /^> 00 B0/], ["in the VERIFY", /^> 00 20 .*\*\*/], ["in the signature", /^> 80 2A/]] as const) {
        test(name, async () => {
            const host = await it.start();
            await it.card.command("delay-apdu 150");
            it.home.pinentry.answer("pin 1234");
            host.send(authenticate());
            await until(name, () => it.log().some((line) => pattern.test(line)));
            await stopPcscd();
            const { reason } = failure(await host.next(20_000));
            assert.ok(["pcsc-unavailable", "pin-unanswered", "card-removed", "card-unresponsive"].includes(reason), reason);
            await it.card.command("delay-apdu 0");
            await restart();
            assert.equal(await it.card.triesLeft("auth"), 3);
            it.home.pinentry.reset();
            it.expect.spentVerifies = false;
            it.home.pinentry.answer("pin 1234");
            const request = authenticate();
            assertToken(await host.request(request), request);
        });
    }

    test("and starts again before anybody asks: nobody notices", async () => {
        const host = await it.start();
        assert.ok("readers" in await host.request({ command: "status", arguments: {} }));
        await stopPcscd();
        await restart();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });
});
