/* SPDX-License-Identifier: MIT */
// The server's side of the Mynaportal page: what is to be signed, and what came back.
import { createHash, randomBytes, type X509Certificate } from "node:crypto";
import type { Verified } from "./verify.ts";
import { verifyMynaportalDocuments, verifyMynaportalLogin } from "./verify-mynaportal.ts";

const SHA256_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");
const MOST_DOCUMENTS = 10;

export interface Asked { mode: string; texts: string[] }

/** What the page hands to the card: a DigestInfo of each text, in base64. */
export function digestsOf({ texts }: Asked): string[] {
    return texts.map((text) => Buffer.concat([SHA256_INFO, createHash("sha256").update(text, "utf8").digest()]).toString("base64"));
}

/** A fresh challenge for a log-in, or documents of this site for a signature; undefined for any other mode. */
export function prepare(mode: string, count: number): Asked | undefined {
    if (mode === "01") {
        return { mode, texts: [randomBytes(32).toString("base64")] };
    }
    if (mode === "02" && Number.isInteger(count) && count >= 1 && count <= MOST_DOCUMENTS) {
        const now = new Date().toISOString();
        return { mode, texts: Array.from({ length: count }, (_, at) => `申請書 ${at + 1} / ${count} (${now})`) };
    }
    return undefined;
}

/** Verifies what came back. Throws Refused. */
export function judge({ mode, texts }: Asked, answer: unknown, authCas: X509Certificate[], signCas: X509Certificate[], now: Date): Verified {
    const signed = texts.map((text) => Buffer.from(text, "utf8"));
    const [first = Buffer.alloc(0)] = signed;
    return mode === "01"
        ? verifyMynaportalLogin(answer, first, authCas, now)
        : verifyMynaportalDocuments(answer, signed, signCas, now);
}
