/* SPDX-License-Identifier: MIT */
// Documents on the cards that there are.
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { CARD_DATA } from "../rig/paths.ts";
import { commands, verifies } from "./apdus.ts";
import { bench } from "./bench.ts";
import { assertDocuments, documents, signDocuments } from "./documents.ts";
import { assertFailure, failure } from "./verify.ts";

const cards: [name: string, options: string[], apdus: number, signing?: string][] = [
    ["in a contactless reader", ["--atr=contactless"], 11],
    ["without extended length", ["--no-extended"], 20],
    ["in a reader that fails at extended length", ["--no-extended=error"], 20],
    ["without short identifiers", ["--no-sfi"], 18],
    ["without both", ["--no-sfi", "--no-extended"], 27],
    ["with padding after the certificates", ["--padding=500"], 11],
    ["with 6282 at the end of a file", ["--eof=6282"], 11],
    ["with 6C at the end of a file", ["--eof=6c"], 11],
    ["with 6B00 at the end of a file", ["--eof=6b00"], 11],
    ["that gives 50 bytes at a time", ["--max-answer=50"], 60],
    ["that tells verified PINs in the query", ["--query-verified"], 11],
    ["in the renewal period", ["--renewal"], 11, "sign-renewal"],
    ["with long names", ["--long-names"], 11, "sign-long"],
    ["with long names, 6C at the end, without extended length", ["--long-names", "--eof=6c", "--no-extended"], 24, "sign-long"],
];

for (const [name, options, apdus, signing = "sign"] of cards) {
    describe(`a card ${name}`, () => {
        const it = bench(options);

        test(`signs two documents with at most ${apdus} APDUs`, async (t) => {
            const host = await it.start();
            const given = documents(2);
            it.home.pinentry.answer("pin ABC123");
            assertDocuments(await host.request(signDocuments(given)), given, { name: signing });
            const count = await it.card.count();
            t.diagnostic(`${name}: ${count} APDUs`);
            assert.ok(count <= apdus, commands(it.log()).join("\n"));
            assert.equal(verifies(it.log()).length, 1);
            assert.equal(await it.card.triesLeft("sign"), 5);
        });
    });
}

describe("a card that wants the PIN for each signature", () => {
    const it = bench(["--pin-per-signature"]);

    test("is given it by the person, and signs nothing twice", async () => {
        const host = await it.start();
        const given = documents(3);
        it.home.pinentry.answer("pin ABC123", "pin ABC123", "pin ABC123");
        assertDocuments(await host.request(signDocuments(given)), given);
        const prompts = it.home.pinentry.prompts();
        assert.deepEqual(prompts.map((prompt) => /Documents to sign: (\d+)\n/.exec(prompt.description)?.[1]), ["3", "2", "1"]);
        const log = it.log();
        const done = log.filter((line, i) => line.startsWith("> 80 2A") && log[i + 1]?.endsWith(" 90 00") === true);
        assert.equal(new Set(done).size, 3);
        assert.equal(done.length, 3);
    });

    test("a cancel in mid-batch gives nothing out, and tells what was signed", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123", "cancel");
        const answer = await host.request(signDocuments(documents(2)));
        assertFailure(answer, "user-cancelled", 5);
        assert.equal(failure(answer).signed, 1);
    });

    test("a wrong PIN in mid-batch costs one try and is told", async () => {
        const host = await it.start();
        const given = documents(2);
        it.home.pinentry.answer("pin ABC123", "pin WRONG1", "pin ABC123");
        assertDocuments(await host.request(signDocuments(given)), given);
        assert.match(it.home.pinentry.prompts()[2]?.description ?? "", /4 tries left/);
    });

    test("another person's card in mid-batch is refused before it is asked for anything, and signs nothing", async () => {
        const host = await it.start();
        host.send(signDocuments(documents(2)));
        it.home.pinentry.answer("pin ABC123");
        await it.home.pinentry.shown(2);
        const before = commands(it.log()).filter((each) => each.startsWith("80 2A")).length;
        await it.card.command(`swap ${join(CARD_DATA, "other")}`);
        try {
            const answer = await host.next();
            assertFailure(answer, "certificate-mismatch");
            assert.equal(failure(answer).signed, 1);
            assert.equal(it.home.pinentry.prompts().length, 2);
            assert.deepEqual(verifies(it.log()).length, 1);
            assert.equal(commands(it.log()).filter((each) => each.startsWith("80 2A")).length, before);
        } finally {
            await it.card.command(`swap ${CARD_DATA}`);
            await it.card.inReader();
        }
    });
});

describe("a card with expired certificates", () => {
    const it = bench(["--expired"]);

    test("is found out by the PIN, and signs nothing", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        assertFailure(await host.request(signDocuments(documents(2))), "certificate-expired");
        assert.deepEqual(commands(it.log()).filter((each) => each.startsWith("80 2A")), []);
        assert.equal(await it.card.triesLeft("sign"), 5);
    });
});

describe("a card without a signing certificate", () => {
    const it = bench(["--no-signing-certificate"]);

    test("is told so before any prompt", async () => {
        const host = await it.start();
        assertFailure(await host.request(signDocuments(documents(1))), "certificate-absent");
        assert.deepEqual(it.home.pinentry.prompts(), []);
    });
});

describe("a card whose files do not belong together", () => {
    const folder = mkdtempSync(join(tmpdir(), "jb-data-"));
    cpSync(realpathSync(CARD_DATA), folder, { recursive: true });
    const it = bench(["--data", folder]);
    after(() => { rmSync(folder, { recursive: true }); });

    async function lay(from: string, to: string): Promise<void> {
        await it.dropCard(it.card);
        cpSync(realpathSync(CARD_DATA), folder, { recursive: true });
        copyFileSync(join(folder, from), join(folder, to));
        await it.addCard("--data", folder);
    }

    test("has the CA of the other certificate: nothing is signed", async () => {
        await lay("auth-ca.pem", "sign-ca.pem");
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        assertFailure(await host.request(signDocuments(documents(1))), "certificate-invalid");
        assert.deepEqual(commands(it.log()).filter((each) => each.startsWith("80 2A")), []);
    });

    test("signs with another key than its certificate has: nothing leaves the host", async () => {
        await lay(join("other", "sign.key"), "sign.key");
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(signDocuments(documents(2)));
        assertFailure(answer, "signature-invalid");
        assert.equal(failure(answer).signed, 2);
    });
});
