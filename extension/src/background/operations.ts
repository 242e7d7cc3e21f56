// SPDX-License-Identifier: MIT
// Opens the session window, for one operation at a time and only when the person can have meant it. From then on
// the window owns the operation; nothing here needs to stay alive.

import { fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import type { ContentMessage } from "../shared/messages.ts";
import type { Asker, Session, SessionStore } from "../shared/session.ts";

/** A window this long past its deadline hangs, and no longer stands in the way. */
const STALE_AFTER = 60_000;

export interface Browser {
    now(): number;
    /** Whether the tab is the one that is shown in its window. */
    isActive(tabId: number): Promise<boolean>;
    hasWindow(windowId: number): Promise<boolean>;
    /** Opens the session window over the tab's own and answers its id. A large one shows documents. */
    openWindow(key: string, tabId: number, large: boolean): Promise<number>;
    closeWindow(windowId: number): Promise<void>;
    /** Tells the tab's page that the window by this key is gone; it may never have had its line. */
    tellClosed(tabId: number, key: string): Promise<void>;
}

type Opening = Extract<ContentMessage, { kind: "open" }>;

export class Operations {
    readonly #browser: Browser;
    readonly #store: SessionStore;
    #opening = false;
    #last: Promise<unknown> = Promise.resolve();

    constructor(browser: Browser, store: SessionStore) {
        this.#browser = browser;
        this.#store = store;
    }

    async open(asker: Asker, message: Opening): Promise<Outcome<null>> {
        // Set before anything is awaited, so that requests racing each other from many tabs see it.
        if (this.#opening) {
            void this.#inTurn(() => this.#pending(asker, message)).catch(() => undefined);
            return fail("operation-pending");
        }
        this.#opening = true;
        try {
            return await this.#inTurn(() => this.#open(asker, message));
        } catch {
            return fail("internal-error");
        } finally {
            this.#opening = false;
        }
    }

    /** A window was closed. True when it was the operation's. */
    async closed(windowId: number): Promise<boolean> {
        return this.#inTurn(async () => {
            const session = await this.#store.current();
            if (session?.windowId !== windowId) return false;
            await this.#store.clear();
            // Not waited for: a page that hangs must not hold up the next operation.
            if (!(await this.#store.hasEnded(session.key))) void this.#browser.tellClosed(session.tabId, session.key);
            return true;
        });
    }

    /** Whether a window of an operation is open, with or without its outcome. */
    async busy(): Promise<boolean> {
        return this.#inTurn(async () => {
            const session = await this.#store.current();
            return session !== null && (await this.#isOpen(session));
        });
    }

    /** What reads and then writes the record must not be cut in two by another that does. */
    #inTurn<T>(work: () => Promise<T>): Promise<T> {
        const turn = this.#last.then(work);
        this.#last = turn.catch(() => undefined);
        return turn;
    }

    async #open(asker: Asker, message: Opening): Promise<Outcome<null>> {
        const { tabId, origin } = asker;
        const { key, operation, timeout, gesture } = message;
        const now = this.#browser.now();
        const before = await this.#store.current();
        const blocking = before !== null && (await this.#isOpen(before)) ? before : null;
        if (blocking !== null && !(await this.#store.hasEnded(blocking.key))) return this.#pending(asker, message);
        if (!(await this.#browser.isActive(tabId))) return fail("page-hidden");
        if (!gesture && (await this.#store.hasAsked(asker, now))) return fail("gesture-required");
        if (blocking !== null) {
            // It only shows how the last operation went: to a person who may be reading, unless they go on here.
            const continues = blocking.tabId === tabId && blocking.origin === origin;
            if (!gesture && !continues) return this.#pending(asker, message);
            if (blocking.windowId !== null) await this.#browser.closeWindow(blocking.windowId);
        }

        const session: Session = { key, tabId, origin, deadline: now + timeout, windowId: null };
        await this.#store.rememberAsking(asker, now);
        await this.#store.save(session);
        const windowId = await this.#browser.openWindow(key, tabId, operation === "sign-documents");
        await this.#store.save({ ...session, windowId });
        return succeed(null);
    }

    /** Remembered as well, or a page that reloads itself would get its window when the way is free. */
    async #pending(asker: Asker, { gesture }: Opening): Promise<Outcome<null>> {
        if (!gesture) await this.#store.rememberAsking(asker, this.#browser.now());
        return fail("operation-pending");
    }

    /** While its clock rests, a window stands in the way for as long as it is there to be seen and closed. */
    async #isOpen(session: Session): Promise<boolean> {
        const { windowId } = session;
        const deadline = await this.#store.deadlineOf(session);
        if (windowId === null || (deadline !== null && this.#browser.now() > deadline + STALE_AFTER)) return false;
        return this.#browser.hasWindow(windowId);
    }
}
