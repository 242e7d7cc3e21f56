// SPDX-License-Identifier: MIT
// When Continue may be pressed: after the window has had the focus for a full second in which nobody typed into it.
// A window that a page makes appear under someone's hands must not take what those hands were doing as a yes.

import { SETTLING_TIME } from "../../shared/pace.ts";

export class PressGuard {
    #since: number | null = null;
    #heldFromBefore = false;

    /** Tells the time and whether the window has the focus; answers how far it has settled, from 0 to 1. */
    look(now: number, focused: boolean): number {
        if (!focused) this.#since = null;
        else this.#since ??= now;
        return this.#since === null ? 0 : Math.min(1, (now - this.#since) / SETTLING_TIME);
    }

    /** Typing, or a press outside its time, starts the second anew. */
    disturb(now: number, focused: boolean): void {
        if (this.look(now, focused) < 1) this.#since = focused ? now : null;
    }

    /** A press on the button begins. */
    begin(now: number, focused: boolean): void {
        this.#heldFromBefore = this.look(now, focused) < 1;
        this.disturb(now, focused);
    }

    /** Whether a click counts: real, at its time, and not the end of a press that began before it. */
    accepts(now: number, focused: boolean, trusted: boolean): boolean {
        const counts = trusted && !this.#heldFromBefore && this.look(now, focused) >= 1;
        this.#heldFromBefore = false;
        return counts;
    }
}
