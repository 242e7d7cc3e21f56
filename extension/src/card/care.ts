// SPDX-License-Identifier: MIT
// One operation of the holder's own on the card, from its start to its outcome: a look at the signing certificate, or
// a new PIN. Every PIN is typed into the native prompt; here it is only told what that prompt asks.

import type { Host, HostEvent } from "../native/host.ts";
import type { Language } from "../shared/errors.ts";
import { fail, succeed } from "../shared/failure.ts";
import type { Failure, Outcome } from "../shared/failure.ts";
import { isFields } from "../shared/guards.ts";
import { LONGEST_TIMEOUT } from "../shared/request.ts";
import { parseCardDetails } from "./info.ts";
import type { CardDetails, Pin } from "./info.ts";

export type CareRequest = { readonly command: "card-details" } | { readonly command: "change-pin"; readonly pin: Pin };

export type CareView =
    | { readonly state: "starting" | "waiting-for-reader" | "waiting-for-card" | "other-card" | "card-working" }
    | {
          readonly state: "pin-prompt";
          readonly entry: HostEvent["entry"];
          readonly triesLeft: number | null;
          readonly keypad: boolean;
          /** A question that wants a yes or a no. */
          readonly confirm: boolean;
      }
    | { readonly state: "details"; readonly details: CardDetails }
    | { readonly state: "changed" }
    | { readonly state: "failure"; readonly failure: Failure };

function viewOf({ event, otherCard, entry, triesLeft, keypad, confirm }: HostEvent): CareView {
    if (event === "pin-prompt") return { state: event, entry, triesLeft, keypad, confirm };
    return { state: event === "waiting-for-card" && otherCard ? "other-card" : event };
}

function read(request: CareRequest, value: unknown): Outcome<CareView> {
    if (request.command === "card-details") {
        const details = parseCardDetails(value);
        return details === null ? fail("native-reply-malformed") : succeed({ state: "details", details });
    }
    return isFields(value) && value["changed"] === true ? succeed({ state: "changed" }) : fail("native-reply-malformed");
}

export class CareOperation {
    readonly #host: Pick<Host, "request" | "close">;
    readonly #show: (view: CareView) => void;
    #over = false;

    constructor(host: Pick<Host, "request" | "close">, show: (view: CareView) => void) {
        this.#host = host;
        this.#show = show;
    }

    /** Comes to its end with the last view. What was asked of the card is never asked again. */
    async run(request: CareRequest, lang: Language): Promise<void> {
        this.#show({ state: "starting" });
        const { command, ...args } = request;
        const answer = await this.#host.request(command, { ...args, lang }, LONGEST_TIMEOUT, (event) => {
            if (!this.#over) this.#show(viewOf(event));
        });
        const outcome = answer.ok ? read(request, answer.value) : answer;
        this.#over = true;
        this.#host.close();
        this.#show(outcome.ok ? outcome.value : { state: "failure", failure: outcome.failure });
    }

    /** Ends the host's process, and with it any prompt. */
    cancel(): void {
        this.#host.close();
    }
}
