// SPDX-License-Identifier: MIT
// Draws the session window. Text goes in as text; nothing here decides anything.

import { nameOf } from "../../documents/signing.ts";
import type { Count } from "../../shared/messages.ts";
import type { Language } from "../../shared/errors.ts";
import { sentencesOf } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { localise, translator } from "../../shared/i18n.ts";
import type { MessageKey, Translate } from "../../shared/i18n.ts";
import { toHex } from "../../shared/mynaportal.ts";
import type { Mode } from "../../shared/mynaportal.ts";
import { partsOf } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";
import type { ProfileField } from "../../shared/profile.ts";
import type { OperationRequest, OwnOperation } from "../../shared/request.ts";
import { find } from "../find.ts";
import type { View } from "./operation.ts";

interface Wording {
    readonly purpose: MessageKey;
    readonly headline: MessageKey;
    /** Null where no certificate is used. */
    readonly certificate: MessageKey | null;
    /** Several are a list. */
    readonly given: readonly MessageKey[];
    readonly pin: MessageKey;
    readonly done: MessageKey;
}

const SIGNING = { certificate: "signingCertificate", given: ["signingGiven"], pin: "signingPin" } as const;
const LOGIN: Wording = {
    purpose: "authenticatePurpose",
    headline: "authenticateHeadline",
    certificate: "authenticationCertificate",
    given: ["authenticationGiven"],
    pin: "authenticationPin",
    done: "authenticateDone",
};

const ATTRIBUTES = {
    purpose: "attributesPurpose",
    headline: "attributesHeadline",
    certificate: null,
    pin: "attributesPin",
    done: "attributesDone",
} as const;
const FIELDS: Readonly<Record<ProfileField, MessageKey>> = {
    name: "attributeName",
    address: "attributeAddress",
    birthDate: "attributeBirthDate",
    sex: "attributeSex",
};

const WORDING: Readonly<Record<OwnOperation | Mode, Wording>> = {
    authenticate: LOGIN,
    "get-signing-certificate": {
        purpose: "certificatePurpose",
        headline: "certificateHeadline",
        done: "certificateDone",
        ...SIGNING,
    },
    sign: { purpose: "signPurpose", headline: "signHeadline", done: "signDone", ...SIGNING },
    "sign-documents": { purpose: "signPurpose", headline: "signManyHeadline", done: "signDone", ...SIGNING },
    "01": LOGIN,
    "02": { purpose: "signPurpose", headline: "signManyHeadline", done: "signDone", ...SIGNING },
    "04": { ...ATTRIBUTES, given: Object.values(FIELDS) },
    "read-profile": { ...ATTRIBUTES, given: [] },
};

function wordingOf(request: OperationRequest): Wording {
    const wording = WORDING[request.operation === "mynaportal" ? request.mode : request.operation];
    return countOf(request) === 1 && wording.headline === "signManyHeadline" ? { ...wording, headline: "signOneHeadline" } : wording;
}

/** How many documents are signed, where that is known. */
function countOf(request: OperationRequest): number | null {
    if (request.operation === "sign-documents") return request.documents.length;
    return request.operation === "mynaportal" && request.mode === "02" ? request.digests.length : null;
}

const WAITING = {
    preparing: ["preparingHeadline", "preparingText"],
    starting: ["startingHeadline", "startingText"],
    question: ["questionHeadline", "questionText"],
    "waiting-for-reader": ["readerHeadline", "readerText"],
    "waiting-for-card": ["cardHeadline", "cardText"],
    "other-card": ["otherCardHeadline", "otherCardText"],
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
    /** Where the documents are shown. */
    readonly documents = find("documents");
    readonly #translate: Translate;
    readonly #language: Language;
    readonly #wording: Wording;
    readonly #request: OperationRequest;
    /** The fields that the site asks for, each with its box. */
    readonly #boxes = new Map<ProfileField, HTMLInputElement>();

    constructor(request: OperationRequest, origin: Origin, language: Language) {
        this.#translate = translator(language);
        this.#language = language;
        this.#wording = wordingOf(request);
        this.#request = request;
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

    /** The fields that the person lets the site have. */
    get agreed(): ProfileField[] {
        return [...this.#boxes].filter(([, { checked }]) => checked).map(([field]) => field);
    }

    /** False while every field is refused: Cancel says that better. */
    get agreesToSomething(): boolean {
        return this.#boxes.size === 0 || this.agreed.length > 0;
    }

    /** How far Continue has settled, from 0 to 1. */
    settle(part: number): void {
        this.proceed.style.setProperty("--armed", String(part));
        this.proceed.setAttribute("aria-disabled", String(part < 1));
    }

    /** Null while the person may take all the time they want. */
    showTimeLeft(milliseconds: number | null): void {
        if (milliseconds === null) {
            put("time-left", this.#translate("timeRests"));
            return;
        }
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
        const { purpose, headline, certificate, given, pin } = this.#wording;
        document.title = `${this.#translate(purpose)} — JPKI Bridge`;
        put("purpose", this.#translate(purpose));
        put("pin", this.#translate(pin));
        find("certificate-label").hidden = certificate === null;
        put("certificate", certificate && this.#translate(certificate));
        if (request.operation === "read-profile") this.#drawFields(request.fields);
        else this.#drawGiven(given);
        const count = countOf(request);
        put("headline", this.#translate(headline, count === null ? {} : { count }));
        if (request.operation === "mynaportal" && request.mode === "02") {
            this.#drawHashes(this.#translate("hashesLabel", { count: request.digests.length }), request.digests);
        }
        const documents = request.operation === "sign-documents";
        this.documents.hidden = !documents;
        document.body.toggleAttribute("data-documents", documents);
        if (request.operation === "sign") {
            this.#drawHashes(this.#translate("hashLabel", { function: request.hashFunction }), [request.hash]);
        }
    }

    #drawGiven(given: readonly MessageKey[]): void {
        const texts = given.map((key) => this.#translate(key));
        if (texts.length === 1) {
            put("given", texts.join());
            return;
        }
        const list = document.createElement("ul");
        for (const text of texts) list.appendChild(document.createElement("li")).textContent = text;
        find("given").replaceChildren(list);
    }

    /** Each field can be refused. */
    #drawFields(fields: readonly ProfileField[]): void {
        const list = document.createElement("ul");
        list.className = "fields";
        for (const field of fields) {
            const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, name: field });
            const label = document.createElement("label");
            label.append(box, this.#translate(FIELDS[field]));
            list.appendChild(document.createElement("li")).append(label);
            this.#boxes.set(field, box);
            box.addEventListener("change", () => {
                put("choose", this.#translate(this.agreesToSomething ? "fieldsHint" : "fieldsNone"));
            });
        }
        find("given").replaceChildren(list);
        put("choose", this.#translate("fieldsHint"));
    }

    /** What is signed though nobody sees it, for those who want to compare. */
    #drawHashes(label: string, hashes: readonly string[]): void {
        find("document-not-shown").hidden = false;
        put("hash-label", label);
        put("hash", hashes.map(toHex).join("\n"));
    }

    #drawStage(view: Exclude<View, { state: "review" }>): void {
        put("tries", null);
        put("stage-hint", null);
        put("about-document", null);
        put("signed", null);
        this.#drawProgress(null);
        if (view.state === "question") put("stage-hint", this.#translate("questionBehind"));
        document.body.toggleAttribute("data-keypad", view.state === "pin-prompt" && view.keypad);
        switch (view.state) {
            case "pin-prompt":
                this.#drawPrompt(view);
                break;
            case "loading-documents":
                this.#drawLoading(view);
                break;
            case "card-working":
                this.#drawWorking(view.progress);
                break;
            case "success":
                this.#say(this.#wording.done, "doneText");
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

    #drawLoading({ index, count }: Extract<View, { state: "loading-documents" }>): void {
        this.#say("loadingHeadline", "startingText");
        if (count === 1) return;
        put("stage-text", this.#translate("loadingCount", { number: index + 1, count }));
        this.#drawProgress({ signed: index, count });
    }

    #drawWorking(progress: Count | null): void {
        if (progress === null || progress.count === 1) {
            this.#say("workingHeadline", "workingText");
            return;
        }
        this.#say("signingHeadline", "workingText");
        put("about-document", this.#translate("signedCount", { ...progress }));
        this.#drawProgress(progress);
    }

    #drawProgress(progress: Count | null): void {
        const bar = find("progress");
        bar.hidden = progress === null;
        if (progress === null) {
            bar.removeAttribute("value");
            return;
        }
        bar.setAttribute("max", String(progress.count));
        bar.setAttribute("value", String(progress.signed));
    }

    #drawFailure(failure: Failure): void {
        const { reason, code, triesLeft, signed = 0 } = failure;
        const documents = this.#request.operation === "sign-documents" ? this.#request.documents : [];
        put("about-document", nameOf(documents, failure));
        const count = countOf(this.#request);
        if (signed > 0 && count !== null) put("signed", this.#translate("signedInVain", { signed, count }));
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
