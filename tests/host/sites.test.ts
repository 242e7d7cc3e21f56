/* SPDX-License-Identifier: MIT */
// jpki-bridge sites and forget: what the holder trusts, seen and taken back on the command line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { Card } from "../rig/card.ts";
import { Home } from "../rig/home.ts";
import { HOST } from "../rig/paths.ts";

interface Result {
    code: number | null;
    out: string;
    err: string;
}

let home: Home;
beforeEach(() => { home = new Home(); });
afterEach(() => { home.remove(); });

function run(args: string[], LANG = "en_US.UTF-8"): Result {
    const { status, stdout, stderr } = spawnSync(HOST, args, { env: { ...home.environment, LANG }, encoding: "utf8", input: "", timeout: 60_000 });
    return { code: status, out: stdout, err: stderr };
}
const file = (): string => join(home.path, ".config/jpki-bridge/config.json");
const A = "https://a.example.go.jp";
const B = "https://b.example:8443";

describe("sites", () => {
    test("says so when there is none", () => {
        assert.deepEqual(run(["sites"]), { code: 0, out: "There is no site that you said you trust.\n", err: "" });
        assert.deepEqual(run(["sites"], "ja_JP.UTF-8"), { code: 0, out: "信頼すると答えたサイトはありません。\n", err: "" });
        home.configure({ mynaportalOrigins: [] });
        assert.match(run(["sites"]).out, /no site/);
    });
    test("lists them, one a line", () => {
        home.configure({ mynaportalOrigins: [A, B] });
        assert.deepEqual(run(["sites"]), { code: 0, out: `${A}\n${B}\n`, err: "" });
    });
    test("a configuration that cannot be read is a problem", () => {
        for (const text of ["{", '{"mynaportalOrigins":["http://a.example"]}']) {
            home.configure(text);
            const result = run(["sites"]);
            assert.equal(result.code, 1);
            assert.equal(result.out, "");
            assert.match(result.err, /configuration file cannot be read or trusted/);
        }
    });
});

describe("forget", () => {
    test("takes one back, and keeps the rest", () => {
        home.configure({ pinentry: "/usr/bin/pinentry", mynaportalOrigins: [A, B] });
        assert.deepEqual(run(["forget", A]), { code: 0, out: `${A} is no longer trusted.\n`, err: "" });
        assert.deepEqual(JSON.parse(readFileSync(file(), "utf8")), { pinentry: "/usr/bin/pinentry", mynaportalOrigins: [B] });
        assert.equal(statSync(file()).mode & 0o777, 0o600);
        assert.deepEqual(run(["sites"]).out, `${B}\n`);
        assert.match(run(["forget", B], "ja_JP.UTF-8").out, /の信頼を取り消しました/);
        assert.match(run(["sites"]).out, /no site/);
    });
    test("one that is not trusted is a problem, and changes nothing", () => {
        home.configure({ mynaportalOrigins: [A] });
        const before = readFileSync(file(), "utf8");
        for (const [origin, lang, said] of [[B, "en_US.UTF-8", /is not among/], [`${A}:8443`, "en_US.UTF-8", /is not among/], [B, "ja_JP.UTF-8", /中にありません/]] as const) {
            const result = run(["forget", origin], lang);
            assert.equal(result.code, 1);
            assert.equal(result.out, "");
            assert.match(result.err, said);
        }
        assert.equal(readFileSync(file(), "utf8"), before);
    });
    test("what is no origin is told as wrong usage, and not shown on the terminal", () => {
        for (const word of ["a.example.go.jp", `${A}/`, A.toUpperCase(), "http://a.example", "", "\u001b[31m"]) {
            const result = run(["forget", word]);
            assert.equal(result.code, 2, word);
            assert.match(result.err, /https:\/\/www\.example\.jp/);
            assert.ok(!result.err.includes("\u001b"));
        }
        assert.match(run(["forget", "x"], "ja_JP.UTF-8").err, /のような形で指定/);
    });
    test("a configuration that cannot be read or written is a problem", () => {
        home.configure("[]");
        assert.equal(run(["forget", A]).code, 1);
        assert.equal(readFileSync(file(), "utf8"), "[]");
    });
});

describe("doctor", () => {
    // With a card, so that the configuration is the first problem, and its remedy is shown.
    let card: Card;
    before(async () => { card = await Card.start(); });
    after(() => card.stop());

    test("tells of an identifier that is broken, and what to do", () => {
        const path = join(home.path, ".config/jpki-bridge/installation.json");
        writeFileSync(path, '"0123456789abcdef0123456789abcdef"');
        assert.match(run(["doctor"]).out, /✓ PIN prompt/);
        writeFileSync(path, '"broken"');
        assert.match(run(["doctor"]).out, /✗ PIN prompt .*installation\.json cannot be read/);
        assert.match(run(["doctor"]).out, /Delete \S*installation\.json/);
        assert.match(run(["doctor"], "ja_JP.UTF-8").out, /installation\.json を消してください/);
        assert.equal(readFileSync(path, "utf8"), '"broken"');
    });
    test("tells what the configuration can hold", () => {
        home.configure('{"mynaportalOrigins":["http://a.example"]}');
        assert.match(run(["doctor"]).out, /"mynaportalOrigins": \["https:\/\/www\.example\.jp"\]/);
        assert.match(run(["doctor"], "ja_JP.UTF-8").out, /"mynaportalOrigins": \["https:\/\/www\.example\.jp"\]/);
    });
});
