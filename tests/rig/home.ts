/* SPDX-License-Identifier: MIT */
// A home folder for one test: the host's configuration and lock live in it, and nothing of the machine's own.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pinentry } from "./pinentry.ts";

export class Home {
    readonly path = mkdtempSync(join(tmpdir(), "jb-"));
    /** What the host, and the browser that starts it, get to see. */
    readonly environment: Record<string, string>;
    readonly pinentry: Pinentry;

    constructor() {
        const config = join(this.path, ".config");
        this.environment = {
            PATH: process.env["PATH"] ?? "/usr/bin:/bin",
            HOME: this.path,
            XDG_CONFIG_HOME: config,
            XDG_CACHE_HOME: join(this.path, ".cache"),
            XDG_STATE_HOME: join(this.path, ".local/state"),
            XDG_RUNTIME_DIR: join(this.path, "run"),
            LANG: "C.UTF-8",
        };
        for (const folder of [config, join(this.path, "run"), join(config, "jpki-bridge")]) {
            mkdirSync(folder, { recursive: true, mode: 0o700 });
        }
        this.pinentry = new Pinentry(join(this.path, "pinentry"));
        this.configure({ pinentry: this.pinentry.program });
    }

    /** Writes the host's config.json; text is written as it is. */
    configure(config: object | string): void {
        const text = typeof config === "string" ? config : JSON.stringify(config);
        writeFileSync(join(this.path, ".config/jpki-bridge/config.json"), text, { mode: 0o600 });
    }

    remove(): void {
        // The processes of a browser that has ended write on for a moment; rmSync's own tries leave what came meanwhile.
        const enough = Date.now() + 20_000;
        while (existsSync(this.path)) {
            try {
                rmSync(this.path, { recursive: true, force: true });
            } catch (error) {
                if (Date.now() > enough) {
                    throw error;
                }
                Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
            }
        }
    }
}
