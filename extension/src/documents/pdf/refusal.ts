// SPDX-License-Identifier: MIT
// Why a PDF is not signed, thrown inside this folder only: nothing here throws at those who use it.

import { fail } from "../../shared/failure.ts";
import type { Outcome } from "../../shared/failure.ts";
import type { Reason } from "../../shared/errors.ts";

export class Refusal extends Error {
    readonly reason: Reason;
    constructor(reason: Reason, detail: string) {
        super(`${reason}: ${detail}`);
        this.reason = reason;
    }
}

export function damaged(detail: string): Refusal {
    return new Refusal("document-damaged", detail);
}

/** What was thrown, as plain data. What hostile nesting or sizes bring about is damage, not our failure. */
export function refused<T>(thrown: unknown): Outcome<T> {
    if (thrown instanceof Refusal) return fail(thrown.reason);
    return fail(thrown instanceof RangeError ? "document-damaged" : "internal-error");
}

/** Work on one document ends after this long: a file that needs more was made to. */
const BUDGET_MS = 20_000;
/** Bytes of work between two looks at the time: some ten milliseconds. */
const STRIDE = 1024 * 1024;

export class Clock {
    #end = performance.now() + BUDGET_MS;
    #left = STRIDE;

    /** Called in every loop whose length the file decides, with about how many bytes were read in one turn. */
    tick(bytes = 64): void {
        this.#left -= bytes;
        if (this.#left > 0) return;
        this.#left = STRIDE;
        if (performance.now() > this.#end) throw damaged("takes too long");
    }
}
