// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LOCAL_ERRORS } from "../src/client/local-errors.ts";
import { ERROR_CODES, ERRORS, EXTENSION_ERRORS, HOST_ERRORS, sentencesOf } from "../src/shared/errors.ts";
import { parseFailure, toPageError } from "../src/shared/failure.ts";

interface Row {
    readonly code: string;
    readonly ja: string;
    readonly en: string;
}

/** The host's table, read as the C compiler reads it. */
function hostTable(): Map<string, Row> {
    const text = readFileSync(new URL("../../host/base/errors.def", import.meta.url), "utf8");
    const literal = String.raw`"((?:[^"\\]|\\.)*)"`;
    const row = new RegExp(String.raw`^X\(\w+, ${literal}, (\w+),\s*${literal},\s*${literal}\)$`, "gm");
    const plain = (quoted = ""): string => quoted.replace(/\\(.)/g, "$1");
    const rows = [...text.matchAll(row)].map(([, reason = "", code = "", ja, en]): [string, Row] => [
        reason,
        { code: `ERR_WEBEID_${code}`, ja: plain(ja), en: plain(en) },
    ]);
    assert.equal(rows.length, text.split("\n").filter((line) => line.startsWith("X(")).length, "every row is read");
    return new Map(rows);
}

test("the extension's table is the host's, word for word and in its order", () => {
    assert.deepEqual(Object.entries(HOST_ERRORS), [...hostTable()]);
});

test("the README's table has every reason with its code, in the table's order", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| `(ERR_WEBEID_\w+)` \| \S/gm)];
    assert.deepEqual(
        rows.map(([, reason, code]) => [reason, code]),
        Object.entries(ERRORS).map(([reason, { code }]) => [reason, code]),
    );
});

test("the client library's own errors are those of the table", () => {
    for (const [reason, entry] of Object.entries(LOCAL_ERRORS)) {
        assert.deepEqual(entry, ERRORS[reason as keyof typeof LOCAL_ERRORS], reason);
    }
});

test("no reason has two meanings, and every code has a reason", () => {
    const host = Object.keys(HOST_ERRORS);
    const own = Object.keys(EXTENSION_ERRORS);
    assert.deepEqual(own.filter((reason) => host.includes(reason)), []);
    const used = new Set<string>(Object.values(ERRORS).map(({ code }) => code));
    assert.deepEqual(ERROR_CODES.filter((code) => !used.has(code)), []);
});

test("every error says what to do next, and pages are told both languages", () => {
    for (const reason of Object.keys(ERRORS)) {
        const failure = parseFailure({ ...ERRORS[reason as keyof typeof ERRORS], reason, triesLeft: 2, stack: "secret" });
        assert.ok(failure, reason);
        const told = toPageError(failure, "en");
        assert.match(told.messages.ja, /。$/);
        assert.match(told.messages.en, /\.$/);
        assert.equal(told.message, told.messages.en);
        assert.equal(told.triesLeft, 2);
        assert.ok(!("stack" in told));
    }
});

test("a reason from a newer host keeps its name and gets its code's sentence", () => {
    const failure = parseFailure({ code: "ERR_WEBEID_USER_TIMEOUT", reason: "reader-asleep", message: "x" });
    assert.deepEqual(failure, { code: "ERR_WEBEID_USER_TIMEOUT", reason: "reader-asleep" });
    assert.equal(sentencesOf("reader-asleep", "ERR_WEBEID_USER_TIMEOUT").en, ERRORS.timeout.en);
    assert.equal(sentencesOf("constructor", "ERR_WEBEID_NATIVE_FATAL").en, ERRORS["internal-error"].en);
});

test("a failure without a reason gets that of its code", () => {
    const failure = parseFailure({ code: "ERR_WEBEID_NATIVE_FATAL", message: "x" });
    assert.deepEqual(failure, { code: "ERR_WEBEID_NATIVE_FATAL", reason: "internal-error" });
    assert.equal(parseFailure({ code: "ERR_WEBEID_NATIVE_FATAL", reason: null }), null);
});

test("what is not a failure is none", () => {
    for (const value of [null, 1, "x", [], {}, { code: "ERR_OTHER", reason: "x" }]) {
        assert.equal(parseFailure(value), null);
    }
    assert.equal(parseFailure({ code: "ERR_WEBEID_USER_TIMEOUT", reason: "<b>" }), null);
    const odd = parseFailure({ code: "ERR_WEBEID_NATIVE_FATAL", reason: "pin-wrong", triesLeft: -1 });
    assert.deepEqual(odd, { code: "ERR_WEBEID_NATIVE_FATAL", reason: "pin-wrong" });
});
