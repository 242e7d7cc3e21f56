/* SPDX-License-Identifier: MIT */
// Browsers installed as a snap or a flatpak: install and doctor say plainly what works there and what to do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Home } from "../rig/home.ts";
import { HOST } from "../rig/paths.ts";

let home: Home;
beforeEach(() => { home = new Home(); });
afterEach(() => { home.remove(); });

/** Runs the program where `folders` exist below /var/lib, and no others do. */
function run(command: string, folders: string[] = [], LANG = "en_US.UTF-8"): string {
    const script = 'mount -t tmpfs none /var/lib && shift && for each in $FOLDERS; do mkdir -p "/var/lib/$each"; done && exec "$0" "$1"';
    const [program, args] = folders.length === 0
        ? [HOST, [command]]
        : ["unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script, HOST, "", command]];
    const { stdout, stderr } = spawnSync(program, args, {
        env: { ...home.environment, LANG, FOLDERS: folders.join(" ") }, encoding: "utf8", input: "", timeout: 60_000,
    });
    assert.equal(stderr, "");
    return stdout;
}
const namespaces = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/var/lib"]).status === 0;
const skip = namespaces ? false : "needs namespaces of its own";

/** What is said of a browser, from its line to the next blank one or the next browser's. */
function said(out: string, browser: string): string {
    const lines = out.split("\n");
    const from = lines.findIndex((line) => new RegExp(`^ {2}\\S ${browser}( |$)`).test(line));
    assert.ok(from >= 0, out);
    const rest = lines.slice(from + 1);
    const to = rest.findIndex((line) => !line.startsWith("    "));
    return rest.slice(0, to).map((line) => line.trim()).join(" ");
}

const PORTAL = /through the desktop's portal.*say yes when you are asked.*packages\.mozilla\.org/;
const FLATPAK = /only where the desktop's portal has WebExtensions.*about:config.*packages\.mozilla\.org/;
const CANNOT = /cannot start other programs and does not work\. Use a browser installed as a deb or rpm package\./;

describe("Firefox", () => {
    for (const command of ["install", "doctor"]) {
        test(`as a snap asks the portal (${command})`, { skip }, () => {
            assert.match(said(run(command, ["snapd/snap/firefox"]), "Firefox"), PORTAL);
        });
        test(`as a flatpak needs a portal that few have (${command})`, { skip }, () => {
            assert.match(said(run(command, ["flatpak/app/org.mozilla.firefox"]), "Firefox"), FLATPAK);
        });
        test(`as a flatpak is known by a person's own, or by its data (${command})`, () => {
            for (const folder of [".local/share/flatpak/app", ".var/app"]) {
                mkdirSync(join(home.path, folder, "org.mozilla.firefox"), { recursive: true });
                assert.match(said(run(command), "Firefox"), FLATPAK);
                home.remove();
                home = new Home();
            }
        });
    }
    test("as a deb or rpm package has nothing to be told", () => {
        assert.doesNotMatch(run("install") + run("doctor"), /portal|about:config|flatpak/);
    });
});

describe("Chromium", () => {
    for (const [what, folder] of [["a snap", "snapd/snap/chromium"], ["a flatpak", "flatpak/app/org.chromium.Chromium"]] as const) {
        test(`as ${what} does not work, which is said, and what to use`, { skip }, () => {
            for (const command of ["install", "doctor"]) {
                const out = run(command, [folder]);
                assert.match(said(out, "Chromium"), CANNOT);
                assert.equal(out.match(/cannot start other programs/g)?.length, 1, "of no other browser");
            }
        });
    }
});

test("a person reads it in Japanese, in 80 columns", { skip }, () => {
    const folders = ["snapd/snap/firefox", "flatpak/app/org.chromium.Chromium"];
    const out = run("doctor", folders, "ja_JP.UTF-8");
    assert.match(out, /最初に使うときの質問に「許可」/);
    assert.match(out, /ほかのプログラムを起動できないため使えません/);
    const width = (line: string): number => Array.from(line).reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uff01-\uff60]/.test(letter) ? 2 : 1), 0);
    assert.deepEqual(out.split("\n").filter((line) => width(line) > 80), []);
});
