// SPDX-License-Identifier: MIT
// When a page may ask. The first request of a document needs no gesture, as some portals begin by themselves; every
// later one needs a press or a key made after the one before had ended. The one exception is the second half of
// Web eID's two-step signature: `sign` with the very certificate that this page was just given.

import type { Outcome } from "../shared/failure.ts";
import type { OperationRequest, OperationResult } from "../shared/request.ts";

/** Both browsers let an activation stand for five seconds, so one seen later than this began later. */
const ACTIVATION_LASTS = 5_500;
/** What a site's server may take between the two steps. */
const CONTINUATION_LASTS = 60_000;

export interface GestureSource {
    now(): number;
    /** The browser's own word (navigator.userActivation.isActive), which no page can forge. */
    isActive(): boolean;
}

export class GestureRule {
    readonly #source: GestureSource;
    #asked = false;
    #endedAt = 0;
    #pressedSince = false;
    #touchedSince = false;
    #granted: { readonly certificate: string; readonly until: number } | null = null;

    constructor(source: GestureSource) {
        this.#source = source;
    }

    /** Called for each trusted press or key in the page, key repeats left out. */
    pressed(): void {
        this.#pressedSince = true;
    }

    touched(): void {
        this.#touchedSince = true;
    }

    /** A touch counts at its end, and only when it also began after the last request ended. */
    released(): void {
        if (this.#touchedSince) this.#pressedSince = true;
        this.#touchedSince = false;
    }

    /** A gesture made after the last request ended; an older one can still be active, and does not count. */
    get fresh(): boolean {
        if (!this.#source.isActive()) return false;
        return !this.#asked || this.#pressedSince || this.#source.now() - this.#endedAt > ACTIVATION_LASTS;
    }

    allows(request: OperationRequest): boolean {
        return !this.#asked || this.fresh || this.#continues(request);
    }

    began(): void {
        this.#asked = true;
        this.#granted = null;
    }

    ended(outcome: Outcome<OperationResult>): void {
        this.#asked = true;
        this.#endedAt = this.#source.now();
        this.#pressedSince = false;
        this.#touchedSince = false;
        if (outcome.ok && "supportedSignatureAlgorithms" in outcome.value) {
            this.#granted = { certificate: outcome.value.certificate, until: this.#endedAt + CONTINUATION_LASTS };
        }
    }

    #continues(request: OperationRequest): boolean {
        return (
            request.operation === "sign" &&
            this.#granted !== null &&
            request.certificate === this.#granted.certificate &&
            this.#source.now() < this.#granted.until
        );
    }
}
