/* SPDX-License-Identifier: MIT */
// Every APDU of an operation gone wrong in every way that the virtual card can play.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Card } from "../rig/card.ts";
import type { Host, Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { authenticate, bench, limit } from "./bench.ts";
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

/** For what waits for a card that does not come back: long enough to come to it on a busy machine. */
export const IN_VAIN_MS = limit(5000);

const ALL_TRIES = { auth: 3, sign: 5, profile: 3 } as const;
const GARBAGE = ["random", "one-byte", "empty", "long", "huge", "badsw"] as const;

/** What may be said of a card that went away, or spoke nonsense, in the middle. */
const REMOVED = ["card-removed", "card-absent", "pin-unanswered", "card-unresponsive"];
const NONSENSE = ["card-error", "card-unresponsive", "card-removed", "card-absent", "pin-unanswered", "certificate-invalid", "signature-invalid", "not-a-mynumber-card", "certificate-absent"];

/** Where a card is waited for before the answer, one that cannot be made out is lifted, and a card is laid down. */
export async function helped(host: Host, card: Card, request: Message): Promise<{ answer: Message; laid: boolean }> {
    let laid = false;
    host.send(request);
    for (;;) {
        const message = await host.next(30_000);
        if (!("event" in message)) {
            return { answer: message, laid };
        }
        if (message["event"] === "waiting-for-card") {
            const lies = await card.command("state") === "in";
            // With "found", of a card that has gone already, the daemon is yet to notice that.
            if ("found" in message && lies) {
                await card.remove();
            } else if (!("found" in message) && !lies) {
                await card.insert();
                laid = true;
            }
        }
    }
}

export function faults(operation: Operation): void {
    const it = bench();
    const { pin, typed } = operation;
    const isLeaving = (i: number): boolean => operation.leaving && i === operation.apdus;
    const indices = Array.from({ length: operation.apdus }, (_, i) => i + 1);

    async function assertUnharmed(): Promise<void> {
        assert.equal(await it.card.triesLeft(pin), ALL_TRIES[pin], `a try is gone:\n${it.log().join("\n")}`);
    }

    /** The card lies there again, and a log-in goes through, in the same process. */
    async function assertGoesOn(host: Host): Promise<void> {
        await it.renew();
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    }

    /** An error it must be, unless what was wrong with one answer can do no harm: then the result must hold. */
    async function end(host: Host, answer: Message, allowed: readonly string[], harmless: boolean): Promise<void> {
        if (harmless && !("error" in answer)) {
            operation.check(answer);
        } else {
            assert.ok("error" in answer, `it went through: ${it.log().join("\n")}`);
            const { reason } = failure(answer);
            assert.ok(allowed.includes(reason), `${reason}:\n${it.log().join("\n")}`);
        }
        const typings = it.home.pinentry.log().split("\n").filter((line) => line === "answered pin").length;
        assert.ok(verifies(it.log()).length <= Math.min(1, typings), it.log().join("\n"));
        await assertUnharmed();
        it.home.pinentry.reset();
        it.expect.spentVerifies = false; // the pinentry's record begins anew
        await assertGoesOn(host);
    }

    /** The card does not come back by itself: where it is waited for, that is until time is over. */
    async function runInVain(fault: string, harmless: boolean): Promise<void> {
        const host = await it.start();
        await it.card.command(fault);
        it.home.pinentry.answer(`pin ${typed}`);
        await end(host, await host.request(operation.request({ timeout: IN_VAIN_MS })), REMOVED, harmless);
    }

    /** Where a card is waited for afterwards it is laid down (anew), and then the result must hold. */
    async function run(fault: string, allowed: readonly string[], harmless = false, drops = false): Promise<void> {
        const host = await it.start();
        await it.card.command(fault);
        it.home.pinentry.answer(`pin ${typed}`, `pin ${typed}`);
        const { answer, laid } = await helped(host, it.card, operation.request({ events: true }));
        if (drops) {
            // It lies there anew once the daemon has seen it go and come; before that it would disturb the next log-in, too.
            await until("the card to be taken anew", () => it.log().includes("# in the reader"));
            await it.card.inReader();
        }
        await end(host, answer, allowed, harmless || laid);
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
            test(String(i), async () => { await runInVain(`remove-at ${i}`, isLeaving(i)); });
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
                const answer = await host.request(operation.request({ timeout: 20_000 }));
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
                    await run(`garbage-at ${i}`, NONSENSE, harmless, kind === "empty");
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
