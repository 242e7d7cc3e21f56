/* SPDX-License-Identifier: MIT */
// A log daemon's socket, and all that is sent to it. Only in a namespace's own /run or /dev.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export const JOURNALD = "/run/systemd/journal/socket";

// Node has no datagram sockets of this kind.
const LISTENER = `
import base64, os, socket, sys
path = sys.argv[1]
os.makedirs(os.path.dirname(path), exist_ok=True)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(path)
print("ready", flush=True)
if sys.argv[2] == "deaf":
    sys.stdin.read()
while True:
    print(base64.b64encode(listener.recv(1 << 20)).decode(), flush=True)
`;

export class Journal {
    readonly #process: ChildProcess;
    #text = "";

    private constructor(process: ChildProcess) {
        this.#process = process;
        process.stdout?.on("data", (piece: Buffer) => { this.#text += piece.toString(); });
    }

    /** Listens; a deaf one takes what its socket holds and reads nothing. */
    static async listen(path = JOURNALD, deaf = false): Promise<Journal> {
        const process = spawn("python3", ["-c", LISTENER, path, deaf ? "deaf" : "reading"], { stdio: ["pipe", "pipe", "inherit"] });
        await once(process.stdout, "data");
        return new Journal(process);
    }

    /** Every entry so far, as it was sent. What was sent before this is called is in it. */
    async entries(): Promise<string[]> {
        await sleep(150);
        return this.#text.split("\n").filter((line) => line !== "").map((line) => Buffer.from(line, "base64").toString());
    }

    async close(): Promise<void> {
        const ended = once(this.#process, "exit");
        this.#process.kill();
        await ended;
    }
}
