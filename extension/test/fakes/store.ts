// SPDX-License-Identifier: MIT
import { SessionStore } from "../../src/shared/session.ts";

/** storage.session with the delays that a real one has. */
export function fakeStore(): { store: SessionStore; items: Map<string, unknown> } {
    const items = new Map<string, unknown>();
    const store = new SessionStore({
        get: async (key) => {
            await Promise.resolve();
            return items.has(key) ? { [key]: structuredClone(items.get(key)) } : {};
        },
        set: async (given) => {
            await Promise.resolve();
            for (const [key, value] of Object.entries(given)) items.set(key, structuredClone(value));
        },
        remove: async (key) => {
            for (let turn = 0; turn < 5; turn++) await Promise.resolve();
            items.delete(key);
        },
    });
    return { store, items };
}
