/* SPDX-License-Identifier: MIT */
// What a service behind the Mynaportal page protocol must check. The signatures are bound to no origin: that a
// challenge is its own, fresh and used once is all that a service can hold on to.
import type { X509Certificate } from "node:crypto";
import {
    algorithmOf, AUTHENTICATION, checkCertificate, checkSignature, demand, holder, property, readCertificate, Refused,
    SIGNING, strings, type Check, type Profile, type Verified,
} from "./verify.ts";

export interface Attributes { name: string; sex: string; address: string; birthday: string }

/** Checks an answer of mode 01 over `challenge`, bytes that this server gave to this session. Throws Refused. */
export function verifyMynaportalLogin(answer: unknown, challenge: Buffer, cas: X509Certificate[], now = new Date(), checks: Check[] = []): Verified {
    const { signature } = strings(checks, answer, ["signature"]);
    return verifySignatures(answer, "01", AUTHENTICATION, [challenge], [signature], cas, now, checks);
}

/** Checks an answer of mode 02 over `documents`, which this server kept, in their order. Throws Refused. */
export function verifyMynaportalDocuments(answer: unknown, documents: Buffer[], cas: X509Certificate[], now = new Date(), checks: Check[] = []): Verified {
    const signatures: unknown = property(answer, "signature");
    if (!Array.isArray(signatures) || signatures.length !== documents.length || !signatures.every((each) => typeof each === "string")) {
        throw new Refused(checks, "format", "signature is not a list with one for each document");
    }
    return verifySignatures(answer, "02", SIGNING, documents, signatures, cas, now, checks);
}

/** Reads an answer of mode 04. Nothing in it is signed: it is what the holder's computer says. Throws Refused. */
export function readAttributes(answer: unknown): Attributes {
    checkHead([], answer, "04");
    const hex = strings([], answer, ["name", "sex", "address", "birthday"]);
    const read = (text: string): string => {
        const bytes = Buffer.from(text, "hex");
        const decoded = bytes.toString("utf8");
        if (bytes.toString("hex") !== text || !Buffer.from(decoded).equals(bytes)) {
            throw new Refused([], "format", "an attribute is not lower-case hex of UTF-8");
        }
        return decoded;
    };
    return { name: read(hex.name), sex: read(hex.sex), address: read(hex.address), birthday: read(hex.birthday) };
}

function verifySignatures(
    answer: unknown, mode: string, profile: Profile, signed: Buffer[], signatures: string[], cas: X509Certificate[], now: Date, checks: Check[],
): Verified {
    const { certificate: unpadded } = checkHead(checks, answer, mode);
    const certificate = readCertificate(checks, unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, "="));
    checkCertificate(checks, certificate, profile, cas, now);
    demand(checks, "algorithm", algorithmOf(checks, certificate.publicKey).name === "RS256", "RSA, SHA-256");
    for (const [at, bytes] of signed.entries()) {
        checkSignature(checks, "sha256", bytes, certificate.publicKey, signatures[at] ?? "", `${at + 1} / ${signed.length}`);
    }
    return { checks, ...holder(certificate) };
}

function checkHead(checks: Check[], answer: unknown, mode: string): { certificate: string } {
    const head = strings(checks, answer, ["mode", "result", "uuid", "combination_code"]);
    const good = head.mode === mode && head.result === "0" && /^[0-9a-f]{32}$/.test(head.uuid) && /^[0-9a-f]{64}$/.test(head.combination_code);
    demand(checks, "format", good, `mode ${head.mode}`);
    return mode === "04" ? { certificate: "" } : strings(checks, answer, ["certificate"]);
}
