// SPDX-License-Identifier: MIT

class Hook<A extends unknown[]> {
    readonly #listeners: ((...args: A) => void)[] = [];

    addListener(listener: (...args: A) => void): void {
        this.#listeners.push(listener);
    }

    emit(...args: A): void {
        for (const listener of this.#listeners) listener(...args);
    }
}

/** Our end of a browser's port; `say` and `drop` are what the other end does. */
export class FakePort {
    readonly onMessage = new Hook<[unknown]>();
    readonly onDisconnect = new Hook<[]>();
    readonly sent: Record<string, unknown>[] = [];
    readonly name: string;
    closed = false;
    /** Browsers throw on the ports of an extension that was updated. */
    orphaned = false;

    constructor(name = "") {
        this.name = name;
    }

    postMessage(message: object): void {
        if (this.closed) throw new Error("Attempting to use a disconnected port object");
        this.sent.push(structuredClone(message) as Record<string, unknown>);
    }

    disconnect(): void {
        if (this.orphaned) throw new Error("Extension context invalidated.");
        this.closed = true;
    }

    say(message: unknown): void {
        if (!this.closed) this.onMessage.emit(message);
    }

    drop(): void {
        if (this.closed) return;
        this.closed = true;
        this.onDisconnect.emit();
    }

    get last(): Record<string, unknown> {
        const last = this.sent.at(-1);
        if (last === undefined) throw new Error("nothing was sent");
        return last;
    }
}
