/* SPDX-License-Identifier: MIT */
// The event log: what the program writes into it (Wine keeps none, but tells what it was given), and the words around that.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { Host, type Message } from "../rig/host.ts";
import { BUILD, HOST } from "../rig/paths.ts";
import { authenticate, ORIGIN } from "../host/bench.ts";
import { assertFailure } from "../host/verify.ts";
import { EXTENSION, world } from "./bench.ts";

const it = world();
const POLICY = "HKLM\\Software\\Policies\\JPKI Bridge";
afterEach(() => { it.removeKey(POLICY); });

/** What Wine was told in one failed log-in: each event's number and its strings. */
async function events(request: Message): Promise<{ answer: Message; told: { id: number; strings: string[] }[] }> {
    const host = new Host(it.home, { args: [EXTENSION], under: ["wine"], environment: { ...it.environment, WINEDEBUG: "-all,trace+advapi,trace+eventlog,warn+eventlog,fixme+advapi" } });
    await host.next(30_000);
    const answer = await host.request(request);
    assert.equal((await host.stop()).code, 0);
    const told: { id: number; strings: string[] }[] = [];
    for (const line of host.stderr.split("\n")) {
        const id = /:ReportEvent[AW] \S+?,0x[0-9a-f]{4},0x[0-9a-f]{4},0x([0-9a-f]{8}),/.exec(line)?.[1];
        const text = /:eventlog:ReportEvent[AW] L?"(.*)"\r?$/.exec(line)?.[1];
        if (id !== undefined && line.includes("ReportEventA")) {
            told.push({ id: parseInt(id, 16), strings: [] });
        } else if (text !== undefined) {
            told.at(-1)?.strings.push(text);
        }
    }
    return { answer, told };
}

/** The messages of a table as windmc made it (MESSAGE_RESOURCE_DATA), by their numbers. */
function messages(table: Buffer): Map<number, string> {
    const found = new Map<number, string>();
    for (let block = 0; block < table.readUInt32LE(0); block++) {
        const [low, high, offset] = [0, 4, 8].map((at) => table.readUInt32LE(4 + block * 12 + at)) as [number, number, number];
        for (let id = low, at = offset; id <= high; id++) {
            const length = table.readUInt16LE(at);
            found.set(id, table.subarray(at + 4, at + length).toString("utf16le").replace(/[\r\n\0]+$/, ""));
            at += length;
        }
    }
    return found;
}

describe("the event log", () => {
    test("is told time and again: site, operation, outcome, by a number that the program has words for in both languages", async () => {
        it.setValue(`${POLICY}\\deniedOrigins`, "1", "REG_SZ", ORIGIN);
        const { answer, told } = await events(authenticate());
        assertFailure(answer, "origin-denied");
        assert.equal(told.length, 1, JSON.stringify(told));
        const [event = assert.fail()] = told;
        assert.deepEqual(event.strings, [ORIGIN, "authenticate", "origin-denied"]);
        const program = readFileSync(HOST);
        for (const [language, words] of [["en", /^An operation .* refused, given up, or failed\.%n%nSite: %1%nOperation: %2%nOutcome: %3$/], ["ja", /^マイナンバーカードの操作は、.*%n%nサイト: %1%n操作: %2%n結果: %3$/]] as const) {
            const table = readFileSync(join(BUILD, `windows/host/events_${language}.bin`));
            assert.ok(program.includes(table), `the words in ${language} are not in the program`);
            assert.match(messages(table).get(event.id) ?? "", words);
            assert.match(messages(table).get(0x4000_0001) ?? "", /%1.*%2.*%3/);
        }
    });

    test("is told nothing without a policy, nor where that says so", async () => {
        await it.card.setTries("auth", 0);
        assert.deepEqual((await events(authenticate())).told, []);
        it.setValue(POLICY, "logging", "REG_DWORD", "0");
        assert.deepEqual((await events(authenticate())).told, []);
        it.setValue(POLICY, "logging", "REG_DWORD", "1");
        const { answer, told } = await events(authenticate());
        assertFailure(answer, "pin-locked");
        assert.deepEqual(told.map(({ strings }) => strings), [[ORIGIN, "authenticate", "pin-locked"]]);
    });
});
