// SPDX-License-Identifier: MIT
// The session window. It needs nobody else to be alive but the page it answers and the host it asks.

import { inspectPdf, preparePdf } from "../../documents/pdf/pdf.ts";
import { connectNative, Host } from "../../native/host.ts";
import { shownLanguage } from "../../shared/i18n.ts";
import { parseRequestMessage, portName } from "../../shared/messages.ts";
import type { WindowMessage } from "../../shared/messages.ts";
import { SUCCESS_SHOWN } from "../../shared/pace.ts";
import type { OperationRequest } from "../../shared/request.ts";
import { namesOther, SessionStore, sessionStorage } from "../../shared/session.ts";
import type { Session } from "../../shared/session.ts";
import { DocumentReview } from "./documents/review.ts";
import { SessionOperation } from "./operation.ts";
import { PressGuard } from "./press.ts";
import { Puller } from "./pull.ts";
import { SessionView } from "./view.ts";

/** The page's content script answers at once, or it is not the one that asked. */
const ATTACH_TIMEOUT = 5_000;
const TICK = 100;

const ownLanguage = await shownLanguage();
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
    let running: Running | null = null;
    const nobody = setTimeout(() => {
        window.close();
    }, ATTACH_TIMEOUT);
    // Chromium reports a lastError that nobody reads as an uncaught one.
    line.onDisconnect.addListener(() => chrome.runtime.lastError);
    line.onDisconnect.addListener(() => {
        if (running?.operation.over === true) return;
        running?.operation.abandon();
        window.close();
    });
    line.onMessage.addListener((message: unknown) => {
        if (running !== null) {
            running.puller.receive(message);
            return;
        }
        const asked = parseRequestMessage(message);
        if (asked === null) return;
        clearTimeout(nobody);
        running = run(session, asked.request, line);
    });
}

interface Running {
    readonly operation: SessionOperation;
    readonly puller: Puller;
}

function run(session: Session, request: OperationRequest, line: chrome.runtime.Port): Running {
    const { origin, deadline, key } = session;
    const language = request.lang ?? ownLanguage;
    const view = new SessionView(request, origin, language);
    const say = (message: WindowMessage): void => {
        try {
            line.postMessage(message);
        } catch {
            // The page is gone.
        }
    };
    const puller = new Puller(say);
    let ready = true;
    let review: DocumentReview | null = null;
    if (request.operation === "sign-documents") void fitScreen();
    const operation = new SessionOperation({
        request,
        origin,
        language,
        deadline,
        host: new Host(connectNative),
        desk: {
            pull: (index) => puller.pull(index),
            tools: { inspect: inspectPdf, prepare: preparePdf },
            review: (documents) => {
                review = new DocumentReview(view.documents, documents, language, (is) => {
                    ready = is;
                });
                return review;
            },
            clockSet: (ends) => {
                void store.setDeadline(key, ends).catch(() => undefined);
            },
        },
        say,
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
            if (succeeded && request.operation === "authenticate") await store.rememberLogin();
        },
        closeWindow: () => {
            window.close();
        },
    });
    listen(view, operation, () => ready && view.agreesToSomething, () => review?.showProblem());
    void operation.begin();
    return { operation, puller };
}

/** Who opened the window could not know how large the screen is. */
async function fitScreen(): Promise<void> {
    // Where the screen's usable part begins, which the types do not know: not at 0 on a second screen.
    const { availWidth, availHeight, availLeft = 0, availTop = 0 } = screen as Screen & { availLeft?: number; availTop?: number };
    const { id, width = 0, height = 0, left = 0, top = 0 } = await chrome.windows.getCurrent();
    const [fittingWidth, fittingHeight] = [Math.min(width, availWidth), Math.min(height, availHeight)];
    const fitting = {
        width: fittingWidth,
        height: fittingHeight,
        left: Math.max(availLeft, Math.min(left, availLeft + availWidth - fittingWidth)),
        top: Math.max(availTop, Math.min(top, availTop + availHeight - fittingHeight)),
    };
    const fits = fitting.width === width && fitting.height === height && fitting.left === left && fitting.top === top;
    if (id !== undefined && !fits) await chrome.windows.update(id, fitting);
}

/** `refuse` says why a press on Continue that counts is not taken. */
function listen(view: SessionView, operation: SessionOperation, ready: () => boolean, refuse: () => void): void {
    const guard = new PressGuard();
    const focused = (): boolean => document.hasFocus() && document.visibilityState === "visible";
    const look = (): void => {
        const settled = guard.look(performance.now(), focused());
        view.settle(ready() ? settled : 0);
    };
    const tick = setInterval(() => {
        if (operation.over) {
            clearInterval(tick);
            return;
        }
        look();
        view.showTimeLeft(operation.timeLeft);
    }, TICK);

    window.addEventListener("blur", () => {
        guard.look(performance.now(), false);
        look();
    });
    window.addEventListener(
        "keydown",
        (event) => {
            // In a field, Escape drops what is being composed.
            if (event.key === "Escape" && !isField(event.target)) void operation.cancel();
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
        if (!guard.accepts(performance.now(), focused(), isTrusted)) return;
        if (ready()) void operation.proceed(view.agreed);
        else refuse();
    });
    view.cancel.addEventListener("click", () => void operation.cancel());
    view.close.addEventListener("click", () => {
        window.close();
    });
    window.addEventListener("pagehide", () => {
        operation.abandon();
    });
}

function isField(target: EventTarget | null): boolean {
    if (target instanceof HTMLInputElement) return target.type !== "checkbox";
    return target instanceof HTMLTextAreaElement;
}

void start();
