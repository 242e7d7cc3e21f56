/* SPDX-License-Identifier: MIT */
// The cards and readers that there are: each logs in and signs with no more APDUs than it must, or is told what it is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { commands, verifies } from "./apdus.ts";
import { CARD_DATA } from "../rig/paths.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { assertFailure, assertSignature, assertToken, certificate } from "./verify.ts";

const digest = randomBytes(32);
const SIGN: Message = { command: "sign", arguments: { hash: digest.toString("base64"), hashFunction: "SHA-256", origin: ORIGIN } };

/** Each must log in and sign, a log-in with at most so many APDUs. */
const cards: [name: string, options: string[], apdus: number, signing?: string][] = [
    ["with extended length and short identifiers", [], 9],
    ["in a contactless reader", ["--atr=contactless"], 9],
    ["with padding after the certificates", ["--padding=500"], 9],
    ["with much padding", ["--padding=9000"], 9],
    ["with 6282 at the end of a file", ["--eof=6282"], 9],
    ["with 6C at the end of a file", ["--eof=6c"], 9],
    ["with 6B00 at the end of a file", ["--eof=6b00"], 9],
    ["that tells verified PINs in the query", ["--query-verified"], 9],
    ["that wants a PIN for each signature", ["--pin-per-signature"], 9],
    ["in the renewal period", ["--renewal"], 9, "sign-renewal"],
    ["with long names", ["--long-names"], 9, "sign-long"],
    ["with slow bytes", ["--delay-byte=10"], 9],
    ["without extended length (6700)", ["--no-extended"], 13],
    ["without extended length (6D00, which says the command is not known at all)", ["--no-extended=6D00"], 18],
    ["in a reader that fails at extended length", ["--no-extended=error"], 13],
    ["without extended length, 6282 at the end", ["--no-extended", "--eof=6282"], 13],
    ["without extended length, 6C at the end", ["--no-extended", "--eof=6c"], 13],
    ["without extended length, 6B00 at the end", ["--no-extended", "--eof=6b00"], 13],
    ["without extended length, padded", ["--no-extended", "--padding=300"], 13],
    ["without extended length, with long names", ["--no-extended", "--long-names"], 13, "sign-long"],
    ["without short identifiers (6A86)", ["--no-sfi"], 18],
    ["without short identifiers (6A82)", ["--no-sfi=6A82"], 18],
    ["without short identifiers (6985)", ["--no-sfi=6985"], 18],
    ["without both", ["--no-sfi", "--no-extended"], 18],
    ["without both, otherwise told", ["--no-sfi=6B00", "--no-extended=6A86"], 18],
    ["without both, in a reader that fails", ["--no-sfi", "--no-extended=error"], 18],
    ["without both, 6282 at the end", ["--no-sfi", "--no-extended", "--eof=6282"], 18],
    ["that gives 100 bytes at a time", ["--max-answer=100"], 40],
    ["that gives 100 bytes at a time, without both", ["--max-answer=100", "--no-sfi", "--no-extended"], 40],
];

for (const [name, options, apdus, signing = "sign"] of cards) {
    describe(`a card ${name}`, () => {
        const it = bench(options);
        const own = options.includes("--renewal") ? "auth-renewal" : "auth";

        test(`logs in with at most ${apdus} APDUs, and signs`, async (t) => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234", "pin ABC123");
            const request = authenticate();
            assertToken(await host.request(request), request, own);
            const count = await it.card.count();
            t.diagnostic(`${name}: ${count} APDUs for a log-in`);
            assert.ok(count <= apdus, commands(it.log()).join("\n"));
            const answer = await host.request(SIGN);
            assertSignature(answer["signature"], digest, "SHA-256", certificate(signing));
            assert.equal(answer["certificate"], certificate(signing).raw.toString("base64"));
            assert.deepEqual([await it.card.triesLeft("auth"), await it.card.triesLeft("sign")], [3, 5]);
            assert.equal(verifies(it.log()).length, 2);
        });
    });
}

describe("the certificate of the budgets", () => {
    test("is about 1,140 bytes long", () => {
        const size = certificate("auth").raw.length;
        assert.ok(size >= 1100 && size <= 1200, String(size));
    });
});

describe("a card with expired certificates", () => {
    const it = bench(["--expired"]);

    test("log-in: told before any prompt", async () => {
        const host = await it.start();
        assertFailure(await host.request(authenticate()), "certificate-expired");
        assert.deepEqual(it.home.pinentry.prompts(), []);
    });

    test("signature: told after the PIN, which alone shows the certificate, and nothing is signed", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        assertFailure(await host.request(SIGN), "certificate-expired");
        assert.deepEqual(commands(it.log()).filter((command) => command.startsWith("80 2A")), []);
        assert.equal(await it.card.triesLeft("sign"), 5);
    });
});

describe("a card without a signing certificate", () => {
    for (const options of [[], ["--no-sfi"], ["--no-extended"], ["--no-sfi", "--no-extended"]]) {
        describe(options.length === 0 ? "otherwise ordinary" : options.join(" "), () => {
            const it = bench(["--no-signing-certificate", ...options]);
            test("is told so before any prompt, and logs in", async () => {
                const host = await it.start();
                assertFailure(await host.request(SIGN), "certificate-absent");
                assertFailure(await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN } }), "certificate-absent");
                assert.deepEqual(it.home.pinentry.prompts(), []);
                it.home.pinentry.answer("pin 1234");
                const request = authenticate();
                assertToken(await host.request(request), request);
            });
        });
    }
});

describe("another card", () => {
    const it = bench(["--other-card"]);

    test("is named, waited beside, and not asked for a PIN", async () => {
        const host = await it.start();
        const { readers } = await host.request({ command: "status", arguments: {} }) as { readers: Message[] };
        assert.equal(readers[0]?.["card"], "other-card");
        const events: Message[] = [];
        assertFailure(await host.request(authenticate({}, { timeout: 4000, events: true }), (event) => events.push(event)), "not-a-mynumber-card");
        assert.deepEqual(events, [{ event: "waiting-for-card", found: "other-card" }]);
        assert.ok(!it.log().includes("reset"), "it is not ours to reset");
    });

    test("is replaced by ours", async () => {
        const host = await it.start();
        const request = authenticate({}, { events: true });
        host.send(request);
        assert.deepEqual(await host.next(), { event: "waiting-for-card", found: "other-card" });
        await it.card.command("swap . mynumber");
        it.home.pinentry.answer("pin 1234");
        for (;;) {
            const message = await host.next();
            if (!("event" in message)) {
                assertToken(message, request);
                break;
            }
        }
    });
});

describe("certificates on a phone", () => {
    const it = bench(["--phone"]);

    test("status tells", async () => {
        const host = await it.start();
        const { readers } = await host.request({ command: "status", arguments: {} }) as { readers: Message[] };
        assert.equal(readers[0]?.["card"], "phone-certificate");
    });
});

describe("a card that is not what it says", () => {
    const folder = mkdtempSync(join(tmpdir(), "jb-data-"));
    cpSync(realpathSync(CARD_DATA), folder, { recursive: true });
    const it = bench(["--data", folder]);
    after(() => { rmSync(folder, { recursive: true }); });

    async function lay(change: () => void): Promise<void> {
        await it.dropCard(it.card);
        change();
        await it.addCard("--data", folder);
    }

    test("signs with other keys than its certificates have: nothing leaves the host", async () => {
        await lay(() => {
            for (const key of ["auth.key", "sign.key"]) {
                copyFileSync(join(folder, "other", key), join(folder, key));
            }
        });
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin ABC123");
        assertFailure(await host.request(authenticate()), "signature-invalid");
        assertFailure(await host.request(SIGN), "signature-invalid");
    });

    for (const [name, key] of [["a weak key", ["-newkey", "rsa:1024"]], ["a kind of key that no card has", ["-newkey", "ed25519"]]] as const) {
        test(`has a certificate with ${name}: told before any prompt`, async () => {
            await lay(() => {
                execFileSync("openssl", ["req", "-x509", ...key, "-nodes", "-keyout", join(folder, "weak.key"), "-out", join(folder, "auth.pem"), "-subj", "/CN=x", "-days", "9"], { stdio: "ignore" });
            });
            const host = await it.start();
            assertFailure(await host.request(authenticate()), "certificate-invalid");
            assert.deepEqual(it.home.pinentry.prompts(), []);
        });
    }
});
