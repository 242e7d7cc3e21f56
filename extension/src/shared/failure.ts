// SPDX-License-Identifier: MIT
// How an operation ends: with a value or with a failure that can cross any boundary as plain data.

import { ERRORS, isErrorCode, REASON_OF_CODE, sentencesOf } from "./errors.ts";
import type { ErrorCode, Language, Reason, Sentences } from "./errors.ts";
import { isCount, isFields } from "./guards.ts";

export interface RequiresUpdate {
    readonly extension: boolean;
    readonly nativeApp: boolean;
}

export interface Failure {
    /** Stable, finer than the code; a newer host may give one that this version does not know. */
    readonly reason: string;
    readonly code: ErrorCode;
    readonly triesLeft?: number;
    readonly requiresUpdate?: RequiresUpdate;
    readonly nativeApp?: string;
    /** Signatures that the card had made of a batch, none of which was handed over. */
    readonly signed?: number;
    /** Which document is at fault: its place in the request, from 0. */
    readonly document?: number;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function failure(reason: Reason, details: Omit<Failure, "reason" | "code"> = {}): Failure {
    return { reason, code: ERRORS[reason].code, ...details };
}

export function succeed<T>(value: T): Outcome<T> {
    return { ok: true, value };
}

export function fail(reason: Reason, details?: Omit<Failure, "reason" | "code">): { ok: false; failure: Failure } {
    return { ok: false, failure: failure(reason, details) };
}

/** The same failure, saying more. */
export function blame(
    { failure: known }: { readonly failure: Failure },
    details: Pick<Failure, "document" | "signed">,
): { ok: false; failure: Failure } {
    return { ok: false, failure: { ...known, ...details } };
}

/** Null when the value is not a failure. What a failure says beyond its known fields is dropped. */
export function parseFailure(value: unknown): Failure | null {
    if (!isFields(value)) return null;
    const { code, triesLeft, requiresUpdate, nativeApp, signed, document } = value;
    if (!isErrorCode(code)) return null;
    const { reason = REASON_OF_CODE[code] } = value;
    if (typeof reason !== "string" || !/^[a-z0-9-]{1,64}$/.test(reason)) return null;
    return {
        reason,
        code,
        ...(isCount(triesLeft, 99) ? { triesLeft } : {}),
        ...(isFields(requiresUpdate)
            ? {
                  requiresUpdate: {
                      extension: requiresUpdate["extension"] === true,
                      nativeApp: requiresUpdate["nativeApp"] === true,
                  },
              }
            : {}),
        ...(typeof nativeApp === "string" && nativeApp.length <= 64 ? { nativeApp } : {}),
        ...(isCount(signed, 99) ? { signed } : {}),
        ...(isCount(document, 99) ? { document } : {}),
    };
}

export interface PageError extends Failure {
    readonly message: string;
    readonly messages: Sentences;
}

/** What a page is told: never more than this, and no stack. */
export function toPageError(what: Failure, language: Language): PageError {
    const messages = sentencesOf(what.reason, what.code);
    return { ...what, message: messages[language], messages };
}
