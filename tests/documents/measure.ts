/* SPDX-License-Identifier: MIT */
// measure.ts FILE: prepares one PDF without a mark, and prints how long that took and how far memory grew.
import { readFileSync } from "node:fs";
import { sha256 } from "../../extension/src/documents/hash.ts";
import { prepare } from "../../extension/src/documents/pdf/prepare.ts";

const peak = (): number => process.resourceUsage().maxRSS / 1024;
const bytes = readFileSync(process.argv[2] ?? "");
const [before, start] = [peak(), performance.now()];
const drawer = (): never => { throw new Error("no mark was asked for"); };
const outcome = await prepare(bytes, { signingTime: new Date(), mark: null }, { sha256, drawer });
if (!outcome.ok) {
    throw new Error(outcome.failure.reason);
}
console.log(JSON.stringify({ milliseconds: Math.round(performance.now() - start), memory: Math.round(peak() - before) }));
