// SPDX-License-Identifier: MIT
// The browser's windows and tabs, as far as operations need them.

import type { ClosedMessage } from "../shared/messages.ts";
import type { Browser } from "./operations.ts";

interface Size {
    readonly width: number;
    readonly height: number;
}

const SMALL: Size = { width: 480, height: 700 };
/** For documents; the window makes itself smaller where the screen is. */
const LARGE: Size = { width: 960, height: 860 };

export const browser: Browser = {
    now: Date.now,

    async isActive(tabId) {
        const tab = await chrome.tabs.get(tabId);
        return tab.active;
    },

    async hasWindow(windowId) {
        try {
            await chrome.windows.get(windowId);
            return true;
        } catch {
            return false;
        }
    },

    async openWindow(key, tabId, large) {
        const url = chrome.runtime.getURL(`ui/session/session.html?key=${key}`);
        const size = large ? LARGE : SMALL;
        const shape = { url, type: "popup", ...size, focused: true } as const;
        const place = await placeOver(tabId, size);
        // A place that is off every screen is refused.
        const opened = await chrome.windows.create({ ...shape, ...place }).catch(() => chrome.windows.create(shape));
        if (opened?.id === undefined) throw new Error("no window");
        return opened.id;
    },

    async closeWindow(windowId) {
        await chrome.windows.remove(windowId).catch(() => undefined);
    },

    async tellClosed(tabId, key) {
        const message: ClosedMessage = { kind: "closed", key };
        await chrome.tabs.sendMessage(tabId, message, { frameId: 0 }).catch(() => undefined);
    },
};

async function placeOver(tabId: number, size: Size): Promise<{ left?: number; top?: number }> {
    const { windowId } = await chrome.tabs.get(tabId);
    const { left, top, width, height } = await chrome.windows.get(windowId);
    if (left === undefined || top === undefined || width === undefined || height === undefined) return {};
    return {
        left: Math.round(left + Math.max(0, (width - size.width) / 2)),
        top: Math.round(top + Math.max(0, (height - size.height) / 3)),
    };
}
