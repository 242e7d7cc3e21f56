// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOperation, parseOperationRequest, parseResult } from "../src/shared/request.ts";
import type { NamedOperation } from "../src/shared/request.ts";
import { CERTIFICATE, HASH, NONCE, reasonOf, SIGNATURE, SIGNING_CERTIFICATE, TOKEN } from "./fakes/samples.ts";

test("a request keeps what is known and drops the rest", () => {
    assert.deepEqual(parseOperation("authenticate", { challengeNonce: NONCE, action: "x", origin: "https://evil.example" }), {
        ok: true,
        value: { operation: "authenticate", challengeNonce: NONCE, lang: null, timeout: 120_000 },
    });
    assert.deepEqual(parseOperation("sign", { hash: HASH, hashFunction: "SHA-256", options: { lang: "ja-JP" } }), {
        ok: true,
        value: { operation: "sign", certificate: null, hash: HASH, hashFunction: "SHA-256", lang: "ja", timeout: 120_000 },
    });
});

test("the time is held between a second and ten minutes", () => {
    for (const [given, held] of [[5_000.9, 5_000], [0, 120_000], [null, 120_000], [0.5, 1_000], [-5, 1_000], [1e9, 600_000], [Infinity, 600_000]] as const) {
        const outcome = parseOperation("get-signing-certificate", { options: { userInteractionTimeout: given } });
        assert.equal(outcome.ok && outcome.value.timeout, held);
    }
});

test("languages other than ours are left to the browser", () => {
    for (const [given, taken] of [["et", null], ["en", "en"], ["JA", "ja"], ["jam", null], [5, null], ["", null]] as const) {
        const outcome = parseOperation("get-signing-certificate", { options: { lang: given } });
        assert.equal(outcome.ok && outcome.value.lang, taken, String(given));
    }
});

const refused: [string, NamedOperation, Record<string, unknown>, string][] = [
    ["no nonce", "authenticate", {}, "argument-missing"],
    ["an empty nonce", "authenticate", { challengeNonce: "" }, "argument-missing"],
    ["a short nonce", "authenticate", { challengeNonce: "A".repeat(43) }, "argument-invalid"],
    ["a long nonce", "authenticate", { challengeNonce: "A".repeat(129) }, "argument-invalid"],
    ["a nonce that is no text", "authenticate", { challengeNonce: [NONCE] }, "argument-invalid"],
    ["options that are none", "authenticate", { challengeNonce: NONCE, options: "ja" }, "argument-invalid"],
    ["a time that is none", "authenticate", { challengeNonce: NONCE, options: { userInteractionTimeout: "1" } }, "argument-invalid"],
    ["no number", "authenticate", { challengeNonce: NONCE, options: { userInteractionTimeout: NaN } }, "argument-invalid"],
    ["no hash", "sign", { hashFunction: "SHA-256" }, "argument-missing"],
    ["no hash function", "sign", { hash: HASH }, "argument-missing"],
    ["an unknown hash function", "sign", { hash: HASH, hashFunction: "MD5" }, "argument-invalid"],
    ["an inherited hash function", "sign", { hash: HASH, hashFunction: "toString" }, "argument-invalid"],
    ["a hash of another length", "sign", { hash: HASH, hashFunction: "SHA-512" }, "argument-invalid"],
    ["a hash that is not base64", "sign", { hash: `${HASH.slice(0, -2)}-=`, hashFunction: "SHA-256" }, "argument-invalid"],
    ["a huge certificate", "sign", { certificate: "A".repeat(40_000), hash: HASH, hashFunction: "SHA-256" }, "argument-invalid"],
];
for (const [name, operation, fields, reason] of refused) {
    test(`refused: ${name}`, () => {
        assert.equal(reasonOf(parseOperation(operation, fields)), reason);
    });
}

test("a request crosses to the window unchanged, and only whole", () => {
    const outcome = parseOperation("sign", { certificate: CERTIFICATE, hash: HASH, hashFunction: "SHA-256" });
    assert.ok(outcome.ok);
    assert.deepEqual(parseOperationRequest(structuredClone(outcome.value)), outcome.value);
    for (const broken of [null, {}, { operation: "quit" }, { ...outcome.value, hash: "x" }, { ...outcome.value, timeout: "1" }]) {
        assert.equal(parseOperationRequest(broken), null);
    }
});

test("results keep their known fields only, and must have them all", () => {
    const cases = [["authenticate", TOKEN], ["get-signing-certificate", SIGNING_CERTIFICATE], ["sign", SIGNATURE]] as const;
    for (const [operation, result] of cases) {
        assert.deepEqual(parseResult(operation, { ...result, id: 1, extra: "x" }), result);
        for (const field of Object.keys(result)) {
            const without = Object.fromEntries(Object.entries(result).filter(([name]) => name !== field));
            assert.equal(parseResult(operation, without), null, `${operation} without ${field}`);
        }
        assert.equal(parseResult(operation, "x"), null);
    }
    assert.equal(parseResult("sign", { ...SIGNATURE, certificate: "<script>" }), null);
    assert.equal(parseResult("get-signing-certificate", { certificate: CERTIFICATE, supportedSignatureAlgorithms: [1] }), null);
});
