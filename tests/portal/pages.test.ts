/* SPDX-License-Identifier: MIT */
// The scripts of the pages are plain JavaScript with types in comments: what a developer copies must hold them.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { escape, languageOf, page, PAGES } from "./pages.ts";

const SCRIPTS = join(import.meta.dirname, "public");
const CLIENT = join(import.meta.dirname, "../../extension/src/client/jpki-bridge.ts");

describe("the pages", () => {
    it("have scripts whose types are right, against the client library's own", () => {
        const program = ts.createProgram(readdirSync(SCRIPTS).filter((name) => name.endsWith(".js")).map((name) => join(SCRIPTS, name)), {
            allowJs: true, checkJs: true, strict: true, noEmit: true, allowImportingTsExtensions: true,
            target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
            lib: ["lib.es2024.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [], paths: { "/jpki-bridge.js": [CLIENT] },
        });
        const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) =>
            `${file?.fileName ?? ""}:${file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
        assert.deepEqual(faults, []);
        assert.ok(program.getSourceFile(CLIENT), "the client library was looked at");
    });

    it("name no text that is not there, and leave no placeholder", () => {
        for (const path of Object.keys(PAGES)) {
            for (const lang of ["ja", "en"] as const) {
                const html = page(path, lang, { checks: [{ name: "nonce", ok: true, detail: "<b>" }], subject: "<i>", serial: "1" });
                assert.doesNotMatch(html, /undefined|\[object|<b>|<i>/, `${path} ${lang}`);
            }
        }
    });
    it("escape what comes from outside", () => {
        assert.equal(escape(`<a href="x">'&`), "&#60;a href=&#34;x&#34;&#62;&#39;&#38;");
    });
    it("choose the language asked for, then the browser's, then Japanese", () => {
        assert.equal(languageOf("en", "ja"), "en");
        assert.equal(languageOf(null, "fr, en-GB;q=0.8, ja"), "en");
        assert.equal(languageOf("xx", "de"), "ja");
    });
});
