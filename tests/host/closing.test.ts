/* SPDX-License-Identifier: MIT */
// The browser closes the port. Whatever the host does then, it is gone within a second, and with it the prompt and a
// verified PIN (that is checked after every test). The points within the APDUs are in faults.ts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../rig/host.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";
import { until, within } from "../rig/wait.ts";
import { verifies } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { documents, signDocuments } from "./documents.ts";
import { Peer } from "./peer.ts";
import { assertFailure, assertToken } from "./verify.ts";

const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";

async function event(host: { next: () => Promise<Message> }, name: string): Promise<Message> {
    const message = await host.next();
    assert.equal(message["event"], name);
    return message;
}

describe("without a card", () => {
    const it = bench(["--removed"]);

    test("before hello was read", async () => {
        await it.close(it.spawn());
    });

    test("right after hello", async () => {
        await it.close(await it.start());
    });

    test("right after a request", async () => {
        for (let wait = 0; wait < 30; wait += 3) {
            const host = await it.start();
            host.send(authenticate());
            await sleep(wait);
            await it.close(host);
        }
    });

    test("while it waits for a card", async () => {
        const host = await it.start();
        host.send(authenticate({}, { events: true }));
        assert.deepEqual(await host.next(), { event: "waiting-for-card" });
        await it.close(host);
    });

    test("while it waits for a reader", { skip: !isPrivate && "the daemon is not ours" }, async () => {
        await stopPcscd();
        await startPcscd({ readers: false });
        const host = await it.start();
        host.send(authenticate({}, { events: true }));
        assert.deepEqual(await host.next(), { event: "waiting-for-reader" });
        await it.close(host);
        const another = await it.start();
        assertFailure(await another.request(authenticate({}, { timeout: 3000 })), "reader-absent");
        assert.deepEqual(await another.request({ command: "status", arguments: {} }), { readers: [] });
        await stopPcscd();
        await startPcscd();
    });

    test("while the service is not there", { skip: !isPrivate && "the daemon is not ours" }, async () => {
        await stopPcscd();
        const host = await it.start();
        host.send(authenticate());
        await it.close(host);
        const another = await it.start();
        assertFailure(await another.request(authenticate()), "pcsc-unavailable");
        assertFailure(await another.request({ command: "status", arguments: {} }), "pcsc-unavailable");
        await startPcscd();
        assert.ok("readers" in await another.request({ command: "status", arguments: {} }), "and it is found again");
    });

    test("no card comes until time runs out", async () => {
        const host = await it.start();
        const events: Message[] = [];
        assertFailure(await host.request(authenticate({}, { timeout: 3000, events: true }), (each) => events.push(each)), "card-absent");
        assert.deepEqual(events, [{ event: "waiting-for-card" }]);
    });

    test("a card comes while it is waited for, and goes through", async () => {
        const host = await it.start();
        const request = authenticate({}, { events: true });
        host.send(request);
        await event(host, "waiting-for-card");
        await it.card.insert();
        await event(host, "pin-prompt");
        it.home.pinentry.answer("pin 1234");
        await event(host, "card-working");
        assertToken(await host.next(), request);
        await it.card.remove();
    });
});

describe("with a card", () => {
    const it = bench();

    test("in the prompt", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.close(host);
        assert.ok(await it.home.pinentry.closed(200));
        assert.equal(verifies(it.log()).length, 0);
    });

    test("in a prompt that wants not to go", async () => {
        const host = await it.start();
        it.home.pinentry.answer("stubborn");
        host.send(authenticate());
        await until("the stubbornness", () => it.home.pinentry.log().includes("answered stubborn"));
        await it.close(host);
    });

    test("in the confirmation of the last try", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        host.send(authenticate());
        assert.equal((await it.home.pinentry.shown()).kind, "confirm");
        await it.close(host);
        assert.equal(await it.card.triesLeft("auth"), 1);
    });

    test("just when the PIN is typed", async () => {
        for (let wait = 0; wait <= 40; wait += 4) {
            const host = await it.start();
            host.send(authenticate());
            await it.home.pinentry.shown();
            it.home.pinentry.answer("pin 1234");
            await sleep(wait);
            await it.close(host);
            await it.home.pinentry.closed();
            assert.equal(await it.card.triesLeft("auth"), 3);
        }
        it.expect.spentVerifies = true;
    });

    test("while another program holds the card", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin");
            const host = await it.start();
            host.send({ command: "sign", arguments: { hash: "A".repeat(43) + "=", hashFunction: "SHA-256", origin: ORIGIN } });
            await sleep(300);
            await it.close(host);
            await peer.must("end leave", "disconnect leave");
        });
    });

    test("while a slow client takes a long answer", async () => {
        it.expect.wholeFrames = false;
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        host.process.stdout.pause();
        host.send(signDocuments(documents(50)));
        await it.home.pinentry.closed(); // answered
        await until("the answer to begin", () => host.process.stdout.readableLength > 0);
        const sip = setInterval(() => { host.process.stdout.read(1024); }, 20);
        try {
            await sleep(500); // it is written, and taken, bit by bit
            host.send(authenticate()); // so that both of the host's threads have something to say
            await it.close(host);
        } finally {
            clearInterval(sip);
            host.process.stdout.resume();
        }
        assert.ok(host.stdout.length < 200_000, "the answer was too short to wait for anybody");
    });

    test("while status is asked", async () => {
        for (let wait = 0; wait < 12; wait += 2) {
            const host = await it.start();
            host.send({ command: "status", arguments: {} });
            await sleep(wait);
            await it.close(host);
        }
    });

    test("while another host has its turn", async () => {
        const first = await it.start();
        first.send(authenticate());
        await it.home.pinentry.shown();
        const second = await it.start();
        second.send(authenticate());
        await sleep(200);
        await it.close(second);
        it.home.pinentry.answer("pin 1234");
        assert.ok("signature" in await first.next());
        assert.equal(it.home.pinentry.prompts().length, 1);
    });

    test("quit in the middle of the prompt ends it as well", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        host.send({ command: "quit", arguments: {} });
        const answers = [await host.next()];
        await within("the host to end", 1000, host.ended);
        assert.deepEqual(answers[0], {});
    });

    test("a frame cut short in the middle of the prompt ends it as well", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        host.sendBytes(Buffer.from([10, 0, 0, 0, 123]));
        await it.close(host);
    });

    test("a frame too long in the middle of the prompt: told, and ended", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        host.sendBytes(Buffer.from([0xff, 0xff, 0xff, 0xff]));
        assertFailure(await host.next(), "request-malformed");
        await within("the host to end", 1000, host.ended);
    });

    test("the browser is killed: its pipes break, and so does the prompt", async () => {
        it.expect.exit = false;
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        host.process.stdout.destroy();
        host.process.stdin.destroy();
        await until("the host to be gone", () => host.process.exitCode !== null || host.process.signalCode !== null, 1000);
        assert.equal(host.process.signalCode, null);
    });

    test("a card that never answers, and a port that stays open: told, and served again when it is taken away", async () => {
        const host = await it.start();
        await it.card.command("silent-at 2");
        host.send(authenticate());
        await until("the silence", () => it.log().some((line) => line.startsWith("# silent")));
        const status = await host.request({ command: "status", arguments: {}, id: "meanwhile" });
        assert.equal(status["id"], "meanwhile");
        assertFailure(await host.next(30_000), "card-unresponsive");
        assertFailure(await host.request(authenticate()), "operation-pending");
        await it.card.remove();
        await it.card.insert();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });
});
