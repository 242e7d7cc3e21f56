/* SPDX-License-Identifier: MIT */
// PDFs that are not signed, each with the reason that a person is told; and none is mended.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "../../extension/src/documents/pdf/prepare.ts";
import { made, onePage, stream, updated } from "./made.ts";
import { bytesOf } from "./producers.ts";
import { SHAPES } from "./shapes.ts";
import { refusal } from "./signing.ts";

const table = SHAPES["table"] ?? Buffer.alloc(0);
const libreOffice = bytesOf("libreoffice.pdf");
const MARK = { page: 1, text: "山田", left: 20, bottom: 20, width: 160, height: 40 };

function edited(bytes: Buffer, from: string | RegExp, to: string): Buffer {
    const text = bytes.toString("latin1");
    const other = text.replace(from, to);
    assert.notEqual(other, text, String(from));
    return Buffer.from(other, "latin1");
}
const startxref = (bytes: Buffer, to: string): Buffer => edited(bytes, /startxref\s+\d+(?=\s+%%EOF\s*$)/, `startxref\n${to}`);
const previous = (offset: number): Buffer => edited(table, "/Root 1 0 R", `/Root 1 0 R /Prev ${offset}`);
const tableAt = table.lastIndexOf("xref\n0 ");
const page = (text: string): Buffer => made({ objects: { ...onePage(), 3: text } });
const pages = (text: string): Buffer => made({ objects: { ...onePage(), 2: text } });
const lock = (dictionary: string): Buffer => made({ objects: onePage({ catalog: "/AcroForm << /Fields [6 0 R] >>", more: { 6: "<< /FT /Sig /T (S) /V 7 0 R >>", 7: `<< /Type /Sig /Contents <00> /Reference [<< /TransformMethod /FieldMDP /TransformParams << ${dictionary} >> >>] >>` } }) });

const REFUSED: Readonly<Record<string, Readonly<Record<string, Buffer>>>> = {
    "document-not-pdf": {
        "nothing": Buffer.alloc(0),
        "text": Buffer.from("申請書\n"),
        "PNG": Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
        "half a megabyte of zeros": Buffer.alloc(512 * 1024),
    },
    "document-encrypted": {
        "for user and owner": bytesOf("encrypted-user.pdf"),
        "for the owner alone": bytesOf("encrypted-owner.pdf"),
        "packed": bytesOf("encrypted-owner-packed.pdf"),
        "by AES-128": bytesOf("encrypted-128.pdf"),
        "by RC4": bytesOf("encrypted-rc4.pdf"),
    },
    "document-certified": {
        "no changes at all": bytesOf("certified-1.pdf"),
        "all fields locked": lock("/Action /All"),
        "all but some locked": lock("/Action /Exclude /Fields [(a)]"),
        "locked as a whole": lock("/Action /Include /Fields [(a)] /P 1"),
    },
    "document-damaged": {
        "a header alone": Buffer.from("%PDF-1.7\n"),
        "cut in the middle": libreOffice.subarray(0, libreOffice.length / 2),
        "the last ten bytes missing": libreOffice.subarray(0, -10),
        "something before the header": Buffer.concat([Buffer.from("GIF89a\n"), libreOffice]),
        "two kilobytes behind the end": Buffer.concat([libreOffice, Buffer.alloc(2048, "garbage ")]),
        "startxref at nothing": startxref(table, "17"),
        "startxref beyond the file": startxref(table, "999999"),
        "startxref 0": startxref(table, "0"),
        "startxref as a comment": startxref(table, "% 12\n12"),
        "a number of twenty digits": startxref(table, "10000000000000000000"),
        "a table before itself": previous(tableAt),
        "tables in a circle": edited(updated(table, 5, "null", "/Size 6 /Root 1 0 R"), "/Root 1 0 R", `/Root 1 0 R /Prev ${String(table.length + 18)}`),
        "a table at a wrong place before": previous(9),
        "an object elsewhere than said": edited(table, /(\d{9})\d( 00000 n \n\d{10} 00000 n \n)trailer/, "$19$2trailer"),
        "no catalog": edited(table, "/Root 1 0 R", "/Root 9 0 R"),
        "two catalogs": edited(table, "/Root 1 0 R", "/Root 1 0 R /Root 5 0 R"),
        "pages in a circle": pages("<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
        "a page twice": pages("<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"),
        "no page": pages("<< /Type /Pages /Kids [] /Count 0 >>"),
        "a page that is a number": page("17"),
        "references in a circle": page("<< /Type /Page /Annots 3 1 R /MediaBox 6 0 R >>").subarray(0, 300),
        "nested too deep": page(`<< /Type /Page /Annots ${"[".repeat(100_000)}${"]".repeat(100_000)} >>`),
        "a string without end": page("<< /Type /Page /X (abc >>"),
        "a form that is a name": made({ objects: onePage({ catalog: "/AcroForm /None" }) }),
        "numbers beyond all": edited(table, "/Size 6", "/Size 99999999999"),
        "an object stream that unpacks without end": made({ kind: "stream", objects: { ...onePage(), 6: `<< /A (${"a".repeat(40 * 1024 * 1024)}) >>` }, packed: [3, 6] }),
        "a hybrid file of two opinions": edited(made({ kind: "hybrid", objects: onePage({ more: { 6: "<< /A 1 >>" } }), packed: [6] }), "trailer\n", "6 1\n0000000000 00000 f \ntrailer\n"),
        "an object stream in itself": edited(made({ kind: "stream", objects: onePage(), packed: [3] }), "/Type /ObjStm", "/Type /ObjSta"),
        "a stream for a table": made({ objects: { ...onePage(), 1: stream("x") } }).subarray(0, 60),
    },
};

for (const [reason, files] of Object.entries(REFUSED)) {
    describe(reason, () => {
        for (const [name, bytes] of Object.entries(files)) {
            test(name, async () => {
                const inspected = await inspect(bytes);
                assert.equal(inspected.ok ? "can be signed" : inspected.failure.reason, reason);
                assert.equal(await refusal(bytes), reason);
            });
        }
    });
}

describe("refused for what is wished", () => {
    test("a place among annotations that are none", async () => {
        assert.equal(await refusal(page("<< /Type /Page /Annots 17 >>")), "document-damaged");
    });
    test("a mark on a certified document, whose certification it would end", async () => {
        for (const level of ["2", "3"]) {
            assert.equal(await refusal(bytesOf(`certified-${level}.pdf`), MARK), "document-certified");
            assert.equal(await refusal(bytesOf(`certified-${level}.pdf`)), "prepared");
        }
    });
    for (const [name, mark] of Object.entries({
        "a page that is not there": { ...MARK, page: 2 },
        "page 0": { ...MARK, page: 0 },
        "an emoji": { ...MARK, text: "山田 😀" },
        "Hangul": { ...MARK, text: "한국" },
        "a variation selector": { ...MARK, text: "葛\u{e0100}" },
        "what turns directions": { ...MARK, text: "山田\u202e太郎" },
        "nothing to read": { ...MARK, text: " \n " },
        "a box of no size": { ...MARK, width: 0 },
        "a box of no number": { ...MARK, left: NaN },
        "too small a box": { ...MARK, width: 12, height: 9 },
    })) {
        test(name, async () => { assert.equal(await refusal(table, mark), "argument-invalid"); });
    }
});
