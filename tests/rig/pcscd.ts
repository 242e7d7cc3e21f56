/* SPDX-License-Identifier: MIT */
// The PC/SC daemon of this namespace (see tests/virtual_card/with-pcscd.sh), stopped and started again.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { until } from "./wait.ts";

const SOCKET = "/run/pcscd/pcscd.comm";
let daemon = Number(process.env["JB_PCSCD_PID"] ?? 0);

function isRunning(pid: number): boolean {
    try {
        return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
        return false;
    }
}

/** vpcd listens in the daemon; looked up and not tried, since a connection is taken for a card. */
function readerListens(): boolean {
    return ["/proc/net/tcp", "/proc/net/tcp6"].some((file) => existsSync(file) && /:8C7B [0-9A-F]+:0000 0A /.test(readFileSync(file, "utf8")));
}

export async function stopPcscd(): Promise<void> {
    assert.equal(process.env["JB_PCSC_PRIVATE"], "1", "only a daemon of our own is stopped");
    if (isRunning(daemon)) {
        process.kill(daemon, "SIGTERM");
    }
    await until("pcscd to end", () => !isRunning(daemon));
    rmSync(SOCKET, { force: true });
}

/** Does nothing when it runs. `readers: false` starts one that knows no reader. */
export async function startPcscd({ readers = true } = {}): Promise<void> {
    assert.equal(process.env["JB_PCSC_PRIVATE"], "1", "only a daemon of our own is started");
    if (daemon !== 0 && isRunning(daemon)) {
        return;
    }
    const options = (process.env["JB_PCSCD_OPTIONS"] ?? "").split(" ").filter((word) => word !== "");
    const child = spawn("pcscd", ["--foreground", ...options, ...(readers ? [] : ["--config", "/dev/null"])], { stdio: "ignore", detached: true, env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` } });
    child.unref();
    daemon = child.pid ?? 0;
    await until("pcscd to listen", () => existsSync(SOCKET) && readerListens() === readers);
}
