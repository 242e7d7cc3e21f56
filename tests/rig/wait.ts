/* SPDX-License-Identifier: MIT */
import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until there is a truthy answer; throws, naming `what`, when there is none in time. */
export async function until<T>(what: string, probe: () => T | Promise<T>, milliseconds = 10_000): Promise<NonNullable<T>> {
    const end = Date.now() + milliseconds;
    for (;;) {
        const found = await probe();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(`waited ${milliseconds} ms in vain: ${what}`);
        }
        await sleep(20);
    }
}
