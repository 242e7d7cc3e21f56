// SPDX-License-Identifier: MIT
// Which sites have which script. For the content script the browser's own permission is the only list; this follows it.

import { PERMISSIONS_CHANGED } from "../shared/messages.ts";
import { patternOf, switchedOn } from "../shared/origin.ts";
import type { Origin } from "../shared/origin.ts";
import { SERVICE_PATTERNS } from "../shared/platform.ts";
import { isLinux, localStore, Settings } from "../shared/settings.ts";

export const CONTENT_SCRIPT = "content.js";
const DISGUISE_SCRIPT = "disguise.js";
const settings = new Settings(localStore());

let last: Promise<void> = Promise.resolve();

/** Brings registrations in line with permissions and settings. Government sites stand in the manifest. */
export function follow(): Promise<void> {
    last = last.catch(() => undefined).then(registerAll);
    return last;
}

async function registerAll(): Promise<void> {
    const { origins = [] } = await chrome.permissions.getAll();
    await register("sites", switchedOn(origins), { js: [CONTENT_SCRIPT], world: "ISOLATED" });
    const disguised = (await isLinux()) && (await settings.disguise());
    await register("disguise", disguised ? SERVICE_PATTERNS : [], { js: [DISGUISE_SCRIPT], world: "MAIN" });
}

/** Browsers give them back in an order of their own. */
function sameSet(one: readonly string[], other: readonly string[]): boolean {
    return one.length === other.length && one.every((each) => other.includes(each));
}

async function register(
    id: string,
    matches: readonly string[],
    script: { readonly js: string[]; readonly world: "ISOLATED" | "MAIN" },
): Promise<void> {
    const [registered] = await chrome.scripting.getRegisteredContentScripts({ ids: [id] });
    // What is right already is left alone: pages that open in between would have no script.
    if (registered !== undefined && sameSet(registered.matches ?? [], matches)) return;
    if (registered !== undefined) await chrome.scripting.unregisterContentScripts({ ids: [id] });
    if (matches.length === 0) return;
    await chrome.scripting.registerContentScripts([
        { id, matches: [...matches], ...script, runAt: "document_start", allFrames: false, persistAcrossSessions: true },
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
