/* SPDX-License-Identifier: MIT */
// The host driven as a browser drives it: frames over pipes.
import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { Home } from "./home.ts";
import { HOST } from "./paths.ts";
import { within } from "./wait.ts";

export type Message = Record<string, unknown>;
export interface Ending {
    code: number | null;
    signal: NodeJS.Signals | null;
}
export interface HostOptions {
    /** Default: what Chromium gives for our own extension. */
    args?: string[];
    environment?: Record<string, string>;
    /** Run the host under another program, for example ["valgrind", "-q"]. Default: the words of JB_UNDER. */
    under?: string[];
}

const UNDER = (process.env["JB_UNDER"] ?? "").split(" ").filter((word) => word !== "");
const EXTENSION_ARGUMENT = "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/";

/** A message as it goes over the wire: 32-bit length in native byte order, then JSON. */
export function frame(message: unknown): Buffer {
    const json = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    return Buffer.concat([length, json]);
}

export class Host {
    readonly process: ChildProcessWithoutNullStreams;
    /** Settles when the process is gone. */
    readonly ended: Promise<Ending>;
    /** All of stdout and stderr, to search for what must not be there. */
    stdout = Buffer.alloc(0);
    stderr = "";
    #taken = 0;
    #wake: () => void = () => undefined;

    constructor(home: Home, { args = [EXTENSION_ARGUMENT], environment = {}, under = UNDER }: HostOptions = {}) {
        const [program = HOST, ...rest] = [...under, HOST, ...args];
        this.process = spawn(program, rest, { env: { ...home.environment, ...environment }, cwd: home.path });
        this.process.stdout.on("data", (piece: Buffer) => {
            this.stdout = Buffer.concat([this.stdout, piece]);
            this.#wake();
        });
        this.process.stderr.on("data", (piece: Buffer) => { this.stderr += piece.toString(); });
        this.process.stdin.on("error", () => undefined); // it may end before it has read all
        this.ended = new Promise((resolve) => {
            this.process.on("close", (code, signal) => {
                resolve({ code, signal });
                this.#wake();
            });
        });
    }

    /** Started, and its hello taken. */
    static async start(home: Home, options?: HostOptions): Promise<Host> {
        const host = new Host(home, options);
        const hello = await host.next();
        assert.equal(hello["version"], "2.9.0");
        return host;
    }

    send(message: unknown): void {
        this.process.stdin.write(frame(message));
    }
    sendBytes(bytes: Buffer): void {
        this.process.stdin.write(bytes);
    }
    /** What the browser does when the window closes. */
    closeInput(): void {
        this.process.stdin.end();
    }

    /** The next message, event or answer; throws at the end of the stream, and after `milliseconds`. */
    async next(milliseconds = 10_000): Promise<Message> {
        return within("a message from the host", milliseconds, this.#take()).catch((error: unknown) => {
            throw new Error(`${String(error)}; stderr: ${this.stderr}`, { cause: error });
        });
    }

    async #take(): Promise<Message> {
        for (;;) {
            const rest = this.stdout.subarray(this.#taken);
            const length = rest.length >= 4 ? rest.readUInt32LE() : Infinity;
            assert.ok(length === Infinity || length <= 1024 * 1024, `stdout holds something else than frames: ${rest.toString("latin1")}`);
            if (rest.length >= 4 + length) {
                this.#taken += 4 + length;
                const message: unknown = JSON.parse(rest.subarray(4, 4 + length).toString("utf8"));
                assert.ok(typeof message === "object" && message !== null && !Array.isArray(message));
                return message as Message;
            }
            if (this.process.stdout.readableEnded) {
                throw new Error(`the host ended: ${this.stderr}`);
            }
            await new Promise<void>((resolve) => { this.#wake = resolve; });
        }
    }

    /** Sends a request and takes the answer; the events before it are handed to `onEvent`. */
    async request(message: unknown, onEvent: (event: Message) => void = () => undefined, milliseconds = 30_000): Promise<Message> {
        this.send(message);
        for (;;) {
            const answer = await this.next(milliseconds);
            if (!("event" in answer)) {
                return answer;
            }
            onEvent(answer);
        }
    }

    /** True when nothing but whole frames was written. */
    allTaken(): boolean {
        return this.#taken === this.stdout.length;
    }

    /** Ends the input and waits for the process. */
    async stop(): Promise<Ending> {
        this.closeInput();
        const timer = setTimeout(() => this.process.kill("SIGKILL"), 5_000);
        const ending = await this.ended;
        clearTimeout(timer);
        return ending;
    }
}
