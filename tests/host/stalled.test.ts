/* SPDX-License-Identifier: MIT */
// What does not come back: a daemon that is frozen, a client that takes no answers. A request is answered all the
// same, and a closed port ends the host all the same.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { authenticate, bench } from "./bench.ts";
import { assertFailure } from "./verify.ts";

const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";
const DAEMON = Number(process.env["JB_PCSCD_PID"] ?? 0);

describe("a PC/SC daemon that is frozen", { skip: !isPrivate && "the daemon is not ours" }, () => {
    const it = bench();

    test("a request is answered soon after its time is over, and status does not hang on it", async () => {
        const host = await it.start();
        process.kill(DAEMON, "SIGSTOP");
        try {
            host.send(authenticate({}, { timeout: 1000, id: "log-in" }));
            host.send({ command: "status", arguments: {}, id: "glance" });
            assert.equal((await host.next(1_000))["id"], "glance");
            const answer = await host.next(5_000);
            assert.equal(answer["id"], "log-in");
            assertFailure(answer, "timeout");
            await it.close(host);
        } finally {
            process.kill(DAEMON, "SIGCONT");
        }
    });
});

function wholeFrames(bytes: Buffer): Buffer<ArrayBuffer> {
    let end = 0;
    while (end + 4 <= bytes.length && end + 4 + bytes.readUInt32LE(end) <= bytes.length) {
        end += 4 + bytes.readUInt32LE(end);
    }
    return Buffer.from(bytes.subarray(0, end));
}

describe("a client that takes no answers", () => {
    const it = bench(["--removed"]);

    test("does not keep the host when the port is closed", async () => {
        const host = await it.start();
        host.process.stdout.pause();
        for (let i = 0; i < 4_000; i++) {
            host.send({ command: "nothing" });
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
        await it.close(host);
        host.process.stdout.resume();
        await host.ended;
        host.stdout = wholeFrames(host.stdout); // the last one was cut where nobody took it
    });
});
