// SPDX-License-Identifier: MIT
// Everything that the extension's own parts say to each other. Each message enters as unknown and leaves typed.

import { MOST_DOCUMENTS } from "./documents.ts";
import { parseFailure } from "./failure.ts";
import type { Failure } from "./failure.ts";
import { isCount, isFields, isText } from "./guards.ts";
import type { Fields } from "./guards.ts";
import { isOperation, LONGEST_TIMEOUT, parseOperationRequest, parseResult, SHORTEST_TIMEOUT } from "./request.ts";
import type { Operation, OperationRequest, OperationResult } from "./request.ts";

/** Content script to background. The request itself goes to the window only. */
export type ContentMessage =
    | {
          readonly kind: "open";
          /** Names the operation; known to this document's content script and to the extension alone. */
          readonly key: string;
          /** Says how large a window it needs, and nothing else. */
          readonly operation: Operation;
          readonly timeout: number;
          /** A person pressed something in the page just before. */
          readonly gesture: boolean;
      }
    | { readonly kind: "status" }
    | { readonly kind: "allowed" };

export function parseContentMessage(value: unknown): ContentMessage | null {
    if (!isFields(value)) return null;
    const { kind, key, operation, timeout, gesture } = value;
    switch (kind) {
        case "open":
            if (!isKey(key) || !isOperation(operation)) return null;
            return isCount(timeout, LONGEST_TIMEOUT) && timeout >= SHORTEST_TIMEOUT
                ? { kind, key, operation, timeout, gesture: gesture === true }
                : null;
        case "status":
        case "allowed":
            return { kind };
        default:
            return null;
    }
}

export interface NativeVersion {
    /** The protocol level, `2.x.y`. */
    readonly version: string;
    /** The program's own version, where it says one. */
    readonly appVersion: string | null;
}

/** Background's answer to each of the above. */
export type BackgroundReply =
    | { readonly kind: "opened" }
    | { readonly kind: "status"; readonly native: NativeVersion }
    | { readonly kind: "allowed"; readonly allowed: boolean }
    | { readonly kind: "refused"; readonly failure: Failure };

export function parseBackgroundReply(value: unknown): BackgroundReply | null {
    if (!isFields(value)) return null;
    switch (value["kind"]) {
        case "opened":
            return { kind: "opened" };
        case "status": {
            const { native } = value;
            if (!isFields(native) || !isText(native["version"], 1, 64)) return null;
            const { version, appVersion } = native;
            return { kind: "status", native: { version, appVersion: isText(appVersion, 1, 64) ? appVersion : null } };
        }
        case "allowed":
            return { kind: "allowed", allowed: value["allowed"] === true };
        case "refused": {
            const failure = parseFailure(value["failure"]);
            return failure && { kind: "refused", failure };
        }
        default:
            return null;
    }
}

/** Background to every content script, when the browser's permissions changed. */
export const PERMISSIONS_CHANGED = { kind: "permissions-changed" } as const;

export function isPermissionsChanged(value: unknown): boolean {
    return isFields(value) && value["kind"] === PERMISSIONS_CHANGED.kind;
}

/** Background to the content script of the page that asked, when the window was closed before its outcome. */
export interface ClosedMessage {
    readonly kind: "closed";
    readonly key: string;
}

export function parseClosed(value: unknown): ClosedMessage | null {
    if (!isFields(value) || value["kind"] !== "closed") return null;
    const { key } = value;
    return isKey(key) ? { kind: "closed", key } : null;
}

/** The window's line to the page is a port by this name. */
export function portName(key: string): string {
    return `session:${key}`;
}

export function isKey(value: unknown): value is string {
    return typeof value === "string" && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

/** Content script to window, first and only once. */
export interface RequestMessage {
    readonly kind: "request";
    readonly request: OperationRequest;
}

export function parseRequestMessage(value: unknown): RequestMessage | null {
    if (!isFields(value) || value["kind"] !== "request") return null;
    const request = parseOperationRequest(value["request"]);
    return request && { kind: "request", request };
}

/** Content script to window, each time it is asked to send one. */
export interface DocumentMessage {
    readonly kind: "document";
    readonly index: number;
    /** Null when the page's file cannot be sent. */
    readonly data: Blob | null;
}

export function parseDocumentMessage(value: unknown): DocumentMessage | null {
    if (!isFields(value) || value["kind"] !== "document") return null;
    const { index, data } = value;
    if (!isCount(index, MOST_DOCUMENTS - 1)) return null;
    return { kind: "document", index, data: data instanceof Blob ? data : null };
}

/** What a page may know of the progress: no tries, no readers. */
export const STAGES = [
    "loading",
    "review",
    "preparing",
    "waiting-for-reader",
    "waiting-for-card",
    "other-card",
    "pin-prompt",
    "card-working",
] as const;
export type Stage = (typeof STAGES)[number];

/** How far the card is with the documents, while it works. */
export interface Count {
    readonly signed: number;
    readonly count: number;
}

export function parseCount({ signed, count }: Fields): Count | null {
    return isCount(count, MOST_DOCUMENTS) && isCount(signed, count) ? { signed, count } : null;
}

export type Progress = { readonly stage: Stage } & Partial<Count>;

/** The person takes the time they need to read; it is not the operation's. */
export function isResting(operation: Operation, stage: Stage): boolean {
    return operation === "sign-documents" && stage === "review";
}

/** Window to content script. */
export type WindowMessage =
    | ({ readonly kind: "progress" } & Progress)
    /** Send the bytes of this document. */
    | { readonly kind: "send"; readonly index: number }
    | { readonly kind: "result"; readonly operation: Operation; readonly result: OperationResult }
    | { readonly kind: "failure"; readonly failure: Failure };

export function parseWindowMessage(value: unknown): WindowMessage | null {
    if (!isFields(value)) return null;
    switch (value["kind"]) {
        case "progress": {
            const stage = STAGES.find((known) => known === value["stage"]);
            const count = stage === "card-working" ? parseCount(value) : null;
            return stage === undefined ? null : { kind: "progress", stage, ...count };
        }
        case "send": {
            const { index } = value;
            return isCount(index, MOST_DOCUMENTS - 1) ? { kind: "send", index } : null;
        }
        case "result": {
            const { operation } = value;
            if (!isOperation(operation)) return null;
            const result = parseResult(operation, value["result"]);
            return result && { kind: "result", operation, result };
        }
        case "failure": {
            const failure = parseFailure(value["failure"]);
            return failure && { kind: "failure", failure };
        }
        default:
            return null;
    }
}
