// SPDX-License-Identifier: MIT
// The page as a content script sees it: what comes in, what goes out, whether anybody looks at it.

import { isFields } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { parseOrigin } from "../shared/origin.ts";

/** Keys that browsers take for no gesture, or that begin something else. */
const NO_GESTURE = [
    "Escape", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "ScrollLock", "Fn", "FnLock", "Hyper", "Super",
];

export interface PressListener {
    /** A mouse button or a key went down. */
    pressed(): void;
    /** A finger or a pen was laid down, and lifted. */
    touched(): void;
    released(): void;
}

export class Page {
    readonly #window: Window & typeof globalThis;
    readonly #listeners = new AbortController();
    readonly #attachments: (() => void)[] = [];
    /** Answers made while the page is away in the back-forward cache, where they would be lost. */
    #held: (() => void)[] | null = null;

    constructor(window: Window & typeof globalThis) {
        this.#window = window;
    }

    /** Messages that this very window posted to itself; everything else is not for us. */
    onMessage(receive: (data: Fields) => void): void {
        this.#listen("message", (event) => {
            if (event.source === this.#window && isFields(event.data)) receive(event.data);
        }, {});
    }

    /** The detail of events that the page dispatches on its document, whatever it is. */
    onEvent(type: string, receive: (detail: unknown) => void): void {
        const { signal } = this.#listeners;
        const listener = (event: Event): void => { receive("detail" in event ? event.detail : null); };
        const attach = (): void => { this.#window.document.addEventListener(type, listener, { signal }); };
        this.#attachments.push(attach);
        attach();
    }

    onLeave(leave: () => void): void {
        const first = { capture: true }; // before the page's own listeners, which could stop the event
        this.#listen("pagehide", () => {
            this.#held = [];
            leave();
        }, first);
        this.#listen("pageshow", () => {
            const held = this.#held ?? [];
            this.#held = null;
            for (const answer of held) answer();
        }, first);
    }

    /** Told once for each press of a person: where the browser takes it for one, so a touch counts at its end. */
    onPress(listener: PressListener): void {
        const first = { capture: true, passive: true };
        this.#listen("pointerdown", ({ isTrusted, pointerType }) => {
            if (!isTrusted) return;
            if (pointerType === "mouse") listener.pressed();
            else listener.touched();
        }, first);
        this.#listen("pointerup", ({ isTrusted, pointerType }) => {
            if (isTrusted && pointerType !== "mouse") listener.released();
        }, first);
        this.#listen("keydown", ({ isTrusted, repeat, key }) => {
            if (isTrusted && !repeat && !NO_GESTURE.includes(key)) listener.pressed();
        }, first);
    }

    /** document.open() takes every listener away, ours included; those that are still there stay as they are. */
    listenAgain(): void {
        for (const attach of this.#attachments) attach();
    }

    post(message: object): void {
        this.#answer(() => {
            // An opaque origin cannot be named as a target; it only ever gets refusals.
            const origin = parseOrigin(this.#window.origin);
            this.#window.postMessage(message, origin ?? "*");
        });
    }

    /** Dispatches an event on the document. Its detail is text, as anything else stays on our side of the wall. */
    announce(type: string, detail: string): void {
        this.#answer(() => {
            const { document, CustomEvent } = this.#window;
            document.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
        });
    }

    /** Puts hidden inputs into the body as soon as there is one, until `dispose`. Those that are there stay as they are. */
    addInputs(values: Readonly<Record<string, string>>): void {
        const { document, MutationObserver } = this.#window;
        const { signal } = this.#listeners;
        const add = (): boolean => {
            // The types do not know that a document begins without a body.
            const body = document.body as HTMLElement | null;
            if (body === null) return false;
            for (const [id, value] of Object.entries(values)) {
                if (document.getElementById(id) !== null) continue;
                const input = Object.assign(document.createElement("input"), { type: "hidden", id, value });
                body.append(input);
                signal.addEventListener("abort", () => { input.remove(); });
            }
            return true;
        };
        if (add()) return;
        const observer = new MutationObserver(() => {
            if (add()) observer.disconnect();
        });
        observer.observe(document, { childList: true, subtree: true });
        signal.addEventListener("abort", () => { observer.disconnect(); });
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

    #listen<T extends keyof WindowEventMap>(
        type: T,
        listener: (event: WindowEventMap[T]) => void,
        options: AddEventListenerOptions,
    ): void {
        const { signal } = this.#listeners;
        const attach = (): void => { this.#window.addEventListener(type, listener, { ...options, signal }); };
        this.#attachments.push(attach);
        attach();
    }

    /** Stops listening and takes back what was added. What is still to be answered can be posted. */
    dispose(): void {
        this.#listeners.abort();
    }

    #answer(give: () => void): void {
        if (this.#held === null) give();
        else this.#held.push(give);
    }
}
