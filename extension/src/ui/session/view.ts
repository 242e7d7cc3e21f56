// SPDX-License-Identifier: MIT
// Draws the session window. Text goes in as text; nothing here decides anything.

import type { Language } from "../../shared/errors.ts";
import { sentencesOf } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { localise, translator } from "../../shared/i18n.ts";
import type { MessageKey, Translate } from "../../shared/i18n.ts";
import { partsOf } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";
import type { Operation, OperationRequest } from "../../shared/request.ts";
import { find } from "../find.ts";
import type { View } from "./operation.ts";

interface Wording {
    readonly purpose: MessageKey;
    readonly headline: MessageKey;
    readonly certificate: MessageKey;
    readonly given: MessageKey;
    readonly pin: MessageKey;
    readonly done: MessageKey;
}

const SIGNING = { certificate: "signingCertificate", given: "signingGiven", pin: "signingPin" } as const;

const WORDING: Readonly<Record<Operation, Wording>> = {
    authenticate: {
        purpose: "authenticatePurpose",
        headline: "authenticateHeadline",
        certificate: "authenticationCertificate",
        given: "authenticationGiven",
        pin: "authenticationPin",
        done: "authenticateDone",
    },
    "get-signing-certificate": {
        purpose: "certificatePurpose",
        headline: "certificateHeadline",
        done: "certificateDone",
        ...SIGNING,
    },
    sign: { purpose: "signPurpose", headline: "signHeadline", done: "signDone", ...SIGNING },
};

const WAITING = {
    starting: ["startingHeadline", "startingText"],
    "waiting-for-reader": ["readerHeadline", "readerText"],
    "waiting-for-card": ["cardHeadline", "cardText"],
    "other-card": ["otherCardHeadline", "otherCardText"],
    "card-working": ["workingHeadline", "workingText"],
} as const satisfies Readonly<Record<string, readonly [MessageKey, MessageKey]>>;

/** Longer names would push what the person must read before Continue out of the window. */
const LONG_HOST = 60;

/** Shows the text, or hides the element when there is none. */
function put(id: string, text: string | null): void {
    const element = find(id);
    element.hidden = text === null;
    element.textContent = text;
}

export class SessionView {
    readonly cancel = find("cancel");
    readonly proceed = find("continue");
    readonly close = find("close");
    readonly #translate: Translate;
    readonly #language: Language;
    readonly #operation: Operation;

    constructor(request: OperationRequest, origin: Origin, language: Language) {
        this.#translate = translator(language);
        this.#language = language;
        this.#operation = request.operation;
        localise(document, language);
        this.#drawAsker(origin);
        this.#drawReview(request);
    }

    show(view: View): void {
        const { state } = view;
        const before = document.body.dataset["state"];
        document.body.dataset["state"] = state;
        const over = state === "success" || state === "failure";
        find("review").hidden = state !== "review";
        find("stage").hidden = state === "review";
        this.proceed.hidden = state !== "review";
        this.cancel.hidden = over;
        this.close.hidden = !over;
        if (over) put("time-left", null);
        if (state !== "review") this.#drawStage(view);
        if (state === "review") find("headline").focus();
        else if (before === "review") find("stage-headline").focus();
        else if (over) this.close.focus();
    }

    /** How far Continue has settled, from 0 to 1. */
    settle(part: number): void {
        this.proceed.style.setProperty("--armed", String(part));
        this.proceed.setAttribute("aria-disabled", String(part < 1));
    }

    showTimeLeft(milliseconds: number): void {
        const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
        const time = `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        put("time-left", this.#translate("timeLeft", { time }));
    }

    #drawAsker(origin: Origin): void {
        const { scheme, host, port, international } = partsOf(origin);
        const name = document.createElement("strong");
        name.textContent = host;
        find("origin").replaceChildren(scheme, name, port);
        find("origin").classList.toggle("long", host.length > LONG_HOST);
        find("international").hidden = !international;
    }

    #drawReview(request: OperationRequest): void {
        const wording = WORDING[request.operation];
        const purpose = this.#translate(wording.purpose);
        document.title = `${purpose} — JPKI Bridge`;
        put("purpose", purpose);
        put("headline", this.#translate(wording.headline));
        put("certificate", this.#translate(wording.certificate));
        put("given", this.#translate(wording.given));
        put("pin", this.#translate(wording.pin));
        if (request.operation !== "sign") return;
        find("document-not-shown").hidden = false;
        put("hash-label", this.#translate("hashLabel", { function: request.hashFunction }));
        put("hash", Array.from(atob(request.hash), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(""));
    }

    #drawStage(view: Exclude<View, { state: "review" }>): void {
        put("tries", null);
        put("stage-hint", null);
        document.body.toggleAttribute("data-keypad", view.state === "pin-prompt" && view.keypad);
        switch (view.state) {
            case "pin-prompt":
                this.#drawPrompt(view);
                break;
            case "success":
                this.#say(WORDING[this.#operation].done, "doneText");
                break;
            case "failure":
                this.#drawFailure(view.failure);
                break;
            default: {
                const [headline, text] = WAITING[view.state];
                this.#say(headline, text);
            }
        }
    }

    #drawPrompt({ triesLeft, keypad, confirm }: Extract<View, { state: "pin-prompt" }>): void {
        if (confirm) this.#say("confirmHeadline", "confirmText");
        else if (keypad) this.#say("keypadHeadline", "keypadText");
        else this.#say("pinHeadline", "pinText");
        if (!keypad) put("stage-hint", this.#translate("pinBehind"));
        this.#drawTries(triesLeft);
    }

    #drawTries(triesLeft: number | null): void {
        if (triesLeft === null || triesLeft === 0) return;
        put("tries", this.#translate(triesLeft === 1 ? "triesLeftOne" : "triesLeftMany", { count: triesLeft }));
        find("tries").classList.toggle("last", triesLeft === 1);
    }

    #drawFailure({ reason, code, triesLeft }: Failure): void {
        const missing = reason === "native-unavailable";
        if (missing) this.#say("missingHeadline", "missingText");
        else {
            put("stage-headline", this.#translate("failureHeadline"));
            put("stage-text", sentencesOf(reason, code)[this.#language]);
            this.#drawTries(triesLeft ?? null);
        }
        find("missing").hidden = !missing;
        put("code", this.#translate("supportCode", { reason }));
    }

    #say(headline: MessageKey, text: MessageKey): void {
        put("stage-headline", this.#translate(headline));
        put("stage-text", this.#translate(text));
    }
}
