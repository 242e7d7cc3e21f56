// SPDX-License-Identifier: MIT
// Versions by the Web eID rule: only the major number decides.

import { fail, succeed } from "./failure.ts";
import type { Outcome } from "./failure.ts";

/** The Web eID protocol level that this extension speaks, on pages and with the host. */
export const PROTOCOL_LEVEL = "2.9.0";
const MAJOR = 2;

export function majorOf(version: unknown): number | null {
    const found = typeof version === "string" ? /^v?(\d{1,4})\.\d{1,6}\.\d{1,6}(?:[-+].{0,40})?$/.exec(version) : null;
    return found ? Number(found[1]) : null;
}

/** A host of another major level cannot be spoken to, whichever side is the older. */
export function checkNative(version: unknown): Outcome<string> {
    const major = majorOf(version);
    if (major === null || typeof version !== "string") return fail("version-invalid");
    const plain = version.replace(/^v/, "");
    if (major === MAJOR) return succeed(plain);
    return fail("version-mismatch", {
        requiresUpdate: { extension: major > MAJOR, nativeApp: major < MAJOR },
        nativeApp: plain,
    });
}

/** A page's library may be older than the extension, never of a newer major level. Absent is taken as fitting. */
export function checkLibrary(version: unknown): Outcome<string> {
    if (version === undefined) return succeed("");
    const major = majorOf(version);
    if (major === null || typeof version !== "string") return fail("version-invalid");
    if (major > MAJOR) return fail("version-mismatch", { requiresUpdate: { extension: true, nativeApp: false } });
    return succeed(version);
}
