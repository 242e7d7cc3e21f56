// SPDX-License-Identifier: MIT
// The Web eID page protocol, so that pages using the web-eid.js library work unchanged.

import { fail, toPageError } from "../shared/failure.ts";
import type { Failure } from "../shared/failure.ts";
import type { Fields } from "../shared/guards.ts";
import { isNamedOperation } from "../shared/request.ts";
import type { NamedOperation } from "../shared/request.ts";
import { PROTOCOL_LEVEL } from "../shared/version.ts";
import { languageOf, perform, status } from "./deal.ts";
import type { Deal } from "./deal.ts";

const PREFIX = "web-eid:";

export function speakWebEid(deal: Deal): void {
    deal.page.onMessage((data) => {
        const { action } = data;
        if (typeof action !== "string" || !action.startsWith(PREFIX)) return;
        const name = action.slice(PREFIX.length);
        if (name === "status") void answerStatus(deal, data);
        else if (isNamedOperation(name)) void answerOperation(deal, name, data);
    });
}

async function answerStatus(deal: Deal, data: Fields): Promise<void> {
    deal.page.post({ action: `${PREFIX}status-ack` });
    const outcome = await status(deal, data);
    if (!outcome.ok) {
        refuse(deal, "status", outcome.failure, data);
        return;
    }
    const { library, native } = outcome.value;
    deal.page.post({
        action: `${PREFIX}status-success`,
        library,
        extension: PROTOCOL_LEVEL,
        nativeApp: native.version,
    });
}

async function answerOperation(deal: Deal, operation: NamedOperation, data: Fields): Promise<void> {
    deal.page.post({ action: `${PREFIX}${operation}-ack` });
    // Here a certificate is a must: web-eid.js would drop the one that an answer brings.
    const lacks = operation === "sign" && !data["certificate"];
    const outcome = lacks ? fail("argument-missing") : await perform(deal, operation, data);
    if (outcome.ok) deal.page.post({ action: `${PREFIX}${operation}-success`, ...outcome.value });
    else refuse(deal, operation, outcome.failure, data);
}

function refuse(deal: Deal, name: string, failure: Failure, data: Fields): void {
    const error = { ...toPageError(failure, languageOf(deal, data)), extension: PROTOCOL_LEVEL };
    deal.page.post({ action: `${PREFIX}${name}-failure`, error });
}
