// SPDX-License-Identifier: MIT
// Who sent a message, by the browser's word alone.

import { parseOrigin } from "../shared/origin.ts";
import type { Asker } from "../shared/session.ts";

export interface Sender {
    readonly id?: string;
    readonly origin?: string;
    readonly url?: string;
    readonly frameId?: number;
    readonly documentLifecycle?: string;
    readonly tab?: { readonly id?: number | undefined };
}

/** Null unless it is our content script in the top frame of a live page with a real https origin. */
export function parseSender(sender: Sender, extensionId: string): Asker | null {
    // A sandboxed page has the origin "null" whatever its address says.
    const origin = parseOrigin(sender.origin);
    const tabId = sender.tab?.id;
    if (sender.id !== extensionId || sender.frameId !== 0 || origin === null || tabId === undefined) return null;
    if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== "active") return null;
    return { tabId, origin };
}
