// SPDX-License-Identifier: MIT
// Which sites have the content script. The browser's own permission is the only list; this follows it.

import { PERMISSIONS_CHANGED } from "../shared/messages.ts";
import { patternOf, switchedOn } from "../shared/origin.ts";
import type { Origin } from "../shared/origin.ts";

export const CONTENT_SCRIPT = "content.js";
const REGISTRATION = "sites";

let last: Promise<void> = Promise.resolve();

/** Brings registrations in line with the permissions. Government sites stand in the manifest. */
export function followPermissions(): Promise<void> {
    last = last.catch(() => undefined).then(register);
    return last;
}

async function register(): Promise<void> {
    const { origins = [] } = await chrome.permissions.getAll();
    const matches = switchedOn(origins);
    const registered = await chrome.scripting.getRegisteredContentScripts({ ids: [REGISTRATION] });
    if (registered.length > 0) await chrome.scripting.unregisterContentScripts({ ids: [REGISTRATION] });
    if (matches.length === 0) return;
    await chrome.scripting.registerContentScripts([
        {
            id: REGISTRATION,
            matches,
            js: [CONTENT_SCRIPT],
            runAt: "document_start",
            allFrames: false,
            persistAcrossSessions: true,
        },
    ]);
}

/** Puts the content script into open tabs, as registering alone does only for pages to come. */
export async function injectOpenTabs(patterns: readonly string[]): Promise<void> {
    const secure = patterns.filter((pattern) => pattern.startsWith("https://"));
    if (secure.length === 0) return;
    const inject = (tabId: number): Promise<unknown> =>
        chrome.scripting.executeScript({ target: { tabId }, files: [CONTENT_SCRIPT], injectImmediately: true });
    await Promise.allSettled((await openTabs({ url: secure })).map(inject));
}

/** Content scripts of sites that were switched off fall silent on this. */
export async function tellOpenTabs(): Promise<void> {
    const tell = (tabId: number): Promise<unknown> => chrome.tabs.sendMessage(tabId, PERMISSIONS_CHANGED);
    await Promise.allSettled((await openTabs({})).map(tell));
}

async function openTabs(which: { url?: string[] }): Promise<number[]> {
    const tabs = await chrome.tabs.query({ ...which, discarded: false });
    return tabs.map(({ id }) => id).filter((id) => id !== undefined);
}

export function isAllowed(origin: Origin): Promise<boolean> {
    return chrome.permissions.contains({ origins: [patternOf(origin)] });
}
