/* SPDX-License-Identifier: MIT */
// What the server believes of answers by the Mynaportal protocol, and what it does not.
import assert from "node:assert/strict";
import { constants, privateEncrypt, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import * as make from "./fixtures.ts";
import { digestsOf, judge, prepare, type Asked } from "./mynaportal.ts";
import { Refused, type Verified } from "./verify.ts";
import { readAttributes } from "./verify-mynaportal.ts";

const NOW = new Date();
const head = (mode: string): Record<string, unknown> =>
    ({ mode, result: "0", uuid: randomBytes(16).toString("hex"), combination_code: randomBytes(32).toString("hex") });

function asked(mode: string, count = 1): Asked {
    const made = prepare(mode, count);
    assert.ok(made);
    return made;
}

/** What the card does with each digest, which it takes as it is. */
function answer(card: make.Issued, { mode, texts }: Asked): Record<string, unknown> {
    const signatures = digestsOf({ mode, texts }).map((digest) =>
        privateEncrypt({ key: card.privateKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(digest, "base64")).toString("base64"));
    const certificate = card.certificate.raw.toString("base64").replace(/=+$/, "");
    return { ...head(mode), signature: mode === "01" ? signatures[0] : signatures, certificate };
}

const check = (to: Asked, given: unknown): Verified => judge(to, given, [make.authCa.certificate], [make.signCa.certificate], NOW);

function refused(to: Asked, given: unknown, what: string): void {
    assert.throws(() => check(to, given), (error) => error instanceof Refused && error.check === what, what);
}

describe("an answer by the Mynaportal protocol", () => {
    it("logs in with the challenge of this session", () => {
        const login = asked("01");
        const verified = check(login, answer(make.authCard, login));
        assert.match(verified.subject, /0123456789ABCDEF/);
        assert.ok(verified.checks.every(({ ok }) => ok));
        refused(login, answer(make.authCard, asked("01")), "signature");
        refused(login, answer(make.signCard, login), "chain");
        refused(login, { ...answer(make.authCard, login), mode: "02" }, "format");
        refused(login, { ...answer(make.authCard, login), result: "1" }, "format");
        refused(login, { ...answer(make.authCard, login), uuid: "A".repeat(32) }, "format");
        refused(login, { ...answer(make.authCard, login), combination_code: "" }, "format");
        refused(login, { ...answer(make.authCard, login), certificate: "AAAA" }, "certificate");
        refused(login, { mode: "01", result: "1", errcode: "EW044-C300" }, "format");
    });
    it("signs each document, in its order", () => {
        const documents = asked("02", 3);
        const good = answer(make.signCard, documents);
        const verified = check(documents, good);
        assert.equal(verified.name, "番号 花子");
        assert.equal(verified.checks.filter(({ name }) => name === "signature").length, 3);
        const list = good["signature"] as string[];
        refused(documents, { ...good, signature: list.toReversed() }, "signature");
        refused(documents, { ...good, signature: list.slice(1) }, "format");
        refused(documents, { ...good, signature: list[0] }, "format");
        refused(documents, { ...good, signature: [1, 2, 3] }, "format");
        refused(documents, answer(make.authCard, documents), "chain");
    });
    it("hands over four attributes as lower-case hex", () => {
        const hex = (text: string): string => Buffer.from(text).toString("hex");
        const given = { ...head("04"), name: hex("見本　花子"), sex: hex("2"), address: hex("東京都"), birthday: hex("19850504") };
        assert.deepEqual(readAttributes(given), { name: "見本　花子", sex: "2", address: "東京都", birthday: "19850504" });
        for (const change of [{ name: "E7" }, { name: "e" }, { name: "ff" }, { name: 1 }, { mode: "01" }, { result: "1" }]) {
            assert.throws(() => readAttributes({ ...given, ...change }), Refused, JSON.stringify(change));
        }
    });
    it("is asked for in known modes only, with no more documents than a person reads", () => {
        for (const [mode, count] of [["03", 1], ["04", 1], ["02", 0], ["02", 11], ["02", 1.5], ["02", NaN]] as const) {
            assert.equal(prepare(mode, count), undefined, `${mode} ${count}`);
        }
        assert.notDeepEqual(asked("01"), asked("01"), "a challenge is fresh");
    });
});
