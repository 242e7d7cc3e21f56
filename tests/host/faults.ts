/* SPDX-License-Identifier: MIT */
// Every APDU of an operation gone wrong in every way that the virtual card can play.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { SLOW, until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { assertToken, failure } from "./verify.ts";

export interface Operation {
    name: string;
    pin: "auth" | "sign" | "profile";
    typed: string;
    request: (more: Message) => Message;
    check: (answer: Message) => void;
    /** How many APDUs it takes when all goes well. */
    apdus: number;
    /** The last of them only leaves the application: what goes wrong then harms nothing. */
    leaving: boolean;
    /** Which of them are a SELECT. */
    selects: readonly number[];
}

const ALL_TRIES = { auth: 3, sign: 5, profile: 3 } as const;
const GARBAGE = ["random", "one-byte", "empty", "long", "huge", "badsw"] as const;

/** What may be said of a card that went away, or spoke nonsense, in the middle. */
const REMOVED = ["card-removed", "card-absent", "pin-unanswered", "card-unresponsive"];
const NONSENSE = ["card-error", "card-unresponsive", "card-removed", "card-absent", "pin-unanswered", "certificate-invalid", "signature-invalid", "not-a-mynumber-card", "certificate-absent"];

export function faults(operation: Operation): void {
    const it = bench();
    const { pin, typed } = operation;
    const isLeaving = (i: number): boolean => operation.leaving && i === operation.apdus;
    const indices = Array.from({ length: operation.apdus }, (_, i) => i + 1);

    async function assertUnharmed(): Promise<void> {
        assert.equal(await it.card.triesLeft(pin), ALL_TRIES[pin], `a try is gone:\n${it.log().join("\n")}`);
    }

    /** The card lies there again, and a log-in goes through, in the same process. */
    async function assertGoesOn(host: Awaited<ReturnType<typeof it.start>>): Promise<void> {
        await it.renew();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    }

    /** An error it must be, unless what was wrong with one answer can do no harm: then the result must hold. */
    async function run(fault: string, allowed: readonly string[], harmless = false): Promise<void> {
        const host = await it.start();
        await it.card.command(fault);
        it.home.pinentry.answer(`pin ${typed}`);
        const answer = await host.request(operation.request({ timeout: 1500 * SLOW }), undefined, 20_000 * SLOW);
        if (harmless && !("error" in answer)) {
            operation.check(answer);
        } else {
            assert.ok("error" in answer, `it went through: ${it.log().join("\n")}`);
            const { reason } = failure(answer);
            assert.ok(allowed.includes(reason), `${reason}:\n${it.log().join("\n")}`);
        }
        assert.ok(verifies(it.log()).length <= 1);
        await assertUnharmed();
        if (it.home.pinentry.prompts().length === 0) {
            it.home.pinentry.reset();
        }
        await assertGoesOn(host);
    }

    test(`${operation.name}: takes ${operation.apdus} APDUs when all goes well`, async () => {
        const host = await it.start();
        await it.card.command("reset-count");
        it.home.pinentry.answer(`pin ${typed}`);
        operation.check(await host.request(operation.request({})));
        assert.equal(await it.card.count(), operation.apdus);
    });

    describe(`${operation.name}: the card is gone before APDU`, () => {
        for (const i of indices) {
            test(String(i), async () => { await run(`remove-at ${i}`, REMOVED, isLeaving(i)); });
        }
    });

    describe(`${operation.name}: the card carries it out, and is gone before it answers APDU`, () => {
        for (const i of indices) {
            test(String(i), async () => { await run(`remove-after ${i}`, REMOVED, isLeaving(i)); });
        }
    });

    describe(`${operation.name}: the card is lifted and comes back at APDU`, () => {
        for (const i of indices) {
            test(String(i), async () => {
                const host = await it.start();
                await it.card.command("reinsert-after 20");
                await it.card.command(`remove-at ${i}`);
                it.home.pinentry.answer(`pin ${typed}`, `pin ${typed}`);
                const answer = await host.request(operation.request({ timeout: 5000 * SLOW }), undefined, 20_000 * SLOW);
                if ("error" in answer) {
                    assert.ok(REMOVED.includes(failure(answer).reason), failure(answer).reason);
                } else {
                    operation.check(answer);
                }
                await it.card.command("reinsert-after 0");
                await assertUnharmed();
                it.home.pinentry.reset();
                await assertGoesOn(host);
                it.expect.spentVerifies = false; // the pinentry's record begins anew
            });
        }
    });

    for (const kind of GARBAGE) {
        describe(`${operation.name}: nonsense (${kind}) instead of APDU`, () => {
            for (const i of indices) {
                test(String(i), async () => {
                    await it.card.command(`garbage-kind ${kind}`);
                    // The reader takes "empty" for a card that is lifted and comes back, which a search goes on from;
                    // "long" is 9000 with bytes that nobody asked for, which SELECT leaves alone.
                    const harmless = isLeaving(i) || (kind === "empty" ? i === 1 : kind === "long" && operation.selects.includes(i));
                    await run(`garbage-at ${i}`, NONSENSE, harmless);
                });
            }
        });
    }

    describe(`${operation.name}: the card falls silent, and the port is closed, at APDU`, () => {
        for (const i of indices) {
            test(String(i), async () => {
                const host = await it.start();
                await it.card.command(`silent-at ${i}`);
                it.home.pinentry.answer(`pin ${typed}`);
                host.send(operation.request({}));
                await until(`APDU ${i}`, () => commands(it.log()).length === i, 5000);
                await it.close(host); // within a second
                await it.card.remove(); // which is what a person does with it
                assert.equal(isVerified(it.card.log()), false);
                await assertUnharmed();
                it.home.pinentry.reset();
                it.expect.spentVerifies = false;
                await assertGoesOn(await it.start());
            });
        }
    });

    describe(`${operation.name}: the port is closed while the card works on APDU`, () => {
        for (const i of indices) {
            test(String(i), async () => {
                const host = await it.start();
                it.home.pinentry.answer(`pin ${typed}`);
                host.send(operation.request({}));
                await it.card.command("delay-apdu 120");
                await until(`APDU ${i}`, () => commands(it.log()).length >= i, 5000);
                await it.close(host);
                await until("the card to be left without a verified PIN", () => !isVerified(it.card.log()), 2000);
                await it.card.command("delay-apdu 0");
                await assertUnharmed();
                it.home.pinentry.reset();
                it.expect.spentVerifies = false;
                await assertGoesOn(await it.start());
            });
        }
    });
}
