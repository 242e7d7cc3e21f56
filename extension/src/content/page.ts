// SPDX-License-Identifier: MIT
// The page as a content script sees it: what comes in, what goes out, whether anybody looks at it.

import { isFields } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { parseOrigin } from "../shared/origin.ts";

export class Page {
    readonly #window: Window;
    readonly #listeners = new AbortController();
    /** Answers made while the page is away in the back-forward cache, where they would be lost. */
    #held: object[] | null = null;

    constructor(window: Window) {
        this.#window = window;
    }

    /** Messages that this very window posted to itself; everything else is not for us. */
    onMessage(receive: (data: Fields) => void): void {
        const { signal } = this.#listeners;
        this.#window.addEventListener(
            "message",
            (event) => {
                if (event.source === this.#window && isFields(event.data)) receive(event.data);
            },
            { signal },
        );
    }

    onLeave(leave: () => void): void {
        const { signal } = this.#listeners;
        this.#window.addEventListener(
            "pagehide",
            () => {
                this.#held = [];
                leave();
            },
            { signal },
        );
        this.#window.addEventListener(
            "pageshow",
            () => {
                const held = this.#held ?? [];
                this.#held = null;
                for (const message of held) this.post(message);
            },
            { signal },
        );
    }

    onPress(pressed: () => void): void {
        const { signal } = this.#listeners;
        const see = (event: Event): void => {
            if (event.isTrusted && !("repeat" in event && event.repeat === true)) pressed();
        };
        for (const type of ["pointerdown", "mousedown", "pointerup", "touchend", "keydown"]) {
            this.#window.addEventListener(type, see, { signal, capture: true, passive: true });
        }
    }

    post(message: object): void {
        if (this.#held !== null) {
            this.#held.push(message);
            return;
        }
        // An opaque origin cannot be named as a target; it only ever gets refusals.
        const origin = parseOrigin(this.#window.origin);
        this.#window.postMessage(message, origin ?? "*");
    }

    get secure(): boolean {
        return this.#window.isSecureContext && parseOrigin(this.#window.origin) !== null;
    }

    get visible(): boolean {
        return this.#window.document.visibilityState === "visible" && this.#held === null;
    }

    /** At once, or when a prerendered page is really opened. */
    async activated(): Promise<void> {
        const document = this.#window.document as Document & { readonly prerendering?: boolean };
        if (document.prerendering !== true) return;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        const { signal } = this.#listeners;
        document.addEventListener("prerenderingchange", () => { resolve(undefined); }, { once: true, signal });
        await promise;
    }

    /** Stops listening. What is still to be answered can be posted. */
    dispose(): void {
        this.#listeners.abort();
    }
}
