// SPDX-License-Identifier: MIT
// The welcome page: once, after installation, unless an administrator has said no.

import { parseManaged, readManaged } from "../shared/managed.ts";
import { localStore, Settings } from "../shared/settings.ts";

/** Chromium feeds managed storage about two seconds after a forced installation, and later on a busy computer. */
const POLICY_DELAY = 15_000;

export interface Greeting {
    /** Whether an administrator's policy put the extension here. */
    readonly forced: () => Promise<boolean>;
    /** What an administrator has set; rejects where there is no such storage. */
    readonly managed: () => Promise<unknown>;
    /** Comes when what an administrator has set does; never where nothing is set. */
    readonly changed: () => Promise<unknown>;
    /** Whether it is the first time; an extension that is loaded from a folder is installed at each start. */
    readonly first: () => Promise<boolean>;
    readonly open: () => Promise<unknown>;
}

async function isRefused(managed: Greeting["managed"]): Promise<boolean> {
    return !(await readManaged(managed)).welcomePage;
}

export async function greet(reason: string, { forced, managed, changed, first, open }: Greeting): Promise<void> {
    if (reason !== "install" || (await isRefused(managed))) return;
    if (await forced().catch(() => false)) {
        await Promise.race([changed(), new Promise((resolve) => setTimeout(resolve, POLICY_DELAY))]);
        // Nobody waits for this page: the storage may take its time to answer.
        if (!parseManaged(await managed().catch(() => ({}))).welcomePage) return;
    }
    if (await first()) await open();
}

export const greeting: Greeting = {
    // Its own entry is open to every extension without a permission.
    forced: async () => (await chrome.management.getSelf()).installType === "admin",
    managed: async () => chrome.storage.managed.get(),
    changed: () => new Promise<void>((resolve) => {
        chrome.storage.onChanged.addListener((_changes, area) => {
            if (area === "managed") resolve();
        });
    }),
    first: () => new Settings(localStore()).greet(),
    open: () => chrome.tabs.create({ url: chrome.runtime.getURL("ui/welcome/welcome.html") }),
};
