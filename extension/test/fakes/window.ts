// SPDX-License-Identifier: MIT

class FakeElement {
    readonly tag: string;
    readonly children: FakeElement[] = [];
    parent: FakeElement | null = null;
    id = "";
    type = "";
    value = "";

    constructor(tag: string) {
        this.tag = tag;
    }

    append(child: FakeElement): void {
        child.parent = this;
        this.children.push(child);
    }

    remove(): void {
        this.parent?.children.splice(this.parent.children.indexOf(this), 1);
        this.parent = null;
    }
}

class FakeDocument extends EventTarget {
    visibilityState = "visible";
    prerendering = false;
    body: FakeElement | null = new FakeElement("body");

    createElement(tag: string): FakeElement {
        return new FakeElement(tag);
    }

    getElementById(id: string): FakeElement | null {
        return this.body?.children.find((each) => each.id === id) ?? null;
    }
}

/** As much of a page's window as a content script touches. */
export class FakeWindow extends EventTarget {
    readonly posted: { message: Record<string, unknown>; target: string }[] = [];
    readonly document = new FakeDocument();
    readonly CustomEvent = CustomEvent;
    readonly MutationObserver: unknown;
    readonly #observers = new Set<() => void>();
    isSecureContext = true;
    origin = "https://portal.example";

    constructor() {
        super();
        const observers = this.#observers;
        this.MutationObserver = class {
            readonly #seen: () => void;

            constructor(seen: () => void) {
                this.#seen = seen;
            }

            observe(): void {
                observers.add(this.#seen);
            }

            disconnect(): void {
                observers.delete(this.#seen);
            }
        };
    }

    /** The parser comes to the body. */
    makeBody(): void {
        this.document.body = new FakeElement("body");
        for (const seen of this.#observers) seen();
    }

    get observed(): boolean {
        return this.#observers.size > 0;
    }

    postMessage(message: object, target: string): void {
        this.posted.push({ message: structuredClone(message) as Record<string, unknown>, target });
    }

    /** The page, or another window, posts a message to this one. */
    receive(data: unknown, source: unknown = this): void {
        this.dispatchEvent(Object.assign(new Event("message"), { data, source }));
    }

    fire(type: string, fields: object = {}): void {
        this.dispatchEvent(Object.assign(new Event(type), fields));
    }

    /** The actions that were answered, in order. */
    get actions(): unknown[] {
        return this.posted.map(({ message }) => message["action"]);
    }

    get last(): Record<string, unknown> {
        const last = this.posted.at(-1);
        if (last === undefined) throw new Error("nothing was posted");
        return last.message;
    }

    asWindow(): Window & typeof globalThis {
        return this as unknown as Window & typeof globalThis;
    }
}
