/* SPDX-License-Identifier: MIT */
// PDFs prepared as the extension prepares them, and signed by the host with a virtual card; and what others say of them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sha256 } from "../../extension/src/documents/hash.ts";
import { Marker } from "../../extension/src/documents/pdf/mark.ts";
import { prepare, type PreparedPdf } from "../../extension/src/documents/pdf/prepare.ts";
import type { Mark } from "../../extension/src/shared/documents.ts";
import { Card, PINS } from "../rig/card.ts";
import { Home } from "../rig/home.ts";
import { Host } from "../rig/host.ts";
import { CARD_DATA, ROOT } from "../rig/paths.ts";
import { FOLDER, program, PYTHON } from "./producers.ts";

const FONT = createRequire(import.meta.url).resolve("@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf");
export const marker = new Marker(new Uint8Array(readFileSync(FONT)));
export const SIGNING_TIME = new Date();

export interface Job {
    /** Of the file that is written, without its ending. */
    name: string;
    bytes: Buffer;
    mark?: Mark | null;
}

export async function prepared(bytes: Uint8Array, mark: Mark | null = null): Promise<PreparedPdf> {
    const outcome = await prepare(bytes, { signingTime: SIGNING_TIME, mark }, { sha256, drawer: () => Promise.resolve(marker) });
    assert.ok(outcome.ok, JSON.stringify(outcome));
    return outcome.value;
}

/** Why a PDF is not prepared, in one word; "prepared" when it is. */
export async function refusal(bytes: Uint8Array, mark: Mark | null = null): Promise<string> {
    const outcome = await prepare(bytes, { signingTime: SIGNING_TIME, mark }, { sha256, drawer: () => Promise.resolve(marker) });
    return outcome.ok ? "prepared" : outcome.failure.reason;
}

/** Signs all under one PIN entry for each fifty, and writes each to FOLDER/NAME.pdf. */
export async function signAll(jobs: readonly Job[]): Promise<Map<string, Buffer>> {
    const home = new Home();
    const card = await Card.start();
    const signed = new Map<string, Buffer>();
    try {
        for (let from = 0; from < jobs.length; from += 50) {
            const batch = jobs.slice(from, from + 50);
            const pdfs = await Promise.all(batch.map(({ name, bytes, mark }) => prepared(bytes, mark).catch((error: unknown) => {
                throw new Error(name, { cause: error });
            })));
            const host = await Host.start(home);
            home.pinentry.answer(`pin ${PINS.sign}`);
            const documents = pdfs.map(({ digest }) => ({ format: "pades", digest: Buffer.from(digest).toString("base64") }));
            const answer = await host.request({ command: "sign-documents", arguments: { documents, hashFunction: "SHA-256", origin: "https://portal.example.lg.jp", lang: "en" } });
            await host.stop();
            const signatures = answer["signatures"];
            assert.ok(Array.isArray(signatures) && signatures.length === batch.length, JSON.stringify(answer).slice(0, 500));
            for (const [i, { name, bytes }] of batch.entries()) {
                const increment = pdfs[i]?.finish(Buffer.from(String(signatures[i]), "base64"));
                assert.ok(increment?.ok, name);
                const all = Buffer.concat([bytes, increment.value]);
                signed.set(name, all);
                writeFileSync(join(FOLDER, `${name}.pdf`), all);
            }
        }
        return signed;
    } finally {
        await card.stop();
        home.remove();
    }
}

/** What pdfsig says of each signature, in the order of the file. */
export interface PdfsigVerdict {
    valid: boolean;
    /** It covers the whole file. */
    total: boolean;
    type: string;
}

export function pdfsig(name: string): PdfsigVerdict[] {
    const { stdout } = spawnSync("pdfsig", ["-nocert", `${name}.pdf`], { cwd: FOLDER, encoding: "utf8", env: { ...process.env, HOME: FOLDER } });
    return stdout.split(/^Signature #\d+:$/m).slice(1).filter((text) => !text.includes("is not signed")).map((text) => ({
        valid: text.includes('Signature Validation: Signature is Valid.'),
        total: text.includes('Total document signed'),
        type: /Signature Type: (.*)/.exec(text)?.[1] ?? "",
    }));
}

export interface Verdict {
    field: string;
    subFilter: string;
    valid: boolean;
    trusted: boolean;
    coverage: string;
    changes: string | null;
    permitted: boolean | null;
    good: boolean;
    signedAt: string;
    attributes: string[];
    byteRange: [number, number, number, number];
}

/** What pyHanko says, trusting the card's CA alone; a text where it refuses the file. */
export async function judge(names: readonly string[]): Promise<Map<string, Verdict[] | string>> {
    const files = names.map((name) => `${name}.pdf`);
    const text = await program(PYTHON, [join(ROOT, "tests/documents/judge.py"), join(CARD_DATA, "sign-ca.pem"), ...files]);
    const found = JSON.parse(text) as Record<string, Verdict[] | string>;
    return new Map(names.map((name) => [name, found[`${name}.pdf`] ?? "not judged"]));
}

/** All that qpdf finds wrong; nothing when it is clean. */
export function qpdf(name: string): string {
    const { status, stdout, stderr } = spawnSync("qpdf", ["--check", `${name}.pdf`], { cwd: FOLDER, encoding: "utf8" });
    return status === 0 ? "" : stdout + stderr;
}
