/* SPDX-License-Identifier: MIT */
// Every PDF that can be signed is, and pdfsig, pyHanko and qpdf say that it is right; also after further signatures, and not after tampering.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { inspect } from "../../extension/src/documents/pdf/prepare.ts";
import type { Mark } from "../../extension/src/shared/documents.ts";
import { updated } from "./made.ts";
import { bytesOf, FOLDER } from "./producers.ts";
import { SHAPES } from "./shapes.ts";
import { judge, pdfsig, qpdf, signAll, SIGNING_TIME, type Job, type Verdict } from "./signing.ts";

const PRODUCED = [
    "libreoffice", "cairo", "cairo-500", "chromium", "ghostscript-1.4", "ghostscript-1.7", "ghostscript-2.0", "qpdf-linearized",
    "qpdf-linearized-packed", "qpdf-packed", "qpdf-plain", "qpdf-2.0", "qpdf-500", "empty-field", "pyhanko-signed", "pyhanko-signed-packed",
    "certified-2", "certified-3",
];
/** Signatures that are there before ours. */
const BEFORE: Readonly<Record<string, number>> = { "pyhanko-signed": 1, "pyhanko-signed-packed": 1, "certified-2": 1, "certified-3": 1 };
const MARK: Mark = { page: 1, text: "山田 太郎", left: 20, bottom: 20, width: 160, height: 40 };
const MARKED = ["libreoffice", "qpdf-linearized-packed", "chromium", "form-packed", "hybrid", "qpdf-500", "pyhanko-signed"];
/** Signed by us again, and then once more. */
const AGAIN = ["libreoffice", "qpdf-linearized", "qpdf-packed", "chromium", "stream-packed", "hybrid", "form-apart", "pages-500", "pyhanko-signed", "libreoffice+mark"];

const signed = new Map<string, Buffer>();
const originals = new Map<string, Buffer>();
let verdicts = new Map<string, Verdict[] | string>();

async function sign(jobs: Job[]): Promise<void> {
    for (const { name, bytes } of jobs) {
        originals.set(name, bytes);
    }
    for (const [name, bytes] of await signAll(jobs)) {
        signed.set(name, bytes);
    }
}

const original = (name: string): Buffer => SHAPES[name] ?? bytesOf(`${name}.pdf`);
const all = [...PRODUCED, ...Object.keys(SHAPES)];
const firsts = [...all.map((name) => `signed-${name}`), ...MARKED.map((name) => `signed-${name}+mark`)];
const seconds = AGAIN.map((name) => `twice-${name}`);
const thirds = AGAIN.map((name) => `thrice-${name}`);
const tampered = new Map<string, string>();

function at(map: Map<string, Buffer>, name: string): Buffer {
    const bytes = map.get(name);
    assert.ok(bytes !== undefined, name);
    return bytes;
}

/** One byte of the file's other than it was. */
function flipped(name: string, as: string, place: (bytes: Buffer) => number): void {
    const bytes = Buffer.from(at(signed, name));
    const where = place(bytes);
    assert.ok(where > 0, as);
    bytes[where] = (bytes[where] ?? 0) ^ 1;
    writeFileSync(join(FOLDER, `${as}.pdf`), bytes);
    tampered.set(as, name);
}

before(async () => {
    await sign([
        ...all.map((name) => ({ name: `signed-${name}`, bytes: original(name) })),
        ...MARKED.map((name) => ({ name: `signed-${name}+mark`, bytes: original(name), mark: MARK })),
    ]);
    await sign(AGAIN.map((name) => ({ name: `twice-${name}`, bytes: at(signed, `signed-${name}`), mark: { ...MARK, bottom: 100 } })));
    await sign(AGAIN.map((name) => ({ name: `thrice-${name}`, bytes: at(signed, `twice-${name}`) })));
    for (const name of ["libreoffice", "qpdf-packed", "hybrid", "libreoffice+mark"]) {
        flipped(`signed-${name}`, `tampered-content-${name}`, (bytes) => bytes.indexOf("stream", bytes.indexOf("obj")) + 30);
        flipped(`signed-${name}`, `tampered-time-${name}`, (bytes) => bytes.lastIndexOf("/M (D:") + 8);
    }
    flipped("twice-libreoffice", "tampered-twice-libreoffice", (bytes) => bytes.indexOf("stream", bytes.indexOf("obj")) + 30);
    const page = updated(at(signed, "signed-table"), 4, "<< /Length 15 >>\nstream\n0 0 90 90 re f \nendstream", "/Size 20 /Root 1 0 R");
    writeFileSync(join(FOLDER, "tampered-by-update.pdf"), page);
    verdicts = await judge([...firsts, ...seconds, ...thirds, ...tampered.keys(), "tampered-by-update"]);
}, { timeout: 100_000 });

function judged(name: string): Verdict[] {
    const verdict = verdicts.get(name);
    assert.ok(Array.isArray(verdict), `${name}: ${JSON.stringify(verdict)}`);
    return verdict;
}

/** The signatures of ours in a file, each as it must be. */
function assertSigned(name: string, before: number, ours: number): void {
    const bytes = at(signed, name);
    const base = at(originals, name);
    assert.ok(bytes.subarray(0, base.length).equals(base), "the original bytes are not a prefix");
    assert.equal(qpdf(name), "");
    const verdict = judged(name);
    assert.equal(verdict.length, before + ours);
    const names = verdict.map(({ field }) => field);
    assert.equal(new Set(names).size, names.length, names.join());
    for (const each of verdict) {
        assert.ok(each.valid && each.permitted, JSON.stringify(each));
    }
    for (const [i, each] of verdict.slice(before).entries()) {
        const last = i === ours - 1;
        assert.ok(each.good && each.trusted, JSON.stringify(each));
        assert.equal(each.coverage, last ? "ENTIRE_FILE" : "ENTIRE_REVISION");
        assert.equal(each.changes, last ? "NONE" : "FORM_FILLING");
        assert.equal(each.subFilter, "/ETSI.CAdES.detached");
        assert.deepEqual(each.attributes, ["content_type", "message_digest", "signing_certificate_v2"]);
        assert.match(each.signedAt, /^D:\d{14}[+-]\d\d'\d\d'$/);
        const [, year, month, day, hour, minute, second, offset] = /D:(.{4})(..)(..)(..)(..)(..)(.{6})/.exec(each.signedAt) ?? [];
        const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset?.replace("'", ":")}`);
        assert.equal(time, Math.floor(SIGNING_TIME.getTime() / 1000) * 1000);
    }
    const [start, length, rest, end] = verdict.at(-1)?.byteRange ?? [];
    assert.deepEqual([start, (rest ?? 0) + (end ?? 0)], [0, bytes.length]);
    assert.match(bytes.subarray(length, rest).toString("latin1"), /^<30[0-9a-f]+>$/);
    assert.equal(bytes.subarray((length ?? 0) - 10, length).toString("latin1"), "\n/Contents ".slice(1));
    const found = pdfsig(name);
    assert.equal(found.length, before + ours);
    found.forEach((each, i) => { assert.ok(each.valid, `pdfsig: ${i}: ${JSON.stringify(found)}`); });
    const last = found.find(({ total }) => total);
    assert.equal(last?.type, "ETSI.CAdES.detached");
}

describe("signed once", () => {
    for (const name of firsts) {
        const plain = name.replace(/^signed-|\+mark$/g, "");
        test(name, () => { assertSigned(name, BEFORE[plain] ?? 0, 1); });
    }
});

describe("signed again: the signatures before stay valid", () => {
    for (const name of AGAIN) {
        const plain = name.replace(/\+mark$/, "");
        test(`${name}, twice`, () => { assertSigned(`twice-${name}`, BEFORE[plain] ?? 0, 2); });
        test(`${name}, three times`, () => { assertSigned(`thrice-${name}`, BEFORE[plain] ?? 0, 3); });
    }
});

describe("tampered with: both say so", () => {
    test("all of them", () => {
        assert.equal(tampered.size, 9);
        for (const [name] of tampered) {
            const verdict = verdicts.get(name);
            assert.ok(typeof verdict === "string" || verdict?.every(({ good }) => !good), `pyHanko takes ${name}: ${JSON.stringify(verdict)}`);
            const found = pdfsig(name);
            assert.ok(found.length > 0 && found.every(({ valid }) => !valid), `pdfsig takes ${name}: ${JSON.stringify(found)}`);
        }
    });
    test("what is appended by others is not signed", () => {
        const [verdict] = judged("tampered-by-update");
        assert.equal(verdict?.good, false);
        assert.equal(verdict.changes, "OTHER");
        assert.deepEqual(pdfsig("tampered-by-update").map(({ total }) => total), [false]);
    });
});

describe("what a document is said to be", () => {
    const cases: [name: string, pages: number, signatures: number, markable?: false][] = [
        ["cairo", 2, 0], ["cairo-500", 500, 0], ["qpdf-500", 500, 0], ["pages-500-packed", 500, 0], ["pyhanko-signed", 2, 1], ["certified-2", 2, 1, false],
        ["empty-field", 2, 0], ["thrice-pyhanko-signed", 2, 4],
    ];
    for (const [name, pages, signatures, markable = true] of cases) {
        test(name, async () => {
            assert.deepEqual(await inspect(original(name)), { ok: true, value: { pages, signatures, markable } });
        });
    }
});
