/* SPDX-License-Identifier: MIT */
// The machine's /etc as a copy of the test's own, which a browser is started over: only inside the namespaces of with-pcscd.sh.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const HAS_ETC = process.env["JB_PCSC_PRIVATE"] === "1";

export class Etc {
    readonly #copy = mkdtempSync("/run/etc-");

    constructor() {
        // What only root may read is not for browsers.
        execFileSync("sh", ["-c", 'cp -a /etc/. "$0" 2>/dev/null || true; chmod 755 "$0"; mount --bind "$0" /etc', this.#copy]);
    }

    put(path: string, content: unknown): void {
        const file = join(this.#copy, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    }

    remove(): void {
        execFileSync("umount", ["--lazy", "/etc"]);
        rmSync(this.#copy, { recursive: true, force: true });
    }
}
