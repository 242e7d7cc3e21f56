// SPDX-License-Identifier: MIT
// What the person decides about the extension itself and what is kept of it, in storage.local.

import type { Store } from "./session.ts";

const DISGUISE = "disguise";
const GREETED = "greeted";
const OFFERED = "offered";

export class Settings {
    readonly #store: Store;

    constructor(store: Store) {
        this.#store = store;
    }

    /** Whether the services that turn Linux away are to read Windows. On until the person says no. */
    async disguise(): Promise<boolean> {
        return (await this.#store.get(DISGUISE))[DISGUISE] !== false;
    }

    async setDisguise(on: boolean): Promise<void> {
        await this.#store.set({ [DISGUISE]: on });
    }

    /** True once for each list of sites that an administrator wants switched on. */
    async offer(patterns: readonly string[]): Promise<boolean> {
        const list = patterns.toSorted().join(" ");
        if ((await this.#store.get(OFFERED))[OFFERED] === list) return false;
        await this.#store.set({ [OFFERED]: list });
        return true;
    }

    /** True once. */
    async greet(): Promise<boolean> {
        if ((await this.#store.get(GREETED))[GREETED] === true) return false;
        await this.#store.set({ [GREETED]: true });
        return true;
    }
}

/** The storage area, as far as it is used here. */
export function localStore(): Store {
    return {
        get: (key) => chrome.storage.local.get<Record<string, unknown>>(key),
        set: (items) => chrome.storage.local.set(items),
        remove: (key) => chrome.storage.local.remove(key),
    };
}

/** Linux alone is turned away. */
export async function isLinux(): Promise<boolean> {
    return (await chrome.runtime.getPlatformInfo()).os === "linux";
}
