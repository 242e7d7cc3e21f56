/* SPDX-License-Identifier: MIT */
// Log-in, signing and errors through the program for Windows, with its prompt typed into.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { authenticate, ORIGIN } from "../host/bench.ts";
import { verifies } from "../host/apdus.ts";
import { assertDocuments, documents, signDocuments } from "../host/documents.ts";
import { assertFailure, assertSignature, assertToken, certificate } from "../host/verify.ts";
import { PINS, PROGRAM, world } from "./bench.ts";

const it = world();

function sign(digest: Buffer, changes: Message = {}): Message {
    return { command: "sign", arguments: { hash: digest.toString("base64"), hashFunction: "SHA-256", origin: ORIGIN, lang: "en", ...changes } };
}

describe("log-in", () => {
    for (const lang of ["ja", "en"]) {
        test(`in ${lang}: wrong, then right`, async () => {
            const host = await it.start();
            const before = verifies(it.card.log()).length;
            const request = authenticate({ lang });
            const answer = host.request(request);
            await it.prompt(`${lang}-login`);
            await it.answer("9999");
            await it.prompt(`${lang}-wrong`);
            assert.equal(verifies(it.card.log()).length, before + 1);
            await it.answer(PINS.auth);
            assertToken(await answer, request);
            await it.promptGone();
            assert.equal(await it.card.triesLeft("auth"), 3);
        });

        test(`in ${lang}: the last try wants a second yes, which Enter is not`, async () => {
            await it.card.setTries("auth", 1);
            const host = await it.start();
            const before = verifies(it.card.log()).length;
            const refused = host.request(authenticate({ lang }));
            await it.prompt(`${lang}-last-try`);
            await it.display.press("Return");
            assertFailure(await refused, "user-cancelled");
            const request = authenticate({ lang });
            const answer = host.request(request);
            await it.prompt(`${lang}-last-try`);
            await sleep(1_200); // a yes is not taken at once
            await it.display.press("shift+Tab", "space");
            await it.prompt(`${lang}-last-pin`);
            await it.answer(PINS.auth);
            assertToken(await answer, request);
            assert.equal(verifies(it.card.log()).length, before + 1);
        });
    }

    test("a PIN of the wrong form never reaches the card", async () => {
        const host = await it.start();
        const before = verifies(it.card.log()).length;
        const answer = host.request(authenticate({ lang: "en" }));
        await it.prompt("en-form-first");
        await it.answer("12");
        await it.prompt("en-form");
        await it.display.press("Escape");
        assertFailure(await answer, "user-cancelled");
        assert.equal(verifies(it.card.log()).length, before);
    });

    test("a long origin and Japanese fit", async () => {
        const host = await it.start();
        const answer = host.request(authenticate({ lang: "ja", origin: `https://${"long-name-of-a-portal.".repeat(6)}example.lg.jp:8443` }));
        await it.prompt("ja-long-origin");
        await it.display.press("Escape");
        assertFailure(await answer, "user-cancelled");
    });

    test("a locked PIN is told, and not asked for", async () => {
        await it.card.setTries("auth", 0);
        const host = await it.start();
        assertFailure(await host.request(authenticate()), "pin-locked");
        assert.ok(!it.display.isShown(PROGRAM));
    });
});

describe("signing", () => {
    test("a hash", async () => {
        const host = await it.start();
        const digest = createHash("sha256").update(randomBytes(100)).digest();
        const given = host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN, lang: "ja" } });
        await it.prompt("ja-certificate");
        await it.answer(PINS.sign);
        const { certificate: from } = await given;
        assert.equal(from, certificate("sign").raw.toString("base64"));
        const answer = host.request(sign(digest, { certificate: from, lang: "ja" }));
        await it.prompt("ja-sign");
        await it.answer("abc123");
        assertSignature((await answer)["signature"], digest, "SHA-256", certificate("sign"));
    });

    test("three documents under one PIN", async () => {
        const host = await it.start();
        const given = documents(3);
        const answer = host.request(signDocuments(given));
        await it.prompt("en-documents");
        await it.answer(PINS.sign);
        assertDocuments(await answer, given);
    });
});

describe("what goes wrong", () => {
    test("the card is taken away in the prompt, and comes back", async () => {
        const host = await it.start();
        const request = authenticate({ lang: "en" });
        const answer = host.request(request);
        await it.prompt("en-before-removal");
        await it.card.command("remove");
        await it.promptGone();
        await it.card.command("insert");
        await it.prompt("en-after-removal");
        await it.answer(PINS.auth);
        assertToken(await answer, request);
    });

    test("the card leaves inside the signature", async () => {
        const host = await it.start();
        const answer = host.request(signDocuments(documents(1)));
        await it.prompt("en-leaves");
        await it.card.command(`remove-at ${await it.card.count() + 4}`);
        await it.answer(PINS.sign);
        const { error } = await answer;
        assert.equal((error as Message)["reason"], "card-removed");
        await it.card.command("insert");
    });

    test("no card: told as an event, and the port can be closed", async () => {
        await it.card.command("remove");
        const host = await it.start();
        const events: Message[] = [];
        host.send(authenticate({ lang: "en" }, { events: true }));
        events.push(await host.next());
        assert.deepEqual(events, [{ event: "waiting-for-card" }]);
        host.closeInput();
        assert.equal((await host.ended).code, 0);
        await it.card.command("insert");
    });

    test("the port is closed while the prompt is open: both are gone within a second", async () => {
        const host = await it.start();
        host.send(authenticate({ lang: "en" }));
        await it.prompt("en-closing");
        const from = performance.now();
        host.closeInput();
        assert.equal((await host.ended).code, 0);
        const took = performance.now() - from;
        assert.ok(took < 1_500, `${took} ms`); // Wine's own ending is in it
        await it.promptGone(1_000);
    });

    test("closing the window of the prompt says no", async () => {
        const host = await it.start();
        const answer = host.request(authenticate({ lang: "en" }));
        await it.prompt("en-close");
        await it.display.press("alt+F4");
        assertFailure(await answer, "user-cancelled");
    });
});

describe("the wire", () => {
    test("quit answers and ends the process; status tells the reader", async () => {
        const host = await it.start();
        await until("the card in the reader", async () => {
            const { readers } = await host.request({ command: "status", arguments: {} });
            return JSON.stringify(readers) === JSON.stringify([{ name: "Test Reader 0", card: "mynumber-card" }]);
        });
        assert.deepEqual(await host.request({ command: "quit", arguments: {}, id: 7 }), { id: 7 });
        assert.equal((await host.ended).code, 0);
    });

    for (const [name, bytes] of [
        ["a length over the cap", Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x7b])],
        ["no JSON", Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from("{\"a\"")])],
        ["line ends, which a text stream would change", Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from("\r\n\x1a\n")])],
    ] as const) {
        test(`malformed: ${name}`, async () => {
            const host = await it.start();
            host.sendBytes(bytes);
            assertFailure(await host.next(), "request-malformed");
        });
    }

    test("half a message and the end of input", async () => {
        const host = await it.start();
        host.sendBytes(Buffer.from([100, 0, 0, 0, 0x7b]));
        host.closeInput();
        assert.equal((await host.ended).code, 0);
        assert.ok(host.allTaken());
    });

    test("a request of 200 kB is read whole", async () => {
        const host = await it.start();
        assertFailure(await host.request({ command: "status", arguments: {}, id: "x".repeat(200_000) }), "argument-invalid");
    });

    test("Firefox's arguments are understood", async () => {
        const host = await it.start({ args: ["C:\\Users\\x\\AppData\\Roaming\\JPKI Bridge\\org.jpkibridge.host.firefox.json", "extension@jpkibridge.org"] });
        assert.ok("readers" in await host.request({ command: "status", arguments: {} }));
    });
});
