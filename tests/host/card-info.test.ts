/* SPDX-License-Identifier: MIT */
// card-info and doctor: each kind of card told at once, without a PIN, a try or a trace.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { until, within } from "../rig/wait.ts";
import { commands } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { cardInfo } from "./care.ts";
import { Peer } from "./peer.ts";
import { assertFailure, certificate } from "./verify.ts";

const READER = "Virtual PCD 00 00";
const ALL = { authentication: 3, signing: 5, profile: 3 };

function validity(name: string): { notBefore: string; notAfter: string } {
    const { validFromDate, validToDate } = certificate(name);
    const text = (date: Date): string => date.toISOString().replace(".000Z", "Z");
    return { notBefore: text(validFromDate), notAfter: text(validToDate) };
}

/** Each with what it tells, and the most APDUs that it may take. */
const cards: [name: string, options: string[], apdus: number, told: Message][] = [
    ["an ordinary card", [], 8, {}],
    ["a card in a contactless reader", ["--atr=contactless"], 8, {}],
    ["a card near its end", ["--renewal"], 8, { authentication: validity("auth-renewal") }],
    ["a card past its end", ["--expired"], 8, { authentication: validity("auth-expired") }],
    ["a card that tells verified PINs", ["--query-verified"], 8, {}],
    ["a card with a locked PIN of each kind", ["--auth-tries=0", "--sign-tries=0", "--profile-tries=0"], 12,
        { pins: { authentication: 0, signing: 0, profile: 0 } }],
    ["a card that says it otherwise", ["--auth-tries=0", "--sign-tries=1", "--profile-tries=2", "--locked-sw=6984"], 12,
        { pins: { authentication: 0, signing: 1, profile: 2 } }],
    ["a card without a signing certificate", ["--no-signing-certificate"], 9, { signing: "absent" }],
    ["a card without extended length", ["--no-extended"], 13, {}],
    ["a card without short identifiers", ["--no-sfi"], 17, {}],
    ["a card without both", ["--no-sfi", "--no-extended"], 21, {}],
    ["a card without both and without a signing certificate", ["--no-sfi", "--no-extended", "--no-signing-certificate"], 22, { signing: "absent" }],
    ["certificates on a phone", ["--phone"], 6, { card: "phone-certificate", authentication: undefined, pins: { ...ALL, profile: null } }],
    ["the older card", ["--juki"], 8,
        { card: "juki-card", authentication: undefined, pins: { authentication: null, signing: 5, profile: null } }],
];

for (const [name, options, apdus, told] of cards) {
    describe(name, () => {
        const it = bench(options);

        test("tells what it is", async (t) => {
            const tries = told["pins"] as Record<string, number | null> | undefined;
            for (const [pin, of] of [["auth", "authentication"], ["sign", "signing"], ["profile", "profile"]] as const) {
                await it.card.setTries(pin, tries?.[of] ?? ALL[of]);
            }
            const host = await it.start();
            const expected: Message = { card: "mynumber-card", reader: READER, authentication: validity("auth"), signing: "present", pins: ALL, ...told };
            if (expected["authentication"] === undefined) {
                delete expected["authentication"];
            }
            assert.deepEqual(await host.request(cardInfo({ id: 7 })), { ...expected, id: 7 });
            const sent = commands(it.log());
            t.diagnostic(`${sent.length} APDUs`);
            assert.ok(sent.length <= apdus, sent.join("\n"));
            assert.ok(!it.log().includes("reset"));
            assert.deepEqual(it.home.pinentry.prompts(), []);
        });
    });
}

describe("nothing to tell of", () => {
    const it = bench(["--removed"]);

    test("no card, another card", async () => {
        const host = await it.start();
        assertFailure(await within("an answer that waits for nothing", 1500, host.request(cardInfo())), "card-absent");
        await it.card.command("swap . other");
        await it.card.insert();
        assertFailure(await host.request(cardInfo()), "not-a-mynumber-card");
        assert.ok(!it.log().includes("reset"));
        await it.card.command("swap . mynumber");
        await it.card.inReader();
        assert.equal((await host.request(cardInfo()))["card"], "mynumber-card");
        await it.card.command("swap . juki");
        await it.card.inReader();
        assert.equal((await host.request(cardInfo()))["card"], "juki-card");
        const { readers } = await host.request({ command: "status", arguments: {} }) as { readers: Message[] };
        assert.equal(readers[0]?.["card"], "other-card");
        await it.card.command("swap . mynumber");
    });
});

describe("beside others", () => {
    const it = bench();

    test("another program's connection sees no reset", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "send 00A4040C0AD3921000310001010408", "send 00A4020C020005");
            const before = it.log().filter((line) => /^(reset|power-)/.test(line)).length;
            const host = await it.start();
            assert.equal((await host.request(cardInfo()))["card"], "mynumber-card");
            await it.close(host);
            assert.equal(it.log().filter((line) => /^(reset|power-)/.test(line)).length, before);
            assert.notEqual(await peer.tell("begin"), "error 80100068");
            await peer.must("end leave", "disconnect leave");
        });
    });

    test("a card that another program holds is busy, and free again afterwards", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin");
            const host = await it.start();
            assertFailure(await host.request(cardInfo()), "card-busy");
            await peer.must("end leave", "disconnect leave");
            assert.equal((await host.request(cardInfo()))["card"], "mynumber-card");
        });
    });

    test("while an operation runs it is pending; after one another is not refused", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        assertFailure(await host.request(cardInfo()), "operation-pending");
        it.home.pinentry.answer("cancel");
        assertFailure(await host.next(), "user-cancelled");
        host.send(cardInfo({ id: 1 }));
        host.send(cardInfo({ id: 2 }));
        assert.deepEqual([(await host.next())["id"], (await host.next())["id"]], [1, 2]);
    });
});

describe("doctor", () => {
    const it = bench();

    test("checks each layer, in both languages", async () => {
        const host = await it.start();
        for (const [lang, running] of [["en", /running/], ["ja", /動いています/]] as const) {
            const { checks } = await host.request({ command: "doctor", arguments: { lang } }) as { checks: Message[] };
            const of = (name: string): Message | undefined => checks.find((check) => check["name"] === name);
            for (const name of ["service", "reader", "card", "prompt", "policy"]) {
                assert.equal(of(name)?.["result"], "ok", JSON.stringify(of(name)));
                assert.ok(!("advice" in (of(name) ?? {})));
            }
            assert.match(String(of("service")?.["title"]), running);
            assert.match(String(of("reader")?.["title"]), /Virtual PCD/);
            // Nothing is registered in this home.
            assert.equal(of("browser")?.["result"], "problem");
            assert.match(String(of("browser")?.["advice"]), /install$/m);
            for (const check of checks) {
                assert.deepEqual(Object.keys(check).filter((key) => !["name", "result", "title", "advice"].includes(key)), []);
                assert.ok(!String(check["title"]).includes("\n"));
            }
        }
        assert.ok(!it.log().includes("reset"));
    });

    test("tells what to do without a card", async () => {
        await it.card.remove();
        const host = await it.start();
        await until("the daemon to notice", async () => {
            const { readers } = await host.request({ command: "status", arguments: {} }) as { readers: Message[] };
            return readers[0]?.["card"] === "none";
        });
        const { checks } = await host.request({ command: "doctor", arguments: { lang: "en" } }) as { checks: Message[] };
        const card = checks.find((check) => check["name"] === "card");
        assert.equal(card?.["result"], "problem");
        assert.match(String(card["advice"]), /Lay your MyNumber card/);
    });
});

describe("Web eID's extension", () => {
    const it = bench();

    test("has no part in these", async () => {
        const host = await it.start({ args: ["chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/"] });
        for (const [command, args] of [["card-info", {}], ["card-details", {}], ["change-pin", { pin: "signing" }], ["doctor", {}]] as const) {
            assertFailure(await host.request({ command, arguments: args }), "command-unknown");
        }
        assert.deepEqual(commands(it.log()), []);
        assert.deepEqual(it.home.pinentry.prompts(), []);
    });
});
