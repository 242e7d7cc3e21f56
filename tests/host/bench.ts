/* SPDX-License-Identifier: MIT */
// A home, a card and hosts for one file of tests, and the checks that hold after every test, whatever it did.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, beforeEach } from "node:test";
import { randomBytes } from "node:crypto";
import { Card, PINS } from "../rig/card.ts";
import { Home } from "../rig/home.ts";
import { Host, type HostOptions, type Message } from "../rig/host.ts";
import { SLOW, timed, within } from "../rig/wait.ts";
import { isVerified, stateAfter, verifies } from "./apdus.ts";
import { openWithoutPin } from "./peer.ts";

export const ORIGIN = "https://portal.example.lg.jp";

/** A host that lost its port is to be gone within a second. */
const GONE_MS = 1000;

/** What the sanitizers, where the host is built with them, take their settings from. */
const sanitizers = Object.fromEntries(Object.entries(process.env)
    .filter((entry): entry is [string, string] => /^(ASAN|UBSAN|LSAN)_OPTIONS$/.test(entry[0]) && entry[1] !== undefined));

/**
 * A time limit to give to the host, which counts it by the clock: so long that it comes to what is meant to be cut
 * short. Sanitizers are within that; valgrind is not.
 */
export function limit(milliseconds: number): number {
    return Math.round(milliseconds * Math.max(1, SLOW / 3));
}

export function nonce(): string {
    return randomBytes(33).toString("base64");
}

interface Started {
    host: Host;
    gone: Promise<unknown>;
}

export class Bench {
    home = new Home();
    /** The card in the first slot; there is one unless bench(null). */
    readonly cards: Card[] = [];
    #started: Started[] = [];
    /** Checks that a test which breaks them on purpose switches off, for itself. */
    expect = { exit: true, quietStderr: true, spentVerifies: true, wholeFrames: true };
    /** What must never be seen outside the prompt; a test adds its own. */
    secrets: string[] = [];
    #logged: number[] = [];

    get card(): Card {
        const card = this.cards[0];
        assert.ok(card !== undefined, "this file has no card");
        return card;
    }

    /** Another card; it is taken away with the file's. */
    async addCard(...options: string[]): Promise<Card> {
        const card = await Card.start(...options);
        this.cards.push(card);
        return card;
    }

    async dropCard(card: Card): Promise<void> {
        this.cards.splice(this.cards.indexOf(card), 1);
        await card.stop();
    }

    /** A host, its hello not taken. */
    spawn(options: HostOptions = {}): Host {
        const host = new Host(this.home, { ...options, environment: { ...sanitizers, TMPDIR: this.home.path, ...options.environment } });
        const gone = once(host.process, "exit");
        this.#started.push({ host, gone });
        return host;
    }

    /** A host that has said hello. */
    async start(options: HostOptions = {}): Promise<Host> {
        const host = this.spawn(options);
        assert.equal((await host.next())["version"], "2.9.0");
        return host;
    }

    /** Closes the port and gives the milliseconds until the process was gone; more than a second is an error. */
    async close(host: Host): Promise<number> {
        const started = this.#started.find((each) => each.host === host);
        assert.ok(started !== undefined);
        host.closeInput();
        try {
            return await timed(() => within("the host to be gone once its port is closed", GONE_MS, started.gone));
        } catch (error) {
            host.process.kill("SIGKILL");
            throw error;
        }
    }

    /** One log-in with a host of its own. */
    async login(...answers: string[]): Promise<Message> {
        const host = await this.start();
        this.home.pinentry.answer(...answers);
        return host.request(authenticate());
    }

    async beforeEach(): Promise<void> {
        this.home.pinentry.reset();
        this.expect = { exit: true, quietStderr: true, spentVerifies: true, wholeFrames: true };
        this.secrets = [];
        this.#started = [];
        for (const card of this.cards) {
            await withoutFaults(card);
            await card.command("reset-count");
        }
        this.#logged = this.cards.map((card) => card.log().length);
    }

    /** The first card's log since the test began. */
    log(card = this.card): string[] {
        return card.log().slice(this.#logged[this.cards.indexOf(card)] ?? 0);
    }

    async afterEach(): Promise<void> {
        for (const { host } of this.#started) {
            await this.close(host);
            const ending = await host.ended;
            if (this.expect.exit) {
                assert.deepEqual(ending, { code: 0, signal: null }, `the host ended badly: ${host.stderr}`);
            }
            if (this.expect.quietStderr) {
                assert.equal(host.stderr, "");
            }
            if (this.expect.wholeFrames) {
                assertFramesOnly(host.stdout);
            }
            this.#assertNoSecret("stdout", withoutBase64(host.stdout.toString("latin1")));
            this.#assertNoSecret("stderr", host.stderr);
        }
        assert.ok(await this.home.pinentry.closed(GONE_MS), "a pinentry outlived its host");
        const typed = this.home.pinentry.log().split("\n").filter((line) => line === "answered pin").length;
        for (const card of this.cards) {
            assert.equal(isVerified(card.log()), false, `a PIN is still verified:\n${this.log(card).join("\n")}`);
            await this.#assertClosed(card);
            this.#assertNoSecret("the card's log", card.log().join("\n"));
            if (this.expect.spentVerifies) {
                assert.ok(verifies(this.log(card)).length <= typed, `more VERIFY commands than PINs typed:\n${this.log(card).join("\n")}`);
            }
        }
    }

    /** Another program gets nothing of what a PIN guards. Where no PIN was sent there is nothing to try. */
    async #assertClosed(card: Card): Promise<void> {
        await withoutFaults(card);
        if (verifies(this.log(card)).length > 0 && await card.command("state") === "in") {
            const open = await openWithoutPin(card.slot, stateAfter(card.log()).application.replaceAll(" ", ""));
            assert.deepEqual(open, [], `another program gets what wants a PIN:\n${this.log(card).join("\n")}`);
        }
    }

    #assertNoSecret(where: string, text: string): void {
        for (const secret of [...Object.values(PINS), ...this.secrets]) {
            for (const form of [secret, Buffer.from(secret).toString("base64").replace(/=+$/, ""), Buffer.from(secret).toString("hex")]) {
                assert.ok(!text.toLowerCase().includes(form.toLowerCase()), `a PIN is in ${where}`);
            }
        }
    }

    async before(options: readonly string[] | null): Promise<void> {
        if (options !== null) {
            await this.addCard(...options);
        }
    }

    async after(): Promise<void> {
        for (const card of this.cards.splice(0)) {
            await card.stop();
        }
        this.home.remove();
    }

    /** All tries there again, and nothing of a test before left on the card. */
    async renew(card = this.card): Promise<void> {
        await card.setTries("auth", 3);
        await card.setTries("sign", 5);
        await card.setTries("profile", 3);
        if (await card.command("state") !== "in") {
            await card.insert();
        }
    }
}

async function withoutFaults(card: Card): Promise<void> {
    for (const fault of ["remove-at", "remove-after", "garbage-at", "silent-at", "delay-apdu"]) {
        await card.command(`${fault} 0`);
    }
}

/** What is base64 or hex may hold anything; a PIN in it would be found in base64 or hex of its own. */
function withoutBase64(text: string): string {
    return text.replace(/"(unverifiedCertificate|certificate|signatures?|uuid|combination_code|name|address)":("[^"]*"|\["[^\]]*"\])/g, "");
}

export function assertFramesOnly(stdout: Buffer): void {
    let at = 0;
    while (at < stdout.length) {
        assert.ok(stdout.length - at >= 4, "stdout ends within a length");
        const length = stdout.readUInt32LE(at);
        assert.ok(at + 4 + length <= stdout.length, "stdout ends within a frame, or holds something else");
        const text = new TextDecoder("utf-8", { fatal: true }).decode(stdout.subarray(at + 4, at + 4 + length));
        const message: unknown = JSON.parse(text);
        assert.ok(typeof message === "object" && message !== null && !Array.isArray(message));
        at += 4 + length;
    }
}

export function authenticate(changes: Message = {}, more: Message = {}): Message {
    return { command: "authenticate", arguments: { challengeNonce: nonce(), origin: ORIGIN, lang: "en", ...changes }, ...more };
}

/** Hooks for this file (or describe block): a card with these options, or none for null. */
export function bench(options: readonly string[] | null = []): Bench {
    const it = new Bench();
    before(() => it.before(options));
    after(() => it.after());
    beforeEach(async () => {
        await it.beforeEach();
        if (options !== null && !options.includes("--removed")) {
            await it.renew();
        }
    });
    afterEach(() => it.afterEach());
    return it;
}
