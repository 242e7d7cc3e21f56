/* SPDX-License-Identifier: MIT */
// The Mynaportal modes on the cards that there are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CARD_DATA } from "../rig/paths.ts";
import { commands, verifies } from "./apdus.ts";
import { bench } from "./bench.ts";
import { assertAttributes, assertLogin, assertSigned, attributes, digestInfo, HOLDER, login, sign, unpadded } from "./mynaportal.ts";
import { assertFailure } from "./verify.ts";

/** An attribute of the generated file: what follows its tag, whose length takes one byte or up to three. */
function attribute(file: string, tag: string): string {
    const bytes = readFileSync(join(CARD_DATA, file));
    const at = bytes.indexOf(Buffer.from(tag, "hex")) + 2;
    const more = (bytes[at] ?? 0) > 0x80 ? (bytes[at] ?? 0) - 0x80 : 0;
    const length = more === 0 ? bytes[at] ?? 0 : bytes.readUIntBE(at + 1, more);
    return bytes.subarray(at + 1 + more, at + 1 + more + length).toString();
}

const cards: [name: string, options: string[], signing?: string][] = [
    ["in a contactless reader", ["--atr=contactless"]],
    ["without extended length", ["--no-extended"]],
    ["without short identifiers", ["--no-sfi"]],
    ["without both", ["--no-sfi", "--no-extended"]],
    ["with 6282 at the end of a file", ["--eof=6282"]],
    ["with 6C at the end of a file", ["--eof=6c"]],
    ["with 6B00 at the end of a file", ["--eof=6b00"]],
    ["that gives 50 bytes at a time", ["--max-answer=50"]],
    ["that tells verified PINs in the query", ["--query-verified"]],
    ["with long names", ["--long-names"], "sign-long"],
    ["with long names, 6C at the end, without extended length", ["--long-names", "--eof=6c", "--no-extended"], "sign-long"],
];

for (const [name, options, signing = "sign"] of cards) {
    describe(`a card ${name}`, () => {
        const it = bench(options);

        test("logs in, signs, and hands over the attributes", async () => {
            const host = await it.start();
            const given = [digestInfo(), digestInfo("sha512"), digestInfo("sha1")];
            const [first = assert.fail()] = given;
            it.home.pinentry.answer("pin 1234", "pin ABC123", "pin 1234");
            assertLogin(await host.request(login(unpadded(first))), first);
            assertSigned(await host.request(sign(given.map(unpadded))), given, signing);
            const long = options.includes("--long-names");
            assertAttributes(await host.request(attributes()), {
                ...HOLDER, ...(long ? { name: attribute("attributes-long.bin", "df22"), address: attribute("attributes-long.bin", "df23") } : {}),
            });
            assert.equal(verifies(it.log()).length, 3);
        });
    });
}

describe("a card that wants the PIN for each signature", () => {
    const it = bench(["--pin-per-signature"]);

    test("a batch asks again for each, and signs nothing twice", async () => {
        const host = await it.start();
        const given = [digestInfo(), digestInfo(), digestInfo()];
        it.home.pinentry.answer("pin ABC123", "pin ABC123", "pin ABC123");
        assertSigned(await host.request(sign(given.map(unpadded))), given);
        const prompts = it.home.pinentry.prompts();
        assert.deepEqual(prompts.map((prompt) => /Documents to sign: (\d+)\n/.exec(prompt.description)?.[1]), ["3", "2", "1"]);
        assert.deepEqual(prompts.map((prompt) => prompt.error), ["", ...Array(2).fill("To go on, the password is needed once more.") as string[]]);
        const log = it.log();
        const done = log.filter((line, i) => line.startsWith("> 80 2A") && log[i + 1]?.endsWith(" 90 00") === true);
        assert.equal(done.length, 3);
        assert.equal(new Set(done).size, 3);
    });

    test("a cancel in mid-batch gives nothing out", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123", "cancel");
        assertFailure(await host.request(sign([digestInfo(), digestInfo()].map(unpadded))), "user-cancelled", 5);
    });

    test("a wrong PIN in mid-batch costs one try and is told", async () => {
        const host = await it.start();
        const given = [digestInfo(), digestInfo()];
        it.home.pinentry.answer("pin ABC123", "pin WRONG1", "pin ABC123");
        assertSigned(await host.request(sign(given.map(unpadded))), given);
        assert.match(it.home.pinentry.prompts()[2]?.description ?? "", /4 tries left/);
    });

    test("another person's card in mid-batch is refused before it is asked for anything", async () => {
        const host = await it.start();
        host.send(sign([digestInfo(), digestInfo()].map(unpadded)));
        it.home.pinentry.answer("pin ABC123");
        await it.home.pinentry.shown(2);
        const before = commands(it.log()).filter((each) => each.startsWith("80 2A")).length;
        await it.card.command(`swap ${join(CARD_DATA, "other")}`);
        try {
            // The prompt for the card that is gone closes by itself, and no other one opens.
            assertFailure(await host.next(), "certificate-mismatch");
            assert.equal(it.home.pinentry.prompts().length, 2);
            assert.equal(commands(it.log()).filter((each) => each.startsWith("80 2A")).length, before, "it signed nothing");
        } finally {
            await it.card.command(`swap ${CARD_DATA}`);
            await it.card.inReader();
        }
    });
});

describe("a card without signing certificate", () => {
    const it = bench(["--no-signing-certificate"]);

    test("logs in and hands over the attributes, and is told when it should sign", async () => {
        const host = await it.start();
        const given = digestInfo();
        it.home.pinentry.answer("pin 1234", "pin 1234");
        assertLogin(await host.request(login(unpadded(given))), given);
        assertAttributes(await host.request(attributes()));
        assertFailure(await host.request(sign(unpadded(given))), "certificate-absent");
        assert.equal(it.home.pinentry.prompts().length, 2);
    });
});

describe("certificates that have ended", () => {
    const it = bench(["--expired"]);

    test("neither log in nor sign; the attributes go without one", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123", "pin 1234");
        assertFailure(await host.request(login(unpadded(digestInfo()))), "certificate-expired");
        assertFailure(await host.request(sign(unpadded(digestInfo()))), "certificate-expired");
        assertAttributes(await host.request(attributes()));
        assert.ok(!commands(it.log()).some((each) => each.startsWith("80 2A")));
    });
});

describe("a phone's certificates", () => {
    const it = bench(["--phone"]);

    test("are no card for any of it", async () => {
        const host = await it.start();
        for (const request of [login(unpadded(digestInfo()), {}, { timeout: 1000 }), attributes({}, { timeout: 1000 })]) {
            const answer = await host.request(request);
            assert.ok("error" in answer);
        }
        assert.deepEqual(verifies(it.log()), []);
    });
});
