/* SPDX-License-Identifier: MIT */
// An X server of a test's own, and the hands of a person at it.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { SCREENSHOTS } from "./paths.ts";
import { until } from "./wait.ts";

export class Display {
    readonly name: string;
    readonly #server: ChildProcess;

    private constructor(name: string, server: ChildProcess) {
        this.name = name;
        this.#server = server;
    }

    static async open(): Promise<Display> {
        const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
            { stdio: ["ignore", "ignore", "ignore", "pipe"] });
        process.once("exit", () => server.kill());
        const [said] = await once(server.stdio[3] as Readable, "data") as [Buffer];
        return new Display(`:${said.toString().trim()}`, server);
    }

    #run(program: string, ...args: string[]): string {
        return execFileSync(program, args, { env: { ...process.env, DISPLAY: this.name }, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    }

    /** Waits for a window of this program (its class, as xprop names it). */
    async window(program: string, milliseconds = 10_000): Promise<void> {
        await until(`a window of ${program}`, () => this.isShown(program), milliseconds);
        await sleep(500); // it takes the keyboard a moment after it is drawn
    }
    isShown(program: string): boolean {
        try {
            return this.#run("xdotool", "search", "--onlyvisible", "--class", program) !== "";
        } catch {
            return false; // that is how it says no
        }
    }

    type(text: string): void {
        this.#run("xdotool", "type", "--delay", "50", text);
    }
    /** Keys by their X names, one after another, at a person's pace. */
    async press(...keys: string[]): Promise<void> {
        for (const key of keys) {
            this.#run("xdotool", "key", key);
            await sleep(300);
        }
    }
    click(x: number, y: number): void {
        this.#run("xdotool", "mousemove", String(x), String(y), "click", "1");
    }

    /** Does something, and waits until the screen has changed because of it and stands still (for a caret or the like: long enough). */
    async after(act: () => unknown): Promise<void> {
        const before = this.#look();
        await act();
        await until("the screen to change", () => this.#look() !== before);
        const enough = Date.now() + 3_000;
        await until("the screen to stand still", async () => {
            const now = this.#look();
            await sleep(500);
            return now === this.#look() || Date.now() > enough;
        });
    }
    #look(): string {
        return this.#run("import", "-silent", "-window", "root", "-format", "%#\n", "info:");
    }

    /** Keeps a picture of the whole screen. */
    picture(name: string): void {
        mkdirSync(SCREENSHOTS, { recursive: true });
        this.#run("import", "-window", "root", join(SCREENSHOTS, `${name}.png`));
    }

    async close(): Promise<void> {
        const ended = once(this.#server, "exit");
        this.#server.kill();
        await ended;
    }
}
