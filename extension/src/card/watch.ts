// SPDX-License-Identifier: MIT
// What lies on the reader, followed for as long as somebody looks. No PIN, no prompt, and quiet while an operation runs.

import { Host } from "../native/host.ts";
import type { Connect } from "../native/host.ts";
import type { Language } from "../shared/errors.ts";
import { fail } from "../shared/failure.ts";
import type { Failure, Outcome } from "../shared/failure.ts";
import { isFields } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { CARD_INTERVAL } from "../shared/pace.ts";
import { parseCardInfo } from "./info.ts";
import type { CardInfo } from "./info.ts";

/** Another program may have used up a try, and a card be swapped for another between two looks. */
const STALE_AFTER = 10_000;
const TIMEOUT = 10_000;

export type CardView =
    | { readonly state: "checking" }
    /** An operation has the card, ours or another program's. */
    | { readonly state: "busy" }
    | { readonly state: "reader-absent" | "card-absent" | "other-card" }
    | { readonly state: "failure"; readonly failure: Failure }
    | { readonly state: "card"; readonly info: CardInfo };

const STATES: Readonly<Record<string, CardView>> = {
    "reader-absent": { state: "reader-absent" },
    "card-absent": { state: "card-absent" },
    "card-removed": { state: "card-absent" },
    "not-a-mynumber-card": { state: "other-card" },
    "operation-pending": { state: "busy" },
    "card-busy": { state: "busy" },
};

export interface Watched {
    readonly connect: Connect;
    readonly language: Language;
    /** Whether a session window has an operation that it would disturb. */
    readonly busy: () => Promise<boolean>;
    /** Called only when there is something else to see. */
    readonly show: (view: CardView) => void;
}

function viewOf(outcome: Outcome<unknown>): CardView {
    if (!outcome.ok) return STATES[outcome.failure.reason] ?? { state: "failure", failure: outcome.failure };
    const info = parseCardInfo(outcome.value);
    return info === null ? { state: "failure", ...fail("native-reply-malformed") } : { state: "card", info };
}

export class CardWatch {
    readonly #with: Watched;
    #host: Host | null = null;
    #timer: ReturnType<typeof setTimeout> | undefined;
    /** Counts the starts, so that what began before a stop comes to nothing. */
    #run = 0;
    #running = false;
    #shown = "";
    #seen = "";
    #readAt = -Infinity;

    constructor(watched: Watched) {
        this.#with = watched;
    }

    /** Looks at once, and goes on looking. */
    start(): void {
        if (this.#running) return;
        this.#running = true;
        this.#readAt = -Infinity;
        void this.#look(++this.#run);
    }

    /** Ends the host's process. */
    stop(): void {
        this.#running = false;
        this.#run++;
        clearTimeout(this.#timer);
        this.#hangUp();
    }

    async #look(run: number): Promise<void> {
        const view = await this.#view().catch((): CardView => ({ state: "failure", ...fail("internal-error") }));
        if (run !== this.#run) return;
        if (view !== null) this.#show(view);
        this.#timer = setTimeout(() => void this.#look(run), CARD_INTERVAL);
    }

    /** Null when nothing has changed. */
    async #view(): Promise<CardView | null> {
        if (await this.#with.busy()) {
            this.#hangUp();
            this.#readAt = -Infinity;
            return { state: "busy" };
        }
        const status = await this.#ask("status", {});
        if (!status.ok) {
            this.#readAt = -Infinity;
            return viewOf(status);
        }
        const seen = JSON.stringify(isFields(status.value) ? status.value["readers"] : null);
        if (seen === this.#seen && Date.now() - this.#readAt < STALE_AFTER) return null;
        this.#seen = seen;
        const view = viewOf(await this.#ask("card-info", { lang: this.#with.language }));
        this.#readAt = view.state === "busy" || view.state === "failure" ? -Infinity : Date.now();
        return view;
    }

    async #ask(command: string, args: Fields): Promise<Outcome<unknown>> {
        this.#host ??= new Host(this.#with.connect);
        const host = this.#host;
        const answer = await host.request(command, args, TIMEOUT, () => undefined);
        // Whatever ended the process, the next look begins with another.
        if (!answer.ok && host.ended) this.#hangUp();
        return answer;
    }

    #hangUp(): void {
        this.#host?.close();
        this.#host = null;
    }

    #show(view: CardView): void {
        const shown = JSON.stringify(view);
        if (shown === this.#shown) return;
        this.#shown = shown;
        this.#with.show(view);
    }
}
