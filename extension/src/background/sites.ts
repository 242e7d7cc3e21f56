// SPDX-License-Identifier: MIT
// Which sites have which script. The browser's own permission is the list, less what an administrator denies; this
// follows both.

import { offered, permits, readManaged, scopeOf } from "../shared/managed.ts";
import type { Managed, Scope } from "../shared/managed.ts";
import { PERMISSIONS_CHANGED } from "../shared/messages.ts";
import { parseOrigin, patternOf } from "../shared/origin.ts";
import type { Origin } from "../shared/origin.ts";
import { SERVICE_PATTERNS } from "../shared/platform.ts";
import { isLinux, localStore, Settings } from "../shared/settings.ts";

const CONTENT_SCRIPT = "content.js";
const DISGUISE_SCRIPT = "disguise.js";
const SITES_PAGE = "ui/sites/sites.html";
const settings = new Settings(localStore());

let last: Promise<void> = Promise.resolve();

/** Brings registrations in line with permissions, settings and the administrator's. */
export function follow(): Promise<void> {
    last = last.catch(() => undefined).then(registerAll);
    return last;
}

interface Script {
    readonly js: readonly string[];
    readonly world: "ISOLATED" | "MAIN";
}

async function grantedOrigins(): Promise<string[]> {
    return (await chrome.permissions.getAll()).origins ?? [];
}

async function registerAll(): Promise<void> {
    const managed = await readManaged();
    await registerIn("sites", scopeOf(managed, await grantedOrigins()), { js: filesFor(managed), world: "ISOLATED" });
    const disguised = (await isLinux()) && managed.mynaportal && (managed.disguise ?? (await settings.disguise()));
    const scope = scopeOf(managed, disguised ? SERVICE_PATTERNS : []);
    await registerIn("disguise", scope, { js: [DISGUISE_SCRIPT], world: "MAIN" });
}

/** A content script must know at once what it is to do, so what is set comes as scripts before it. */
function filesFor({ mynaportal, language }: Managed): string[] {
    return [
        ...(mynaportal ? [] : ["settings/no-mynaportal.js"]),
        ...(language === null ? [] : [`settings/${language}.js`]),
        CONTENT_SCRIPT,
    ];
}

async function registerIn(id: string, { matches, excludeMatches, apexes }: Scope, script: Script): Promise<void> {
    await register(id, matches, excludeMatches, script);
    await register(`${id}-apexes`, apexes, [], script);
}

/** Browsers give them back in an order of their own. */
function sameSet(one: readonly string[], other: readonly string[]): boolean {
    return one.length === other.length && one.every((each) => other.includes(each));
}

async function register(id: string, matches: readonly string[], excludes: readonly string[], { js, world }: Script): Promise<void> {
    const [registered] = await chrome.scripting.getRegisteredContentScripts({ ids: [id] });
    // What is right already is left alone: pages that open in between would have no script.
    const right =
        registered !== undefined && sameSet(registered.matches ?? [], matches) && sameSet(registered.js ?? [], js) &&
        sameSet(registered.excludeMatches ?? [], excludes);
    if (right) return;
    if (registered !== undefined) await chrome.scripting.unregisterContentScripts({ ids: [id] });
    if (matches.length === 0) return;
    const where = { matches: [...matches], ...(excludes.length === 0 ? {} : { excludeMatches: [...excludes] }) };
    await chrome.scripting.registerContentScripts([
        { id, ...where, js: [...js], world, runAt: "document_start", allFrames: false, persistAcrossSessions: true },
    ]);
}

/** Puts the content script into open tabs, as registering alone does only for pages to come. */
export async function injectOpenTabs(patterns?: readonly string[]): Promise<void> {
    const managed = await readManaged();
    const { matches, apexes } = scopeOf(managed, patterns ?? (await grantedOrigins()));
    const url = [...matches, ...apexes];
    if (url.length === 0) return;
    const tabs = (await openTabs({ url })).filter(({ url: at }) => isPermitted(managed, at));
    const files = filesFor(managed);
    await Promise.allSettled(
        tabs.map(({ id }) => chrome.scripting.executeScript({ target: { tabId: id }, files, injectImmediately: true })),
    );
}

function isPermitted(managed: Managed, url: string | undefined): boolean {
    const origin = url !== undefined && URL.canParse(url) ? parseOrigin(new URL(url).origin) : null;
    return origin !== null && permits(managed, origin);
}

/** Content scripts of sites that were switched off fall silent on this. */
export async function tellOpenTabs(): Promise<void> {
    const tell = ({ id }: OpenTab): Promise<unknown> => chrome.tabs.sendMessage(id, PERMISSIONS_CHANGED);
    await Promise.allSettled((await openTabs({})).map(tell));
}

interface OpenTab {
    readonly id: number;
    readonly url: string | undefined;
}

async function openTabs(which: { url?: string[] }): Promise<OpenTab[]> {
    const tabs = await chrome.tabs.query({ ...which, discarded: false });
    return tabs.flatMap(({ id, url }) => (id === undefined ? [] : [{ id, url }]));
}

export interface Standing {
    /** By the browser's permission. */
    readonly on: boolean;
    /** By the administrator. */
    readonly permitted: boolean;
    readonly mynaportal: boolean;
}

export async function standingOf(origin: Origin): Promise<Standing> {
    const managed = await readManaged();
    const on = await chrome.permissions.contains({ origins: [patternOf(origin)] });
    return { on, permitted: permits(managed, origin), mynaportal: managed.mynaportal };
}

/** The sites that an administrator wants switched on, and that are not: no policy can grant them. */
export async function missingSites(): Promise<string[]> {
    const wanted = offered(await readManaged());
    const there = await Promise.all(wanted.map((pattern) => chrome.permissions.contains({ origins: [pattern] })));
    return wanted.filter((_, index) => there[index] === false);
}

/** Shows the page that asks for them, once for each list. */
export async function offerSites(): Promise<void> {
    const missing = await missingSites();
    if (missing.length === 0 || !(await settings.offer(missing))) return;
    await chrome.tabs.create({ url: chrome.runtime.getURL(SITES_PAGE) });
}
