/* SPDX-License-Identifier: MIT */
import { setTimeout as sleep } from "node:timers/promises";

/** How much slower than usual everything may be: sanitizers and valgrind set JB_SLOW. */
export const SLOW = Number(process.env["JB_SLOW"] ?? 1);

/** Asks again and again until there is a truthy answer; throws, naming `what`, when there is none in time. */
export async function until<T>(what: string, probe: () => T | Promise<T>, milliseconds = 10_000): Promise<NonNullable<T>> {
    const end = Date.now() + milliseconds * SLOW;
    for (;;) {
        const found = await probe();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(`waited ${milliseconds * SLOW} ms in vain: ${what}`);
        }
        await sleep(10);
    }
}
