/* SPDX-License-Identifier: MIT */
// Another PC/SC program beside the host (peer.c).
import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { BUILD } from "../rig/paths.ts";

export class Peer {
    readonly #process: ChildProcessWithoutNullStreams = spawn(resolve(BUILD, "pcsc-peer"));
    readonly #lines: Interface = createInterface(this.#process.stdout);

    /** One command and its answer: "ok", hex, or "error" with PC/SC's code. */
    async tell(command: string): Promise<string> {
        const answer = once(this.#lines, "line");
        this.#process.stdin.write(`${command}\n`);
        const [line] = await answer as [string];
        return line;
    }

    async must(...commands: string[]): Promise<string> {
        let answer = "";
        for (const command of commands) {
            answer = await this.tell(command);
            assert.ok(!answer.startsWith("error"), `peer: ${command}: ${answer}`);
        }
        return answer;
    }

    async end(): Promise<void> {
        if (this.#process.exitCode === null) {
            this.#process.stdin.end();
            await once(this.#process, "exit");
        }
    }

    static async use<T>(work: (peer: Peer) => Promise<T>): Promise<T> {
        const peer = new Peer();
        try {
            return await work(peer);
        } finally {
            await peer.end();
        }
    }
}

/** Peer's command that has the selected key sign some digest. */
export const SIGN_APDU = `send 802A0080333031300D060960864801650304020105000420${"AB".repeat(32)}00`;

/** Selects the JPKI AP and the key, and asks for a signature without a PIN: the status word. */
export function signWithoutPin(slot = 0, key = "0017"): Promise<string> {
    return Peer.use(async (peer) => {
        await peer.must(`connect ${slot} shared`, "begin", "send 00A4040C0AD392F000260100000001", `send 00A4020C02${key}`);
        const answer = await peer.must(SIGN_APDU);
        await peer.must("end leave", "disconnect leave");
        return answer.slice(-4);
    });
}
