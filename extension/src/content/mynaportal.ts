// SPDX-License-Identifier: MIT
// The page protocol of マイナポータル, e-Tax and the services built like them: hidden inputs that say who is there, an
// event that asks and an event that answers.

import { fail } from "../shared/failure.ts";
import type { Failure } from "../shared/failure.ts";
import { parseMessage, toFailureAnswer } from "../shared/mynaportal.ts";
import type { FailureAnswer, MynaportalFields, MynaportalResult } from "../shared/mynaportal.ts";
import { versionsFor } from "../shared/platform.ts";
import type { Platform } from "../shared/platform.ts";
import type { Deal } from "./deal.ts";

/** These sites name no time; a person who looks for the card and its PIN gets this. */
export const MYNAPORTAL_TIMEOUT = 300_000;

export function speakMynaportal(deal: Deal, platform: Platform): void {
    const { page } = deal;
    // What finds no inputs asks nothing.
    if (!page.secure) return;
    const { extension, app } = versionsFor(platform);
    page.addInputs({ "extension-is-installed": extension, "app-is-installed": app });

    let running: AbortController | null = null;
    const refuse = (mode: string | null, failure: Failure): void => {
        say(deal, toFailureAnswer(mode, failure, platform.system, deal.ownLanguage));
    };
    const run = async (fields: MynaportalFields): Promise<void> => {
        const controller = new AbortController();
        // A second request is refused by the line; it must not take the first one's place.
        const mine = running === null;
        if (mine) running = controller;
        const request = { operation: "mynaportal", ...fields, lang: null, timeout: MYNAPORTAL_TIMEOUT } as const;
        const outcome = await deal.line.run(request, { withdrawn: controller.signal });
        if (mine) running = null;
        if (!outcome.ok) refuse(fields.mode, outcome.failure);
        else if ("combination_code" in outcome.value) say(deal, outcome.value);
        else refuse(fields.mode, fail("internal-error").failure);
    };
    page.onEvent("launchApp", (detail) => {
        const { mode, asked } = parseMessage(detail);
        if (!asked.ok) refuse(mode, asked.failure);
        else if (asked.value.mode === "05") running?.abort();
        else void run(asked.value);
    });
}

function say({ page }: Deal, answer: MynaportalResult | FailureAnswer): void {
    page.announce("recvMsg", JSON.stringify(answer));
}
