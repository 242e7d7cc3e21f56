// SPDX-License-Identifier: MIT
// The operation that a session window owns, from its review to its outcome. However it ends, it ends once: the
// page is told, the host is closed, the time stops.

import type { Host, HostEvent } from "../../native/host.ts";
import type { Language } from "../../shared/errors.ts";
import { fail, succeed } from "../../shared/failure.ts";
import type { Failure, Outcome } from "../../shared/failure.ts";
import type { Fields } from "../../shared/guards.ts";
import type { Stage, WindowMessage } from "../../shared/messages.ts";
import { answers, toMessage } from "../../shared/mynaportal.ts";
import type { Origin } from "../../shared/origin.ts";
import { LONGEST_TIMEOUT, parseResult, SHORTEST_TIMEOUT } from "../../shared/request.ts";
import type { OperationRequest, OperationResult } from "../../shared/request.ts";

/** The host ends a little before the window, as its reason says more than that time ran out. */
const HEAD_START = 500;

export type View =
    | { readonly state: "review" }
    | { readonly state: "starting" }
    | { readonly state: "waiting-for-reader" | "waiting-for-card" | "other-card" | "card-working" }
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

export interface Surroundings {
    readonly request: OperationRequest;
    readonly origin: Origin;
    readonly language: Language;
    readonly deadline: number;
    readonly now: () => number;
    readonly host: Pick<Host, "hello" | "request" | "close">;
    /** To the page. Does nothing once the line is gone. */
    readonly say: (message: WindowMessage) => void;
    readonly show: (view: View) => void;
    /** Before the page learns of the outcome, so that its next request finds the way free. */
    readonly ended: (succeeded: boolean) => Promise<void>;
    readonly closeWindow: () => void;
}

export class SessionOperation {
    readonly #with: Surroundings;
    readonly #timer: ReturnType<typeof setTimeout>;
    #over = false;
    #willed = false;

    constructor(surroundings: Surroundings) {
        this.#with = surroundings;
        this.#timer = setTimeout(() => void this.#finish(fail("timeout")), surroundings.deadline - surroundings.now());
    }

    /** Shows the review, and a missing host before the person has to decide anything. */
    async begin(): Promise<void> {
        this.#stage({ state: "review" }, "review");
        const hello = await this.#with.host.hello;
        if (!hello.ok) await this.#finish(hello);
    }

    /** The person pressed Continue. */
    async proceed(): Promise<void> {
        if (this.#over || this.#willed) return;
        this.#willed = true;
        this.#with.show({ state: "starting" });
        const { request, host, deadline, now } = this.#with;
        const left = Math.trunc(deadline - now() - HEAD_START);
        const timeout = Math.min(Math.max(left, SHORTEST_TIMEOUT), LONGEST_TIMEOUT);
        const answer = await host.request(request.operation, this.#arguments(), timeout, (event) => {
            this.#follow(event);
        });
        await this.#finish(answer.ok ? this.#read(answer.value) : answer);
    }

    /** The person pressed Cancel. */
    async cancel(): Promise<void> {
        await this.#finish(fail("user-cancelled"));
    }

    /** The page is gone, or the window is: nobody is left to answer. */
    abandon(): void {
        if (this.#over) return;
        this.#over = true;
        clearTimeout(this.#timer);
        this.#with.host.close();
    }

    get over(): boolean {
        return this.#over;
    }

    #arguments(): Fields {
        const { request, origin, language: lang } = this.#with;
        switch (request.operation) {
            case "authenticate":
                return { challengeNonce: request.challengeNonce, origin, lang };
            case "get-signing-certificate":
                return { origin, lang };
            case "sign": {
                const { certificate, hash, hashFunction } = request;
                return { ...(certificate === null ? {} : { certificate }), hash, hashFunction, origin, lang };
            }
            case "mynaportal":
                return { message: toMessage(request), origin, lang };
        }
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

    #follow({ event, otherCard, triesLeft, keypad, confirm }: HostEvent): void {
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
            case "card-working":
                this.#stage({ state: event }, event);
                break;
        }
    }

    #stage(view: View, stage: Stage): void {
        this.#with.show(view);
        this.#with.say({ kind: "progress", stage });
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
        const { failure } = outcome;
        say({ kind: "failure", failure });
        // Who cancelled knows it already.
        if (failure.code === "ERR_WEBEID_USER_CANCELLED") closeWindow();
        else show({ state: "failure", failure });
    }
}
