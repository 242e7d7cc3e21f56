// SPDX-License-Identifier: MIT
// The toolbar popup: this site on or off, and whether the program is there.

import { browserLanguage, localise, translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { isGovernment, parseOrigin, patternOf } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";
import { find } from "../find.ts";
import { showProgram } from "../program.ts";

const language = browserLanguage();
const translate = translator(language);

async function currentSite(): Promise<Origin | null> {
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
    const url = tab?.url;
    return url !== undefined && URL.canParse(url) ? parseOrigin(new URL(url).origin) : null;
}

function say(state: string, key: MessageKey): void {
    document.body.dataset["state"] = state;
    find("site-state").textContent = translate(key);
}

function showSite(on: boolean): void {
    find("site-toggle").setAttribute("aria-checked", String(on));
    say(on ? "on" : "off", on ? "siteOn" : "siteOff");
}

async function start(): Promise<void> {
    localise(document, language);
    void showProgram(find("program"), language);
    find("settings").addEventListener("click", () => {
        void chrome.runtime.openOptionsPage().then(() => {
            window.close();
        });
    });

    const origin = await currentSite();
    if (origin === null) {
        say("unsupported", "siteUnsupported");
        return;
    }
    find("site").textContent = new URL(origin).hostname;
    const site = { origins: [patternOf(origin)] };
    let on = await chrome.permissions.contains(site);
    if (on && isGovernment(origin)) {
        say("government", "siteGovernment");
        return;
    }
    find("choice").hidden = false;
    showSite(on);
    find("site-toggle").addEventListener("click", () => {
        // The browser's question may end this popup: the background acts on the answer. Nothing may be awaited
        // before it, or the browser no longer sees the press.
        const change = on ? chrome.permissions.remove(site) : chrome.permissions.request(site);
        void change.then(async () => {
            on = await chrome.permissions.contains(site);
            showSite(on);
        });
    });
}

void start();
