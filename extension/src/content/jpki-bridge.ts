// SPDX-License-Identifier: MIT
// Our own page protocol: Web eID's shape, with an id on every message, progress, and a way to withdraw.

import { toPageError } from "../shared/failure.ts";
import type { Failure } from "../shared/failure.ts";
import { isText } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import { isOwnOperation } from "../shared/request.ts";
import type { OwnOperation } from "../shared/request.ts";
import { languageOf, perform, status } from "./deal.ts";
import type { Deal } from "./deal.ts";

const PREFIX = "jpki-bridge:";

export type RequestId = string | number | undefined;

/** Undefined when the request has none; null when it has one that cannot be echoed. */
export function parseId(value: unknown): RequestId | null {
    if (value === undefined || isText(value, 1, 64)) return value;
    return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

export function speakJpkiBridge(deal: Deal, version: string): void {
    const running = new Map<RequestId, AbortController>();
    deal.page.onMessage((data) => {
        const { action } = data;
        if (typeof action !== "string" || !action.startsWith(PREFIX)) return;
        const id = parseId(data["id"]);
        if (id === null) return;
        const name = action.slice(PREFIX.length);
        if (name === "status") void answerStatus(deal, id, data, version);
        else if (name === "cancel") running.get(id)?.abort();
        else if (isOwnOperation(name)) void answerOperation(deal, name, id, data, running);
    });
}

async function answerStatus(deal: Deal, id: RequestId, data: Fields, version: string): Promise<void> {
    post(deal, "status-ack", id, {});
    const outcome = await status(deal, data);
    if (!outcome.ok) {
        refuse(deal, "status", id, outcome.failure, data);
        return;
    }
    const { library, native } = outcome.value;
    const nativeApp = native.appVersion ?? native.version;
    post(deal, "status-success", id, { library, extension: version, nativeApp, protocol: native.version });
}

async function answerOperation(
    deal: Deal,
    operation: OwnOperation,
    id: RequestId,
    data: Fields,
    running: Map<RequestId, AbortController>,
): Promise<void> {
    post(deal, `${operation}-ack`, id, {});
    const controller = new AbortController();
    // A second request under a running id is refused by the line; it must not take the first one's place.
    const mine = !running.has(id);
    if (mine) running.set(id, controller);
    const outcome = await perform(deal, operation, data, {
        withdrawn: controller.signal,
        onProgress: (progress) => {
            post(deal, `${operation}-progress`, id, progress);
        },
    });
    if (mine) running.delete(id);
    if (outcome.ok) post(deal, `${operation}-success`, id, outcome.value);
    else refuse(deal, operation, id, outcome.failure, data);
}

function post({ page }: Deal, name: string, id: RequestId, fields: object): void {
    page.post({ action: `${PREFIX}${name}`, ...(id === undefined ? {} : { id }), ...fields });
}

function refuse(deal: Deal, name: string, id: RequestId, failure: Failure, data: Fields): void {
    post(deal, `${name}-failure`, id, { error: toPageError(failure, languageOf(deal, data)) });
}
