/* SPDX-License-Identifier: MIT */
// change-pin, against a card that keeps what it was given: what is asked, what is sent, and what is left.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { assertChanged, changePin } from "./care.ts";
import { assertFailure, assertToken } from "./verify.ts";

const OLD = { auth: "1234", sign: "ABC123", profile: "1234" } as const;
const NAMES = { auth: "authentication", sign: "signing", profile: "profile" } as const;

function changes(log: readonly string[]): string[] {
    return commands(log).filter((command) => command.startsWith("00 24"));
}

for (const options of [[], ["--no-sfi"], ["--no-extended", "--pin-per-signature"], ["--query-verified"]]) {
    describe(`a card ${options.length === 0 ? "as most are" : options.join(" ")}`, () => {
        const it = bench(options);

        for (const [pin, fresh] of [["auth", "7391"], ["sign", "neko7391x"], ["profile", "8264"]] as const) {
            test(`the ${NAMES[pin]} PIN is changed, and nothing else`, async () => {
                it.secrets.push(fresh);
                const host = await it.start();
                const events: Message[] = [];
                it.home.pinentry.answer(`pin ${OLD[pin]}`, `pin ${fresh}`, `pin ${fresh}`);
                assertChanged(await host.request(changePin(NAMES[pin], { events: true }), (event) => events.push(event)));
                assert.deepEqual(events, [
                    { event: "pin-prompt", triesLeft: pin === "sign" ? 5 : 3 }, { event: "pin-prompt", new: true },
                    { event: "pin-prompt", again: true }, { event: "card-working" },
                ]);
                assert.equal(verifies(it.log()).length, 1);
                assert.equal(changes(it.log()).length, 1);
                assert.equal(it.log().filter((line) => line === "reset").length, 1);
                // VERIFY and CHANGE are neighbours, but for a SELECT and the certificate's reading.
                const sent = commands(it.log());
                const between = sent.slice(sent.findIndex((each) => each.startsWith("00 20") && each.endsWith("**")) + 1, sent.findIndex((each) => each.startsWith("00 24")));
                assert.ok(between.every((each) => /^00 (A4 02|B0)/.test(each)), between.join("\n"));
                // The new one holds, which another change back shows.
                it.home.pinentry.answer(`pin ${fresh}`, `pin ${OLD[pin] === "ABC123" ? "ABC124" : "4826"}`, `pin ${OLD[pin] === "ABC123" ? "ABC124" : "4826"}`);
                if (pin === "sign") {
                    it.home.pinentry.reset();
                    it.home.pinentry.answer(`pin ${fresh}`, "pin K7Q2X9P", "pin k7q2x9p");
                }
                assertChanged(await host.request(changePin(NAMES[pin])));
                it.expect.spentVerifies = false;
                await it.card.command(`set-pin ${pin} ${OLD[pin]}`);
            });
        }
    });
}

describe("what the person sees", () => {
    const it = bench();

    test("in both languages: no site, the tries, what is asked", async () => {
        it.secrets.push("7391");
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "cancel", "pin 1234", "cancel");
        assertFailure(await host.request(changePin("authentication")), "user-cancelled", 3);
        assertFailure(await host.request({ command: "change-pin", arguments: { pin: "authentication", lang: "ja" } }), "user-cancelled", 3);
        const [old, fresh, again, , neu] = it.home.pinentry.prompts();
        assert.match(old?.description ?? "", /^JPKI Bridge \(no site asks for this\)\n3 tries left[^]*one that you have now/);
        assert.match(fresh?.description ?? "", /^JPKI Bridge \(no site asks for this\)\n\nPlease choose a new one:\nthe PIN for logging in/);
        assert.equal(fresh?.prompt, "New PIN:");
        assert.match(again?.description ?? "", /once more/);
        assert.match(neu?.description ?? "", /^JPKI Bridge（どのサイトの求めでもありません）\n\n新しい/);
        assert.equal(neu?.title, "カードの暗証番号の変更");
        assert.deepEqual(verifies(it.log()), []);
    });

    test("forms and easy ones are settled without the card", async () => {
        it.secrets.push("7391");
        const host = await it.start();
        it.home.pinentry.answer("pin 12345", "pin 1234", "pin 73", "pin 1234", "pin 0000", "no", "pin 7391", "pin 7392", "cancel");
        assertFailure(await host.request(changePin("profile")), "user-cancelled");
        const prompts = it.home.pinentry.prompts();
        assert.deepEqual(prompts.map(({ kind }) => kind), ["pin", "pin", "pin", "pin", "pin", "confirm", "pin", "pin", "pin"]);
        assert.match(prompts[1]?.error ?? "", /4 digits/);
        assert.match(prompts[3]?.error ?? "", /4 digits/);
        assert.match(prompts[4]?.error ?? "", /PIN you have/);
        assert.equal(prompts[5]?.cancel, "_Choose another");
        assert.match(prompts[8]?.error ?? "", /differ/);
        assert.deepEqual(verifies(it.log()), []);
        assert.equal(it.log().filter((line) => line === "reset").length, 0);
    });

    test("the birth date of the certificate is asked about, outside the transaction", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123", "pin NEKO0504", "pin NEKO0504");
        host.send(changePin("signing"));
        await it.home.pinentry.shown(4);
        assert.equal(isVerified(it.log()), false, "nothing is verified while the person thinks");
        assert.deepEqual(changes(it.log()), []);
        it.home.pinentry.answer("ok");
        assertChanged(await host.next());
        assert.equal(changes(it.log()).length, 1);
        it.expect.spentVerifies = true; // one for each PIN typed at most
        await it.card.command("set-pin sign ABC123");
    });
});

describe("tries", () => {
    const it = bench();

    test("a wrong old PIN is asked for again, the new one kept, and the last try confirmed", async () => {
        it.secrets.push("7391");
        const host = await it.start();
        await it.card.setTries("auth", 2);
        it.home.pinentry.answer("pin 9999", "pin 7391", "pin 7391", "ok", "pin 1234");
        assertChanged(await host.request(changePin("authentication")));
        assert.deepEqual(it.home.pinentry.prompts().map(({ kind }) => kind), ["pin", "pin", "pin", "confirm", "pin"]);
        assert.equal(await it.card.triesLeft("auth"), 3);
        await it.card.command("set-pin auth 1234");
    });

    test("locked: told before any prompt", async () => {
        const host = await it.start();
        await it.card.setTries("sign", 0);
        assertFailure(await host.request(changePin("signing")), "pin-locked", 0);
        assert.deepEqual(it.home.pinentry.prompts(), []);
    });

    test("fell meanwhile: asked again", async () => {
        it.secrets.push("7391");
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391");
        host.send(changePin("authentication"));
        await it.home.pinentry.shown(3);
        await it.card.setTries("auth", 2);
        it.home.pinentry.answer("pin 7391", "cancel");
        assertFailure(await host.next(), "user-cancelled", 2);
        assert.deepEqual(verifies(it.log()), []);
    });
});

/** The number of the CHANGE among the APDUs. */
async function changeAt(it: ReturnType<typeof bench>): Promise<number> {
    const host = await it.start();
    await it.card.command("reset-count");
    it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
    assertChanged(await host.request(changePin("authentication")));
    await it.close(host);
    const at = commands(it.log()).findIndex((command) => command.startsWith("00 24")) + 1;
    await it.card.command("set-pin auth 1234");
    await it.card.command("reset-count");
    it.home.pinentry.reset();
    it.expect.spentVerifies = false;
    return at;
}

describe("a CHANGE whose answer is lost", () => {
    const it = bench();

    test("is never sent again; the new PIN may be tried, and holds", async () => {
        const at = await changeAt(it);
        await it.card.command(`remove-after ${at}`);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
        host.send(changePin("authentication"));
        await until("the card to leave", async () => (await it.card.command("state")) === "out");
        await it.card.insert();
        const { description, kind } = await it.home.pinentry.shown(4);
        assert.equal(kind, "confirm");
        assert.match(description, /^JPKI Bridge \(no site asks for this\)\n3 tries left[^]*not known whether the old one\nor the new one holds/);
        it.home.pinentry.answer("ok");
        assertChanged(await host.next(20_000));
        assert.equal(await it.card.triesLeft("auth"), 3);
        const request = authenticate();
        it.home.pinentry.answer("pin 7391");
        assertToken(await host.request(request), request);
        await it.card.command("set-pin auth 1234");
    });

    test("nor tried when the person would rather not", async () => {
        const at = await changeAt(it);
        await it.card.command(`remove-after ${at}`);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391", "no");
        host.send(changePin("authentication"));
        await until("the card to leave", async () => (await it.card.command("state")) === "out");
        await it.card.insert();
        assertFailure(await host.next(20_000), "pin-change-unknown", 3);
        await it.card.command("set-pin auth 1234");
    });

    test("not carried out: the try shows that the old one holds, which is told", async () => {
        const at = await changeAt(it);
        await it.card.command("garbage-kind badsw");
        await it.card.command(`garbage-at ${at}`);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391", "ok");
        assertFailure(await host.request(changePin("authentication")), "pin-unchanged", 2);
        const request = authenticate();
        it.home.pinentry.answer("pin 1234");
        assertToken(await host.request(request), request);
    });

    test("another card is not asked", async () => {
        const at = await changeAt(it);
        await it.card.command(`remove-after ${at}`);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
        host.send(changePin("authentication"));
        await until("the card to leave", async () => (await it.card.command("state")) === "out");
        await it.card.command("swap other mynumber");
        await it.card.insert();
        assertFailure(await host.next(20_000), "pin-change-unknown");
        assert.equal(it.home.pinentry.prompts().length, 3);
        assert.equal(await it.card.triesLeft("auth"), 3);
        await it.card.command("swap . mynumber");
        await it.card.inReader();
        await it.card.command("set-pin auth 1234");
    });

    test("nor does time that runs out hide it", async () => {
        const at = await changeAt(it);
        await it.card.command(`remove-after ${at}`);
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
        assertFailure(await host.request(changePin("authentication", { timeout: 6000 })), "pin-change-unknown");
        await it.card.insert();
        await it.card.command("set-pin auth 1234");
    });
});
