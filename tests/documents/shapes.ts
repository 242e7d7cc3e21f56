/* SPDX-License-Identifier: MIT */
// Well-formed PDFs of every shape that the standard allows and no producer at hand makes.
import { deflateSync } from "node:zlib";
import { made, onePage, stream, updated } from "./made.ts";

const form = (fields: string, more = ""): string => `/AcroForm << /Fields [${fields}] ${more} >>`;
const textField = (name: string): string => `<< /Type /Annot /Subtype /Widget /FT /Tx /T (${name}) /V (Taro) /Rect [20 20 120 40] /F 4 /P 3 0 R >>`;
const table = made({ objects: onePage() });
const twice = updated(table, 3, String(onePage({ page: "/MediaBox [0 0 500 300]" })[3]), "/Size 6 /Root 1 0 R");

function manyPages(count: number): Record<number, string | Buffer> {
    // A balanced tree, boxes inherited from its root.
    const objects: Record<number, string | Buffer> = { 1: "<< /Type /Catalog /Pages 2 0 R >>", 4: stream("0 0 10 10 re f") };
    const branches = Array.from({ length: Math.ceil(count / 25) }, (_, i) => 10 + i * 30);
    objects[2] = `<< /Type /Pages /Kids [${branches.map((branch) => `${branch} 0 R`).join(" ")}] /Count ${count} /MediaBox [0 0 300 400] /Resources << >> >>`;
    branches.forEach((branch, i) => {
        const leaves = Array.from({ length: Math.min(25, count - i * 25) }, (_, leaf) => branch + 1 + leaf);
        objects[branch] = `<< /Type /Pages /Parent 2 0 R /Kids [${leaves.map((leaf) => `${leaf} 0 R`).join(" ")}] /Count ${leaves.length} >>`;
        for (const leaf of leaves) {
            objects[leaf] = `<< /Type /Page /Parent ${branch} 0 R /Contents 4 0 R >>`;
        }
    });
    return objects;
}

export const SHAPES: Readonly<Record<string, Buffer>> = {
    "table": table,
    "table-1.4": made({ version: "1.4", objects: onePage() }),
    "table-2.0": made({ version: "2.0", objects: onePage(), trailer: "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]" }),
    "no-last-line-end": table.subarray(0, -1),
    "stream": made({ kind: "stream", objects: onePage() }),
    "stream-packed": made({ kind: "stream", objects: onePage(), packed: [1, 2, 3, 5] }),
    "stream-packed-predictor": made({ kind: "stream", objects: onePage(), packed: [1, 2, 3, 5], predictor: true }),
    "hybrid": made({ kind: "hybrid", objects: onePage({ catalog: form("6 0 R"), page: "/MediaBox [0 0 400 300] /Annots [6 0 R]", more: { 6: textField("Name") } }), packed: [6] }),
    "updated": twice,
    "updated-twice": updated(twice, 5, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>", "/Size 6 /Root 1 0 R"),
    "huge-numbers": made({ objects: { 8_000_000: "<< /Type /Catalog /Pages 8000001 0 R >>", 8_000_001: "<< /Type /Pages /Kids [8000002 0 R] /Count 1 /MediaBox [0 0 400 300] >>", 8_000_002: "<< /Type /Page /Parent 8000001 0 R /Resources << >> /Contents 8000003 0 R >>", 8_000_003: stream("0 0 10 10 re f") }, root: 8_000_000 }),
    "huge-numbers-stream": made({ kind: "stream", objects: { 8_000_000: "<< /Type /Catalog /Pages 8000001 0 R >>", 8_000_001: "<< /Type /Pages /Kids [8000002 0 R] /Count 1 /MediaBox [0 0 400 300] >>", 8_000_002: "<< /Type /Page /Parent 8000001 0 R /Resources << >> >>" }, root: 8_000_000 }),
    "length-apart": made({ objects: { ...onePage(), 4: Buffer.from("<< /Length 6 0 R >>\nstream\n0 0 10 10 re f\nendstream"), 6: "14" } }),
    "odd-spellings": made({ objects: { ...onePage(), 1: "<</Type/Catalog/P#61ges 2 0 R/Lang(ja-\\112P)/V#20ersion/1.7%comment >>\n>>" } }),
    "form": made({ objects: onePage({ catalog: form("6 0 R", "/DA (/Helv 0 Tf 0 g) /NeedAppearances false"), page: "/MediaBox [0 0 400 300] /Annots [6 0 R]", more: { 6: textField("Name") } }) }),
    "form-apart": made({ objects: onePage({ catalog: "/AcroForm 7 0 R", page: "/MediaBox [0 0 400 300] /Annots 9 0 R", more: { 6: textField("Signature1"), 7: "<< /Fields 8 0 R >>", 8: "[6 0 R]", 9: "[6 0 R]" } }) }),
    "form-packed": made({ kind: "stream", objects: onePage({ catalog: "/AcroForm 7 0 R", page: "/MediaBox [0 0 400 300] /Annots 9 0 R", more: { 6: textField("Name"), 7: "<< /Fields 8 0 R >>", 8: "[6 0 R]", 9: "[6 0 R]" } }), packed: [1, 2, 3, 6, 7, 8, 9] }),
    "form-name-utf16": made({ objects: onePage({ catalog: form("6 0 R"), page: "/MediaBox [0 0 400 300] /Annots [6 0 R]", more: { 6: textField("Name").replace("(Name)", `<feff${Buffer.from("Signature1", "utf16le").swap16().toString("hex")}>`) } }) }),
    "annotations-shared": made({
        objects: {
            ...onePage({ page: "/MediaBox [0 0 400 300] /Annots 7 0 R" }),
            2: "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>",
            6: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Resources << >> /Annots 7 0 R >>",
            7: "[]",
        },
    }),
    "pages-500": made({ objects: manyPages(500) }),
    "pages-500-packed": made({ kind: "stream", objects: manyPages(500), packed: Object.keys(manyPages(500)).map(Number).filter((number) => number !== 4) }),
    "compressed-content": made({ objects: { ...onePage(), 4: stream(deflateSync("0 0 10 10 re f"), "/Filter /FlateDecode") } }),
};
