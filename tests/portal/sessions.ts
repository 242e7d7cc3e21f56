/* SPDX-License-Identifier: MIT */
// Sessions in memory: what the server must remember between two requests of one browser, and no longer.
import { randomBytes } from "node:crypto";
import type { Verified } from "./verify.ts";

const MINUTE = 60_000;
export const NONCE_LIFE = 5 * MINUTE;
const SESSION_LIFE = 30 * MINUTE;

export interface Session {
    id: string;
    expires: number;
    nonce?: { value: string; expires: number };
    document?: { text: string; expires: number };
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
    create(life = NONCE_LIFE): Session | undefined {
        this.#sweep();
        if (this.#sessions.size >= this.#most) {
            return undefined;
        }
        const session = { id: randomBytes(32).toString("base64url"), expires: this.#now() + life };
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

    giveNonce(session: Session): string {
        const value = randomBytes(32).toString("base64"); // 44 characters
        session.nonce = { value, expires: this.#now() + NONCE_LIFE };
        session.expires = Math.max(session.expires, session.nonce.expires);
        return value;
    }

    /** Takes the nonce out of use, whatever comes of the log-in; a reason in words where there is none. */
    takeNonce(session: Session | undefined): { value: string } | { missing: string } {
        const nonce = session?.nonce;
        delete session?.nonce;
        if (nonce === undefined) {
            return { missing: "none was given to this session, or it was used already" };
        }
        return nonce.expires > this.#now() ? { value: nonce.value } : { missing: "given more than five minutes ago" };
    }

    keepDocument(session: Session, text: string): void {
        session.document = { text, expires: this.#now() + NONCE_LIFE };
        session.expires = Math.max(session.expires, session.document.expires);
    }

    takeDocument(session: Session | undefined): string | undefined {
        const document = session?.document;
        delete session?.document;
        return document !== undefined && document.expires > this.#now() ? document.text : undefined;
    }

    #sweep(): void {
        for (const [id, session] of this.#sessions) {
            if (session.expires <= this.#now()) {
                this.#sessions.delete(id);
            }
        }
    }
}
