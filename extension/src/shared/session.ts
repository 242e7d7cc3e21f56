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
    /** Date.now() when the operation must have ended, as it was when it began: see `deadlineOf`. */
    readonly deadline: number;
    /** Null for the moment in which the window is being made. */
    readonly windowId: number | null;
}

const SESSION = "session";
/** The key of the latest session that has its outcome, though its window may still show it. */
const ENDED = "ended";
/** The deadline as the window has it now. A record of its own, as the other is written by the background. */
const CLOCK = "clock";
const UPDATE_WAITS = "updateWaits";
const ASKED = "asked";
const LOGGED_IN = "loggedIn";
/** A page that reloads itself would otherwise ask for the first time again and again. */
const ASKING_REMEMBERED = 600_000;

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

export interface Asker {
    readonly tabId: number;
    readonly origin: Origin;
}

/** Ports of one host are one asker, and so are the hosts that one tab is led through. */
function askingNames({ tabId, origin }: Asker): string[] {
    return [`host:${new URL(origin).hostname.replace(/\.$/, "")}`, `tab:${tabId}`];
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

    /** Whether a window's operation still waits for its outcome, unless it hangs. */
    async isRunning(now: number): Promise<boolean> {
        const session = await this.current();
        if (session === null || (await this.hasEnded(session.key))) return false;
        const deadline = await this.deadlineOf(session);
        return deadline === null || now <= deadline;
    }

    /** From the window alone; null while its clock rests. */
    async setDeadline(key: string, deadline: number | null): Promise<void> {
        await this.#store.set({ [CLOCK]: { key, deadline } });
    }

    /** Null while the clock rests, since the person is reading what they are to sign. */
    async deadlineOf(session: Session): Promise<number | null> {
        const clock = await this.#read(CLOCK);
        if (!isFields(clock) || clock["key"] !== session.key) return session.deadline;
        const { deadline } = clock;
        return deadline === null || typeof deadline === "number" ? deadline : session.deadline;
    }

    /** Whether there was a log-in since the browser was started. */
    async hasLoggedIn(): Promise<boolean> {
        return (await this.#read(LOGGED_IN)) === true;
    }

    async rememberLogin(): Promise<void> {
        await this.#store.set({ [LOGGED_IN]: true });
    }

    async updateWaits(): Promise<boolean> {
        return (await this.#read(UPDATE_WAITS)) === true;
    }

    async letUpdateWait(): Promise<void> {
        await this.#store.set({ [UPDATE_WAITS]: true });
    }

    /** Whether this host, or this tab, asked of late without a success since: then it may not begin by itself. */
    async hasAsked(asker: Asker, now: number): Promise<boolean> {
        const asked = await this.#asked(now);
        return askingNames(asker).some((name) => asked.has(name));
    }

    async rememberAsking(asker: Asker, now: number): Promise<void> {
        const asked = await this.#asked(now);
        for (const name of askingNames(asker)) asked.set(name, now);
        await this.#store.set({ [ASKED]: Object.fromEntries(asked) });
    }

    async forgetAsking(asker: Asker, now: number): Promise<void> {
        const asked = await this.#asked(now);
        for (const name of askingNames(asker)) asked.delete(name);
        await this.#store.set({ [ASKED]: Object.fromEntries(asked) });
    }

    /** Without what is too old to count. */
    async #asked(now: number): Promise<Map<string, number>> {
        const asked = await this.#read(ASKED);
        const all = new Map<string, number>();
        for (const [name, at] of Object.entries(isFields(asked) ? asked : {})) {
            if (typeof at === "number" && now - at < ASKING_REMEMBERED) all.set(name, at);
        }
        return all;
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

