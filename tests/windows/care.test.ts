/* SPDX-License-Identifier: MIT */
// Looking after the card in the program for Windows: what it tells, a PIN that is changed, a profile that is handed over.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import type { Host, Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { authenticate } from "../host/bench.ts";
import { commands, verifies } from "../host/apdus.ts";
import { assertChanged, cardDetails, cardInfo, changePin, readProfile } from "../host/care.ts";
import { attributes, assertAttributes, HOLDER } from "../host/mynaportal.ts";
import { assertFailure, assertToken } from "../host/verify.ts";
import { PINS, world } from "./bench.ts";

const it = world();
const FRESH = "7391";
afterEach(() => { it.forgetAll(); });

function changes(): number {
    return commands(it.card.log()).filter((command) => command.startsWith("00 24")).length;
}

/** A host that sees the card: a reader that has just begun takes a moment. */
async function withCard(): Promise<Host> {
    const host = await it.start();
    await until("the card in the reader", async () => JSON.stringify(await host.request({ command: "status", arguments: {} })).includes("mynumber-card"));
    return host;
}

describe("what the card tells", () => {
    test("card-info: without a PIN and without a window", async () => {
        const host = await withCard();
        const before = verifies(it.card.log()).length;
        const answer = await host.request(cardInfo());
        assert.deepEqual([answer["card"], answer["reader"], answer["signing"]], ["mynumber-card", "Test Reader 0", "present"]);
        assert.deepEqual(answer["pins"], { authentication: 3, signing: 5, profile: 3 });
        assert.equal(verifies(it.card.log()).length, before);
    });

    test("doctor: each layer, in both languages", async () => {
        const host = await withCard();
        for (const [lang, own] of [["en", /this program's own/], ["ja", /このプログラムの画面/]] as const) {
            const { checks } = await host.request({ command: "doctor", arguments: { lang } }) as { checks: Message[] };
            const of = (name: string): Message | undefined => checks.find((check) => check["name"] === name);
            for (const name of ["service", "reader", "card", "prompt", "policy"]) {
                assert.equal(of(name)?.["result"], "ok", JSON.stringify(of(name)));
            }
            assert.match(String(of("prompt")?.["title"]), own);
            assert.equal(of("browser")?.["result"], "problem", "nothing is registered in this world");
        }
    });

    test("status, as a command: the reader and what lies on it", () => {
        const { code, out } = it.run(["status"]);
        assert.equal(code, 0, out);
        assert.match(out, /Test Reader 0/);
        const japanese = it.run(["status"], { LANG: "ja_JP.UTF-8" });
        assert.match(japanese.out, /Test Reader 0/);
        assert.notEqual(japanese.out, out);
    });

    test("card-details under the signing password", async () => {
        const host = await it.start();
        const answer = host.request({ ...cardDetails(), arguments: { lang: "ja" } });
        await it.prompt("ja-details");
        await it.answer("abc123");
        assert.deepEqual((await answer)["name"], { value: HOLDER.name, substituted: [] });
    });
});

describe("a change of PIN", () => {
    for (const lang of ["ja", "en"]) {
        test(`in ${lang}: the old one, a new one, an easy one, the new one again`, async () => {
            const host = await it.start();
            const answer = host.request({ ...changePin("authentication"), arguments: { pin: "authentication", lang } });
            const before = changes();
            await it.prompt(`${lang}-change-old`);
            await it.answer(PINS.auth);
            await it.prompt(`${lang}-change-new`);
            await it.answer("0000");
            await it.prompt(`${lang}-change-easy`);
            await it.display.press("Escape");
            await it.prompt(`${lang}-change-new-again`);
            await it.answer(FRESH);
            await it.prompt(`${lang}-change-repeat`);
            assert.equal(changes(), before, "nothing has gone to the card yet");
            await it.answer(FRESH);
            assertChanged(await answer);
            assert.equal(changes(), before + 1);
            const request = authenticate({ lang });
            const login = host.request(request);
            await it.prompt(`${lang}-change-login`);
            await it.answer(FRESH);
            assertToken(await login, request);
            await it.card.command(`set-pin auth ${PINS.auth}`);
        });
    }

    test("two that differ are asked for anew, and nothing is sent when that is called off", async () => {
        const host = await it.start();
        const answer = host.request(changePin("signing"));
        const before = [changes(), verifies(it.card.log()).length];
        await it.prompt("en-change-password");
        await it.answer(PINS.sign);
        await it.prompt("en-change-password-new");
        await it.answer("neko7391x");
        await it.prompt("en-change-password-repeat");
        await it.answer("neko7391y");
        await it.prompt("en-change-password-differs");
        await it.display.press("Escape");
        assertFailure(await answer, "user-cancelled");
        assert.deepEqual([changes(), verifies(it.card.log()).length], before);
    });
});

describe("a profile", () => {
    for (const lang of ["ja", "en"]) {
        test(`in ${lang}: what is handed over is named first`, async () => {
            const host = await it.start();
            const answer = host.request(readProfile(["name", "address"], { lang }));
            await it.prompt(`${lang}-profile`);
            await it.answer(PINS.profile);
            assert.deepEqual(await answer, { name: HOLDER.name, address: HOLDER.address });
        });
    }

    test("the identifier of the installation stays on this computer, and does not roam", async () => {
        const host = await it.start();
        const answer = host.request(attributes());
        await it.prompt("en-attributes");
        await it.answer(PINS.profile);
        assertAttributes(await answer);
        const [kept, roaming] = [it.localFolder, it.folder].map((folder) => join(folder, "installation.json"));
        assert.equal(JSON.parse(readFileSync(kept ?? "", "utf8")), (await answer)["uuid"]);
        assert.ok(!existsSync(roaming ?? ""));
    });
});
