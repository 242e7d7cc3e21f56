/* SPDX-License-Identifier: MIT */
// The administrator's policy file, in this file's private mounts: nothing of the machine's own is touched.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const FOLDER = "/etc/jpki-bridge";
let mounted = false;

/** Whether a policy can be put in place without changing the machine. */
export const canSetPolicy = process.env["JB_PCSC_PRIVATE"] === "1";

/** A copy of /etc takes its place, for the processes of this namespace alone. */
function mount(): void {
    if (!mounted) {
        assert.ok(canSetPolicy);
        execFileSync("sh", ["-c", "mkdir /run/etc && { cp -a /etc/. /run/etc/ 2>/dev/null || :; } && mount --bind /run/etc /etc"]);
        mounted = true;
    }
}

/** Runs the work under this policy; text is written as it is. */
export async function underPolicy(policy: object | string, work: () => Promise<void>): Promise<void> {
    mount();
    mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
    writeFileSync(`${FOLDER}/policy.json`, typeof policy === "string" ? policy : JSON.stringify(policy), { mode: 0o644 });
    try {
        await work();
    } finally {
        rmSync(FOLDER, { recursive: true });
    }
}
