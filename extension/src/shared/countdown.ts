// SPDX-License-Identifier: MIT
// The time that an operation has. It rests while the person reads what they are to sign.

export class Countdown {
    readonly #ended: () => void;
    #left: number;
    /** When it last went on; null while it rests. */
    #since: number | null = null;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #over = false;

    /** Begins at once, in milliseconds. */
    constructor(left: number, ended: () => void) {
        this.#left = left;
        this.#ended = ended;
        this.resume();
    }

    rest(): void {
        clearTimeout(this.#timer);
        this.#left = this.left;
        this.#since = null;
    }

    resume(): void {
        if (this.#over || this.#since !== null) return;
        this.#since = Date.now();
        this.#timer = setTimeout(this.#ended, this.#left);
    }

    get resting(): boolean {
        return this.#since === null;
    }

    get left(): number {
        return this.#since === null ? this.#left : this.#left - (Date.now() - this.#since);
    }

    /** For good. */
    stop(): void {
        this.rest();
        this.#over = true;
    }
}
