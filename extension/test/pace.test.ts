// SPDX-License-Identifier: MIT
// What is shipped gives people their time; the extension that browser tests use is the same but for that.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as pace from "../src/shared/pace.ts";

const folder = mkdtempSync(join(tmpdir(), "jb-pace-"));

async function make(name: string, ...options: readonly string[]): Promise<Map<string, string>> {
    const out = join(folder, name);
    await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "../build.ts"), "--out", out, "--no-client", ...options]);
    const extension = join(out, "extension");
    const entries = readdirSync(extension, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    return new Map(entries.map(({ parentPath, name: file }) => {
        const path = join(parentPath, file);
        return [path.slice(extension.length + 1), readFileSync(path, "latin1")];
    }));
}

let shipped: Map<string, string>;
let brisk: Map<string, string>;
before(async () => {
    [shipped, brisk] = await Promise.all([make("shipped"), make("brisk", "--brisk")]);
});
after(() => { rmSync(folder, { recursive: true }); });

/** A bundle as the names of its modules, to the lines of each. */
function modulesOf(bundle: string): Map<string, string> {
    const parts = bundle.split(/^ *\/\/ ((?:extension|tests|node_modules)\/\S+)$/m).slice(1);
    return new Map(parts.flatMap((name, at) => (at % 2 === 0 ? [[name, parts[at + 1] ?? ""] as const] : [])));
}

test("the shipped extension gives people their time", () => {
    assert.deepEqual({ ...pace }, { SETTLING_TIME: 1_000, SUCCESS_SHOWN: 2_500, CARD_INTERVAL: 1_500, SET_UP_INTERVAL: 2_000 });
    const expected = { "ui/session/session.js": ["SETTLING_TIME", "SUCCESS_SHOWN"], "ui/card/card.js": ["CARD_INTERVAL"], "ui/popup/popup.js": ["CARD_INTERVAL"], "ui/welcome/welcome.js": ["SET_UP_INTERVAL"] };
    for (const [file, names] of Object.entries(expected)) {
        const set = [...(shipped.get(file) ?? "").matchAll(/\b([A-Z_]+) = ([\de.]+);/g)].map(([, name = "", value]) => [name, Number(value)] as const);
        for (const name of names) {
            assert.deepEqual(set.filter((each) => each[0] === name), [[name, pace[name as keyof typeof pace]]], `${file}: ${name}`);
        }
    }
});

test("nothing in it knows of another pace", () => {
    for (const [file, text] of shipped) assert.ok(!/brisk|rig\/pace/i.test(text), file);
});

test("the brisk one is the same but for these times", () => {
    assert.deepEqual([...brisk.keys()].sort(), [...shipped.keys()].sort());
    const others = [...shipped].filter(([file, text]) => brisk.get(file) !== text).map(([file]) => file).sort();
    assert.deepEqual(others, ["ui/card/card.js", "ui/popup/popup.js", "ui/session/session.js", "ui/welcome/welcome.js"]);
    for (const file of others) {
        const [one, other] = [modulesOf(shipped.get(file) ?? ""), modulesOf(brisk.get(file) ?? "")];
        assert.ok(one.delete("extension/src/shared/pace.ts") && other.delete("tests/rig/pace.ts"), file);
        assert.deepEqual(other, one, file);
    }
});
