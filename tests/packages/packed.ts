/* SPDX-License-Identifier: MIT */
// The packages under test, and what the table of browsers says must be in them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD, ROOT } from "../rig/paths.ts";

interface Browser { name: string; kind: "chromium" | "firefox"; linux: { system: string[] } }
interface Table { hosts: { own: { name: string; chromium: string[]; firefox: string[] } }; browsers: Browser[] }

export const { hosts: { own: OWN }, browsers: BROWSERS } = JSON.parse(readFileSync(join(ROOT, "manifests/browsers.json"), "utf8")) as Table;
export const VERSION = /^project\(jpki-bridge VERSION ([\d.]+)/m.exec(readFileSync(join(ROOT, "CMakeLists.txt"), "utf8"))?.[1] ?? assert.fail("no version");
export const PACKAGES = join(BUILD, "linux-packages");
export const DEB = only(".deb");
export const RPM = only(".rpm");

function only(ending: string): string {
    const found = readdirSync(PACKAGES).filter((name) => name.endsWith(ending));
    assert.equal(found.length, 1, found.join());
    return join(PACKAGES, found[0] ?? "");
}

export function run(program: string, ...args: string[]): string {
    return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
}

/** The manifests for everybody and the kind of browser each is for; /usr/lib64 is not Debian's. */
export function manifests(kind: "deb" | "rpm"): Map<string, Browser["kind"]> {
    const places = BROWSERS.flatMap((browser) => browser.linux.system.map((place): [string, Browser["kind"]] => [`${place}/${OWN.name}.json`, browser.kind]));
    return new Map(places.filter(([path]) => kind === "rpm" || !path.startsWith("/usr/lib64/")));
}
