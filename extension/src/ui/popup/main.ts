// SPDX-License-Identifier: MIT
// The toolbar popup: this site on or off, and the card at a glance. It is gone as soon as another window has the
// focus, so nothing that asks for a PIN happens here.

import { advise } from "../../card/advice.ts";
import { CardWatch } from "../../card/watch.ts";
import type { CardView } from "../../card/watch.ts";
import { sayAdvice } from "../../card/words.ts";
import { connectNative } from "../../native/host.ts";
import { localise, shownLanguage, translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { permits, readManaged } from "../../shared/managed.ts";
import { isGovernment, parseOrigin, patternOf } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";
import { isInherent } from "../../shared/pattern.ts";
import { SessionStore, sessionStorage } from "../../shared/session.ts";
import { make, put } from "../dom.ts";
import { find } from "../find.ts";
import { glance } from "../glance.ts";

const language = await shownLanguage();
const translate = translator(language);
const store = new SessionStore(sessionStorage());

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

function showCard(view: CardView): void {
    const now = new Date();
    const { headline, text, facts } = glance(view, language, now);
    find("card-state").textContent = headline;
    put(find("card-text"), text);
    find("card-facts").replaceChildren(...facts);
    const advice = view.state === "card" ? advise(view.info, null, now).filter(({ tone }) => tone !== "good") : [];
    find("advice").replaceChildren(
        ...advice.map((each) => make("li", { class: each.tone, text: sayAdvice(each, language).headline })),
    );
    const missing = view.state === "failure";
    find("set-up").hidden = !missing;
    find("open-card").hidden = missing;
    find("card").dataset["state"] = view.state;
}

/** Another window takes the focus; this one would go by itself, but not everywhere. */
function openPage(path: string): void {
    void chrome.tabs.create({ url: chrome.runtime.getURL(path) }).then(() => {
        window.close();
    });
}

function watchCard(): void {
    const watch = new CardWatch({
        connect: connectNative,
        language,
        busy: () => store.isRunning(Date.now()),
        show: showCard,
    });
    showCard({ state: "checking" });
    watch.start();
    window.addEventListener("pagehide", () => {
        watch.stop();
    });
}

async function start(): Promise<void> {
    localise(document, language);
    watchCard();
    find("open-card").addEventListener("click", () => {
        openPage("ui/card/card.html");
    });
    find("set-up").addEventListener("click", () => {
        openPage("ui/welcome/welcome.html");
    });
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
    if (!permits(await readManaged(), origin)) {
        say("denied", "siteDenied");
        return;
    }
    let on = await chrome.permissions.contains(site);
    if (on && isInherent(patternOf(origin))) {
        say("government", isGovernment(origin) ? "siteGovernment" : "siteOwn");
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
