/* SPDX-License-Identifier: MIT */
// A PDF of 60 MiB, and one of very many pages: how long preparing takes and how much memory, measured in a process of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SLOW } from "../rig/wait.ts";
import { made, onePage, stream } from "./made.ts";
import { bytesOf, FOLDER } from "./producers.ts";

const MIB = 1024 * 1024;

/** Milliseconds, and MiB over what the file itself takes; those at the end are the measurer's own. */
function measured(name: string): { milliseconds: number; memory: number } {
    const words = ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "measure.ts"), join(FOLDER, name)];
    return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as { milliseconds: number; memory: number };
}

test("60 MiB in one stream", (context) => {
    const image = randomFillSync(Buffer.alloc(60 * MIB));
    writeFileSync(join(FOLDER, "large.pdf"), made({ objects: onePage({ more: { 6: stream(image, "/Type /XObject /Subtype /Image") } }) }));
    const { milliseconds, memory } = measured("large.pdf");
    context.diagnostic(`${milliseconds} ms, ${memory} MiB beside the file`);
    assert.ok(milliseconds < 10_000 * SLOW);
    assert.ok(memory < 40, `${memory} MiB`);
});

test("60 MiB in a million objects", (context) => {
    const count = 1_000_000;
    const pieces = ["%PDF-1.7\n"];
    const offsets = [0];
    let length = pieces[0]?.length ?? 0;
    const filler = "/A (".padEnd(28, "a") + ")";
    for (let number = 1; number <= count; number++) {
        const body = number === 1 ? "<</Type/Catalog/Pages 2 0 R>>" : number === 2 ? "<</Type/Pages/Kids[3 0 R]/Count 1>>" : number === 3 ? "<</Type/Page/Parent 2 0 R>>" : `<<${filler}>>`;
        const text = `${number} 0 obj${body}endobj\n`;
        offsets.push(length);
        pieces.push(text);
        length += text.length;
    }
    pieces.push(`xref\n0 ${count + 1}\n0000000000 65535 f \n`);
    for (const offset of offsets.slice(1)) {
        pieces.push(`${String(offset).padStart(10, "0")} 00000 n \n`);
    }
    pieces.push(`trailer\n<</Size ${count + 1}/Root 1 0 R>>\nstartxref\n${length}\n%%EOF\n`);
    const bytes = Buffer.from(pieces.join(""), "latin1");
    assert.ok(bytes.length > 60 * MIB && bytes.length < 80 * MIB);
    writeFileSync(join(FOLDER, "many.pdf"), bytes);
    const { milliseconds, memory } = measured("many.pdf");
    context.diagnostic(`${milliseconds} ms, ${memory} MiB beside the file`);
    assert.ok(milliseconds < 15_000 * SLOW);
    assert.ok(memory < 400, `${memory} MiB`);
});

test("500 pages", (context) => {
    for (const name of ["cairo-500.pdf", "qpdf-500.pdf"]) {
        const { milliseconds, memory } = measured(name);
        context.diagnostic(`${name} of ${bytesOf(name).length} bytes: ${milliseconds} ms, ${memory} MiB beside the file`);
        assert.ok(milliseconds < 5_000 * SLOW);
    }
});
