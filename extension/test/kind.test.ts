// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { contradicts, decode, encodingOf, kindOf } from "../src/documents/kind.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("a file is what its first bytes say", () => {
    assert.equal(kindOf(utf8("%PDF-1.7\n")), "pdf");
    assert.equal(kindOf(hex("89504e47 0d0a1a0a 00000000")), "png");
    assert.equal(kindOf(hex("ffd8ffe0 0010")), "jpeg");
    assert.equal(kindOf(hex("504b0304 14000600")), "other");
    assert.equal(kindOf(hex("89504e47 0a1a0a")), "other");
    assert.equal(kindOf(new Uint8Array()), "text");
});

test("what a PDF reader would open is never shown as something else", () => {
    assert.equal(kindOf(utf8(`お知らせ\n${" ".repeat(900)}%PDF-1.4\n`)), "other");
    assert.equal(kindOf(Uint8Array.from([...hex("89504e47 0d0a1a0a"), ...utf8("....%PDF-1.4")])), "other");
    assert.equal(kindOf(utf8(`${" ".repeat(2000)}%PDF-1.4`)), "text");
});

test("text is told by its encoding, strictly", () => {
    assert.equal(encodingOf(utf8("契約書\r\n第1条\t甲は\f")), "utf-8");
    assert.equal(encodingOf(utf8("\ufeff契約書")), "utf-8");
    assert.equal(encodingOf(hex("fffe 5159 4c30")), "utf-16le");
    assert.equal(encodingOf(hex("feff 5951 304c")), "utf-16be");
    assert.equal(encodingOf(hex("fffe 00d8")), null, "half a pair");
    assert.equal(encodingOf(hex("fffe 5159 4c")), null, "half a character");
    assert.equal(encodingOf(hex("8c5f 96f1 8f91 0d0a 91e6 31 8ff0")), "shift_jis");
    assert.equal(encodingOf(hex("b7c0 ccf3 bdf1")), null, "EUC-JP reads as small kana, too");
    assert.equal(encodingOf(hex("636166e9 20")), null, "Latin-1");
    assert.equal(encodingOf(hex("8c5f 96")), null, "cut off");
    assert.equal(encodingOf(hex("8c5f f040")), null, "a character of one maker's own");
});

test("what controls a terminal, or holds zeros, is not text", () => {
    for (const byte of ["00", "08", "1b", "0e"]) assert.equal(kindOf(hex(`41 ${byte} 42`)), "other", byte);
    assert.equal(kindOf(hex("fffe 4100 0000")), "other");
});

test("a character across two pieces is read whole", () => {
    const text = "a".repeat(1024 * 1024 - 1) + "契約";
    assert.equal(encodingOf(utf8(text)), "utf-8");
    assert.equal([...decode(utf8(text), "utf-8")].join(""), text);
    assert.equal(encodingOf(Uint8Array.from([...utf8(text), 0xe5])), null);
});

test("a name or a media type that promises something else is noticed", () => {
    assert.ok(!contradicts("pdf", "契約書.PDF", "application/pdf"));
    assert.ok(!contradicts("pdf", "契約書", ""));
    assert.ok(!contradicts("text", "main.rs", "application/octet-stream"));
    assert.ok(!contradicts("text", "a.csv", "text/csv; charset=Shift_JIS"));
    assert.ok(!contradicts("other", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"));
    assert.ok(!contradicts("text", "constructor.constructor", "toString"));
    assert.ok(contradicts("pdf", "photo.jpg", "application/pdf"));
    assert.ok(contradicts("pdf", "a.pdf", "image/png"));
    assert.ok(contradicts("text", "a.pdf", ""));
    assert.ok(contradicts("text", "a.docx", ""));
    assert.ok(contradicts("other", "a", "text/plain"));
    assert.ok(contradicts("png", "a.png", "image/gif"));
});
