// SPDX-License-Identifier: MIT
// The little that must outlive the background worker: whose window is open, and who asked before. It lies in
// storage.session, in memory only, where pages and content scripts cannot read it.

import { isFields } from "./guards.ts";
import { isKey } from "./messages.ts";
import { parseOrigin } from "./origin.ts";
import type { Origin } from "./origin.ts";

export interface Session {
    readonly key: string;
    readonly tabId: number;
    /** As the browser named the sender, never as the page did. */
    readonly origin: Origin;
    /** Date.now() when the operation must have ended. */
    readonly deadline: number;
    /** Null for the moment in which the window is being made. */
    readonly windowId: number | null;
}

const SESSION = "session";
/** The key of the latest session that has its outcome, though its window may still show it. */
const ENDED = "ended";
const UPDATE_WAITS = "updateWaits";
const ASKED = "asked";

export interface Store {
    get(key: string): Promise<Record<string, unknown>>;
    set(items: Record<string, unknown>): Promise<void>;
    remove(key: string): Promise<void>;
}

export function parseSession(value: unknown): Session | null {
    if (!isFields(value)) return null;
    const { key, tabId, deadline, windowId } = value;
    const origin = parseOrigin(value["origin"]);
    if (!isKey(key) || origin === null || !Number.isInteger(tabId) || typeof deadline !== "number") return null;
    return { key, tabId: tabId as number, origin, deadline, windowId: typeof windowId === "number" ? windowId : null };
}

export class SessionStore {
    readonly #store: Store;

    constructor(store: Store) {
        this.#store = store;
    }

    async current(): Promise<Session | null> {
        return parseSession(await this.#read(SESSION));
    }

    async save(session: Session): Promise<void> {
        await this.#store.set({ [SESSION]: session });
    }

    async clear(): Promise<void> {
        await this.#store.remove(SESSION);
    }

    /** The operation has its outcome; the window may still show it. */
    async end(key: string): Promise<void> {
        await this.#store.set({ [ENDED]: key });
    }

    async hasEnded(key: string): Promise<boolean> {
        return (await this.#read(ENDED)) === key;
    }

    async updateWaits(): Promise<boolean> {
        return (await this.#read(UPDATE_WAITS)) === true;
    }

    async letUpdateWait(): Promise<void> {
        await this.#store.set({ [UPDATE_WAITS]: true });
    }

    /** When this origin last asked without a success since; null when it may begin by itself. */
    async askedAt(origin: Origin): Promise<number | null> {
        const asked = await this.#read(ASKED);
        const at = isFields(asked) ? asked[origin] : undefined;
        return typeof at === "number" ? at : null;
    }

    async rememberAsking(origin: Origin, now: number): Promise<void> {
        const asked = await this.#read(ASKED);
        await this.#store.set({ [ASKED]: { ...(isFields(asked) ? asked : {}), [origin]: now } });
    }

    async forgetAsking(origin: Origin): Promise<void> {
        const asked = await this.#read(ASKED);
        if (!isFields(asked)) return;
        const rest = Object.fromEntries(Object.entries(asked).filter(([name]) => name !== origin));
        await this.#store.set({ [ASKED]: rest });
    }

    async #read(key: string): Promise<unknown> {
        return (await this.#store.get(key))[key];
    }
}

/** The storage area, as far as it is used here. */
export function sessionStorage(): Store {
    return {
        get: (key) => chrome.storage.session.get<Record<string, unknown>>(key),
        set: (items) => chrome.storage.session.set(items),
        remove: (key) => chrome.storage.session.remove(key),
    };
}

/** True when the changes say that another operation has begun. */
export function namesOther(changes: Readonly<Record<string, { readonly newValue?: unknown }>>, key: string): boolean {
    const session = parseSession(changes[SESSION]?.newValue);
    return session !== null && session.key !== key;
}

