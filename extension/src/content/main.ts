// SPDX-License-Identifier: MIT
// Starts the content script: once per document, in the top frame, for as long as the site is switched on.

import { isPermissionsChanged, parseBackgroundReply, parseClosed } from "../shared/messages.ts";
import { platformOf } from "../shared/platform.ts";
import { parseLanguage } from "../shared/request.ts";
import type { Deal } from "./deal.ts";
import { takeDeclared } from "./declared.ts";
import { GestureRule } from "./gesture.ts";
import { speakJpkiBridge } from "./jpki-bridge.ts";
import { Line } from "./line.ts";
import type { Extension } from "./line.ts";
import { speakMynaportal } from "./mynaportal.ts";
import { Page } from "./page.ts";
import { speakWebEid } from "./web-eid.ts";

/** Injecting an open tab can meet a script that is there already. */
const STARTED = Symbol.for("jpki-bridge");
/** Says to the script of an earlier version, cut off from its extension, that this one takes its place. */
const SUCCESSOR = "jpki-bridge-successor";

const scope: { [STARTED]?: boolean } = globalThis as object;

const extension: Extension = {
    // The types do not know that an update takes the runtime's id away.
    alive: () => (chrome.runtime as Partial<typeof chrome.runtime> | undefined)?.id !== undefined,
    send: (message) => chrome.runtime.sendMessage<unknown, unknown>(message),
};

function start(): void {
    scope[STARTED] = true;
    document.dispatchEvent(new Event(SUCCESSOR));

    const page = new Page(window);
    const gesture = new GestureRule({
        now: () => performance.now(),
        isActive: () => navigator.userActivation.isActive,
    });
    const line = new Line(extension, page, gesture);
    const declared = takeDeclared();
    const ownLanguage = declared.language ?? parseLanguage(chrome.i18n.getUILanguage()) ?? "en";
    const deal: Deal = { page, line, ownLanguage };

    page.onPress(gesture);
    page.onLeave(() => {
        line.leave();
    });
    speakWebEid(deal);
    speakJpkiBridge(deal, chrome.runtime.getManifest().version);
    if (declared.mynaportal !== false) speakMynaportal(deal, platformOf(chrome.runtime.getURL(""), navigator.platform));

    const onConnect = (port: chrome.runtime.Port): void => {
        if (port.sender?.id !== chrome.runtime.id || !line.attach(port)) port.disconnect();
    };
    const onMessage = (message: unknown): void => {
        if (isPermissionsChanged(message)) void retireIfOff();
        const closed = parseClosed(message);
        if (closed !== null) line.closed(closed.key);
    };
    const retire = (): void => {
        page.dispose();
        reopened.disconnect();
        document.removeEventListener(SUCCESSOR, onSuccessor);
        scope[STARTED] = false;
    };
    const onSuccessor = (): void => {
        if (!extension.alive()) retire();
    };
    async function retireIfOff(): Promise<void> {
        const reply = parseBackgroundReply(await extension.send({ kind: "allowed" }));
        if (reply?.kind !== "allowed" || reply.allowed) return;
        line.retire();
        chrome.runtime.onConnect.removeListener(onConnect);
        chrome.runtime.onMessage.removeListener(onMessage);
        retire();
    }
    chrome.runtime.onConnect.addListener(onConnect);
    chrome.runtime.onMessage.addListener(onMessage);
    document.addEventListener(SUCCESSOR, onSuccessor);
    // The one thing that document.open() leaves in place; it takes the root element away, which is seen here.
    const reopened = new MutationObserver(() => {
        page.listenAgain();
        document.addEventListener(SUCCESSOR, onSuccessor);
    });
    reopened.observe(document, { childList: true });
}

if (scope[STARTED] !== true && window === window.top) start();
