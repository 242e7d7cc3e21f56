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

const JPKI = "D392F000260100000001";
const PROFILE = "D3921000310001010408";
/** What wants a PIN, and how another program asks for it: files by short identifier, and both keys. */
const PROTECTED: Readonly<Record<string, readonly string[]>> = {
    [JPKI]: ["send 00B0810000", "send 00A4020C020017", SIGN_APDU, "send 00A4020C02001A", SIGN_APDU],
    [PROFILE]: ["send 00B0810000", "send 00B0820000"],
};

/** Tries, as another program without a PIN, all that a PIN guards, beginning with the application that was selected last:
    the status words of what should have been refused, and was not. */
export function openWithoutPin(slot: number, application: string): Promise<string[]> {
    return Peer.use(async (peer) => {
        const open: string[] = [];
        await peer.must(`connect ${slot} shared`, "begin");
        for (const aid of application === PROFILE ? [PROFILE, JPKI] : [JPKI, PROFILE]) {
            if ((await peer.must(`send 00A4040C0A${aid}`)) !== "9000") {
                continue;
            }
            for (const command of PROTECTED[aid] ?? []) {
                const sw = (await peer.must(command)).slice(-4);
                if (sw === "9000" && !command.startsWith("send 00A4")) {
                    open.push(`${command}: ${sw}`);
                }
            }
        }
        await peer.must("end leave", "disconnect leave");
        return open;
    });
}
