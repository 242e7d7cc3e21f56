// SPDX-License-Identifier: MIT
import { mock } from "node:test";

/** Time that moves only when told, and lets everything that was waiting for it happen. */
export class Clock {
    constructor() {
        mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
    }

    get now(): number {
        return Date.now();
    }

    async pass(milliseconds: number): Promise<void> {
        mock.timers.tick(milliseconds);
        await settle();
    }

    stop(): void {
        mock.timers.reset();
    }
}

/** Lets promises that are ready run to where they next wait. */
export async function settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}
