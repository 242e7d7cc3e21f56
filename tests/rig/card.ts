/* SPDX-License-Identifier: MIT */
// A virtual card in vpcd's reader. Run what uses it inside tests/virtual_card/with-pcscd.sh.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CARD_DATA, VIRTUAL_CARD } from "./paths.ts";
import { until } from "./wait.ts";

/** The PINs of the generated cards. */
export const PINS = { auth: "1234", sign: "ABC123", profile: "1234" } as const;

export interface Apdu {
    /** Upper-case hex with spaces, PIN bytes as `**`. */
    command: string;
    /** Absent where the card gave none. */
    answer?: string;
}

export class Card {
    /** The number of its reader. */
    readonly slot: number;
    readonly #folder = mkdtempSync(join(tmpdir(), "jb-card-"));
    readonly #process: ChildProcess;
    readonly #leave = (): void => { this.#process.kill("SIGKILL"); };

    private constructor(options: string[]) {
        this.slot = options.some((option) => option.includes("35964")) ? 1 : 0;
        const own = ["--control", this.#socket, "--log", this.#log];
        const data = options.includes("--data") ? [] : ["--data", CARD_DATA];
        this.#process = spawn(VIRTUAL_CARD, [...own, ...data, ...options], { stdio: ["ignore", "ignore", "pipe"] });
        this.#process.stderr?.on("data", (piece: Buffer) => process.stderr.write(piece));
        // A test that dies must not leave a card in the reader.
        process.once("exit", this.#leave);
    }

    /** Lays a card down. `options` are virtual-card's (`--help` lists them). */
    static async start(...options: string[]): Promise<Card> {
        const card = new Card(options);
        await until("the virtual card", async () => {
            assert.equal(card.#process.exitCode, null, "virtual-card ended");
            return card.command("state").catch(() => undefined);
        });
        if (!options.includes("--removed")) {
            await card.inReader();
        }
        return card;
    }

    get #socket(): string {
        return join(this.#folder, "control");
    }

    get #log(): string {
        return join(this.#folder, "log");
    }

    /** One command of the control socket (`remove`, `insert`, `tries auth 1` …), and its one-line answer. */
    command(line: string): Promise<string> {
        return new Promise((resolve, reject) => {
            let answer = "";
            const socket = connect(this.#socket, () => socket.write(`${line}\n`));
            socket.on("error", reject);
            socket.on("data", (piece) => {
                answer += piece.toString();
                if (answer.includes("\n")) {
                    socket.end();
                    const text = answer.trim();
                    if (text.startsWith("error")) {
                        reject(new Error(`card: ${line}: ${text}`));
                    } else {
                        resolve(text);
                    }
                }
            });
        });
    }

    /** In the reader, and PC/SC has taken it, to the end: nothing more is to come of its insertion. */
    async inReader(): Promise<void> {
        await until("the card to be taken by PC/SC", async () => await this.command("state") === "in");
    }
    async remove(): Promise<void> {
        await this.command("remove");
    }
    async insert(): Promise<void> {
        await this.command("insert");
        await this.inReader();
    }
    async triesLeft(pin: keyof typeof PINS): Promise<number> {
        return Number(await this.command(`tries ${pin}`));
    }
    async setTries(pin: keyof typeof PINS, tries: number): Promise<void> {
        await this.command(`tries ${pin} ${tries}`);
    }
    /** Command APDUs since the start or the last `reset-count`. */
    async count(): Promise<number> {
        return Number(await this.command("count"));
    }

    /** The log's lines: `> command`, `< answer`, `power-on`, `power-off`, `reset` and `#` notes. */
    log(): string[] {
        return existsSync(this.#log) ? readFileSync(this.#log, "utf8").split("\n").filter(Boolean) : [];
    }
    apdus(): Apdu[] {
        const apdus: Apdu[] = [];
        for (const line of this.log()) {
            const last = apdus.at(-1);
            if (line.startsWith("> ")) {
                apdus.push({ command: line.slice(2) });
            } else if (line.startsWith("< ") && last !== undefined) {
                last.answer = line.slice(2);
            }
        }
        return apdus;
    }

    async stop(): Promise<void> {
        process.off("exit", this.#leave);
        if (this.#process.exitCode === null && this.#process.signalCode === null) {
            const ended = once(this.#process, "exit");
            this.#process.kill("SIGTERM");
            await ended;
        }
        rmSync(this.#folder, { recursive: true, force: true });
    }
}
