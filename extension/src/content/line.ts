// SPDX-License-Identifier: MIT
// The line from a page's request to the session window and back. One at a time; every ending settles it once.

import { Countdown } from "../shared/countdown.ts";
import { fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { isResting, parseBackgroundReply, parseWindowMessage, portName } from "../shared/messages.ts";
import type { BackgroundReply, ContentMessage, DocumentMessage, NativeVersion, Progress } from "../shared/messages.ts";
import type { OperationRequest, OperationResult } from "../shared/request.ts";
import type { GestureRule } from "./gesture.ts";

/** The window opens in well under a second; this is for one that never does. */
const ATTACH_TIMEOUT = 15_000;
/** The window keeps the time; this is for one that hangs. */
const ANSWER_GRACE = 5_000;
const ALIVE_INTERVAL = 1_000;

export interface LinePort {
    readonly name: string;
    postMessage(message: object): void;
    disconnect(): void;
    readonly onMessage: { addListener(listener: (message: unknown) => void): void };
    readonly onDisconnect: { addListener(listener: () => void): void };
}

export interface Extension {
    /** False once the extension was updated, switched off or removed under this page. */
    alive(): boolean;
    send(message: ContentMessage): Promise<unknown>;
}

export interface PageView {
    readonly visible: boolean;
    activated(): Promise<void>;
}

export interface Watcher {
    readonly onProgress?: (progress: Progress) => void;
    readonly withdrawn?: AbortSignal;
}

interface Pending {
    readonly key: string;
    readonly request: OperationRequest;
    /** What the documents of the request hold, in its order. */
    readonly blobs: readonly Blob[];
    readonly watcher: Watcher;
    readonly clock: Countdown;
    readonly settle: (outcome: Outcome<OperationResult>) => void;
    port: LinePort | null;
    /** Signatures that the card has made, by the window's word. */
    signed: number;
}

/** The window keeps the time by its own hand; here it only has to be known when that rests. */
function follow(pending: Pending, { stage, signed, count }: Progress): void {
    if (isResting(pending.request.operation, stage)) pending.clock.rest();
    else pending.clock.resume();
    if (signed === undefined || count === undefined) pending.watcher.onProgress?.({ stage });
    else pending.watcher.onProgress?.({ stage, signed, count });
    pending.signed = signed ?? pending.signed;
}

/** One document to a message, as a message has its limit. */
function send({ port, blobs }: Pending, index: number): void {
    const data = blobs[index];
    if (data === undefined) return;
    const message: DocumentMessage = { kind: "document", index, data };
    try {
        port?.postMessage(message);
    } catch {
        // The browser would not take it; or the line is gone, and this does nothing either.
        sayUnreadable(port, index);
    }
}

function sayUnreadable(port: LinePort | null, index: number): void {
    const message: DocumentMessage = { kind: "document", index, data: null };
    try {
        port?.postMessage(message);
    } catch {
        // Whoever ended the line has settled it.
    }
}

/** Whoever ends a batch in its middle must learn what the card has done. */
function withCount(outcome: Outcome<OperationResult>, signed: number): Outcome<OperationResult> {
    if (outcome.ok || signed === 0) return outcome;
    return { ok: false, failure: { signed, ...outcome.failure } };
}

/** A port outlives the extension that made it, and then throws. */
function hangUp(port: LinePort | null | undefined): void {
    try {
        port?.disconnect();
    } catch {
        // It is gone already.
    }
}

export class Line {
    readonly #extension: Extension;
    readonly #page: PageView;
    readonly #gesture: GestureRule;
    #pending: Pending | null = null;
    #status: Promise<Outcome<NativeVersion>> | null = null;

    constructor(extension: Extension, page: PageView, gesture: GestureRule) {
        this.#extension = extension;
        this.#page = page;
        this.#gesture = gesture;
    }

    /** Askers at the same time share one answer, so that a page cannot make processes by asking often. */
    status(): Promise<Outcome<NativeVersion>> {
        this.#status ??= this.#askStatus().finally(() => {
            this.#status = null;
        });
        return this.#status;
    }

    async run(
        request: OperationRequest,
        watcher: Watcher = {},
        blobs: readonly Blob[] = [],
    ): Promise<Outcome<OperationResult>> {
        if (!this.#extension.alive()) return fail("extension-updated");
        if (this.#pending !== null) return fail("operation-pending");
        if (watcher.withdrawn?.aborted === true) return fail("request-withdrawn");

        const { promise, resolve } = Promise.withResolvers<Outcome<OperationResult>>();
        const clock = new Countdown(request.timeout + ANSWER_GRACE, () => { resolve(fail("timeout")); });
        const own = { key: crypto.randomUUID(), settle: resolve, port: null, signed: 0 };
        const pending: Pending = { request, blobs, watcher, clock, ...own };
        this.#pending = pending;
        const withdraw = (): void => {
            pending.settle(fail("request-withdrawn"));
        };
        watcher.withdrawn?.addEventListener("abort", withdraw, { once: true });
        const heartbeat = setInterval(() => {
            if (!this.#extension.alive()) pending.settle(fail("extension-updated"));
        }, ALIVE_INTERVAL);
        void this.#begin(pending);

        const outcome = withCount(await promise, pending.signed);
        clock.stop();
        clearInterval(heartbeat);
        watcher.withdrawn?.removeEventListener("abort", withdraw);
        hangUp(pending.port);
        this.#pending = null;
        if (outcome.ok || outcome.failure.reason !== "gesture-required") this.#gesture.ended(outcome);
        return outcome;
    }

    /** The window opens its end of the line. False when it is not for an operation of this page. */
    attach(port: LinePort): boolean {
        const pending = this.#pending;
        if (pending?.port !== null || port.name !== portName(pending.key)) return false;
        pending.port = port;
        port.onMessage.addListener((message) => { this.#receive(pending, message); });
        port.onDisconnect.addListener(() => {
            // An update ends the port a moment before it ends the script's tie to the extension.
            setTimeout(() => {
                pending.settle(fail(this.#extension.alive() ? "user-cancelled" : "extension-updated"));
            }, 50);
        });
        port.postMessage({ kind: "request", request: pending.request });
        return true;
    }

    /** The window was closed, perhaps before it opened its end of the line. */
    closed(key: string): void {
        if (this.#pending?.key === key) this.#pending.settle(fail("user-cancelled"));
    }

    /** The page is left: the line ends, and with it the window and the host. */
    leave(): void {
        this.#pending?.settle(fail("page-left"));
        hangUp(this.#pending?.port);
    }

    /** The site was switched off. */
    retire(): void {
        this.#pending?.settle(fail("site-off"));
    }

    async #begin(pending: Pending): Promise<void> {
        await this.#page.activated();
        if (this.#pending !== pending) return;
        if (!this.#gesture.allows(pending.request)) {
            pending.settle(fail("gesture-required"));
            return;
        }
        if (!this.#page.visible) {
            pending.settle(fail("page-hidden"));
            return;
        }
        const gesture = this.#gesture.fresh;
        this.#gesture.began();
        const { key, request } = pending;
        const { operation, timeout } = request;
        const reply = await this.#ask({ kind: "open", key, operation, timeout, gesture });
        if (reply.kind === "refused") {
            pending.settle({ ok: false, failure: reply.failure });
            return;
        }
        setTimeout(() => {
            if (pending.port === null) pending.settle(fail("internal-error"));
        }, ATTACH_TIMEOUT);
    }

    #receive(pending: Pending, message: unknown): void {
        const said = parseWindowMessage(message);
        if (said === null) return;
        switch (said.kind) {
            case "progress":
                if (this.#pending === pending) follow(pending, said);
                break;
            case "send":
                if (this.#pending === pending) send(pending, said.index);
                break;
            case "result":
                pending.settle(
                    said.operation === pending.request.operation ? succeed(said.result) : fail("internal-error"),
                );
                break;
            case "failure":
                pending.settle({ ok: false, failure: said.failure });
                break;
        }
    }

    async #askStatus(): Promise<Outcome<NativeVersion>> {
        const reply = await this.#ask({ kind: "status" });
        if (reply.kind === "status") return succeed(reply.native);
        return reply.kind === "refused" ? { ok: false, failure: reply.failure } : fail("internal-error");
    }

    async #ask(message: ContentMessage): Promise<BackgroundReply> {
        if (!this.#extension.alive()) return { kind: "refused", ...fail("extension-updated") };
        try {
            const reply = parseBackgroundReply(await this.#extension.send(message));
            return reply ?? { kind: "refused", ...fail("internal-error") };
        } catch {
            return { kind: "refused", ...fail(this.#extension.alive() ? "internal-error" : "extension-updated") };
        }
    }
}
