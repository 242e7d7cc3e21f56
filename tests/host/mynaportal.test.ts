/* SPDX-License-Identifier: MIT */
// マイナポータル, e-Tax and services like them: what a page asks, and the answer to the letter.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { commands, verifies } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { readProfile } from "./care.ts";
import { ask, assertAttributes, assertLogin, assertSigned, attributes, digestInfo, login, SERVICE, sign, unpadded } from "./mynaportal.ts";
import { assertFailure, assertToken } from "./verify.ts";

const it = bench();
const installation = (): string => join(it.home.path, ".config/jpki-bridge/installation.json");

describe("mode 01", () => {
    test("one signature, certificate, uuid and combination code; at most 11 APDUs", async () => {
        const host = await it.start();
        const given = digestInfo();
        const events: Message[] = [];
        it.home.pinentry.answer("pin 1234");
        assertLogin(await host.request(login(given.toString("base64"), {}, { events: true }), (event) => events.push(event)), given);
        assert.ok(await it.card.count() <= 11, commands(it.log()).join("\n"));
        assert.deepEqual(events.map((event) => event["event"]), ["pin-prompt", "card-working"]);
        const [prompt, ...more] = it.home.pinentry.prompts();
        assert.deepEqual(more, []);
        assert.equal(prompt?.kind, "pin");
        assert.ok(prompt.description.startsWith(`Site: ${SERVICE}\n3 tries left`));
        assert.match(prompt.title, /Log in/);
    });

    const hashes = ["sha1", "sha256", "sha384", "sha512"] as const;
    const forms: [string, Buffer][] = [
        ...hashes.map((hash): [string, Buffer] => [`the DigestInfo of ${hash}`, digestInfo(hash)]),
        ...hashes.map((hash): [string, Buffer] => [`a bare ${hash}`, createHash(hash).update(randomBytes(9)).digest()]),
    ];
    for (const [name, given] of forms) {
        test(`${name} is signed as it is, with its base64 padded or not`, async () => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234", "pin 1234");
            assertLogin(await host.request(login(given.toString("base64"))), given);
            assertLogin(await host.request(login(unpadded(given))), given);
        });
    }

    test("the message may be an object, and the answer carries the request's id", async () => {
        const host = await it.start();
        const given = digestInfo();
        it.home.pinentry.answer("pin 1234");
        const message = { mode: "01", service_id: "01", digest: unpadded(given) };
        const { id, ...answer } = await host.request({ command: "mynaportal", arguments: { message, origin: SERVICE }, id: 7 });
        assert.equal(id, 7);
        assertLogin(answer, given);
    });
});

describe("mode 02", () => {
    test("one digest: a list of one signature", async () => {
        const host = await it.start();
        const given = digestInfo();
        it.home.pinentry.answer("pin ABC123");
        assertSigned(await host.request(sign(unpadded(given))), [given]);
        assert.match(it.home.pinentry.prompts()[0]?.description ?? "", /Documents to sign: 1\n/);
    });

    test("twenty digests: under one PIN, in the order asked", async () => {
        const host = await it.start();
        const given = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? randomBytes(32) : digestInfo()));
        it.home.pinentry.answer("pin ABC123");
        assertSigned(await host.request(sign(given.map((each, i) => (i % 2 === 0 ? each.toString("base64") : unpadded(each))))), given);
        assert.equal(it.home.pinentry.prompts().length, 1);
        assert.match(it.home.pinentry.prompts()[0]?.description ?? "", /Documents to sign: 20\n/);
        assert.equal(verifies(it.log()).length, 1);
    });

    test("the same digest twice is signed twice", async () => {
        const host = await it.start();
        const given = digestInfo();
        it.home.pinentry.answer("pin ABC123");
        assertSigned(await host.request(sign([unpadded(given), unpadded(given)])), [given, given]);
    });
});

describe("mode 04", () => {
    test("the four attributes, as hex of UTF-8, and nothing else of the card", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        assertAttributes(await host.request(attributes()));
        const [prompt] = it.home.pinentry.prompts();
        assert.match(prompt?.description ?? "", /券面事項入力補助用暗証番号/);
        assert.match(prompt?.description ?? "", /name, address,\ndate of birth and sex/);
        assert.match(prompt?.ok ?? "", /Give/);
        const sent = commands(it.log());
        assert.ok(sent.length <= 10, sent.join("\n"));
        assert.ok(!sent.some((each) => each.startsWith("80 2A")), "nothing is signed");
        // EF 0001 of the profile application: by SELECT or by short identifier
        assert.ok(!sent.some((each) => each === "00 A4 02 0C 02 00 01" || each.startsWith("00 B0 81")), "the individual number is left alone");
    });

    test("no command reads the individual number", async () => {
        const host = await it.start();
        for (const command of ["read-individual-number", "individual-number"]) {
            assertFailure(await host.request({ command, arguments: { origin: SERVICE } }), "command-unknown");
        }
        assertFailure(await host.request(readProfile(["number"], { origin: SERVICE })), "argument-invalid");
        for (const mode of ["03", "06", "07"]) {
            assertFailure(await host.request(ask({ mode, service_id: "01" })), "argument-invalid");
        }
        assert.deepEqual(commands(it.log()), []);
    });

    test("a wrong PIN, then the right one; a cancel tells what is left", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 9999", "pin 1234");
        assertAttributes(await host.request(attributes()));
        assert.match(it.home.pinentry.prompts()[1]?.description ?? "", /2 tries left/);
        it.home.pinentry.answer("pin 9999", "cancel");
        assertFailure(await host.request(attributes()), "user-cancelled", 2);
        assert.deepEqual([await it.card.triesLeft("profile"), await it.card.triesLeft("auth")], [2, 3]);
    });

    test("the last try is confirmed first, and a no leaves it", async () => {
        await it.card.setTries("profile", 1);
        const host = await it.start();
        it.home.pinentry.answer("no");
        assertFailure(await host.request(attributes()), "user-cancelled", 1);
        assert.deepEqual(verifies(it.log()), []);
        it.home.pinentry.answer("ok", "pin 1234");
        assertAttributes(await host.request(attributes()));
    });

    test("locked: told, and neither asked nor tried; a log-in still goes", async () => {
        await it.card.setTries("profile", 0);
        const host = await it.start();
        assertFailure(await host.request(attributes()), "pin-locked", 0);
        assert.deepEqual(it.home.pinentry.prompts(), []);
        assert.deepEqual(verifies(it.log()), []);
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });
});

test("mode 05: nothing, without a card or a question", async () => {
    const host = await it.start();
    assert.deepEqual(await host.request(ask({ mode: "05" })), {});
    assert.deepEqual(await host.request(ask({ mode: "05" }, { origin: "https://unknown.example" })), {});
    assert.deepEqual(commands(it.log()), []);
    assert.deepEqual(it.home.pinentry.prompts(), []);
});

describe("the uuid", () => {
    const uuid = async (): Promise<unknown> => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        const given = digestInfo();
        const answer = await host.request(login(unpadded(given)));
        assertLogin(answer, given);
        return answer["uuid"];
    };

    test("is made at first use, kept over runs, and read by its owner only", async () => {
        rmSync(installation(), { force: true });
        const first = await uuid();
        assert.equal(statSync(installation()).mode & 0o777, 0o600);
        assert.equal(JSON.parse(readFileSync(installation(), "utf8")), first);
        assert.equal(await uuid(), first);
        rmSync(installation());
        assert.notEqual(await uuid(), first);
    });

    test("a file that holds none is told before anything is asked, and left alone", async () => {
        writeFileSync(installation(), '"broken"');
        try {
            const host = await it.start();
            assertFailure(await host.request(attributes()), "config-invalid");
            assert.equal(readFileSync(installation(), "utf8"), '"broken"');
            assert.deepEqual(commands(it.log()), []);
            assert.deepEqual(it.home.pinentry.prompts(), []);
        } finally {
            rmSync(installation());
        }
    });
});

describe("what is no message of the protocol is refused before anything is asked:", () => {
    const digest = unpadded(digestInfo());
    const cases: [name: string, message: unknown, reason: string, argument: string][] = [
        ["no JSON", "mode=01", "request-malformed", "message"],
        ["an empty text", "", "request-malformed", "message"],
        ["a list", "[]", "request-malformed", "message"],
        ["a text in JSON", '"01"', "request-malformed", "message"],
        ["a name twice", `{"mode":"01","mode":"02","service_id":"01","digest":"${digest}"}`, "request-malformed", "message"],
        ["no mode", { service_id: "01", digest }, "argument-missing", "mode"],
        ["a number as mode", { mode: 1, service_id: "01", digest }, "argument-invalid", "mode"],
        ["an unknown mode", { mode: "99", service_id: "01", digest }, "argument-invalid", "mode"],
        ["no service", { mode: "01", digest }, "argument-missing", "service_id"],
        ["an unknown service", { mode: "01", service_id: "99", digest }, "argument-invalid", "service_id"],
        ["no digest", { mode: "01", service_id: "01" }, "argument-missing", "digest"],
        ["an empty digest", { mode: "01", service_id: "01", digest: "" }, "argument-invalid", "digest"],
        ["a list of digests for a log-in", { mode: "01", service_id: "01", digest: [digest] }, "argument-invalid", "digest"],
        ["no digests", { mode: "02", service_id: "01", digest: [] }, "argument-invalid", "digest"],
        ["200 digests", { mode: "02", service_id: "01", digest: Array.from({ length: 200 }, () => digest) }, "argument-invalid", "digest"],
        ["a digest that is no text", { mode: "02", service_id: "01", digest: [digest, 7] }, "argument-invalid", "digest"],
        ["a document in the digest's place", { mode: "02", service_id: "01", digest: randomBytes(90).toString("base64") }, "argument-invalid", "digest"],
        ["31 bytes", { mode: "02", service_id: "01", digest: randomBytes(31).toString("base64") }, "argument-invalid", "digest"],
        ["the DigestInfo of MD5", { mode: "01", service_id: "01", digest: Buffer.concat([Buffer.from("3020300c06082a864886f70d020505000410", "hex"), randomBytes(16)]).toString("base64") }, "argument-invalid", "digest"],
        ["base64url", { mode: "01", service_id: "01", digest: Buffer.alloc(32, 0xff).toString("base64url") }, "argument-invalid", "digest"],
        ["100 kB", { mode: "01", service_id: "01", digest: "A".repeat(100_000) }, "argument-invalid", "message"],
    ];
    for (const [name, message, reason, argument] of cases) {
        test(name, async () => {
            const host = await it.start();
            const answer = await host.request(ask(message));
            assertFailure(answer, reason);
            assert.equal((answer["error"] as Message)["argument"], argument);
            assert.deepEqual(commands(it.log()), []);
            assert.deepEqual(it.home.pinentry.prompts(), []);
            assert.deepEqual(await host.request(ask({ mode: "05" })), {}, "and it goes on");
        });
    }

    test("10 MB: refused by its length, and the port ends", async () => {
        const host = await it.start();
        assertFailure(await host.request(ask("A".repeat(10 * 1024 * 1024))), "request-malformed");
        assert.deepEqual(await host.ended, { code: 0, signal: null });
    });

    for (const origin of ["http://www.myna.go.jp", "https://WWW.MYNA.GO.JP", "https://www.myna.go.jp.", "https://www.myna.go.jp:443", "https://www.myna.go.jp/", "https://マイナ.go.jp", "null", ""]) {
        test(`the origin "${origin}"`, async () => {
            const host = await it.start();
            assertFailure(await host.request(login(digest, { origin })), "origin-invalid");
            assert.deepEqual(it.home.pinentry.prompts(), []);
        });
    }
});
