/* SPDX-License-Identifier: MIT */
// sign-documents as the extension sends it, and its answers checked by the openssl program and by the card's certificates.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../rig/host.ts";
import { CARD_DATA } from "../rig/paths.ts";
import { ORIGIN } from "./bench.ts";
import { certificate, nodeNames, type HashFunction } from "./verify.ts";

export type Format = "cades" | "pades";

export interface Document {
    format: Format;
    bytes: Buffer;
}

/** Documents of any bytes, of both formats in turn. */
export function documents(count: number, formats: readonly Format[] = ["cades", "pades"]): Document[] {
    return Array.from({ length: count }, (_, i) => ({ format: formats[i % formats.length] ?? "cades", bytes: randomBytes(100 + i) }));
}

export function signDocuments(given: readonly Document[], more: Message = {}, hashFunction: HashFunction = "SHA-256", changes: Message = {}): Message {
    const list = given.map(({ format, bytes }) => ({ format, digest: createHash(nodeNames[hashFunction]).update(bytes).digest("base64") }));
    return { command: "sign-documents", arguments: { documents: list, hashFunction, origin: ORIGIN, lang: "en", ...changes }, ...more };
}

function der(value: unknown): Buffer {
    assert.ok(typeof value === "string");
    const bytes = Buffer.from(value, "base64");
    assert.equal(bytes.toString("base64"), value, "base64 as RFC 4648 has it");
    return bytes;
}

interface Looks { name: string; ca: string | null; hashFunction: HashFunction }
const usual: Looks = { name: "sign", ca: "sign-ca", hashFunction: "SHA-256" };

/** What the openssl program says of a signature on the bytes, with CAdES checks. */
function verifies(folder: string, bytes: Buffer, cms: Buffer): boolean {
    writeFileSync(join(folder, "document"), bytes);
    writeFileSync(join(folder, "cms"), cms);
    const words = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "document", "-CAfile", join(CARD_DATA, "sign-ca.pem"), "-cades", "-out", "written"];
    const { status, stderr } = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
    assert.ok(status === 0 || /verification failure|Verification failure/i.test(stderr), stderr);
    return status === 0;
}

/** The CMS as the openssl program prints it; null where it gives none. */
function printed(folder: string): string {
    return execFileSync("openssl", ["cms", "-cmsout", "-print", "-inform", "DER", "-in", "cms", "-noout"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function assertCms(folder: string, cms: Buffer, { format, bytes }: Document, { name, ca, hashFunction }: Looks): void {
    assert.ok(verifies(folder, bytes, cms), "openssl cms -verify refuses it");
    const tampered = Buffer.from(bytes);
    tampered[7] = (tampered[7] ?? 0) ^ 1;
    assert.ok(!verifies(folder, tampered, cms), "openssl cms -verify takes a tampered document");
    const text = printed(folder);
    assert.match(text, /eContent: <ABSENT>/, "it is detached");
    assert.deepEqual([...text.matchAll(/^ +object: (\S+) \(/gm)].map((each) => each[1]).sort(), [
        "contentType", "messageDigest", "id-smime-aa-signingCertificateV2", ...(format === "cades" ? ["signingTime"] : []),
    ].sort(), text);
    assert.deepEqual([...text.matchAll(/digestAlgorithm: \s+algorithm: (\S+)/g)].map((each) => each[1]), [nodeNames[hashFunction]]);
    if (format === "cades") {
        const [, time = ""] = /UTCTIME:([^\n]+GMT)/.exec(text) ?? [];
        assert.ok(Math.abs(Date.parse(time) - Date.now()) < 300_000, `signing-time: ${time}`);
    }
    for (const inside of ca === null ? [name] : [name, ca]) {
        assert.ok(cms.includes(certificate(inside).raw), `${inside} is not in it`);
    }
    assert.equal([...text.matchAll(/^ +d.certificate: /gm)].length, ca === null ? 1 : 2);
}

export function assertDocuments(answer: Message, given: readonly Document[], changes: Partial<Looks> = {}): void {
    const looks = { ...usual, ...changes };
    assert.ok(!("error" in answer), JSON.stringify(answer));
    assert.deepEqual(Object.keys(answer).filter((key) => key !== "id").sort(), ["certificate", "signatures"]);
    assert.deepEqual(der(answer["certificate"]), certificate(looks.name).raw);
    const signatures: unknown = answer["signatures"];
    assert.ok(Array.isArray(signatures));
    assert.equal(signatures.length, given.length);
    const folder = mkdtempSync(join(tmpdir(), "jb-cms-"));
    try {
        given.forEach((each, i) => { assertCms(folder, der(signatures[i]), each, looks); });
    } finally {
        rmSync(folder, { recursive: true });
    }
}
