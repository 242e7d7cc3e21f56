// SPDX-License-Identifier: MIT
// Is the host there, and which version? Answered at once, by a process that lives for the hello only.

import { Host } from "../native/host.ts";
import type { Connect } from "../native/host.ts";
import type { Outcome } from "../shared/failure.ts";
import type { NativeVersion } from "../shared/messages.ts";

/** However often pages ask, no more processes than one in this time are started. */
const FRESH_FOR = 1_000;

export class StatusProbe {
    readonly #connect: Connect;
    readonly #now: () => number;
    #running: Promise<Outcome<NativeVersion>> | null = null;
    #latest: { readonly at: number; readonly answer: Outcome<NativeVersion> } | null = null;

    constructor(connect: Connect, now: () => number = Date.now) {
        this.#connect = connect;
        this.#now = now;
    }

    async ask(): Promise<Outcome<NativeVersion>> {
        if (this.#latest !== null && this.#now() - this.#latest.at < FRESH_FOR) return this.#latest.answer;
        this.#running ??= this.#probe();
        return this.#running;
    }

    async #probe(): Promise<Outcome<NativeVersion>> {
        const host = new Host(this.#connect);
        const answer = await host.hello;
        host.close();
        this.#latest = { at: this.#now(), answer };
        this.#running = null;
        return answer;
    }
}
