/* SPDX-License-Identifier: MIT */
// The scripted pinentry seen from the test: gives answers, and tells what the person would have seen.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./wait.ts";

/** One line of the answers' file (see pinentry.sh); `after 0.5 pin 1234` answers half a second later. */
export type Answer = string;

export interface Prompt {
    kind: "pin" | "confirm" | "message";
    title: string;
    description: string;
    prompt: string;
    /** The line that says what was wrong with the entry before. */
    error: string;
    ok: string;
    cancel: string;
    oneButton: boolean;
    /** The process that shows it. */
    pid: number;
    state: "open" | "answered" | "gone";
}

export class Pinentry {
    readonly program: string;
    readonly #folder: string;

    constructor(folder: string) {
        this.#folder = folder;
        this.program = join(folder, "pinentry");
        mkdirSync(folder, { recursive: true });
        copyFileSync(new URL("pinentry.sh", import.meta.url), this.program);
        this.reset();
    }

    /** Forgets answers and prompts; call it when none is open. */
    reset(): void {
        for (const file of ["answers", "log", "taken"]) {
            writeFileSync(join(this.#folder, file), "");
        }
    }

    /** Answers the prompts to come, or the one that is open. */
    answer(...answers: Answer[]): void {
        appendFileSync(join(this.#folder, "answers"), answers.map((each) => `${each}\n`).join(""));
    }

    log(): string {
        return readFileSync(join(this.#folder, "log"), "utf8");
    }

    /** Every prompt so far, the oldest first. */
    prompts(): Prompt[] {
        const prompts: Prompt[] = [];
        let shown: Record<string, string> = {};
        let pid = 0;
        for (const line of this.log().split("\n")) {
            const [word = "", ...rest] = line.split(" ");
            const text = unescape(rest.join(" "));
            const last = prompts.at(-1);
            if (word === "start") {
                shown = {};
                pid = Number(text);
            } else if (word.startsWith("SET")) {
                shown[word] = text;
            } else if (word === "GETPIN" || word === "CONFIRM" || word === "MESSAGE") {
                prompts.push({
                    kind: word === "GETPIN" ? "pin" : word === "CONFIRM" ? "confirm" : "message",
                    title: shown["SETTITLE"] ?? "", description: shown["SETDESC"] ?? "", prompt: shown["SETPROMPT"] ?? "",
                    error: shown["SETERROR"] ?? "", ok: shown["SETOK"] ?? "", cancel: shown["SETCANCEL"] ?? "",
                    oneButton: text.includes("--one-button"), pid, state: "open",
                });
                delete shown["SETERROR"];
            } else if (last?.state === "open" && word === "answered") {
                last.state = "answered";
            } else if (last?.state === "open" && /^(end|killed|orphan)$/.test(word)) {
                last.state = "gone";
            }
        }
        return prompts.map((each) => (each.state === "open" && !isAlive(each.pid) ? { ...each, state: "gone" } : each));
    }

    /** Waits until the `nth` prompt (from 1) is on the screen. */
    shown(nth = 1, milliseconds = 10_000): Promise<Prompt> {
        return until(`prompt ${nth}`, () => this.prompts()[nth - 1], milliseconds);
    }

    /** Waits until no prompt program runs any more; true when every one was ended by its parent. */
    async closed(milliseconds = 3_000): Promise<boolean> {
        await until("the prompt to close", () => {
            const pids = [...this.log().matchAll(/^start (\d+)$/gm)].map((each) => Number(each[1]));
            return !pids.some(isAlive);
        }, milliseconds);
        return !this.log().includes("\norphan\n");
    }
}

function unescape(text: string): string {
    const bytes = Buffer.from(text).toString("latin1");
    return Buffer.from(bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString();
}

function isAlive(pid: number): boolean {
    try {
        const [, state] = /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return state !== undefined && state !== "Z";
    } catch {
        return false;
    }
}
