// SPDX-License-Identifier: MIT

/** As much of a page's window as a content script touches. */
export class FakeWindow extends EventTarget {
    readonly posted: { message: Record<string, unknown>; target: string }[] = [];
    readonly document = Object.assign(new EventTarget(), { visibilityState: "visible", prerendering: false });
    isSecureContext = true;
    origin = "https://portal.example";

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

    asWindow(): Window {
        return this as unknown as Window;
    }
}
