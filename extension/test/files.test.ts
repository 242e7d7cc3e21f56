// SPDX-License-Identifier: MIT
// What a page hands over to be signed, and what it may try with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFiles } from "../src/content/files.ts";
import { DOCUMENT_LIMIT } from "../src/shared/documents.ts";
import { failureOf, reasonOf } from "./fakes/samples.ts";

const blob = new Blob(["abc"], { type: "text/html" });
const file = { name: "a.txt", type: "text/plain", data: blob, format: "cades" };
const sparse = (size: number): Blob => new Blob(Array.from({ length: size / 2 ** 20 }, () => megabyte));
const megabyte = new Uint8Array(2 ** 20);

test("files become headers, and bytes without a name or a type", async () => {
    const outcome = parseFiles({ files: [file, { ...file, name: "b.pdf", format: "pades", mark: { text: "済" } }], options: { lang: "ja" } });
    assert.ok(outcome.ok);
    const { request, blobs } = outcome.value;
    assert.deepEqual(request, {
        operation: "sign-documents", lang: "ja", timeout: 120_000,
        documents: [
            { name: "a.txt", mediaType: "text/plain", size: 3, format: "cades", mark: null },
            { name: "b.pdf", mediaType: "text/plain", size: 3, format: "pades", mark: { page: null, text: "済" } },
        ],
    });
    assert.equal(blobs.length, 2);
    assert.equal(await blobs[0]?.text(), "abc");
    assert.equal(blobs[0]?.type, "");
});

test("a File is taken for its bytes alone", () => {
    const outcome = parseFiles({ files: [{ ...file, data: new File(["abcd"], "other.exe") }] });
    assert.ok(outcome.ok);
    assert.equal(outcome.value.request.documents[0]?.name, "a.txt");
    assert.equal(outcome.value.request.documents[0].size, 4);
    assert.equal(outcome.value.blobs[0] instanceof File, false);
});

test("the number of files and their sizes have limits, and those just within are taken", () => {
    const many = (count: number): unknown[] => Array.from({ length: count }, () => file);
    assert.equal(parseFiles({ files: many(50) }).ok, true);
    assert.equal(reasonOf(parseFiles({ files: many(51) })), "documents-too-large");
    const large = sparse(63 * 2 ** 20);
    const whole = sparse(DOCUMENT_LIMIT);
    assert.equal(parseFiles({ files: [{ ...file, data: whole.slice(1) }] }).ok, true);
    assert.deepEqual(failureOf(parseFiles({ files: [file, { ...file, data: whole }] })), {
        reason: "documents-too-large", code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT", document: 1,
    });
    const full = [large, large, large, large, sparse(4 * 2 ** 20)].map((data) => ({ ...file, data }));
    assert.equal(parseFiles({ files: full }).ok, true, "256 MiB");
    assert.equal(reasonOf(parseFiles({ files: [...full, file] })), "documents-too-large");
});

test("an empty file is a document like any other", () => {
    assert.equal(parseFiles({ files: [{ ...file, data: new Blob([]) }] }).ok, true);
});

const wrong: [string, object, string][] = [
    ["no files", {}, "argument-missing"],
    ["none in the list", { files: [] }, "argument-missing"],
    ["files that are no list", { files: { 0: file, length: 1 } }, "argument-invalid"],
    ["a hole in the list", { files: new Array(1) }, "argument-invalid"],
    ["a file that is none", { files: ["a"] }, "argument-invalid"],
    ["no bytes", { files: [{ ...file, data: undefined }] }, "argument-missing"],
    ["no name", { files: [{ ...file, name: undefined }] }, "argument-missing"],
    ["no format", { files: [{ ...file, format: undefined }] }, "argument-missing"],
    ["bytes in no Blob", { files: [{ ...file, data: new Uint8Array(3) }] }, "argument-invalid"],
    ["what only looks like a Blob", { files: [{ ...file, data: { size: 3, slice: () => blob, arrayBuffer: () => null } }] }, "argument-invalid"],
    ["what only descends from Blob", { files: [{ ...file, data: Object.create(Blob.prototype) as unknown }] }, "argument-invalid"],
    ["an empty name", { files: [{ ...file, name: "" }] }, "argument-invalid"],
    ["a name of blanks", { files: [{ ...file, name: " \u3000 " }] }, "argument-invalid"],
    ["a long name", { files: [{ ...file, name: "a".repeat(256) }] }, "argument-invalid"],
    ["a name that is no text", { files: [{ ...file, name: { toString: () => "a" } }] }, "argument-invalid"],
    ["an unknown format", { files: [{ ...file, format: "xades" }] }, "argument-invalid"],
    ["an inherited format", { files: [{ ...file, format: "toString" }] }, "argument-invalid"],
    ["a mark on what is no PDF", { files: [{ ...file, mark: { text: "a" } }] }, "argument-invalid"],
    ["a mark on page 0", { files: [{ ...file, format: "pades", mark: { page: 0 } }] }, "argument-invalid"],
    ["a long mark", { files: [{ ...file, format: "pades", mark: { text: "a".repeat(201) } }] }, "argument-invalid"],
    ["options that are none", { files: [file], options: 1 }, "argument-invalid"],
];
for (const [name, fields, reason] of wrong) {
    test(`refused: ${name}`, () => {
        assert.equal(reasonOf(parseFiles(fields as Record<string, unknown>)), reason);
    });
}

test("a size that the object says of itself is not believed", () => {
    const lying = new Blob(["abc"]);
    Object.defineProperty(lying, "size", { value: 1 });
    Object.defineProperty(lying, "slice", { value: () => new Blob(["another"]) });
    const outcome = parseFiles({ files: [{ ...file, data: lying }] });
    assert.ok(outcome.ok);
    assert.equal(outcome.value.request.documents[0]?.size, 3);
    assert.equal(outcome.value.blobs[0]?.size, 3);
});

test("a getter that throws is a bad argument, wherever it is", () => {
    const trap = (name: string, on: object = {}): object => Object.defineProperty(on, name, {
        get: () => { throw new Error("from the page"); },
    });
    for (const fields of [
        trap("files"), { files: [trap("name", { ...file })] }, { files: [trap("data", { ...file })] },
        { files: [file], options: trap("lang") }, { files: [{ ...file, format: "pades", mark: trap("text") }] }, { files: trap("0", []) },
    ]) {
        assert.equal(reasonOf(parseFiles(fields as Record<string, unknown>)), "argument-invalid");
    }
});

test("what answers otherwise when asked again is asked but once", () => {
    let asked = 0;
    const files = [Object.defineProperty({ ...file }, "name", { get: () => `${++asked}.txt` })];
    const outcome = parseFiles({ files });
    assert.ok(outcome.ok);
    assert.equal(outcome.value.request.documents[0]?.name, "1.txt");
    const growing = new Proxy([file], { get: (all, key) => (key === "length" ? ++asked : Reflect.get(all, "0") as unknown) });
    asked = 0;
    const grown = parseFiles({ files: growing });
    assert.ok(grown.ok);
    assert.equal(grown.value.blobs.length, 1);
});

test("a name shows as it is: nothing in it hides, breaks the line or turns it round", () => {
    const outcome = parseFiles({ files: [{ ...file, name: " 契約\u202efdp.exe\n\u200b\ud800/../C:\\x " }] });
    assert.ok(outcome.ok);
    assert.equal(outcome.value.request.documents[0]?.name, "契約\ufffdfdp.exe\ufffd\ufffd\ufffd/../C:\\x");
});
