/* SPDX-License-Identifier: MIT */
// Sessions in memory: what the server must remember between two requests of one browser, and no longer.
import { randomBytes } from "node:crypto";
import type { Verified } from "./verify.ts";

const MINUTE = 60_000;
const KEPT_FOR = 5 * MINUTE;
/** A person may have the log-in page open twice; of texts, which are large, one is enough. */
const KEPT_MOST = { nonce: 4, document: 1, mynaportal: 4 };
const SESSION_LIFE = 30 * MINUTE;

type Kind = keyof typeof KEPT_MOST;
type Kept = Map<string, { value: string; expires: number }>;

export interface Session {
    id: string;
    expires: number;
    /** What the session's next requests refer to, by its name; apart, so that a text's hash is never a nonce. */
    kept: Record<Kind, Kept>;
    login?: Verified;
}

/** Holds at most `most` sessions; a full store turns newcomers away and keeps those who are in. */
export class Sessions {
    readonly #sessions = new Map<string, Session>();
    readonly #most: number;
    readonly #now: () => number;

    constructor(now: () => number = Date.now, most = 10_000) {
        this.#now = now;
        this.#most = most;
    }

    get size(): number {
        return this.#sessions.size;
    }

    find(id: string | undefined): Session | undefined {
        const session = id === undefined ? undefined : this.#sessions.get(id);
        return session !== undefined && session.expires > this.#now() ? session : undefined;
    }

    /**
     * Undefined when the store is full, which any client can make it here: a real site limits how many each address
     * may ask for before it makes a session.
     */
    create(life = KEPT_FOR): Session | undefined {
        this.#sweep();
        if (this.#sessions.size >= this.#most) {
            return undefined;
        }
        const kept = { nonce: new Map(), document: new Map(), mynaportal: new Map() };
        const session = { id: randomBytes(32).toString("base64url"), expires: this.#now() + life, kept };
        this.#sessions.set(session.id, session);
        return session;
    }

    /** A new id for a person who has just logged in, so that an id planted before is worth nothing. */
    logIn(before: Session, login: Verified): Session | undefined {
        this.end(before);
        const session = this.create(SESSION_LIFE);
        return session && Object.assign(session, { login });
    }

    end(session: Session): void {
        this.#sessions.delete(session.id);
    }

    /** Keeps a value for five minutes. A session keeps a few of each kind, and then drops the oldest. */
    keep(session: Session, kind: Kind, name: string, value = ""): void {
        const expires = this.#now() + KEPT_FOR;
        const all = session.kept[kind];
        all.set(name, { value, expires });
        session.expires = Math.max(session.expires, expires);
        const [oldest] = all.keys();
        if (all.size > KEPT_MOST[kind] && oldest !== undefined) {
            all.delete(oldest);
        }
    }

    /** Takes it out of use, whatever comes of it; a reason in words where it is not there. */
    take(session: Session | undefined, kind: Kind, name: string): { value: string } | { missing: string } {
        const kept = session?.kept[kind].get(name);
        session?.kept[kind].delete(name);
        if (kept === undefined) {
            return { missing: "not given to this session, or used already" };
        }
        return kept.expires > this.#now() ? { value: kept.value } : { missing: "given more than five minutes ago" };
    }

    #sweep(): void {
        for (const [id, session] of this.#sessions) {
            if (session.expires <= this.#now()) {
                this.#sessions.delete(id);
            }
        }
    }
}
