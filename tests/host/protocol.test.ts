/* SPDX-License-Identifier: MIT */
// What the host says and does for requests that are in order.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { frame, type Message } from "../rig/host.ts";
import { SLOW } from "../rig/wait.ts";
import { authenticate, bench, limit, nonce, ORIGIN } from "./bench.ts";
import { commands, verifies } from "./apdus.ts";
import { assertFailure, assertSignature, assertToken, certificate, isTokenFor, nodeNames, type HashFunction } from "./verify.ts";

const it = bench();

function sign(hashFunction: string, digest: Buffer, changes: Message = {}, more: Message = {}): Message {
    return { command: "sign", arguments: { hash: digest.toString("base64"), hashFunction, origin: ORIGIN, lang: "en", ...changes }, ...more };
}

function digestOf(hashFunction: HashFunction): Buffer {
    return createHash(nodeNames[hashFunction]).update(randomBytes(100)).digest();
}

describe("hello, status and quit", () => {
    test("hello comes first and names the protocol and the program", async () => {
        const host = it.spawn();
        assert.deepEqual(await host.next(), { version: "2.9.0", app: "jpki-bridge", appVersion: "0.1.0" });
    });

    test("status tells readers and what lies on them, and no more", async () => {
        const host = await it.start();
        assert.deepEqual(await host.request({ command: "status", arguments: {} }), {
            readers: [{ name: "Virtual PCD 00 00", card: "mynumber-card" }, { name: "Virtual PCD 00 01", card: "none" }],
        });
        assert.equal(it.log().filter((line) => line === "reset").length, 0, "the card is left as it was");
    });

    test("quit answers and ends the process", async () => {
        const host = await it.start();
        assert.deepEqual(await host.request({ command: "quit", arguments: {}, id: 7 }), { id: 7 });
        assert.deepEqual(await host.ended, { code: 0, signal: null });
    });

    test("without arguments and a terminal it serves as well", async () => {
        const host = await it.start({ args: [] });
        assert.ok("readers" in await host.request({ command: "status", arguments: {} }));
    });

    test("Firefox's arguments are understood", async () => {
        const host = await it.start({ args: ["/usr/lib/mozilla/native-messaging-hosts/org.jpkibridge.host.json", "extension@jpkibridge.org"] });
        assert.ok("readers" in await host.request({ command: "status", arguments: {} }));
    });

    test("the end of input without a request ends it at once", async () => {
        const host = await it.start();
        assert.ok(await it.close(host) < 500 * SLOW);
    });
});

describe("authenticate", () => {
    test("gives a token that holds for this origin and nonce, and for no other", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        const challengeNonce = nonce();
        const token = await host.request(authenticate({ challengeNonce }));
        assert.ok(isTokenFor(token, ORIGIN, challengeNonce));
        assert.ok(!isTokenFor(token, "https://portal.example.jp", challengeNonce));
        assert.ok(!isTokenFor(token, `${ORIGIN}/`, challengeNonce));
        assert.ok(!isTokenFor(token, ORIGIN, nonce()));
        const [prompt] = it.home.pinentry.prompts();
        assert.match(prompt?.description ?? "", /^Site: https:\/\/portal\.example\.lg\.jp\n3 tries left/);
    });

    test("with a port in the origin and the longest and shortest nonce", async () => {
        const host = await it.start();
        for (const [origin, challengeNonce] of [["https://localhost:8443", "n".repeat(44)], ["https://xn--eckwd4c7c.example", "ん".repeat(42)]] as const) {
            it.home.pinentry.answer("pin 1234");
            const request = authenticate({ origin, challengeNonce });
            assertToken(await host.request(request), request);
        }
    });

    test("says what it does when events are asked for, and only then", async () => {
        const host = await it.start();
        const events: Message[] = [];
        it.home.pinentry.answer("pin 1234", "pin 1234");
        const request = authenticate({}, { events: true, id: "a" });
        assertToken(await host.request(request, (event) => events.push(event)), request);
        assert.deepEqual(events, [{ event: "pin-prompt", triesLeft: 3, id: "a" }, { event: "card-working", id: "a" }]);
        await host.request(authenticate({}, { events: false }), () => { assert.fail("an event that nobody asked for"); });
    });

    test("several in one process, each with its own prompt", async () => {
        const host = await it.start();
        for (let i = 0; i < 3; i++) {
            it.home.pinentry.answer("pin 1234");
            const request = authenticate();
            assertToken(await host.request(request), request);
        }
        assert.equal(it.home.pinentry.prompts().length, 3);
    });

    test("echoes ids as they came", async () => {
        const host = await it.start();
        for (const id of ["", "x".repeat(64), "日本", 0, -1, 2147483647, -2147483648]) {
            assert.equal((await host.request({ command: "status", arguments: {}, id }))["id"], id);
            const wrong = await host.request({ command: "nothing", arguments: {}, id });
            assertFailure(wrong, "command-unknown");
            assert.equal(wrong["id"], id);
        }
    });
});

describe("get-signing-certificate and sign", () => {
    test("the certificate comes with what can be signed", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN } });
        assert.deepEqual(answer, {
            certificate: certificate("sign").raw.toString("base64"),
            supportedSignatureAlgorithms: ["SHA-256", "SHA-384", "SHA-512"]
                .map((hashFunction) => ({ cryptoAlgorithm: "RSA", hashFunction, paddingScheme: "PKCS1.5" })),
        });
    });

    for (const hashFunction of ["SHA-256", "SHA-384", "SHA-512"] as const) {
        test(`signs a ${hashFunction} digest, without and with the certificate`, async () => {
            const host = await it.start();
            const own = certificate("sign");
            const signatureAlgorithm = { cryptoAlgorithm: "RSA", hashFunction, paddingScheme: "PKCS1.5" };
            it.home.pinentry.answer("pin ABC123", "pin ABC123");

            const first = digestOf(hashFunction);
            const { signature, ...rest } = await host.request(sign(hashFunction, first));
            assert.deepEqual(rest, { signatureAlgorithm, certificate: own.raw.toString("base64") });
            assertSignature(signature, first, hashFunction, own);

            const second = digestOf(hashFunction);
            const { signature: another, ...others } = await host.request(sign(hashFunction, second, { certificate: own.raw.toString("base64") }));
            assert.deepEqual(others, { signatureAlgorithm });
            assertSignature(another, second, hashFunction, own);
            assert.throws(() => { assertSignature(another, first, hashFunction, own); });
        });
    }

    test("another certificate than the card's is found before anything is signed", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(sign("SHA-256", digestOf("SHA-256"), { certificate: certificate("auth").raw.toString("base64") }));
        assertFailure(answer, "certificate-mismatch");
        assert.equal(commands(it.log()).filter((command) => command.startsWith("80 2A")).length, 0);
        assert.equal(await it.card.triesLeft("sign"), 5);
    });

    test("hashes that are not offered are refused before the card", async () => {
        const host = await it.start();
        for (const [hashFunction, size] of [["SHA-1", 20], ["SHA-224", 28], ["SHA3-256", 32], ["MD5", 16], ["sha-256", 32]] as const) {
            assertFailure(await host.request(sign(hashFunction, randomBytes(size))), "algorithm-unsupported");
        }
        assert.deepEqual(it.home.pinentry.prompts(), []);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("says in the prompt that this gives name and address away", async () => {
        const host = await it.start();
        it.home.pinentry.answer("cancel", "cancel");
        assertFailure(await host.request(sign("SHA-256", digestOf("SHA-256"))), "user-cancelled");
        assertFailure(await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN, lang: "ja" } }), "user-cancelled");
        const [first, second] = it.home.pinentry.prompts();
        assert.match(first?.description ?? "", /5 tries left[^]*sign[^]*name,\s+address,\s+date of birth/);
        assert.match(second?.description ?? "", /残り5回[^]*氏名、住所、生年月日、性別/);
    });
});

describe("one operation at a time", () => {
    test("a second one is refused at once, and status is answered", async () => {
        const host = await it.start();
        host.send(authenticate({}, { id: 1 }));
        await it.home.pinentry.shown();
        const refused = await host.request(authenticate({}, { id: 2 }));
        assert.equal(refused["id"], 2);
        assertFailure(refused, "operation-pending");
        assert.deepEqual(await host.request({ command: "status", arguments: {}, id: 3 }), {
            readers: [{ name: "Virtual PCD 00 00", card: "unknown" }, { name: "Virtual PCD 00 01", card: "none" }], id: 3,
        });
        assertFailure(await host.request(sign("SHA-256", digestOf("SHA-256"), {}, { id: 4 })), "operation-pending");
        it.home.pinentry.answer("pin 1234");
        const token = await host.next();
        assert.equal(token["id"], 1);
        assert.ok("signature" in token);
        assert.equal(it.home.pinentry.prompts().length, 1);
    });

    test("a request right after an answer is not taken for a second one", async () => {
        const host = await it.start();
        for (let i = 0; i < 5; i++) {
            it.home.pinentry.answer("cancel");
            assertFailure(await host.request(authenticate()), "user-cancelled");
        }
    });

    test("many requests in one write are each answered once, those of a kind in order", async () => {
        const host = await it.start();
        const frames = Array.from({ length: 30 }, (_, id) => frame({ command: id % 3 === 0 ? "nothing" : "status", arguments: {}, id }));
        host.sendBytes(Buffer.concat(frames));
        const answers: Message[] = [];
        while (answers.length < frames.length) {
            answers.push(await host.next());
        }
        const ids = (failed: boolean): number[] => answers.filter((answer) => "error" in answer === failed).map((answer) => Number(answer["id"]));
        assert.deepEqual(ids(true), Array.from({ length: 10 }, (_, i) => 3 * i));
        assert.deepEqual(ids(false), Array.from({ length: 20 }, (_, i) => Math.floor(i / 2) * 3 + 1 + i % 2));
    });
});

describe("time runs out", () => {
    test("in the prompt: it closes and no PIN is sent", async () => {
        const host = await it.start();
        host.send(authenticate({}, { timeout: limit(3000) }));
        await it.home.pinentry.shown();
        assertFailure(await host.next(4000), "timeout");
        assert.equal(verifies(it.log()).length, 0);
        assert.ok(await it.home.pinentry.closed());
    });

    test("the host goes on with the next request", async () => {
        const host = await it.start();
        assertFailure(await host.request(authenticate({}, { timeout: limit(3000) })), "timeout");
        await it.home.pinentry.closed();
        it.home.pinentry.reset();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });
});
