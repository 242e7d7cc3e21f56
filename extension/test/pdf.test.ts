// SPDX-License-Identifier: MIT
// PDFs that mean harm: whatever is done to one, it is signed or refused with a reason, and soon.

import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { sha256 } from "../src/documents/hash.ts";
import { inspect, prepare } from "../src/documents/pdf/prepare.ts";
import { made, onePage } from "../../tests/documents/made.ts";
import { SHAPES } from "../../tests/documents/shapes.ts";

const REASONS = ["document-damaged", "document-not-pdf", "document-encrypted", "document-certified"];
const drawer = (): never => { throw new Error("no mark was asked for"); };

/** The reason of a refusal; when it was prepared, what it became must be sound with one signature more. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
    const before = await inspect(bytes);
    const prepared = await prepare(bytes, { signingTime: new Date(0), mark: null }, { sha256, drawer });
    if (!prepared.ok) return prepared.failure.reason;
    assert.ok(before.ok, "prepared, although it was refused when looked at");
    const increment = prepared.value.finish(Uint8Array.of(0x30, 0));
    assert.ok(increment.ok);
    const after = await inspect(Buffer.concat([bytes, increment.value]));
    assert.deepEqual(after, { ok: true, value: { ...before.value, signatures: before.value.signatures + 1 } });
    return "prepared";
}

/** Numbers from 0 up to, not including, `below` (mulberry32). */
function dice(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
}

const WORDS = [
    "0", "1", "-1", "3", "65535", "65536", "8388607", "4294967296", "99999999999999999999", "1e9", ".", "R", "2 0 R", "3 0 R", "<<", ">>", "[", "]", "(", ")",
    "<", ">", "null", "true", "/Kids", "/Parent", "/Type", "/Prev 9", "/Length", "/__proto__", "/constructor", "%", "\n", "\0", "stream", "endobj", "obj", "xref",
    "trailer", "startxref", "/W [8 8 8]", "/Index [0 9999999]", "/Size 1", "/Encrypt 1 0 R", "/Annots", "/Fields", "/V", "/Rotate 45", "[[[[[[[[", "\xff\xfe",
];

/** Half of the changes keep every place as it is, so that they come past the cross-reference. */
function changed(bytes: Buffer, roll: (below: number) => number): Buffer {
    let result = Buffer.from(bytes);
    for (let i = roll(3); i >= 0; i--) {
        const at = roll(result.length);
        const word = Buffer.from(WORDS[roll(WORDS.length)] ?? "", "latin1");
        switch (roll(6)) {
            case 0:
                result[at] = roll(256);
                break;
            case 1:
            case 2:
                word.copy(result, at);
                break;
            case 3:
                result = Buffer.concat([result.subarray(0, at), word, result.subarray(at)]);
                break;
            case 4:
                result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + roll(40))]);
                break;
            default:
                result.copy(result, at, roll(result.length), result.length);
        }
    }
    return result;
}

describe("changed at random", () => {
    const small = Object.entries(SHAPES).filter(([, bytes]) => bytes.length < 8_000);
    for (const [i, [name, bytes]] of small.entries()) {
        test(name, async () => {
            const roll = dice(1_000 + i);
            const seen = new Map<string, number>();
            for (let round = 0; round < 250; round++) {
                const hostile = changed(bytes, roll);
                const from = performance.now();
                const reason = await outcomeOf(hostile);
                assert.ok(reason === "prepared" || REASONS.includes(reason), `${reason}: ${hostile.toString("base64")}`);
                assert.ok(performance.now() - from < 5_000, `slow: ${hostile.toString("base64")}`);
                seen.set(reason, (seen.get(reason) ?? 0) + 1);
            }
            assert.ok((seen.get("prepared") ?? 0) > 0 && (seen.get("document-damaged") ?? 0) > 20, JSON.stringify([...seen]));
        });
    }
});

/** With a clock on which a second goes by at every look: what runs on without looking at it takes too long here. */
async function hurried(bytes: Uint8Array): Promise<string> {
    let now = 0;
    const clock = mock.method(performance, "now", () => (now += 1_000));
    try {
        return await outcomeOf(bytes);
    } finally {
        clock.mock.restore();
    }
}

describe("made to take long", () => {
    test("objects that begin inside one comment", async () => {
        const count = 60_000;
        const places = Array.from({ length: count }, () => "0000000000");
        let text = "%PDF-1.7\n";
        for (let number = 3; number < count; number++) {
            places[number] = String(text.length).padStart(10, "0");
            text += `${number} 0 obj%`;
        }
        text += "\n<</Type/Page>>\nendobj\n";
        const put = (number: number, value: string): void => {
            places[number] = String(text.length).padStart(10, "0");
            text += `${number} 0 obj\n${value}\nendobj\n`;
        };
        put(1, "<</Type/Catalog/Pages 2 0 R>>");
        put(2, `<</Type/Pages/Kids[${Array.from({ length: count - 3 }, (_, i) => `${i + 3} 0 R`).join(" ")}]>>`);
        const table = places.map((place, number) => `${place} 00000 ${number === 0 ? "f" : "n"}\r\n`).join("");
        const start = text.length;
        text += `xref\n0 ${count}\n${table}trailer\n<</Size ${count}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
        assert.equal(await hurried(Buffer.from(text, "latin1")), "document-damaged");
    });

    test("an array of ten million numbers", async () => {
        const long = `<< /Type /Page /Annots [${"1 ".repeat(10_000_000)}] >>`;
        assert.equal(await outcomeOf(made({ objects: { ...onePage(), 3: long } })), "document-damaged");
    });

    test("thirty megabytes of brackets, of digits, of a name", async () => {
        for (const long of ["[", "<<", "1", "/a", "/A#", "<a", "%", "-", "(\\1"]) {
            const objects = { ...onePage(), 3: long.repeat(30_000_000 / long.length) };
            assert.equal(await outcomeOf(made({ objects })), "document-damaged", long);
        }
    });

    test("a cross-reference stream that unpacks to very much", async () => {
        const bytes = made({ kind: "stream", objects: onePage() }).toString("latin1");
        const hostile = bytes.replace(/\/Index \[[^\]]*\]/, "/Index [0 8388607]");
        assert.equal(await outcomeOf(Buffer.from(hostile, "latin1")), "document-damaged");
    });
});

describe("odd, but sound", () => {
    test("keys that objects of JavaScript have", async () => {
        const objects = onePage({ catalog: "/__proto__ 1 /constructor << /prototype 2 >> /toString (x) /hasOwnProperty null" });
        assert.equal(await outcomeOf(made({ objects })), "prepared");
    });
    test("a string of ten megabytes", async () => {
        assert.equal(await outcomeOf(made({ objects: onePage({ catalog: `/Lang (${"a\\(".repeat(3_500_000)})` }) })), "prepared");
    });
    test("a field whose name is taken, in each spelling", async () => {
        for (const name of ["(Signature1)", "<5369676E617475726531>", "(\\123ignature1)", "(\\xef\\xbb\\xbfSignature1)".replaceAll(/\\x(..)/g, (_, digits: string) => `\\${parseInt(digits, 16).toString(8)}`)]) {
            const bytes = made({ objects: onePage({ catalog: "/AcroForm << /Fields [6 0 R] >>", more: { 6: `<< /FT /Tx /T ${name} >>` } }) });
            const prepared = await prepare(bytes, { signingTime: new Date(0), mark: null }, { sha256, drawer });
            const increment = prepared.ok ? prepared.value.finish(Uint8Array.of(0x30, 0)) : prepared;
            assert.ok(increment.ok);
            assert.match(Buffer.from(increment.value).toString("latin1"), /\/T \(Signature2\)/, name);
        }
    });
});
