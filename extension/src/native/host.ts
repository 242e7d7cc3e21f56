// SPDX-License-Identifier: MIT
// One process of the native host: hello, then one request at a time, then the end. However it ends, it ends once.

import { fail, parseFailure, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { isCount, isFields, isText } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { parseCount } from "../shared/messages.ts";
import type { Count, NativeVersion } from "../shared/messages.ts";
import { checkNative } from "../shared/version.ts";

export const HOST_NAME = "org.jpkibridge.host";
/** Shorter than web-eid.js waits for a status. */
export const HELLO_TIMEOUT = 4_000;
/** The host keeps its own time and gives the better reason; this is only for one that hangs. */
const ANSWER_GRACE = 2_000;

/** What this module needs of a browser's port. */
export interface NativePort {
    postMessage(message: object): void;
    disconnect(): void;
    readonly onMessage: { addListener(listener: (message: unknown) => void): void };
    readonly onDisconnect: { addListener(listener: () => void): void };
}

export type Connect = () => NativePort;

export interface HostEvent {
    readonly event: "waiting-for-reader" | "waiting-for-card" | "pin-prompt" | "card-working";
    /** Something lies on the reader that is not a MyNumber card. */
    readonly otherCard: boolean;
    readonly triesLeft: number | null;
    readonly keypad: boolean;
    /** The prompt asks for the extra yes before the last try. */
    readonly confirm: boolean;
    /** Which PIN the prompt wants: the one that holds, or the one to come, once or once more. */
    readonly entry: "current" | "new" | "again";
    /** Of several signatures under one PIN entry, while the card works. */
    readonly progress: Count | null;
}

const EVENTS = ["waiting-for-reader", "waiting-for-card", "pin-prompt", "card-working"] as const;

export function parseEvent(message: Fields): HostEvent | null {
    const event = EVENTS.find((known) => known === message["event"]);
    if (event === undefined) return null;
    const { found, triesLeft, keypad, confirm, new: fresh, again } = message;
    return {
        event,
        otherCard: found === "other-card" || found === "unknown",
        triesLeft: isCount(triesLeft, 99) ? triesLeft : null,
        keypad: keypad === true,
        confirm: confirm === true,
        entry: again === true ? "again" : fresh === true ? "new" : "current",
        progress: event === "card-working" ? parseCount(message) : null,
    };
}

function parseHello(message: Fields): Outcome<NativeVersion> {
    const version = checkNative(message["version"]);
    if (!version.ok) return version;
    const { appVersion } = message;
    return succeed({ version: version.value, appVersion: isText(appVersion, 1, 64) ? appVersion : null });
}

interface Waiting {
    readonly id: number;
    readonly settle: (outcome: Outcome<unknown>) => void;
    readonly onEvent: (event: HostEvent) => void;
}

export class Host {
    readonly hello: Promise<Outcome<NativeVersion>>;
    #port: NativePort | null = null;
    #greet: (outcome: Outcome<NativeVersion>) => void;
    #greeted = false;
    #waiting: Waiting | null = null;
    #nextId = 1;
    #timer: ReturnType<typeof setTimeout> | undefined;

    constructor(connect: Connect, helloTimeout = HELLO_TIMEOUT) {
        const { promise, resolve } = Promise.withResolvers<Outcome<NativeVersion>>();
        this.hello = promise;
        this.#greet = resolve;
        try {
            const port = connect();
            this.#port = port;
            port.onMessage.addListener((message) => {
                this.#receive(message);
            });
            port.onDisconnect.addListener(() => {
                this.#end(this.#greeted ? fail("native-disconnected") : fail("native-unavailable"));
            });
            this.#timer = setTimeout(() => {
                this.#end(fail("native-unavailable"));
            }, helloTimeout);
        } catch {
            this.#end(fail("native-unavailable"));
        }
    }

    /** Asks for one operation. The timeout is what the host may take. Waits for the hello by itself. */
    async request(
        command: string,
        args: Fields,
        timeout: number,
        onEvent: (event: HostEvent) => void,
    ): Promise<Outcome<unknown>> {
        const hello = await this.hello;
        if (!hello.ok) return hello;
        if (this.#port === null) return fail("native-disconnected");
        if (this.#waiting !== null) return fail("operation-pending");
        const { promise, resolve } = Promise.withResolvers<Outcome<unknown>>();
        const id = this.#nextId++;
        this.#waiting = {
            id,
            onEvent,
            settle: (outcome) => {
                clearTimeout(this.#timer);
                this.#waiting = null;
                resolve(outcome);
            },
        };
        this.#timer = setTimeout(() => {
            this.#end(fail("timeout"));
        }, timeout + ANSWER_GRACE);
        this.#port.postMessage({ command, arguments: args, id, events: true, timeout });
        return promise;
    }

    /** Whether the process is gone, or was never there. */
    get ended(): boolean {
        return this.#port === null;
    }

    /** Ends the host's process, and with it any prompt. */
    close(): void {
        this.#end(fail("user-cancelled"));
    }

    #receive(message: unknown): void {
        if (this.#port === null) return;
        if (!isFields(message)) {
            this.#end(fail("native-reply-malformed"));
            return;
        }
        if (!this.#greeted) {
            const hello = parseHello(message);
            if (!hello.ok) {
                this.#end(hello);
                return;
            }
            this.#greeted = true;
            clearTimeout(this.#timer);
            this.#greet(hello);
            return;
        }
        const waiting = this.#waiting;
        if (waiting === null || message["id"] !== waiting.id) return;
        if ("event" in message) {
            const event = parseEvent(message);
            if (event !== null) waiting.onEvent(event);
            return;
        }
        if (!("error" in message)) {
            waiting.settle(succeed(message));
            return;
        }
        const failure = parseFailure(message["error"]);
        waiting.settle(failure === null ? fail("native-reply-malformed") : { ok: false, failure });
    }

    #end(outcome: { ok: false; failure: Extract<Outcome<never>, { ok: false }>["failure"] }): void {
        clearTimeout(this.#timer);
        const port = this.#port;
        this.#port = null;
        this.#greet(outcome);
        this.#waiting?.settle(outcome);
        port?.disconnect();
    }
}

export function connectNative(): NativePort {
    const port = chrome.runtime.connectNative(HOST_NAME);
    // Chromium reports a lastError that nobody reads as an uncaught one.
    port.onDisconnect.addListener(() => chrome.runtime.lastError);
    return port;
}
