// SPDX-License-Identifier: MIT
// Opens the session window, for one operation at a time and only when the person can have meant it. From then on
// the window owns the operation; nothing here needs to stay alive.

import { fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import type { ContentMessage } from "../shared/messages.ts";
import type { Origin } from "../shared/origin.ts";
import type { Session, SessionStore } from "../shared/session.ts";

/** A page that reloads itself would otherwise ask for the first time again and again. */
const ASKING_REMEMBERED = 600_000;
/** A window this long past its deadline hangs, and no longer stands in the way. */
const STALE_AFTER = 60_000;

export interface Browser {
    now(): number;
    /** Whether the tab is the one that is shown in its window. */
    isActive(tabId: number): Promise<boolean>;
    hasWindow(windowId: number): Promise<boolean>;
    /** Opens the session window over the tab's own and answers its id. */
    openWindow(key: string, tabId: number): Promise<number>;
    closeWindow(windowId: number): Promise<void>;
}

type Opening = Extract<ContentMessage, { kind: "open" }>;

export interface Asker {
    readonly tabId: number;
    readonly origin: Origin;
}

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
        if (this.#opening) return fail("operation-pending");
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

    async #open(
        { tabId, origin }: Asker,
        { key, timeout, gesture }: Opening,
    ): Promise<Outcome<null>> {
        const now = this.#browser.now();
        const before = await this.#store.current();
        if (before !== null && (await this.#isOpen(before))) {
            if (!(await this.#store.hasEnded(before.key))) return fail("operation-pending");
            // It only shows how the last operation went.
            if (before.windowId !== null) await this.#browser.closeWindow(before.windowId);
        }
        if (!(await this.#browser.isActive(tabId))) return fail("page-hidden");
        const askedAt = await this.#store.askedAt(origin);
        if (!gesture && askedAt !== null && now - askedAt < ASKING_REMEMBERED) return fail("gesture-required");

        const session: Session = { key, tabId, origin, deadline: now + timeout, windowId: null };
        await this.#store.rememberAsking(origin, now);
        await this.#store.save(session);
        const windowId = await this.#browser.openWindow(key, tabId);
        await this.#store.save({ ...session, windowId });
        return succeed(null);
    }

    async #isOpen({ windowId, deadline }: Session): Promise<boolean> {
        if (windowId === null || this.#browser.now() > deadline + STALE_AFTER) return false;
        return this.#browser.hasWindow(windowId);
    }
}
