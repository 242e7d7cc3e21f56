// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import type { Failure, Outcome } from "../../src/shared/failure.ts";
import { parseOrigin } from "../../src/shared/origin.ts";
import type { Origin } from "../../src/shared/origin.ts";

export const NONCE = "bm9uY2U".repeat(7);
export const HASH = Buffer.alloc(32, 7).toString("base64");
export const CERTIFICATE = Buffer.alloc(1140, 3).toString("base64");
export const ALGORITHM = { cryptoAlgorithm: "RSA", hashFunction: "SHA-256", paddingScheme: "PKCS1.5" };
export const TOKEN = {
    unverifiedCertificate: CERTIFICATE,
    algorithm: "RS256",
    signature: HASH,
    format: "web-eid:1.0",
    appVersion: "https://jpkibridge.org/releases/0.1.0",
};
export const SIGNING_CERTIFICATE = { certificate: CERTIFICATE, supportedSignatureAlgorithms: [ALGORITHM] };
/** A DigestInfo of SHA-256. */
export const DIGEST = Buffer.concat([Buffer.from("3031300d060960864801650304020105000420", "hex"), Buffer.alloc(32, 5)]).toString("base64");
const COMMON = { result: "0", uuid: "0123456789abcdef".repeat(2), combination_code: "ab".repeat(32) };
const UNPADDED = CERTIFICATE.replace(/=+$/, "");
export const LOGIN_ANSWER = { mode: "01", ...COMMON, signature: HASH, certificate: UNPADDED };
export const SIGN_ANSWER = { mode: "02", ...COMMON, signature: [HASH], certificate: UNPADDED };
export const PROFILE_ANSWER = { mode: "04", ...COMMON, name: "e795aa", sex: "31", address: "e69db1", birthday: "" };
export const SIGNATURE = { signature: HASH, signatureAlgorithm: ALGORITHM };
/** What a sound card says without a PIN. */
export const INFO = {
    card: "mynumber-card",
    reader: "Reader 00",
    authentication: { notBefore: "2026-01-10T01:00:00Z", notAfter: "2031-06-15T14:59:59Z" },
    signing: "present",
    pins: { authentication: 3, signing: 5, profile: 3 },
};
/** The first character of the name takes two units of UTF-16. */
export const DETAILS = {
    notBefore: "2026-01-10T01:00:00Z",
    notAfter: "2031-06-15T14:59:59Z",
    name: { value: "𠮷田花子", substituted: [0, 3] },
    address: { value: "東京都千代田区1-1", substituted: [] },
    birthDate: { era: "heisei", date: "1990-01-00" },
    sex: "female",
};

export function originOf(text: string): Origin {
    const origin = parseOrigin(text);
    assert.ok(origin);
    return origin;
}

export function failureOf(outcome: Outcome<unknown>): Failure {
    assert.equal(outcome.ok, false);
    return outcome.failure;
}

export function reasonOf(outcome: Outcome<unknown>): string {
    return failureOf(outcome).reason;
}
