// SPDX-License-Identifier: MIT
// Shows an operation on the card while it runs, and how it ended. Nothing is typed here.

import { CareOperation } from "../../card/care.ts";
import type { CareRequest, CareView } from "../../card/care.ts";
import type { CardDetails } from "../../card/info.ts";
import type { Host } from "../../native/host.ts";
import type { Language } from "../../shared/errors.ts";
import { sentencesOf } from "../../shared/errors.ts";
import { fail } from "../../shared/failure.ts";
import type { Failure } from "../../shared/failure.ts";
import { translator } from "../../shared/i18n.ts";
import type { MessageKey, Translate } from "../../shared/i18n.ts";
import { put } from "../dom.ts";
import { find } from "../find.ts";
import { PIN_NAMES } from "../glance.ts";

export interface Doing {
    readonly language: Language;
    readonly connect: () => Host;
    /** Whether a session window has an operation that this one would disturb. */
    readonly busy: () => Promise<boolean>;
    readonly started: () => void;
    /** The dialog may still show the outcome. */
    readonly ended: () => void;
    readonly details: (details: CardDetails) => void;
}

const WAITING = {
    starting: ["startingHeadline", "startingText"],
    "waiting-for-reader": ["readerHeadline", "readerText"],
    "waiting-for-card": ["cardHeadline", "cardText"],
    "other-card": ["otherCardHeadline", "otherCardText"],
    "card-working": ["workingHeadline", "workingText"],
} as const satisfies Readonly<Record<string, readonly [MessageKey, MessageKey]>>;

const ENTRIES = { current: "changeCurrentHeadline", new: "changeNewHeadline", again: "changeAgainHeadline" } as const;
const STEPS = ["current", "new", "again"] as const;

const FAILURES: Readonly<Record<string, MessageKey>> = {
    "pin-unchanged": "unchangedHeadline",
    "pin-change-unknown": "changeUnknownHeadline",
};

export class CareDialog {
    readonly #dialog: HTMLDialogElement;
    readonly #doing: Doing;
    readonly #translate: Translate;
    #request: CareRequest | null = null;
    #operation: CareOperation | null = null;

    constructor(doing: Doing) {
        const dialog = find("care");
        if (!(dialog instanceof HTMLDialogElement)) throw new Error("care");
        this.#dialog = dialog;
        this.#doing = doing;
        this.#translate = translator(doing.language);
        find("care-cancel").addEventListener("click", () => {
            this.#operation?.cancel();
        });
        find("care-close").addEventListener("click", () => {
            dialog.close();
        });
        // Escape: what runs has to end before its window goes.
        dialog.addEventListener("cancel", (event) => {
            if (this.#operation === null) return;
            event.preventDefault();
            this.#operation.cancel();
        });
    }

    async run(request: CareRequest): Promise<void> {
        if (this.#operation !== null || this.#dialog.open) return;
        this.#request = request;
        put(find("care-purpose"), this.#purpose(request));
        find("care-steps").hidden = request.command !== "change-pin";
        const { connect, busy, started, ended, language } = this.#doing;
        this.#show({ state: "starting" });
        this.#dialog.showModal();
        find("care-headline").focus();
        const taken = await busy();
        // Closed meanwhile: no prompt without a window that says what it is for.
        if (!this.#isOpen()) return;
        if (taken) {
            this.#show({ state: "failure", ...fail("operation-pending") });
            return;
        }
        started();
        this.#operation = new CareOperation(connect(), (view) => {
            this.#show(view);
        });
        await this.#operation.run(request, language);
        this.#operation = null;
        ended();
    }

    get running(): boolean {
        return this.#operation !== null;
    }

    /** The page is left. */
    abandon(): void {
        this.#operation?.cancel();
    }

    #isOpen(): boolean {
        return this.#dialog.open;
    }

    #purpose(request: CareRequest): string {
        if (request.command === "card-details") return this.#translate("detailsHeading");
        return this.#translate("changePinOf", { pin: this.#translate(PIN_NAMES[request.pin]) });
    }

    #show(view: CareView): void {
        const { state } = view;
        const over = state === "failure" || state === "changed" || state === "details";
        this.#dialog.dataset["state"] = state;
        for (const id of ["care-tries", "care-hint", "care-code"]) put(find(id), null);
        this.#markStep(view);
        switch (view.state) {
            case "details":
                this.#doing.details(view.details);
                this.#dialog.close();
                return;
            case "changed":
                this.#say("changedHeadline", "changedText");
                break;
            case "pin-prompt":
                this.#drawPrompt(view);
                break;
            case "failure":
                if (view.failure.code === "ERR_WEBEID_USER_CANCELLED") {
                    this.#dialog.close();
                    return;
                }
                this.#drawFailure(view.failure);
                break;
            default: {
                const [headline, text] = WAITING[view.state];
                this.#say(headline, text);
            }
        }
        find("care-cancel").hidden = over;
        find("care-close").hidden = !over;
        if (over) find("care-close").focus();
    }

    /** Which of the three entries of a change the prompt wants, for those who look here. */
    #markStep(view: CareView): void {
        const at = view.state === "pin-prompt" && !view.confirm ? STEPS.indexOf(view.entry) : -1;
        [...find("care-steps").children].forEach((step, index) => {
            if (index === at) step.setAttribute("aria-current", "step");
            else step.removeAttribute("aria-current");
        });
        if (view.state === "failure" || view.state === "changed") find("care-steps").hidden = true;
    }

    #drawPrompt({ entry, triesLeft, keypad, confirm }: Extract<CareView, { state: "pin-prompt" }>): void {
        const changing = this.#request?.command === "change-pin";
        if (confirm && triesLeft === 1 && entry === "current") this.#say("confirmHeadline", "confirmText");
        else if (confirm) this.#say("questionHeadline", "careQuestionText");
        else if (keypad) this.#say("keypadHeadline", "keypadText");
        else this.#say(changing ? ENTRIES[entry] : "pinHeadline", "pinText");
        if (!keypad) put(find("care-hint"), this.#translate(confirm ? "questionBehind" : "pinBehind"));
        this.#drawTries(triesLeft);
    }

    #drawTries(triesLeft: number | null): void {
        if (triesLeft === null || triesLeft === 0) return;
        put(find("care-tries"), this.#translate(triesLeft === 1 ? "triesLeftOne" : "triesLeftMany", { count: triesLeft }));
        find("care-tries").classList.toggle("last", triesLeft === 1);
    }

    #drawFailure({ reason, code, triesLeft }: Failure): void {
        find("care-headline").textContent = this.#translate(FAILURES[reason] ?? "failureHeadline");
        find("care-text").textContent = sentencesOf(reason, code)[this.#doing.language];
        this.#drawTries(triesLeft ?? null);
        put(find("care-code"), this.#translate("supportCode", { reason }));
    }

    #say(headline: MessageKey, text: MessageKey): void {
        find("care-headline").textContent = this.#translate(headline);
        find("care-text").textContent = this.#translate(text);
    }
}
