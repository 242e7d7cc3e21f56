/* SPDX-License-Identifier: MIT */
// Prints the table of the benchmark; run by run.sh, inside with-pcscd.sh.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Card, PINS } from "../rig/card.ts";
import { Home } from "../rig/home.ts";
import { BUILD, CARD_DATA, HOST } from "../rig/paths.ts";

const ORIGIN = "https://portal.example.go.jp";
const SERVICE = "https://www.myna.go.jp";
const CALLER = "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/";
const STARTS = 10;
const ROUNDS = 5;
const LOG_INS = 9;
const BATCHES = 3;
/** How many documents are signed under one PIN, and the APDUs that this takes. */
const DOCUMENTS: readonly (readonly [documents: number, apdus: number])[] = [[1, 10], [20, 29]];

interface Run {
    hello: number;
    answer: number;
    end: number;
    /** KiB */
    peak: number;
}

interface Exchange {
    apdus: number;
    /** Commands and answers, as they go over the wire. */
    bytes: number;
}

/** A DigestInfo of SHA-256, as the Mynaportal sites give it. */
function digestInfo(): string {
    return Buffer.concat([Buffer.from("3031300d060960864801650304020105000420", "hex"), randomBytes(32)]).toString("base64");
}

function mynaportal(message: object): string {
    return JSON.stringify({ command: "mynaportal", arguments: { origin: SERVICE, message: JSON.stringify({ service_id: "01", ...message }) } });
}

const requests = {
    auth: (): string => JSON.stringify({ command: "authenticate", arguments: { origin: ORIGIN, challengeNonce: randomBytes(33).toString("base64") } }),
    sign: (): string => JSON.stringify({ command: "sign", arguments: { origin: ORIGIN, hash: randomBytes(32).toString("base64"), hashFunction: "SHA-256" } }),
    profile: (): string => mynaportal({ mode: "04" }),
} as const;

function signDocuments(count: number): string {
    const documents = Array.from({ length: count }, (_, i) => ({ format: i % 2 === 0 ? "cades" : "pades", digest: randomBytes(32).toString("base64") }));
    return JSON.stringify({ command: "sign-documents", arguments: { origin: ORIGIN, documents, hashFunction: "SHA-256" } });
}

function median(values: number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Starts a program so many times, one after another. */
function measure(runs: number, request: string, program: string[], environment: Record<string, string>): Run[] {
    const told = execFileSync(join(BUILD, "bench/measure"), [String(runs), request, ...program], { env: environment, encoding: "utf8" });
    return told.trim().split("\n").map((line) => {
        const [hello = NaN, answer = NaN, end = NaN, peak = NaN] = line.split(" ").map(Number);
        return { hello, answer, end, peak };
    });
}

/** The bytes of a line of the card's log; the one mask of a PIN stands for as many as its length byte says. */
function size(line: string): number {
    const bytes = line.slice(2).trim().split(" ");
    return bytes.includes("**") ? bytes.length - 1 + parseInt(bytes[4] ?? "", 16) : bytes.length;
}

/** What the card was told, and answered, while something was done. */
async function exchanged(card: Card, act: () => void): Promise<Exchange> {
    const before = card.log().length;
    await card.command("reset-count");
    act();
    const lines = card.log().slice(before).filter((line) => /^[<>] /.test(line));
    const apdus = lines.filter((line) => line.startsWith("> ")).length;
    assert.equal(apdus, await card.count());
    return { apdus, bytes: lines.reduce((sum, line) => sum + size(line), 0) };
}

function runHost(home: Home, key: keyof typeof requests, request = requests[key]()): Run {
    home.pinentry.answer(`pin ${PINS[key]}`);
    const [run] = measure(1, request, [HOST, CALLER], home.environment);
    assert.ok(run !== undefined);
    return run;
}

/** OpenSC's way to the same: a signature with the PIN, and the certificate. */
function runOpenSc(home: Home, key: "auth" | "sign"): void {
    const id = key === "auth" ? "01" : "02";
    const data = join(home.path, "data");
    const options = { env: home.environment, stdio: ["ignore", "ignore", "pipe"] as ("ignore" | "pipe")[] };
    const login = ["--login", "--pin", PINS[key], ...(key === "sign" ? ["--slot-index", "1"] : [])];
    writeFileSync(data, randomBytes(64));
    execFileSync("pkcs11-tool", [...login, "--sign", "--id", id, "--mechanism", "SHA256-RSA-PKCS", "--input-file", data, "--output-file", `${data}.signature`], options);
    execFileSync("pkcs11-tool", [...(key === "sign" ? login : []), "--read-object", "--type", "cert", "--id", id, "--output-file", `${data}.certificate`], options);
}

/** OpenSC's way to bare signatures of so many digests: one program, and one PIN, for each. */
function runOpenScDigests(home: Home, count: number): void {
    const data = join(home.path, "data");
    for (let i = 0; i < count; i++) {
        writeFileSync(data, randomBytes(32));
        execFileSync("pkcs11-tool", ["--login", "--pin", PINS.sign, "--slot-index", "1", "--sign", "--id", "02", "--mechanism", "RSA-PKCS", "--input-file", data, "--output-file", `${data}.signature`], { env: home.environment, stdio: ["ignore", "ignore", "pipe"] });
    }
}

/** What a CMS costs without a card: the openssl program, with the same key in a file. */
function runOpenSslCms(home: Home, count: number): void {
    const data = join(home.path, "data");
    for (let i = 0; i < count; i++) {
        writeFileSync(data, randomBytes(32));
        execFileSync("openssl", ["cms", "-sign", "-cades", "-binary", "-md", "sha256", "-in", data, "-outform", "DER", "-out", `${data}.cms`, "-signer", join(CARD_DATA, "sign.pem"), "-inkey", join(CARD_DATA, "sign.key"), "-certfile", join(CARD_DATA, "sign-ca.pem")], { env: home.environment, stdio: ["ignore", "ignore", "pipe"] });
    }
}

let missed = 0;
let reached = 0;

function row(...cells: (string | number)[]): void {
    const [first = "", ...rest] = cells.map(String);
    console.log(`| ${first.padEnd(58)} | ${rest.map((cell) => cell.padStart(12)).join(" | ")} |`);
}

/** A count is a fact of the code, and missing it fails; a time depends on the machine too. */
function count(name: string, exchange: Exchange, limit: number): void {
    const fine = exchange.apdus <= limit;
    reached += fine ? 1 : 0;
    missed += fine ? 0 : 1;
    row(name, exchange.apdus, exchange.bytes, `<= ${limit}`, fine ? "yes" : "NO");
}

function compare(name: string, ours: number, baseline: number, factor: number, unit: string, digits: number): void {
    row(name, `${ours.toFixed(digits)} ${unit}`, `${baseline.toFixed(digits)} ${unit}`, `<= ${factor} x`, `${(ours / baseline).toFixed(2)} x ${ours <= factor * baseline ? "yes" : "NO"}`);
}

/** The modes of the Mynaportal protocol; the manufacture number is read in each, which takes two APDUs. */
const modes: readonly { name: string; key: keyof typeof requests; request: () => string }[] = [
    { name: "mode 01", key: "auth", request: () => mynaportal({ mode: "01", digest: digestInfo() }) },
    { name: "mode 02, one digest", key: "sign", request: () => mynaportal({ mode: "02", digest: digestInfo() }) },
    { name: "mode 02, twenty digests", key: "sign", request: () => mynaportal({ mode: "02", digest: Array.from({ length: 20 }, digestInfo) }) },
    { name: "mode 04", key: "profile", request: requests.profile },
];

async function counts(home: Home): Promise<void> {
    const cards = [
        { name: "ours", options: [], limit: 9 },
        { name: "ours, no extended length", options: ["--no-extended"], limit: 13 },
        // 16 without a question too many, and two that find out what the card does not take.
        { name: "ours, no short identifiers either", options: ["--no-extended", "--no-sfi"], limit: 18 },
    ];
    row("", "APDUs", "bytes", "target", "reached");
    for (const { name, options, limit } of cards) {
        const card = await Card.start(...options);
        count(`log-in, ${name}`, await exchanged(card, () => { runHost(home, "auth"); }), limit);
        const signature = await exchanged(card, () => { runHost(home, "sign"); });
        row(`signature, ${name}`, signature.apdus, signature.bytes, "", "");
        for (const mode of modes) {
            const exchange = await exchanged(card, () => { runHost(home, mode.key, mode.request()); });
            if (mode.name === "mode 01") {
                count(`${mode.name}, ${name}`, exchange, limit + 2);
            } else {
                row(`${mode.name}, ${name}`, exchange.apdus, exchange.bytes, "", "");
            }
        }
        await card.stop();
    }
    const card = await Card.start();
    for (const [key, name] of [["auth", "log-in"], ["sign", "signature"]] as const) {
        const openSc = await exchanged(card, () => { runOpenSc(home, key); });
        row(`${name}, OpenSC (signature and certificate)`, openSc.apdus, openSc.bytes, "", "");
    }
    for (const [documents, apdus] of DOCUMENTS) {
        count(`documents: ${documents}, ours (CMS)`, await exchanged(card, () => { runHost(home, "sign", signDocuments(documents)); }), apdus);
        const openSc = await exchanged(card, () => { runOpenScDigests(home, documents); });
        row(`documents: ${documents}, OpenSC (bare signatures)`, openSc.apdus, openSc.bytes, "", "");
    }
    await card.stop();
}

/** Milliseconds. */
function timed(act: () => void): number[] {
    return Array.from({ length: BATCHES }, () => {
        const start = performance.now();
        act();
        return performance.now() - start;
    });
}

async function times(home: Home): Promise<void> {
    const ours: Run[] = [];
    const baseline: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
        baseline.push(...measure(STARTS, "", [join(BUILD, "bench/baseline")], home.environment));
        ours.push(...measure(STARTS, "", [HOST, CALLER], home.environment));
    }
    const card = await Card.start();
    const logIns = Array.from({ length: LOG_INS }, () => runHost(home, "auth"));
    const openSc = timed(() => { runOpenSc(home, "auth"); });
    const batches = DOCUMENTS.map(([documents]) => ({
        documents,
        ours: Array.from({ length: BATCHES }, () => runHost(home, "sign", signDocuments(documents)).end / 1000),
        openSc: timed(() => { runOpenScDigests(home, documents); }),
        openSsl: timed(() => { runOpenSslCms(home, documents); }),
    }));
    await card.stop();
    row("", "ours", "baseline", "target", "reached");
    compare("start to hello (median of 50)", median(ours.map((run) => run.hello)) / 1000, median(baseline.map((run) => run.hello)) / 1000, 1.5, "ms", 2);
    const least = median(baseline.map((run) => run.peak)) / 1024;
    compare("peak memory at the hello", median(ours.map((run) => run.peak)) / 1024, least, 2.5, "MiB", 1);
    compare("peak memory after a log-in", median(logIns.map((run) => run.peak)) / 1024, least, 2.5, "MiB", 1);
    row("", "ours", "OpenSC", "", "");
    row(`a whole log-in (median of ${LOG_INS})`, `${(median(logIns.map((run) => run.end)) / 1000).toFixed(1)} ms`, `${median(openSc).toFixed(1)} ms`, "", "");
    row("", "ours", "OpenSC", "openssl cms", "");
    for (const batch of batches) {
        row(`documents: ${batch.documents} (median of ${BATCHES}; openssl without a card)`, ...[batch.ours, batch.openSc, batch.openSsl].map((each) => `${median(each).toFixed(1)} ms`), "");
    }
}

const home = new Home();
try {
    await counts(home);
    await times(home);
} finally {
    home.remove();
}
console.log(`${reached} passed, ${missed} failed`);
process.exitCode = missed > 0 ? 1 : 0;
