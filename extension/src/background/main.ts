// SPDX-License-Identifier: MIT
// Listeners only: browsers end this worker at will and start it again for the next event.

import { connectNative } from "../native/host.ts";
import { fail, failure } from "../shared/failure.ts";
import { KEPT } from "../shared/managed.ts";
import { parseContentMessage } from "../shared/messages.ts";
import type { BackgroundReply, ContentMessage } from "../shared/messages.ts";
import { SessionStore, sessionStorage } from "../shared/session.ts";
import type { Asker } from "../shared/session.ts";
import { Operations } from "./operations.ts";
import { parseSender } from "./sender.ts";
import { follow, injectOpenTabs, offerSites, standingOf, tellOpenTabs } from "./sites.ts";
import { StatusProbe } from "./status.ts";
import { greet, greeting } from "./welcome.ts";
import { browser } from "./window.ts";

const store = new SessionStore(sessionStorage());
const operations = new Operations(browser, store);
const probe = new StatusProbe(connectNative);

async function answer(message: ContentMessage, asker: Asker): Promise<BackgroundReply> {
    const { on, permitted, mynaportal } = await standingOf(asker.origin);
    if (message.kind === "allowed") return { kind: "allowed", allowed: on && permitted };
    if (!on) return { kind: "refused", failure: failure("site-off") };
    const switchedOff = message.kind === "open" && message.operation === "mynaportal" && !mynaportal;
    if (!permitted || switchedOff) return { kind: "refused", failure: failure("origin-denied") };
    switch (message.kind) {
        case "open": {
            const outcome = await operations.open(asker, message);
            return outcome.ok ? { kind: "opened" } : { kind: "refused", failure: outcome.failure };
        }
        case "status": {
            const outcome = await probe.ask();
            return outcome.ok
                ? { kind: "status", native: outcome.value }
                : { kind: "refused", failure: outcome.failure };
        }
    }
}

chrome.runtime.onMessage.addListener((value: unknown, sender, respond: (reply: BackgroundReply) => void) => {
    const message = parseContentMessage(value);
    if (message === null) return false;
    const asker = parseSender(sender, chrome.runtime.id);
    if (asker === null) {
        respond({ kind: "refused", ...fail("origin-invalid") });
        return false;
    }
    answer(message, asker).then(respond, () => {
        respond({ kind: "refused", failure: failure("internal-error") });
    });
    return true;
});

async function everywhere(): Promise<void> {
    await follow();
    await injectOpenTabs();
}

/** After a forced installation Chromium brings what an administrator set a moment later, and later every change. */
async function obey(): Promise<void> {
    await everywhere();
    await tellOpenTabs();
    await offerSites();
}

chrome.runtime.onInstalled.addListener(({ reason }) => {
    void everywhere().then(offerSites);
    void greet(reason, greeting);
});
// Firefox reads what an administrator set when it starts, and tells of no change.
chrome.runtime.onStartup.addListener(() => void follow().then(offerSites));

chrome.permissions.onAdded.addListener(({ origins = [] }) => {
    void follow().then(() => injectOpenTabs(origins));
});
chrome.permissions.onRemoved.addListener(() => {
    void follow().then(tellOpenTabs);
});

chrome.storage.local.onChanged.addListener((changes) => void (KEPT in changes ? obey() : follow()));
chrome.storage.onChanged.addListener((_changes, area) => {
    if (area === "managed") void obey();
});

// Listening holds an update back until reload(); it waits for an open window to close.
chrome.runtime.onUpdateAvailable.addListener(() => {
    void (async () => {
        if (await operations.busy()) await store.letUpdateWait();
        else chrome.runtime.reload();
    })();
});
chrome.windows.onRemoved.addListener((windowId) => {
    void (async () => {
        if ((await operations.closed(windowId)) && (await store.updateWaits())) chrome.runtime.reload();
    })();
});
