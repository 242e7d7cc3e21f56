// SPDX-License-Identifier: MIT
// The session window. It needs nobody else to be alive but the page it answers and the host it asks.

import { connectNative, Host } from "../../native/host.ts";
import { browserLanguage } from "../../shared/i18n.ts";
import { parseRequestMessage, portName } from "../../shared/messages.ts";
import type { OperationRequest } from "../../shared/request.ts";
import { namesOther, SessionStore, sessionStorage } from "../../shared/session.ts";
import type { Session } from "../../shared/session.ts";
import { SessionOperation } from "./operation.ts";
import { PressGuard } from "./press.ts";
import { SessionView } from "./view.ts";

/** The page's content script answers at once, or it is not the one that asked. */
const ATTACH_TIMEOUT = 5_000;
const SUCCESS_SHOWN = 2_500;
const TICK = 100;

const store = new SessionStore(sessionStorage());

async function start(): Promise<void> {
    const key = new URLSearchParams(location.search).get("key");
    const session = await store.current();
    if (key === null || session?.key !== key) {
        // Opened by hand, reloaded, or restored with the browser.
        window.close();
        return;
    }
    chrome.storage.session.onChanged.addListener((changes) => {
        if (namesOther(changes, key)) window.close();
    });
    attach(session);
}

function attach(session: Session): void {
    const line = chrome.tabs.connect(session.tabId, { frameId: 0, name: portName(session.key) });
    let operation: SessionOperation | null = null;
    const nobody = setTimeout(() => {
        window.close();
    }, ATTACH_TIMEOUT);
    // Chromium reports a lastError that nobody reads as an uncaught one.
    line.onDisconnect.addListener(() => chrome.runtime.lastError);
    line.onDisconnect.addListener(() => {
        if (operation?.over === true) return;
        operation?.abandon();
        window.close();
    });
    line.onMessage.addListener((message: unknown) => {
        const asked = operation === null ? parseRequestMessage(message) : null;
        if (asked === null) return;
        clearTimeout(nobody);
        operation = run(session, asked.request, line);
    });
}

function run(session: Session, request: OperationRequest, line: chrome.runtime.Port): SessionOperation {
    const { origin, deadline, key } = session;
    const language = request.lang ?? browserLanguage();
    const view = new SessionView(request, origin, language);
    const operation = new SessionOperation({
        request,
        origin,
        language,
        deadline,
        now: Date.now,
        host: new Host(connectNative),
        say: (message) => {
            try {
                line.postMessage(message);
            } catch {
                // The page is gone.
            }
        },
        show: (what) => {
            view.show(what);
            if (what.state !== "success") return;
            setTimeout(() => {
                window.close();
            }, SUCCESS_SHOWN);
        },
        ended: async (succeeded) => {
            await store.end(key);
            if (succeeded) await store.forgetAsking(session, Date.now());
        },
        closeWindow: () => {
            window.close();
        },
    });
    listen(view, operation, deadline);
    void operation.begin();
    return operation;
}

function listen(view: SessionView, operation: SessionOperation, deadline: number): void {
    const guard = new PressGuard();
    const focused = (): boolean => document.hasFocus() && document.visibilityState === "visible";
    const look = (): void => {
        view.settle(guard.look(performance.now(), focused()));
    };
    const tick = setInterval(() => {
        if (operation.over) {
            clearInterval(tick);
            return;
        }
        look();
        view.showTimeLeft(deadline - Date.now());
    }, TICK);

    window.addEventListener("blur", () => {
        guard.look(performance.now(), false);
        look();
    });
    window.addEventListener(
        "keydown",
        (event) => {
            if (event.key === "Escape") void operation.cancel();
            // Tab, arrows and modifiers have longer names; they move about and are no typing.
            else if (event.key.length === 1 || event.key === "Enter") guard.disturb(performance.now(), focused());
        },
        { capture: true },
    );
    for (const type of ["pointerdown", "keydown"]) {
        view.proceed.addEventListener(type, () => {
            guard.begin(performance.now(), focused());
        });
    }
    view.proceed.addEventListener("click", ({ isTrusted }) => {
        if (guard.accepts(performance.now(), focused(), isTrusted)) void operation.proceed();
    });
    view.cancel.addEventListener("click", () => void operation.cancel());
    view.close.addEventListener("click", () => {
        window.close();
    });
    window.addEventListener("pagehide", () => {
        operation.abandon();
    });
}

void start();
