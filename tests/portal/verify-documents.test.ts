/* SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { inFile, inMemory } from "./content.ts";
import * as documents from "./document-fixtures.ts";
import * as make from "./fixtures.ts";
import { Refused, type CheckName } from "./verify.ts";
import { verifyCades, verifyPades } from "./verify-documents.ts";

const CAS = [make.signCa.certificate];
const DOCUMENT = Buffer.from("申請します。\r\nI apply.\n\0\xff", "latin1");
const DIGEST = documents.sha256(DOCUMENT);
const DAY = 24 * 3600 * 1000;
const folder = mkdtempSync(join(tmpdir(), "documents-"));
after(() => { rmSync(folder, { recursive: true }); });

function file(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
}

/** Signed by the command line tool of OpenSSL, which knows nothing of what is here. */
function byOpenssl(card: make.Issued, document: Buffer, ...options: string[]): Buffer {
    const key = file("key.pem", card.privateKey.export({ type: "pkcs8", format: "pem" }));
    const certificate = file("certificate.pem", card.certificate.toString());
    return execFileSync("openssl", ["cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-nosmimecap",
        "-signer", certificate, "-inkey", key, "-in", file("document", document), ...options]);
}

async function refuses(check: CheckName, run: () => Promise<unknown>, words = /./): Promise<void> {
    await assert.rejects(run, (error) => {
        assert.ok(error instanceof Refused, String(error));
        assert.equal(error.check, check, error.message);
        assert.match(error.message, words);
        assert.deepEqual(error.checks.map((each) => each.ok), [...error.checks.slice(1).map(() => true), false]);
        return true;
    });
}

const without = (id: string) => (all: ReturnType<typeof documents.attribute>[]): typeof all => all.filter((each) => each.attrType !== id);
const issue = (wish: make.Wish): make.Issued => make.issue(make.signCa, { ...make.SIGN, ...wish });

describe("a signature beside a document (CAdES)", () => {
    const check = (cms: Buffer, document = DOCUMENT): ReturnType<typeof verifyCades> => verifyCades(cms, inMemory(document), CAS);
    const signed = (wish: documents.CmsWish = {}, card = make.signCard): Buffer => documents.signCms(card, DIGEST, wish);
    const right = signed();

    it("is accepted as OpenSSL makes it, and every check is told", async () => {
        const verified = await check(byOpenssl(make.signCard, DOCUMENT, "-cades", "-certfile", file("ca.pem", make.signCa.certificate.toString())));
        assert.deepEqual(verified.checks.map((each) => each.name), ["format", "certificate", "chain", "validity", "key-usage", "policy", "algorithm",
            "signed-attributes", "signing-certificate", "message-digest", "signature", "signing-time"]);
        assert.equal(verified.name, "番号 花子");
        assert.ok(Math.abs(Date.parse(verified.signedAt) - Date.now()) < 60_000, verified.signedAt);
    });
    it("is accepted as the other tests here make it, by OpenSSL too", async () => {
        await check(right);
        execFileSync("openssl", ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", file("cms", right), "-content", file("document", DOCUMENT),
            "-CAfile", file("ca.pem", make.signCa.certificate.toString()), "-purpose", "any", "-out", "/dev/null"], { stdio: "pipe" });
    });
    it("is accepted over a file that is read piece by piece, and over an empty one", async () => {
        const large = Buffer.alloc(3_000_001, "large ");
        await verifyCades(byOpenssl(make.signCard, large, "-cades"), inFile(file("large", large), large.length), CAS);
        await verifyCades(byOpenssl(make.signCard, Buffer.alloc(0), "-cades"), inFile(file("empty", ""), 0), CAS);
    });

    const changed = (at: number): Buffer => {
        const bytes = Buffer.from(right);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
    };
    const wrong: Record<string, [CheckName, () => Buffer]> = {
        "of another document": ["message-digest", () => byOpenssl(make.signCard, Buffer.from("another"), "-cades")],
        "without signing-certificate-v2": ["signing-certificate", () => byOpenssl(make.signCard, DOCUMENT)],
        "that names another certificate": ["signing-certificate", () => signed({ named: make.signCa.certificate })],
        "with two signing-certificate-v2": ["signed-attributes", () => signed({ attributes: (all) => [...all, ...all.slice(-1)] })],
        "with a signing-certificate-v2 that cannot be read": ["signing-certificate", () => signed({
            attributes: (all) => [...without(documents.SIGNING_CERTIFICATE_V2)(all), documents.attribute(documents.SIGNING_CERTIFICATE_V2, Buffer.of(5, 0))],
        })],
        "without message-digest": ["message-digest", () => signed({ attributes: without(documents.MESSAGE_DIGEST) })],
        "without content-type": ["signed-attributes", () => signed({ attributes: without(documents.CONTENT_TYPE) })],
        "without any signed attribute": ["signed-attributes", () => byOpenssl(make.signCard, DOCUMENT, "-noattr")],
        "without signing-time": ["signing-time", () => signed({ signingTime: null })],
        "signed in the future": ["signing-time", () => signed({ signingTime: new Date(Date.now() + DAY) })],
        "signed before the certificate was valid": ["signing-time", () => signed({ signingTime: new Date(Date.now() - 100 * DAY) })],
        "signed by another key": ["signature", () => signed({ key: make.authCard.privateKey })],
        "with a changed signature": ["signature", () => changed(right.length - 9)],
        "made with the authentication certificate": ["chain", () => signed({}, make.authCard)],
        "of another CA": ["chain", () => signed({}, make.issue(make.strangerCa, make.SIGN))],
        "with the authentication policy": ["policy", () => signed({}, issue({ policies: ["1.2.392.200149.8.5.1.3.30"] }))],
        "expired": ["validity", () => signed({}, issue({ days: [-9, -1] }))],
        "without non-repudiation": ["key-usage", () => signed({}, issue({ usage: 1 }))],
        "with a small key": ["algorithm", () => signed({}, issue({ keys: make.smallKeys() }))],
        "with SHA-1": ["algorithm", () => byOpenssl(make.signCard, DOCUMENT, "-cades", "-md", "sha1")],
        "naming another algorithm": ["algorithm", () => signed({ algorithm: "1.2.840.113549.1.1.12" })],
        "with the document inside": ["format", () => byOpenssl(make.signCard, DOCUMENT, "-cades", "-nodetach")],
        "with two signers": ["format", () => signed({ signers: 2 })],
        "with no signer": ["format", () => signed({ signers: 0 })],
        "without the certificate": ["certificate", () => signed({ certificates: [make.signCa.certificate] })],
        "with bytes after it": ["format", () => Buffer.concat([right, Buffer.of(0)])],
        "cut off": ["format", () => right.subarray(0, -1)],
        "empty": ["format", () => Buffer.alloc(0)],
        "garbage": ["format", () => Buffer.from("30030201", "hex")],
        "not of CMS": ["format", () => make.signCard.certificate.raw],
    };
    for (const [what, [name, cms]] of Object.entries(wrong)) {
        it(`is refused (${name}) when ${what}`, () => refuses(name, () => check(cms())));
    }
    it("is refused (message-digest) when one byte of the document is another", async () => {
        for (const at of [0, DOCUMENT.length - 1]) {
            const tampered = Buffer.from(DOCUMENT);
            tampered[at] = (tampered[at] ?? 0) ^ 1;
            await refuses("message-digest", () => check(right, tampered));
        }
        await refuses("message-digest", () => check(right, Buffer.concat([DOCUMENT, Buffer.of(10)])));
    });
});

describe("signatures inside a PDF (PAdES)", () => {
    const check = (pdf: Buffer): ReturnType<typeof verifyPades> => verifyPades(inMemory(pdf), CAS);
    const plain = documents.smallPdf();
    const signed = (wish: documents.PdfWish = {}, card = make.signCard, pdf = plain): Buffer => documents.signPdf(pdf, card, wish);
    const right = signed();
    const edit = (pdf: Buffer, from: string, to: string): Buffer => {
        const text = pdf.toString("latin1");
        assert.ok(text.includes(from) && from.length === to.length, from);
        return Buffer.from(text.replace(from, to), "latin1");
    };

    it("are accepted, and every check is told", async () => {
        const [only, ...more] = await check(right);
        assert.equal(more.length, 0);
        assert.deepEqual(only?.checks.map((each) => each.name), ["byte-range", "format", "whole-file", "format", "certificate", "chain", "validity",
            "key-usage", "policy", "algorithm", "signed-attributes", "signing-certificate", "message-digest", "signature", "signing-time"]);
        assert.equal(only.name, "番号 花子");
    });
    it("are accepted from a file too, wherever its pieces begin", async () => {
        for (let before = 65_536 - 12; before < 65_536 + 4; before++) { // a file is read by 64 KiB
            const padded = documents.smallPdf("ORIGINAL", "", documents.stream("x".repeat(before)));
            const pdf = signed({}, make.signCard, padded);
            assert.equal((await verifyPades(inFile(file("signed.pdf", pdf), pdf.length), CAS)).length, 1);
        }
    });
    it("are both accepted when a second person signs", async () => {
        const second = issue({ subject: "20261122 00002", name: "番号 次郎" });
        const both = await check(signed({}, second, right));
        assert.deepEqual(both.map(({ name }) => name), ["番号 花子", "番号 次郎"]);
        assert.match(both[0]?.checks.find(({ name }) => name === "whole-file")?.detail ?? "", /^1 \/ 2: \d+ \/ \d+ bytes$/);
    });
    it("may be written in other ways", async () => {
        await check(signed({ time: "(D:20261122)".replace("20261122", new Date().toISOString().replace(/\D/g, "").slice(0, 14) + "+00'00'") }));
        await check(signed({ entries: "/Name (\\(a\\) \\\\ /Contents (nested) <00>) /Reason <FEFF> /Prop_Build << /App << /Name /X#20y >> >> /Reference [1 0 R true null] " }));
        await check(signed({ subFilter: "/ETSI#2eCAdES.detached" }));
    });

    const after = (pdf: Buffer, text: string): Buffer => Buffer.concat([pdf, Buffer.from(text, "latin1")]);
    const wrong: Record<string, [CheckName, () => Buffer, RegExp?]> = {
        "unsigned": ["byte-range", () => plain, /no signature/],
        "not a PDF": ["format", () => Buffer.from("GIF89a /ByteRange [0 1 2 3]")],
        "empty": ["format", () => Buffer.alloc(0)],
        "changed before the signature": ["message-digest", () => edit(right, "(ORIGINAL)", "(OR1GINAL)")],
        "changed behind the signature": ["message-digest", () => edit(right, "/Prev ", "/Prew ")],
        "with an update behind it that shadows the page": ["whole-file",
            () => after(right, "4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\nstartxref\n0\n%%EOF\n"), /: \d+ bytes follow the last signature/],
        "with one byte behind it": ["whole-file", () => after(right, "\n"), /: 1 bytes follow/],
        "with an empty range": ["byte-range", () => signed({ ranges: ([a, b, c]) => [a, b, c, 0] })],
        "with ranges that do not start at 0": ["byte-range", () => signed({ ranges: ([, b, c, d]) => [1, b - 1, c, d] })],
        "with ranges that end before the file does": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b, c, d - 7] }), /does not end where/],
        "with ranges that end beyond the file": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b, c, d + 1] })],
        "with a hole that holds more than the string": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b - 11, c, d] }), /left out is not/],
        "with a hole smaller than the string": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b + 2, c, d] })],
        "with ranges that overlap": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, c, b, d + c - b] })],
        "with one range": ["byte-range", () => signed({ ranges: ([a, b]) => [a, b] })],
        "with three ranges": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b, c, d - 9, c + d - 9, 9] })],
        "with a negative number": ["byte-range", () => signed({ ranges: ([a, b, c, d]) => [a, b, c, -d] })],
        "with a second Contents": ["byte-range", () => signed({ entries: "/Contents <00> " }), /Contents is not there once/],
        "with a second Contents in other letters": ["byte-range", () => signed({ entries: "/Content#73 <00> " }), /Contents is not there once/],
        "with a second ByteRange": ["byte-range", () => signed({ entries: "/ByteRange 7 0 R " })],
        "with a second ByteRange in other letters": ["byte-range", () => signed({ entries: "/ByteRang#65 7 0 R " }), /ByteRange is not there once/],
        "with two SubFilters": ["byte-range", () => signed({ entries: "/SubFilter /adbe.pkcs7.detached " })],
        "of another kind": ["format", () => signed({ subFilter: "/adbe.pkcs7.detached" })],
        "with a dictionary that cannot be read": ["byte-range", () => signed({ entries: "/Name (open " })],
        "with letters that are no digits in the hole": ["byte-range", () => edit(right, "00>", "0x>")],
        "without CMS": ["format", () => edit(right, "<3082", "<0000")],
        "with a signing-time inside the CMS": ["signing-time", () => signed({ signingTime: new Date() })],
        "without a time": ["signing-time", () => signed({ time: "null" })],
        "signed in the future": ["signing-time", () => signed({ time: "(D:20991122000000Z)" })],
        "without signing-certificate-v2": ["signing-certificate", () => signed({ attributes: without(documents.SIGNING_CERTIFICATE_V2) })],
        "made with the authentication certificate": ["chain", () => signed({}, make.authCard)],
        "with the authentication policy": ["policy", () => signed({}, issue({ policies: ["1.2.392.200149.8.5.1.3.30"] }))],
        "expired": ["validity", () => signed({}, issue({ days: [-9, -1] }))],
        "signed again, over a first signature that is not right": ["message-digest", () => signed({}, make.signCard, edit(right, "(ORIGINAL)", "(OR1GINAL)"))],
        "signed again, over a first one of another CA": ["chain", () => signed({}, make.signCard, signed({}, make.issue(make.strangerCa, make.SIGN)))],
        "signed again, with a hole in the first one's bytes": ["byte-range", () => {
            const first = signed({ object: "% <00>\n" });
            const at = first.indexOf("% <00>") + 2;
            return signed({ ranges: ([a, , , d]) => [a, at, at + 4, first.length - at - 4 + d] }, make.signCard, first);
        }],
    };
    for (const [what, [name, pdf, words]] of Object.entries(wrong)) {
        it(`are refused (${name}) when ${what}`, () => refuses(name, () => check(pdf()), words));
    }
    it("are refused (format) with anything but zeros behind the CMS", async () => {
        const at = right.lastIndexOf("00>");
        await refuses("format", () => check(Buffer.concat([right.subarray(0, at), Buffer.from("01"), right.subarray(at + 2)])));
    });
    it("are refused when there are too many to look at", async () => {
        await refuses("byte-range", () => check(Buffer.concat([plain, Buffer.from("/ByteRange ".repeat(60))])), /too many/);
    });
});
