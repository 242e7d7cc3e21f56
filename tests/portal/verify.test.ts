/* SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { randomBytes, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import * as make from "./fixtures.ts";
import { Refused, verifyDocument, verifyLogin, type CheckName } from "./verify.ts";

const NONCE = randomBytes(32).toString("base64");
const AUTH_CAS = [make.authCa.certificate];
const SIGN_CAS = [make.signCa.certificate];
const login = (token: unknown, nonce = NONCE): ReturnType<typeof verifyLogin> => verifyLogin(token, make.ORIGIN, nonce, AUTH_CAS);

function refuses(check: CheckName, run: () => unknown): void {
    assert.throws(run, (error) => {
        assert.ok(error instanceof Refused, String(error));
        assert.equal(error.check, check, error.message);
        assert.deepEqual(error.checks.map((each) => each.ok), [...error.checks.slice(1).map(() => true), false]);
        return true;
    });
}

const right = make.token(make.authCard, NONCE);
const withCertificate = (card: make.Issued): make.Token => make.token(card, NONCE);
const without = (field: keyof make.Wish): make.Wish => Object.fromEntries(Object.entries(make.AUTH).filter(([name]) => name !== field));
const altered = (base64: string, at: number): string => {
    const bytes = Buffer.from(base64, "base64");
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes.toString("base64");
};

describe("log-in token", () => {
    it("is accepted when everything is right, and every check is told", () => {
        const verified = login(right);
        assert.deepEqual(verified.checks.map((each) => each.name),
            ["format", "certificate", "chain", "validity", "key-usage", "extended-key-usage", "policy", "algorithm", "signature"]);
        assert.ok(verified.checks.every((each) => each.ok));
        assert.match(verified.subject, /CN=0123456789ABCDEF/);
        assert.equal(verified.name, undefined);
    });
    it("is accepted with a P-384 key and ES384", () => {
        const card = make.issue(make.authCa, { ...make.AUTH, keys: make.ecKeys("secp384r1") });
        login(make.token(card, NONCE, make.ORIGIN, "sha384", "ES384"));
    });
    it("is accepted from either of two generations of the CA", () => {
        const older = make.issue(undefined, { subject: "JPKI for user authentication", usage: 4, ca: true });
        verifyLogin(right, make.ORIGIN, NONCE, [older.certificate, make.authCa.certificate].reverse());
    });

    const wrong: Record<string, [CheckName, () => unknown]> = {
        "made for another origin": ["signature", () => make.token(make.authCard, NONCE, "https://portal.example.go.jp.evil.example")],
        "made for another port": ["signature", () => make.token(make.authCard, NONCE, `${make.ORIGIN}:8443`)],
        "made for another nonce": ["signature", () => make.token(make.authCard, randomBytes(32).toString("base64"))],
        "with a changed signature": ["signature", () => ({ ...right, signature: altered(right.signature, 9) })],
        "with an empty signature": ["signature", () => ({ ...right, signature: "" })],
        "with a signature that is not base64": ["signature", () => ({ ...right, signature: `${right.signature}!` })],
        "signed by another key than the certificate's": ["signature", () => ({ ...right, signature: withCertificate(make.signCard).signature })],
        "made with the signing certificate": ["chain", () => withCertificate(make.signCard)],
        "of another CA with the same name": ["chain", () => withCertificate(make.issue(make.strangerCa, make.AUTH))],
        "with a self-signed certificate": ["chain", () => withCertificate(make.issue(undefined, make.AUTH))],
        "issued by a card's certificate": ["chain", () => withCertificate(make.issue(make.authCard, make.AUTH))],
        "expired": ["validity", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, days: [-9, -1] }))],
        "not yet valid": ["validity", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, days: [1, 9] }))],
        "without key usage": ["key-usage", () => withCertificate(make.issue(make.authCa, without("usage")))],
        "with another key usage": ["key-usage", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, usage: 2 }))],
        "without extended key usage": ["extended-key-usage", () => withCertificate(make.issue(make.authCa, without("extended")))],
        "with another extended key usage": ["extended-key-usage", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, extended: ["1.3.6.1.5.5.7.3.1"] }))],
        "without policy": ["policy", () => withCertificate(make.issue(make.authCa, without("policies")))],
        "with the signing policy": ["policy", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, policies: ["1.2.392.200149.8.5.1.1.20"] }))],
        "with an unknown critical extension": ["certificate", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, more: [make.unknownCritical] }))],
        "with an unreadable extension": ["certificate", () => withCertificate(make.issue(make.authCa, { ...without("policies"), more: [make.brokenPolicies] }))],
        "with a 1024-bit key": ["algorithm", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, keys: make.smallKeys() }))],
        "with a curve we do not know": ["algorithm", () => withCertificate(make.issue(make.authCa, { ...make.AUTH, keys: make.ecKeys("secp256k1") }))],
        "naming another algorithm than the key's": ["algorithm", () => ({ ...right, algorithm: "ES256" })],
        "naming algorithm none": ["algorithm", () => ({ ...right, algorithm: "none" })],
        "of another format": ["format", () => ({ ...right, format: "web-eid:2.0" })],
        "with a changed certificate": ["chain", () => ({ ...right, unverifiedCertificate: altered(right.unverifiedCertificate, -1 + make.authCard.certificate.raw.length) })],
        "with bytes after the certificate": ["certificate", () => ({ ...right, unverifiedCertificate: Buffer.concat([make.authCard.certificate.raw, Buffer.of(0)]).toString("base64") })],
        "with a PEM certificate": ["certificate", () => ({ ...right, unverifiedCertificate: make.authCard.certificate.toString() })],
        "with garbage for a certificate": ["certificate", () => ({ ...right, unverifiedCertificate: randomBytes(900).toString("base64") })],
        "with an empty certificate": ["certificate", () => ({ ...right, unverifiedCertificate: "" })],
        "with a number for a signature": ["format", () => ({ ...right, signature: 1 })],
        "with a very long signature": ["format", () => ({ ...right, signature: "A".repeat(10_000) })],
        "null": ["format", () => null],
        "text": ["format", () => "token"],
        "an array": ["format", () => [right]],
        "with its fields on the prototype": ["format", () => Object.create(right) as unknown],
    };
    for (const [what, [check, token]] of Object.entries(wrong)) {
        it(`is refused (${check}) when ${what}`, () => { refuses(check, () => login(token())); });
    }

    it("is refused (policy) with the signing certificate even where the signing CA is trusted by mistake", () => {
        const extended = make.issue(make.signCa, { ...make.SIGN, extended: ["1.3.6.1.5.5.7.3.2"] });
        refuses("extended-key-usage", () => verifyLogin(withCertificate(make.signCard), make.ORIGIN, NONCE, SIGN_CAS));
        refuses("policy", () => verifyLogin(withCertificate(extended), make.ORIGIN, NONCE, SIGN_CAS));
    });
    it("is refused (validity) when the CA itself has ended", () => {
        const ca = make.issue(undefined, { subject: "JPKI for user authentication", usage: 32, ca: true, days: [-9, -1] });
        refuses("validity", () => verifyLogin(withCertificate(make.issue(ca, make.AUTH)), make.ORIGIN, NONCE, [ca.certificate]));
    });
    it("is refused (chain) when no CA is trusted", () => { refuses("chain", () => verifyLogin(right, make.ORIGIN, NONCE, [])); });
    it("is judged at the moment asked", () => {
        verifyLogin(right, make.ORIGIN, NONCE, AUTH_CAS, new Date(make.authCard.certificate.validTo));
        refuses("validity", () => verifyLogin(right, make.ORIGIN, NONCE, AUTH_CAS, new Date(Date.parse(make.authCard.certificate.validTo) + 1000)));
    });
});

describe("signed document", () => {
    const document = Buffer.from("申請します。", "utf8");
    const answer = make.signedDocument(make.signCard, document);
    const check = (given: unknown, bytes = document, cas: X509Certificate[] = SIGN_CAS): ReturnType<typeof verifyDocument> => verifyDocument(given, bytes, cas);

    it("is accepted, with the name from the certificate", () => {
        const verified = check(answer);
        assert.equal(verified.name, "番号 花子");
        assert.deepEqual(verified.checks.map((each) => each.name),
            ["format", "certificate", "chain", "validity", "key-usage", "policy", "algorithm", "signature"]);
    });
    const wrong: Record<string, [CheckName, () => unknown]> = {
        "of another document": ["signature", () => make.signedDocument(make.signCard, Buffer.from("something else"))],
        "made with the authentication certificate": ["chain", () => make.signedDocument(make.authCard, document)],
        "expired": ["validity", () => make.signedDocument(make.issue(make.signCa, { ...make.SIGN, days: [-9, -1] }), document)],
        "without non-repudiation": ["key-usage", () => make.signedDocument(make.issue(make.signCa, { ...make.SIGN, usage: 1 }), document)],
        "with the authentication policy": ["policy", () => make.signedDocument(make.issue(make.signCa, { ...make.SIGN, policies: ["1.2.392.200149.8.5.1.3.30"] }), document)],
        "naming another algorithm": ["algorithm", () => ({ ...answer, signatureAlgorithm: { ...answer.signatureAlgorithm, hashFunction: "SHA-1" } })],
        "naming no algorithm": ["format", () => ({ ...answer, signatureAlgorithm: undefined })],
        "with a changed signature": ["signature", () => ({ ...answer, signature: altered(answer.signature, 255) })],
        "null": ["format", () => null],
    };
    for (const [what, [name, given]] of Object.entries(wrong)) {
        it(`is refused (${name}) when ${what}`, () => { refuses(name, () => check(given())); });
    }
    it("is refused (chain) against the authentication CA", () => { refuses("chain", () => check(answer, document, AUTH_CAS)); });
});
