/* SPDX-License-Identifier: MIT */
// Sessions in memory: what the server must remember between two requests of one browser, and no longer.
import { randomBytes } from "node:crypto";
import type { Verified } from "./verify.ts";

const MINUTE = 60_000;
const KEPT_FOR = 5 * MINUTE;
const KEPT_MOST = 4;
const SESSION_LIFE = 30 * MINUTE;

export interface Session {
    id: string;
    expires: number;
    /** What the session's next requests refer to: nonces and texts to be signed, each by its name. */
    kept: Map<string, { value: string; expires: number }>;
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

    /** Undefined when the store is full. */
    create(life = KEPT_FOR): Session | undefined {
        this.#sweep();
        if (this.#sessions.size >= this.#most) {
            return undefined;
        }
        const session = { id: randomBytes(32).toString("base64url"), expires: this.#now() + life, kept: new Map() };
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

    /** Keeps a value for five minutes. A session keeps a few, as a person may have the page open twice. */
    keep(session: Session, name: string, value = ""): void {
        const expires = this.#now() + KEPT_FOR;
        session.kept.set(name, { value, expires });
        session.expires = Math.max(session.expires, expires);
        const [oldest] = session.kept.keys();
        if (session.kept.size > KEPT_MOST && oldest !== undefined) {
            session.kept.delete(oldest);
        }
    }

    /** Takes it out of use, whatever comes of it; a reason in words where it is not there. */
    take(session: Session | undefined, name: string): { value: string } | { missing: string } {
        const kept = session?.kept.get(name);
        session?.kept.delete(name);
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
