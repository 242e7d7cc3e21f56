/* SPDX-License-Identifier: MIT */
// The commands for looking after the card, as the extension sends them.
import assert from "node:assert/strict";
import type { Message } from "../rig/host.ts";
import { ORIGIN } from "./bench.ts";

export function cardInfo(more: Message = {}): Message {
    return { command: "card-info", arguments: { lang: "en" }, ...more };
}
export function cardDetails(more: Message = {}): Message {
    return { command: "card-details", arguments: { lang: "en" }, ...more };
}
export function changePin(pin: string, more: Message = {}): Message {
    return { command: "change-pin", arguments: { pin, lang: "en" }, ...more };
}
export function readProfile(fields: readonly unknown[], changes: Message = {}, more: Message = {}): Message {
    return { command: "read-profile", arguments: { fields, origin: ORIGIN, lang: "en", ...changes }, ...more };
}

export function assertChanged(answer: Message): void {
    assert.deepEqual(answer, { changed: true });
}
