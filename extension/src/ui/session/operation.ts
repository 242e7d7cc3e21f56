// SPDX-License-Identifier: MIT
// The operation that a session window owns, from its review to its outcome. However it ends, it ends once: the
// page is told, the host is closed, the time stops.

import { load } from "../../documents/loaded.ts";
import type { LoadedDocument } from "../../documents/loaded.ts";
import { Signing } from "../../documents/signing.ts";
import type { PdfTools } from "../../documents/signing.ts";
import type { Host, HostEvent } from "../../native/host.ts";
import { Countdown } from "../../shared/countdown.ts";
import type { Mark } from "../../shared/documents.ts";
import type { Language } from "../../shared/errors.ts";
import { blame, fail, succeed } from "../../shared/failure.ts";
import type { Failure, Outcome } from "../../shared/failure.ts";
import type { Fields } from "../../shared/guards.ts";
import type { Count, Stage, WindowMessage } from "../../shared/messages.ts";
import { answers, toMessage } from "../../shared/mynaportal.ts";
import type { Origin } from "../../shared/origin.ts";
import { keepAgreed, parseProfileResult } from "../../shared/profile.ts";
import type { ProfileField } from "../../shared/profile.ts";
import { LONGEST_TIMEOUT, parseResult, SHORTEST_TIMEOUT } from "../../shared/request.ts";
import type { DocumentsRequest, OperationRequest, OperationResult } from "../../shared/request.ts";

/** The host ends a little before the window, as its reason says more than that time ran out. */
const HEAD_START = 500;

export type View =
    /** The documents' bytes come and are looked at; this is the place of the one that is on its way, from 0. */
    | { readonly state: "loading-documents"; readonly index: number; readonly count: number }
    | { readonly state: "review" }
    | { readonly state: "starting" }
    | { readonly state: "preparing" }
    | { readonly state: "waiting-for-reader" | "waiting-for-card" | "other-card" }
    /** Null until there is something to count. */
    | { readonly state: "card-working"; readonly progress: Count | null }
    | {
          readonly state: "pin-prompt";
          readonly triesLeft: number | null;
          readonly keypad: boolean;
          readonly confirm: boolean;
      }
    /** The host asks for a yes that is about the site, before any PIN. */
    | { readonly state: "question" }
    | { readonly state: "success" }
    | { readonly state: "failure"; readonly failure: Failure };

/** The documents as the person sees them. */
export interface Review {
    /** Where and what the person wants each one's visible mark to be. */
    marks(): readonly (Mark | null)[];
    /** Lets go of everything. */
    dispose(): void;
}

/** What only `sign-documents` needs. */
export interface DocumentsDesk {
    /** Asks the page for one document's bytes. */
    readonly pull: (index: number) => Promise<Blob | null>;
    readonly tools: PdfTools;
    readonly review: (documents: readonly LoadedDocument[]) => Review;
    /** The clock stopped (null), or went on to this end. */
    readonly clockSet: (deadline: number | null) => void;
}

export interface Surroundings {
    readonly request: OperationRequest;
    readonly origin: Origin;
    readonly language: Language;
    readonly deadline: number;
    readonly desk: DocumentsDesk;
    readonly host: Pick<Host, "hello" | "request" | "close">;
    /** To the page. Does nothing once the line is gone. */
    readonly say: (message: WindowMessage) => void;
    readonly show: (view: View) => void;
    /** Before the page learns of the outcome, so that its next request finds the way free. */
    readonly ended: (succeeded: boolean) => Promise<void>;
    readonly closeWindow: () => void;
}

/** What the host is asked, and how its answer is read. */
interface Asking {
    readonly args: Fields;
    readonly read: (value: unknown) => Outcome<OperationResult>;
}

interface Reviewing {
    readonly documents: readonly LoadedDocument[];
    readonly review: Review;
}

/** Putting signatures into large documents may meet the end of memory; the page must hear of it all the same. */
function readSafely(read: Asking["read"], value: unknown): Outcome<OperationResult> {
    try {
        return read(value);
    } catch {
        return fail("internal-error");
    }
}

export class SessionOperation {
    readonly #with: Surroundings;
    readonly #countdown: Countdown;
    #over = false;
    #willed = false;
    /** Signatures that the card has made. */
    #signed = 0;
    #reviewing: Reviewing | null = null;

    constructor(surroundings: Surroundings) {
        this.#with = surroundings;
        this.#countdown = new Countdown(surroundings.deadline - Date.now(), () => void this.#finish(fail("timeout")));
    }

    /** Shows the review, and a missing host before the person has to decide anything. */
    async begin(): Promise<void> {
        const { request, host } = this.#with;
        const documents = request.operation === "sign-documents";
        if (documents) this.#stage({ state: "loading-documents", index: 0, count: request.documents.length }, "loading");
        else this.#stage({ state: "review" }, "review");
        const hello = await host.hello;
        if (!hello.ok) await this.#finish(hello);
        else if (documents) await this.#load(request).catch(() => this.#finish(fail("internal-error")));
    }

    /** The person pressed Continue, and agreed to these fields where the site asks for some. */
    async proceed(agreed: readonly ProfileField[] = []): Promise<void> {
        const { request, host } = this.#with;
        if (this.#over || this.#willed) return;
        if (request.operation === "sign-documents" && this.#reviewing === null) return;
        this.#willed = true;
        const asking = await this.#ask(agreed).catch(() => fail("internal-error"));
        if (!asking.ok) {
            await this.#finish(asking);
            return;
        }
        const { args, read } = asking.value;
        const left = Math.trunc(this.#countdown.left - HEAD_START);
        const timeout = Math.min(Math.max(left, SHORTEST_TIMEOUT), LONGEST_TIMEOUT);
        // When it is over by now, the host is closed and asks nobody anything.
        const answer = await host.request(request.operation, args, timeout, (event) => {
            this.#follow(event);
        });
        await this.#finish(answer.ok ? readSafely(read, answer.value) : answer);
    }

    /** The person pressed Cancel. */
    async cancel(): Promise<void> {
        await this.#finish(fail("user-cancelled"));
    }

    /** The page is gone, or the window is: nobody is left to answer. */
    abandon(): void {
        if (this.#over) return;
        this.#over = true;
        this.#countdown.stop();
        this.#reviewing?.review.dispose();
        this.#reviewing = null;
        this.#with.host.close();
    }

    get over(): boolean {
        return this.#over;
    }

    /** Milliseconds; null while the clock rests. */
    get timeLeft(): number | null {
        return this.#countdown.resting ? null : this.#countdown.left;
    }

    /** The bytes come from the page, once, and the clock rests as soon as the person can see them. */
    async #load({ documents }: DocumentsRequest): Promise<void> {
        const { desk } = this.#with;
        const loaded = await load(documents, {
            fetch: desk.pull,
            inspect: desk.tools.inspect,
            onDocument: (index) => {
                this.#with.show({ state: "loading-documents", index, count: documents.length });
            },
            withdrawn: () => this.#over,
        });
        if (this.#over) return;
        if (!loaded.ok) {
            await this.#finish(loaded);
            return;
        }
        this.#countdown.rest();
        desk.clockSet(null);
        this.#stage({ state: "review" }, "review");
        this.#reviewing = { documents: loaded.value, review: desk.review(loaded.value) };
    }

    /** Lets go of the documents: from here on only their hashes are needed, and what is to be appended. */
    async #prepare({ documents, review }: Reviewing): Promise<Outcome<Asking>> {
        const { desk, origin, language: lang } = this.#with;
        this.#countdown.resume();
        desk.clockSet(Date.now() + this.#countdown.left);
        const marks = review.marks();
        this.#reviewing = null;
        review.dispose();
        this.#stage({ state: "preparing" }, "preparing");
        const signing = await Signing.prepare(documents, marks, new Date(), desk.tools, () => this.#over);
        if (!signing.ok) return signing;
        const { value } = signing;
        return succeed({ args: { ...value.arguments, origin, lang }, read: (answer) => value.finish(answer) });
    }

    async #ask(agreed: readonly ProfileField[]): Promise<Outcome<Asking>> {
        const { request, origin, language: lang } = this.#with;
        if (this.#reviewing !== null) return this.#prepare(this.#reviewing);
        this.#with.show({ state: "starting" });
        const read = (value: unknown): Outcome<OperationResult> => this.#read(value);
        switch (request.operation) {
            case "authenticate":
                return succeed({ args: { challengeNonce: request.challengeNonce, origin, lang }, read });
            case "get-signing-certificate":
                return succeed({ args: { origin, lang }, read });
            case "sign": {
                const { certificate, hash, hashFunction } = request;
                const given = certificate === null ? {} : { certificate };
                return succeed({ args: { ...given, hash, hashFunction, origin, lang }, read });
            }
            case "mynaportal":
                return succeed({ args: { message: toMessage(request), origin, lang }, read });
            case "read-profile":
                return succeed({ args: { fields: agreed, origin, lang }, read: (value) => this.#readProfile(value, agreed) });
            case "sign-documents":
                return fail("internal-error");
        }
    }

    #readProfile(value: unknown, agreed: readonly ProfileField[]): Outcome<OperationResult> {
        const result = parseProfileResult(value);
        const kept = result && keepAgreed(result, agreed);
        return kept === null ? fail("native-reply-malformed") : succeed(kept);
    }

    #read(value: unknown): Outcome<OperationResult> {
        const { request } = this.#with;
        const result = parseResult(request.operation, value);
        if (result === null) return fail("native-reply-malformed");
        if (request.operation === "sign" && (request.certificate === null) !== ("certificate" in result)) {
            return fail("native-reply-malformed");
        }
        if (request.operation === "mynaportal" && !("combination_code" in result && answers(result, request))) {
            return fail("native-reply-malformed");
        }
        return succeed(result);
    }

    #follow({ event, otherCard, triesLeft, keypad, confirm, progress }: HostEvent): void {
        if (this.#over) return;
        switch (event) {
            case "pin-prompt":
                // Without a count there is no PIN in question yet.
                if (confirm && triesLeft === null) this.#stage({ state: "question" }, "pin-prompt");
                else this.#stage({ state: "pin-prompt", triesLeft, keypad, confirm }, "pin-prompt");
                break;
            case "waiting-for-card": {
                const state = otherCard ? "other-card" : "waiting-for-card";
                this.#stage({ state }, state);
                break;
            }
            case "waiting-for-reader":
                this.#stage({ state: event }, event);
                break;
            case "card-working":
                this.#signed = progress?.signed ?? this.#signed;
                this.#stage({ state: event, progress }, event, progress);
                break;
        }
    }

    #stage(view: View, stage: Stage, progress: Count | null = null): void {
        this.#with.show(view);
        this.#with.say({ kind: "progress", stage, ...progress });
    }

    async #finish(outcome: Outcome<OperationResult>): Promise<void> {
        if (this.#over) return;
        this.abandon();
        const { say, show, ended, closeWindow, request } = this.#with;
        // The page gets its answer even when the storage fails.
        await ended(outcome.ok).catch(() => undefined);
        if (outcome.ok) {
            say({ kind: "result", operation: request.operation, result: outcome.value });
            show({ state: "success" });
            return;
        }
        const signed = outcome.failure.signed ?? this.#signed;
        const { failure } = signed > 0 ? blame(outcome, { signed }) : outcome;
        say({ kind: "failure", failure });
        // Who cancelled knows it already; not how far the card had come.
        if (failure.code === "ERR_WEBEID_USER_CANCELLED" && signed === 0) closeWindow();
        else show({ state: "failure", failure });
    }
}
