// SPDX-License-Identifier: MIT
// Writes everybody's manifests for all browsers below ROOT, as manifests/host.json.in has them, and prints their paths:
//   node installers/macos/manifests.ts ROOT PROGRAM      PROGRAM: where it will be on the Mac
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Browser {
    kind: "chromium" | "firefox";
    system: string[];
}
interface Host {
    name: string;
    chromium: string[];
    firefox: string[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

function strings(value: unknown): string[] {
    if (!Array.isArray(value) || !value.every((each): each is string => typeof each === "string")) {
        throw new Error("browsers.json: not a list of strings");
    }
    return value;
}

function parse(text: string): { host: Host; browsers: Browser[] } {
    const table: unknown = JSON.parse(text);
    if (!isRecord(table) || !isRecord(table["hosts"]) || !isRecord(table["hosts"]["own"]) || !Array.isArray(table["browsers"])) {
        throw new Error("browsers.json has another form");
    }
    const { name, chromium, firefox } = table["hosts"]["own"];
    if (typeof name !== "string") {
        throw new Error("browsers.json: the host has no name");
    }
    const browsers = table["browsers"].map((browser: unknown): Browser => {
        if (!isRecord(browser) || !isRecord(browser["macos"]) || (browser["kind"] !== "chromium" && browser["kind"] !== "firefox")) {
            throw new Error("browsers.json: a browser has another form");
        }
        return { kind: browser["kind"], system: strings(browser["macos"]["system"]) };
    });
    return { host: { name, chromium: strings(chromium), firefox: strings(firefox) }, browsers };
}

function manifest(template: string, host: Host, kind: Browser["kind"], program: string): string {
    const allowed = kind === "chromium" ? host.chromium.map((id) => `chrome-extension://${id}/`) : host.firefox;
    const values: Record<string, unknown> = {
        JB_HOST_NAME: host.name,
        JB_HOST_PATH: program,
        JB_ALLOWED_NAME: kind === "chromium" ? "allowed_origins" : "allowed_extensions",
        JB_ALLOWED_LIST: allowed,
    };
    return template.replace(/@(\w+)@/g, (_, name: string) => JSON.stringify(values[name]));
}

const [root, program] = process.argv.slice(2);
if (root === undefined || program === undefined) {
    process.stderr.write("manifests.ts ROOT PROGRAM\n");
    process.exit(64);
}
const source = (name: string): string => readFileSync(join(import.meta.dirname, "../../manifests", name), "utf8");
const { host, browsers } = parse(source("browsers.json"));
const template = source("host.json.in");
const written = new Map<string, string>();
for (const { kind, system } of browsers) {
    for (const directory of system) {
        const path = `${directory}/${host.name}.json`;
        const text = manifest(template, host, kind, program);
        if ((written.get(path) ?? text) !== text) {
            throw new Error(`browsers.json: two kinds of browsers read ${path}`);
        }
        written.set(path, text);
    }
}
for (const [path, text] of written) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o644 });
    process.stdout.write(`${path}\n`);
}
