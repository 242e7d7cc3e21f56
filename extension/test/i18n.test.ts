// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import en from "../_locales/en/messages.json" with { type: "json" };
import ja from "../_locales/ja/messages.json" with { type: "json" };
import { translator } from "../src/shared/i18n.ts";
import type { MessageKey } from "../src/shared/i18n.ts";

const root = join(import.meta.dirname, "..");
const sources = globSync(["src/**/*.{ts,html}", "manifest.json"], { cwd: root })
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");

test("both languages hold the same messages with the same holes", () => {
    assert.deepEqual(Object.keys(ja), Object.keys(en));
    const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of Object.keys(ja) as MessageKey[]) {
        assert.deepEqual(holes(ja[key].message), holes(en[key].message), key);
        assert.notEqual(ja[key].message, "", key);
    }
});

test("every message is used", () => {
    const unused = Object.keys(ja).filter((key) => !sources.includes(`"${key}"`) && !sources.includes(`__MSG_${key}__`));
    assert.deepEqual(unused, []);
});

test("every message that the markup or the manifest names is there", () => {
    const named = [...sources.matchAll(/data-i18n="(\w+)"|__MSG_(\w+)__/g)].map(([, a, b]) => a ?? b ?? "");
    assert.ok(named.length > 20);
    assert.deepEqual(named.filter((key) => !(key in ja)), []);
});

test("no markup holds words of its own, but for names", () => {
    for (const path of globSync("src/ui/**/*.html", { cwd: root })) {
        const body = readFileSync(join(root, path), "utf8").replace(/<head>.*<\/head>|<!--.*?-->/gs, "");
        const words = body.replace(/<[^>]*>/g, "\n").split("\n").map((line) => line.trim()).filter((line) => line !== "");
        assert.deepEqual(words.filter((word) => !["JPKI Bridge", "MIT", "*.go.jp, *.lg.jp"].includes(word)), [], path);
        assert.doesNotMatch(body, /\s(?:title|placeholder|aria-label)="[^"]/, path);
    }
});

test("holes are filled, and what fills them is not looked at again", () => {
    assert.equal(translator("en")("timeLeft", { time: "{time}" }), "Time left {time}");
    assert.equal(translator("ja")("triesLeftMany", { count: 3 }), "入力できるのは、あと3回です。");
});
