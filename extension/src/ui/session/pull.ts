// SPDX-License-Identifier: MIT
// Asks the page's content script for the documents, one at a time: a message has its limit, and so has memory.

import { parseDocumentMessage } from "../../shared/messages.ts";
import type { WindowMessage } from "../../shared/messages.ts";

interface Wanted {
    readonly index: number;
    readonly give: (blob: Blob | null) => void;
}

export class Puller {
    readonly #say: (message: WindowMessage) => void;
    #wanted: Wanted | null = null;

    constructor(say: (message: WindowMessage) => void) {
        this.#say = say;
    }

    /** Null when the page has none. What never comes is the clock's business. */
    pull(index: number): Promise<Blob | null> {
        const { promise, resolve } = Promise.withResolvers<Blob | null>();
        this.#wanted = { index, give: resolve };
        this.#say({ kind: "send", index });
        return promise;
    }

    /** What was not asked for just now is dropped. */
    receive(message: unknown): void {
        const document = parseDocumentMessage(message);
        const wanted = this.#wanted;
        if (document === null || document.index !== wanted?.index) return;
        this.#wanted = null;
        wanted.give(document.data);
    }
}
