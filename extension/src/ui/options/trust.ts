// SPDX-License-Identifier: MIT
// The sites that the person has trusted with signatures. The list is the host's; each question is a process of its own.

import { connectNative, Host } from "../../native/host.ts";
import type { Connect } from "../../native/host.ts";
import { fail, succeed } from "../../shared/failure.ts";
import type { Outcome } from "../../shared/failure.ts";
import type { Fields } from "../../shared/guards.ts";
import { isFields } from "../../shared/guards.ts";
import { parseOrigin } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";

const TIMEOUT = 5_000;

async function ask(command: string, args: Fields, connect: Connect): Promise<Outcome<unknown>> {
    const host = new Host(connect);
    const answer = await host.request(command, args, TIMEOUT, () => undefined);
    host.close();
    return answer;
}

/** What is not an origin is left out. */
export async function trustedOrigins(connect: Connect = connectNative): Promise<Outcome<Origin[]>> {
    const answer = await ask("trusted-origins", {}, connect);
    if (!answer.ok) return answer;
    const origins = isFields(answer.value) ? answer.value["origins"] : null;
    if (!Array.isArray(origins)) return fail("native-reply-malformed");
    return succeed(origins.map(parseOrigin).filter((origin) => origin !== null));
}

export async function distrust(origin: Origin, connect: Connect = connectNative): Promise<Outcome<unknown>> {
    return ask("distrust-origin", { origin }, connect);
}
