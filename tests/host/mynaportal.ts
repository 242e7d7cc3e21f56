/* SPDX-License-Identifier: MIT */
// The Mynaportal command as the extension sends it, and its answers checked with other means than the host's own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Home } from "../rig/home.ts";
import type { Message } from "../rig/host.ts";
import { certificate } from "./verify.ts";

/** Of the shipped table: nothing is asked but the PIN. */
export const SERVICE = "https://www.myna.go.jp";

/** The generated holder, spelled out. */
export const HOLDER = { name: "見本　花子", address: "東京都千代田区霞が関二丁目１番２号", birthday: "19850504", sex: "2" } as const;
const MANUFACTURE_NUMBER = "AB12345678901";

/** DigestInfo less the digest (RFC 8017 §9.2 note 1). */
const PREFIXES = {
    sha1: "3021300906052b0e03021a05000414",
    sha256: "3031300d060960864801650304020105000420",
    sha384: "3041300d060960864801650304020205000430",
    sha512: "3051300d060960864801650304020305000440",
} as const;

/** What the sites give: a DigestInfo over something. */
export function digestInfo(hash: keyof typeof PREFIXES = "sha256"): Buffer {
    return Buffer.concat([Buffer.from(PREFIXES[hash], "hex"), createHash(hash).update(randomBytes(64)).digest()]);
}

export function unpadded(bytes: Buffer): string {
    return bytes.toString("base64").replace(/=+$/, "");
}

/** A request; the message goes as the page's text. */
export function ask(message: unknown, changes: Message = {}, more: Message = {}): Message {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    return { command: "mynaportal", arguments: { message: text, origin: SERVICE, lang: "en", ...changes }, ...more };
}

export function login(digest: string, changes: Message = {}, more: Message = {}): Message {
    return ask({ mode: "01", service_id: "01", digest }, changes, more);
}
export function sign(digest: string | string[], changes: Message = {}, more: Message = {}): Message {
    return ask({ mode: "02", service_id: "01", digest }, changes, more);
}
export function attributes(changes: Message = {}, more: Message = {}): Message {
    return ask({ mode: "04", service_id: "01" }, changes, more);
}

/** uuid and combination_code, and which members there are. */
function assertTied(answer: Message, mode: string, members: readonly string[], number = MANUFACTURE_NUMBER): void {
    assert.deepEqual(Object.keys(answer).sort(), ["mode", "result", "uuid", "combination_code", ...members].sort(), JSON.stringify(answer).slice(0, 300));
    assert.equal(answer["mode"], mode);
    assert.equal(answer["result"], "0");
    const uuid = String(answer["uuid"]);
    assert.match(uuid, /^[0-9a-f]{32}$/);
    const code = createHash("sha256").update(Buffer.concat([
        Buffer.from("2e71f6620bc654ced494e5ec34fe03c8", "hex"), Buffer.from(number, "ascii"), Buffer.from(uuid, "hex"),
    ])).digest("hex");
    assert.equal(answer["combination_code"], code);
}

/** The signature, opened with the certificate by the openssl program, shows just the bytes that were given. */
function assertShows(signature: unknown, given: Buffer, name: string): void {
    assert.ok(typeof signature === "string");
    const bytes = Buffer.from(signature, "base64");
    assert.equal(bytes.toString("base64"), signature, "with its padding");
    const folder = mkdtempSync(join(tmpdir(), "jb-verify-"));
    try {
        writeFileSync(join(folder, "certificate"), certificate(name).toString());
        writeFileSync(join(folder, "signature"), bytes);
        const shown = execFileSync("openssl", ["pkeyutl", "-verifyrecover", "-certin", "-inkey", "certificate", "-in", "signature", "-pkeyopt", "rsa_padding_mode:pkcs1"],
            { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
        assert.ok(shown.equals(given), `signed was ${shown.toString("hex")}`);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

export function assertLogin(answer: Message, given: Buffer, name = "auth"): void {
    assertTied(answer, "01", ["signature", "certificate"]);
    assert.equal(answer["certificate"], unpadded(certificate(name).raw));
    assertShows(answer["signature"], given, name);
}

export function assertSigned(answer: Message, given: readonly Buffer[], name = "sign"): void {
    assertTied(answer, "02", ["signature", "certificate"]);
    assert.equal(answer["certificate"], unpadded(certificate(name).raw));
    const signatures: unknown = answer["signature"];
    assert.ok(Array.isArray(signatures));
    assert.equal(signatures.length, given.length);
    given.forEach((each, i) => { assertShows(signatures[i], each, name); });
}

export function assertAttributes(answer: Message, holder: Record<keyof typeof HOLDER, string> = HOLDER): void {
    assertTied(answer, "04", ["name", "sex", "address", "birthday"]);
    for (const key of ["name", "sex", "address", "birthday"] as const) {
        assert.equal(answer[key], Buffer.from(holder[key]).toString("hex"), key);
    }
}

export function configuration(home: Home): Message {
    return JSON.parse(readFileSync(join(home.path, ".config/jpki-bridge/config.json"), "utf8")) as Message;
}
