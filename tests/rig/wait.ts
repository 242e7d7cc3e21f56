/* SPDX-License-Identifier: MIT */
// Waiting, by what the machine gives to a test: a deadline that ran out means that something hung, not that others were busy.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** How much slower than usual the program itself is: sanitizers and valgrind set JB_SLOW. */
export const SLOW = Number(process.env["JB_SLOW"] ?? 1);

/** Between two looks, in milliseconds. */
const PAUSE = 10;

const processors = availableParallelism();

/** How many programs want a processor at this moment for each that there is; 1 where none has to wait. */
export function crowding(): number {
    const [, , , tasks = ""] = readFileSync("/proc/loadavg", "utf8").split(" ");
    return Math.max(1, Number.parseInt(tasks, 10) / processors);
}

/**
 * A clock that runs at the pace of this machine: where twice as many programs want its processors as there are, a
 * second counts half. Ask it often: what passes between two questions counts by the crowd at the later one.
 */
export class Stopwatch {
    #elapsed = 0;
    #last = performance.now();

    /** Milliseconds since it was made, as an idle machine would have needed for them. */
    elapsed(): number {
        const now = performance.now();
        this.#elapsed += (now - this.#last) / crowding();
        this.#last = now;
        return this.#elapsed;
    }
}

/** How long something took, in milliseconds of a Stopwatch. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
    const watch = new Stopwatch();
    const looking = setInterval(() => watch.elapsed(), PAUSE);
    try {
        await work();
        return watch.elapsed();
    } finally {
        clearInterval(looking);
    }
}

/** Fails, naming `what`, when the work takes longer than `milliseconds` of a Stopwatch. */
export async function within<T>(what: string, milliseconds: number, work: Promise<T>): Promise<T> {
    const watch = new Stopwatch();
    let looking: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        looking = setInterval(() => {
            if (watch.elapsed() > milliseconds * SLOW) {
                reject(vain(what, milliseconds));
            }
        }, PAUSE);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearInterval(looking);
    }
}

/** Asks again and again until there is a truthy answer; throws, naming `what`, when there is none in time. */
export async function until<T>(what: string, probe: () => T | Promise<T>, milliseconds = 10_000): Promise<NonNullable<T>> {
    const watch = new Stopwatch();
    for (;;) {
        // Taken before the look: one that began in time counts.
        const late = watch.elapsed() > milliseconds * SLOW;
        const found = await probe();
        if (found) {
            return found;
        }
        if (late) {
            throw vain(what, milliseconds);
        }
        await sleep(PAUSE);
    }
}

function vain(what: string, milliseconds: number): Error {
    return new Error(`waited ${milliseconds * SLOW} ms in vain: ${what}`);
}
