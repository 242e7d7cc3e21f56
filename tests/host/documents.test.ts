/* SPDX-License-Identifier: MIT */
// Signing documents: digests in, CMS out, all under one PIN entry.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { bench } from "./bench.ts";
import { assertDocuments, documents, signDocuments } from "./documents.ts";
import { assertFailure, failure } from "./verify.ts";

const it = bench();
const signatures = (): string[] => commands(it.log()).filter((each) => each.startsWith("80 2A"));

describe("documents", () => {
    for (const format of ["cades", "pades"] as const) {
        test(`one, ${format}: in 10 APDUs`, async () => {
            const host = await it.start();
            const given = documents(1, [format]);
            const events: Message[] = [];
            it.home.pinentry.answer("pin ABC123");
            assertDocuments(await host.request(signDocuments(given, { events: true }), (event) => events.push(event)), given);
            assert.equal(await it.card.count(), 10, commands(it.log()).join("\n"));
            assert.deepEqual(events, [
                { event: "pin-prompt", triesLeft: 5 }, { event: "card-working" }, { event: "card-working", signed: 1, count: 1 },
            ]);
            const [prompt, ...more] = it.home.pinentry.prompts();
            assert.deepEqual(more, []);
            assert.match(prompt?.description ?? "", /Documents to sign: 1\n/);
            assert.match(prompt?.description ?? "", /name,\naddress, date of birth and sex/);
        });
    }

    test("twenty: under one PIN, in the order asked, in 29 APDUs, each one told", async () => {
        const host = await it.start();
        const given = documents(20);
        const told: unknown[] = [];
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(signDocuments(given, { events: true, id: "a" }), ({ signed, count }) => {
            if (signed !== undefined) {
                told.push([signed, count]);
            }
        });
        assert.equal(answer["id"], "a");
        assertDocuments(answer, given);
        assert.deepEqual(told, given.map((_, i) => [i + 1, 20]));
        assert.equal(await it.card.count(), 29, commands(it.log()).join("\n"));
        assert.equal(verifies(it.log()).length, 1);
        assert.match(it.home.pinentry.prompts()[0]?.description ?? "", /Documents to sign: 20\n/);
    });

    for (const hash of ["SHA-384", "SHA-512"] as const) {
        test(`by ${hash}`, async () => {
            const host = await it.start();
            const given = documents(2);
            it.home.pinentry.answer("pin ABC123");
            assertDocuments(await host.request(signDocuments(given, {}, hash)), given, { hashFunction: hash });
        });
    }

    test("the same document twice is signed twice", async () => {
        const host = await it.start();
        const [one] = documents(1);
        assert.ok(one !== undefined);
        it.home.pinentry.answer("pin ABC123");
        assertDocuments(await host.request(signDocuments([one, one])), [one, one]);
        assert.equal(signatures().length, 2);
    });
});

describe("requests that are refused before any card is looked at", () => {
    const digest = Buffer.alloc(32, 5).toString("base64");
    const fine = { format: "cades", digest };
    const cases: [name: string, changes: Message, reason: string, argument: string][] = [
        ["none", { documents: [] }, "argument-invalid", "documents"],
        ["51 of them", { documents: Array(51).fill(fine) }, "argument-invalid", "documents"],
        ["no list", { documents: fine }, "argument-invalid", "documents"],
        ["something else in the list", { documents: [fine, digest] }, "argument-invalid", "documents"],
        ["an unknown member", { documents: [{ ...fine, name: "a.pdf" }] }, "argument-unknown", "documents"],
        ["no format", { documents: [{ digest }] }, "argument-missing", "documents"],
        ["another format", { documents: [{ ...fine, format: "xades" }] }, "argument-invalid", "documents"],
        ["no digest", { documents: [{ format: "pades" }] }, "argument-missing", "documents"],
        ["a digest of another length", { documents: [fine, { ...fine, digest: Buffer.alloc(20).toString("base64") }] }, "argument-invalid", "documents"],
        ["a digest of another function", { hashFunction: "SHA-512" }, "argument-invalid", "documents"],
        ["no base64", { documents: [{ ...fine, digest: "-".repeat(44) }] }, "argument-invalid", "documents"],
        ["SHA-1", { hashFunction: "SHA-1" }, "algorithm-unsupported", "hashFunction"],
        ["SHA-224", { hashFunction: "SHA-224", documents: [{ ...fine, digest: Buffer.alloc(28).toString("base64") }] }, "algorithm-unsupported", "hashFunction"],
        ["an argument of sign", { hash: digest }, "argument-unknown", "arguments"],
        ["an origin that is not secure", { origin: "http://portal.example.lg.jp" }, "origin-invalid", "origin"],
    ];
    for (const [name, changes, reason, argument] of cases) {
        test(name, async () => {
            const host = await it.start();
            const answer = await host.request({ command: "sign-documents", arguments: { documents: [fine], hashFunction: "SHA-256", origin: "https://portal.example.lg.jp", ...changes } });
            assertFailure(answer, reason);
            assert.equal(failure(answer).argument, argument);
            assert.deepEqual(commands(it.log()), []);
        });
    }

    test("what is missing, and a name that is there twice", async () => {
        const host = await it.start();
        assertFailure(await host.request({ command: "sign-documents", arguments: { hashFunction: "SHA-256", origin: "https://a.go.jp" } }), "argument-missing");
        assertFailure(await host.request({ command: "sign-documents", arguments: { documents: [fine], origin: "https://a.go.jp" } }), "argument-missing");
        assertFailure(await host.request(`{"command":"sign-documents","arguments":{"documents":[{"format":"cades","format":"pades","digest":"${digest}"}],"hashFunction":"SHA-256","origin":"https://a.go.jp"}}`), "request-malformed");
        assert.deepEqual(commands(it.log()), []);
    });
});

describe("in mid-batch", () => {
    test("the card is taken away: what was signed is told, and nothing is given out", async () => {
        const host = await it.start();
        await it.card.command("remove-at 12"); // the fourth signature
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(signDocuments(documents(6)));
        assertFailure(answer, "card-removed");
        assert.equal(failure(answer).signed, 3);
        assert.deepEqual(Object.keys(answer), ["error"]);
        await it.card.insert();
        const given = documents(2);
        it.home.pinentry.answer("pin ABC123");
        assertDocuments(await host.request(signDocuments(given)), given);
    });

    test("the port is closed: the card is left clean, and signs no more", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        await it.card.command("delay-apdu 60");
        host.send(signDocuments(documents(50)));
        await until("three signatures", () => signatures().length >= 3, 10_000);
        await it.close(host);
        await until("the card to be left without a verified PIN", () => !isVerified(it.card.log()), 2_000);
        assert.ok(signatures().length < 50);
        assert.ok(it.log().includes("reset"));
        await it.card.command("delay-apdu 0");
    });

    test("the card falls silent: the watch tells what was signed", async () => {
        const host = await it.start();
        await it.card.command("silent-at 11");
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(signDocuments(documents(6), { timeout: 5_000 }), undefined, 60_000);
        assert.equal(failure(answer).signed, 2);
        await it.card.remove();
    });
});
