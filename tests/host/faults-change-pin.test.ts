/* SPDX-License-Identifier: MIT */
// A change of PIN gone wrong at each APDU, in every way that the virtual card can play.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { bench } from "./bench.ts";
import { assertChanged, changePin } from "./care.ts";
import { helped, IN_VAIN_MS } from "./faults.ts";
import { failure } from "./verify.ts";

const it = bench();
/** SELECT, number (2), SELECT, query; again SELECT, query, VERIFY, SELECT, CHANGE; and the SELECT that leaves. */
const APDUS = 11;
const CHANGE = 10;
const indices = Array.from({ length: APDUS }, (_, i) => i + 1);
const GARBAGE = ["random", "one-byte", "empty", "long", "huge", "badsw"] as const;

/** Which of the two the card has now; the other is not tried. */
async function holds(): Promise<"old" | "new"> {
    const host = await it.start();
    await it.renew();
    it.home.pinentry.reset();
    it.home.pinentry.answer("pin 7391", "cancel");
    const answer = await host.request({ command: "read-profile", arguments: { fields: ["sex"], origin: "https://a.example" } });
    await it.close(host);
    it.home.pinentry.reset();
    it.expect.spentVerifies = false;
    await it.renew();
    await it.card.command("set-pin profile 1234");
    return "error" in answer ? "old" : "new";
}

/** Without `isHelped` the card does not come back by itself, and time runs out where it is waited for. */
async function run(faults: readonly string[], isHelped = true): Promise<void> {
    it.secrets.push("7391");
    await it.card.command("set-pin profile 1234");
    const host = await it.start();
    for (const fault of faults) {
        await it.card.command(fault);
    }
    it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391", "no");
    const answer = isHelped
        ? (await helped(host, it.card, changePin("profile", { events: true }))).answer
        : await host.request(changePin("profile", { timeout: IN_VAIN_MS }));
    assert.ok(verifies(it.log()).length <= 1);
    assert.ok(commands(it.log()).filter((command) => command.startsWith("00 24")).length <= 1, "a CHANGE goes out once");
    assert.equal(await it.card.triesLeft("profile"), 3, `a try is gone:\n${it.log().join("\n")}`);
    await it.close(host);
    if (faults.includes("garbage-kind empty")) {
        await until("the card to be taken anew", () => it.log().includes("# in the reader"));
        await it.card.inReader();
    }
    const now = await holds();
    if ("error" in answer) {
        const { reason } = failure(answer);
        assert.notEqual(reason, "internal-error");
        assert.ok(now === "old" || reason === "pin-change-unknown", `${reason}, and the new one holds`);
    } else {
        assertChanged(answer);
        assert.equal(now, "new");
    }
}

test(`it takes ${APDUS} APDUs when all goes well`, async () => {
    const host = await it.start();
    await it.card.command("reset-count");
    it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
    assertChanged(await host.request(changePin("profile")));
    assert.equal(await it.card.count(), APDUS, commands(it.log()).join("\n"));
    assert.ok(commands(it.log())[CHANGE - 1]?.startsWith("00 24 01 80"));
    await it.card.command("set-pin profile 1234");
});

for (const i of indices) {
    test(`the card is gone before APDU ${i}`, async () => { await run([`remove-at ${i}`], false); });
    test(`the card carries out APDU ${i}, and is gone before it answers`, async () => { await run([`remove-after ${i}`]); });
    for (const kind of GARBAGE) {
        test(`nonsense (${kind}) instead of APDU ${i}`, async () => { await run([`garbage-kind ${kind}`, `garbage-at ${i}`]); });
    }
    test(`the card falls silent at APDU ${i}, and the port is closed`, async () => {
        it.secrets.push("7391");
        const host = await it.start();
        await it.card.command(`silent-at ${i}`);
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
        host.send(changePin("profile"));
        await until(`APDU ${i}`, () => commands(it.log()).length === i, 5000);
        await it.close(host); // within a second
        await it.card.remove();
        assert.equal(isVerified(it.card.log()), false);
        assert.equal(await it.card.triesLeft("profile"), 3);
        assert.equal(await holds(), i > CHANGE ? "new" : "old");
    });
}

describe("a card that stays silent", () => {
    test("at the CHANGE: told as what it is, though the port stays open", async () => {
        it.secrets.push("7391");
        const host = await it.start();
        await it.card.command(`silent-at ${CHANGE}`);
        it.home.pinentry.answer("pin 1234", "pin 7391", "pin 7391");
        const answer = await host.request(changePin("profile"), undefined, 40_000);
        assert.equal(failure(answer).reason, "pin-change-unknown");
        await it.close(host);
        await it.card.remove();
        assert.equal(await holds(), "old");
    });
});
