/* SPDX-License-Identifier: MIT */
// A file of 60 MiB from the page to its signature, with what it costs in memory: of the extension, and of the page apart.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, before, beforeEach, describe, it, type TestContext } from "node:test";
import { goOn, HOSTILE, inState, Stage } from "./fixture.ts";
import { drawn, heard, PAGES, pdfOf, sha256, shownHash, streamOf } from "./review.ts";

const MiB = 2 ** 20;
const SIZE = 60 * MiB;
/** Bytes that look like nothing in particular, the same in the page and here. */
const FILL = "for (let at = 0, seed = 1; at < words.length; at++) words[at] = seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;";

interface Memory { extension: number; browser: number; pages: Map<number, number> }

/** What a process is for: Chromium says so in its arguments, Firefox in the name it gives itself (GeckoChildProcessHost, XRE_SetProcessType). */
function roleOf(pid: number, command: string, isMain: boolean): "extension" | "page" | "browser" | null {
    if (isMain) return "browser";
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    if (command.includes("--extension-process") || name === "WebExtensions") return "extension";
    return command.includes("--type=renderer") || /^(Isolated Web Co|Web Content)/.test(name) ? "page" : null;
}

/** Peak resident memory in MiB, of the processes of this home's browser, by what they are for. */
function peaks(home: string): Memory {
    const found: Memory = { extension: 0, browser: 0, pages: new Map() };
    const parents = new Map<number, number>();
    const commands = new Map<number, string>();
    for (const pid of readdirSync("/proc").map(Number).filter(Number.isInteger)) {
        try {
            parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]));
            commands.set(pid, readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
        } catch {
            // It ended meanwhile.
        }
    }
    const isMain = (pid: number): boolean =>
        [`--user-data-dir=${home}/`, `--profile ${home}/`].some((profile) => (commands.get(pid) ?? "").includes(profile)) &&
        !/--type=|-contentproc/.test(commands.get(pid) ?? "");
    const isOurs = (pid: number): boolean => {
        const parent = parents.get(pid);
        return isMain(pid) || (parent !== undefined && parent > 1 && isOurs(parent));
    };
    for (const [pid, command] of commands) {
        if (!isOurs(pid)) continue;
        try {
            const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
            const role = roleOf(pid, command, isMain(pid));
            if (role === "extension") found.extension = Math.max(found.extension, peak);
            else if (role === "page") found.pages.set(pid, peak);
            else if (role === "browser") found.browser = Math.max(found.browser, peak);
        } catch {
            // It has ended now.
        }
    }
    return found;
}

/** The process of pages that grew most, before and after. */
function grown(before: Memory, after: Memory): [number, number] {
    const all = [...after.pages].map(([pid, peak]): [number, number] => [before.pages.get(pid) ?? 0, peak]);
    return all.sort((one, other) => (other[1] - other[0]) - (one[1] - one[0]))[0] ?? [0, 0];
}

describe("a file of 60 MiB", () => {
    let stage: Stage;
    const words = new Uint32Array(SIZE / 4);
    before(() => {
        new Function("words", FILL)(words); // eslint-disable-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the page's very code
    });
    // A browser of its own for each, as a peak stays.
    beforeEach(async () => { stage = await Stage.open({ language: "en", pages: PAGES }); });
    afterEach(() => stage.close());

    /** Has the page make the file around the filling, sign it, and tells what it cost. */
    async function sign(t: TestContext, name: string, format: "cades" | "pades", head: Buffer, tail: Buffer): Promise<{ whole: Buffer; signature: Buffer }> {
        const whole = Buffer.concat([head, Buffer.from(words.buffer), tail]);
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const other = await stage.browser.extensionPage("ui/options/options.html");
        const before = peaks(stage.home.path);
        await other.close();
        await page.evaluate(`{
            const words = new Uint32Array(${words.length});
            ${FILL}
            const data = new Blob([bytesOf("${head.toString("base64")}"), words, bytesOf("${tail.toString("base64")}")]);
            files = [{ name: "${name}", type: "", format: "${format}", data }];
        }`);
        const began = performance.now();
        const window = await stage.browser.window(() => page.click("#go"), 30_000);
        await inState(window, "review", 60_000);
        const shown = performance.now();
        assert.equal(await shownHash(window), sha256(whole));
        await drawn(window);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const { documents = [], error } = await heard(page, 1, 60_000);
        assert.equal(error, undefined);
        const after = peaks(stage.home.path);
        const [pageBefore, pageAfter] = grown(before, after);
        const rounded = (value: number): string => String(Math.round(value));
        t.diagnostic(`60 MiB, ${format}: peak memory of the extension ${rounded(after.extension)} MiB (${rounded(before.extension)} before),`
            + ` of the page ${rounded(pageAfter)} (${rounded(pageBefore)}), of the browser's own process ${rounded(after.browser)} (${rounded(before.browser)});`
            + ` ${rounded(shown - began)} ms to the review`);
        assert.ok(before.extension > 0 && after.extension > before.extension + 60, "what was measured is the process that has the file");
        // One copy of the bytes; beside it the reader of a PDF has its own, and there is what is thrown away meanwhile.
        assert.ok(after.extension - before.extension < (format === "cades" ? 150 : 200), `${rounded(after.extension - before.extension)} MiB more`);
        return { whole, signature: Buffer.from(documents[0]?.signature ?? "", "base64") };
    }

    it("is signed as it is", async (t) => {
        const { whole, signature } = await sign(t, "large.bin", "cades", Buffer.from("\0"), Buffer.alloc(0));
        assert.ok(signature.includes(Buffer.from(sha256(whole), "hex")));
    });

    it("is signed as a PDF", async (t) => {
        const pages = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Contents 4 0 R >>", streamOf("0 0 99 99 re f")];
        const pdf = pdfOf([...pages, streamOf(Buffer.alloc(SIZE, 1))]);
        const head = pdf.indexOf(1);
        const { whole, signature } = await sign(t, "large.pdf", "pades", pdf.subarray(0, head), pdf.subarray(head + SIZE));
        const range = (/\/ByteRange \[([^\]]+)\]/.exec(signature.toString("latin1"))?.[1] ?? "").trim().split(" ").map(Number);
        const signed = Buffer.concat([whole, signature]);
        const [, first = 0, second = 0, rest = 0] = range;
        assert.equal(second + rest, signed.length);
        const digest = sha256(Buffer.concat([signed.subarray(0, first), signed.subarray(second)]));
        const cms = Buffer.from(signed.subarray(first + 1, second - 1).toString("latin1"), "hex");
        assert.ok(cms.includes(Buffer.from(digest, "hex")));
    });
});
