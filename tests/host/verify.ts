/* SPDX-License-Identifier: MIT */
// The host's answers checked with other means than its own: node:crypto, the openssl program and the card's certificates.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, verify as verifySignature, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../rig/host.ts";
import { CARD_DATA, ROOT } from "../rig/paths.ts";

export type HashFunction = "SHA-256" | "SHA-384" | "SHA-512";

export const nodeNames = { "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" } as const;

function sha256(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}

export function certificate(name: string): X509Certificate {
    return new X509Certificate(readFileSync(join(CARD_DATA, `${name}.pem`)));
}

function base64(value: unknown): Buffer {
    assert.ok(typeof value === "string");
    const bytes = Buffer.from(value, "base64");
    assert.equal(bytes.toString("base64"), value, "base64 as RFC 4648 has it");
    return bytes;
}

/** Whether the token is good for this origin and nonce; everything else about it is asserted. */
export function isTokenFor(token: Message, origin: string, nonce: string, name = "auth"): boolean {
    assert.deepEqual(Object.keys(token).filter((key) => key !== "id").sort(), ["algorithm", "appVersion", "format", "signature", "unverifiedCertificate"]);
    assert.equal(token["algorithm"], "RS256");
    assert.equal(token["format"], "web-eid:1.0");
    assert.match(String(token["appVersion"]), /^https:\/\/\S+\/0\.1\.0$/);
    const from = new X509Certificate(base64(token["unverifiedCertificate"]));
    assert.equal(from.fingerprint256, certificate(name).fingerprint256);
    assert.ok(from.verify(certificate("auth-ca").publicKey));
    const signed = Buffer.concat([sha256(origin), sha256(nonce)]);
    return verifySignature("sha256", signed, from.publicKey, base64(token["signature"]));
}

export function assertToken(token: Message, request: Message, name = "auth"): void {
    const given = request["arguments"] as { origin: string; challengeNonce: string };
    assert.ok(!("error" in token), JSON.stringify(token));
    assert.ok(isTokenFor(token, given.origin, given.challengeNonce, name), "the token's signature does not hold");
}

/** The signature holds over the digest: by the openssl program, which is given the digest and not the data. */
export function assertSignature(signature: unknown, digest: Buffer, hash: HashFunction, from: X509Certificate): void {
    const folder = mkdtempSync(join(tmpdir(), "jb-verify-"));
    try {
        writeFileSync(join(folder, "key"), from.publicKey.export({ type: "spki", format: "pem" }));
        writeFileSync(join(folder, "signature"), base64(signature));
        writeFileSync(join(folder, "digest"), digest);
        const told = execFileSync("openssl", [
            "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-sigfile", "signature", "-in", "digest",
            "-pkeyopt", `digest:${nodeNames[hash]}`, "-pkeyopt", "rsa_padding_mode:pkcs1",
        ], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        assert.match(told, /Verified Successfully/);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

const table = new Map([...readFileSync(join(ROOT, "host/base/errors.def"), "utf8").matchAll(/^X\(\w+, "([^"]+)", (\w+), ("[^]*?"), ("[^]*?")\)$/gm)]
    .map(([, reason = "", code = "", ja = "", en = ""]) => [reason, { code: `ERR_WEBEID_${code}`, ja: String(JSON.parse(ja)), en: String(JSON.parse(en)) }]));

export interface Failure { reason: string; code: string; triesLeft: number | undefined; argument: string | undefined; signed: number | undefined }

/** The answer as a failure of the error table: code and sentence fit the reason. */
export function failure(answer: Message): Failure {
    const error: unknown = answer["error"];
    assert.ok(typeof error === "object" && error !== null, `no failure: ${JSON.stringify(answer).slice(0, 200)}`);
    const { reason, code, message, triesLeft, argument, signed, ...more } = error as Message;
    assert.deepEqual(more, {});
    assert.ok(typeof reason === "string" && typeof code === "string" && typeof message === "string");
    const row = table.get(reason);
    assert.ok(row !== undefined, `${reason} is not in the table of errors`);
    assert.equal(code, row.code);
    assert.ok(message === row.ja || message === row.en, message);
    assert.ok(triesLeft === undefined || Number.isInteger(triesLeft));
    assert.ok(argument === undefined || typeof argument === "string");
    assert.ok(signed === undefined || Number.isInteger(signed));
    assert.deepEqual(Object.keys(answer).filter((key) => key !== "id"), ["error"]);
    return { reason, code, triesLeft: triesLeft as number | undefined, argument, signed: signed as number | undefined };
}

export function assertFailure(answer: Message, reason: string, triesLeft?: number): void {
    const found = failure(answer);
    assert.equal(found.reason, reason);
    if (triesLeft !== undefined) {
        assert.equal(found.triesLeft, triesLeft);
    }
}
