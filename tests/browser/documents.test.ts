/* SPDX-License-Identifier: MIT */
// Signing documents through the portal's page: what is saved is judged by the server, by OpenSSL and by poppler.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { CARD_DATA, CLIENT_LIBRARY, ROOT } from "../rig/paths.ts";
import type { SitePage } from "../rig/site.ts";
import { until } from "../rig/wait.ts";
import { Desk, judged, many, PDF, TEXT } from "./documents.ts";
import { gone, goOn, HOSTILE, PORTAL, type Stage } from "./fixture.ts";
import { hold } from "./judge.ts";

const CADES = ["format", "certificate", "chain", "validity", "key-usage", "policy", "algorithm", "signed-attributes", "signing-certificate",
    "message-digest", "signature", "signing-time"];
const PADES = ["byte-range", "format", "whole-file", ...CADES];
const folder = mkdtempSync(join(tmpdir(), "jb-documents-"));
after(() => { rmSync(folder, { recursive: true }); });

function kept(name: string, bytes: Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
}

function run(program: string, ...words: string[]): { status: number | null; said: string } {
    const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
    assert.equal(error, undefined, program);
    return { status, said: stdout + stderr };
}

function openssl(cms: Buffer, document: Buffer): boolean {
    const { status, said } = run("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", kept("cms", cms),
        "-content", kept("document", document), "-CAfile", join(CARD_DATA, "sign-ca.pem"), "-out", join(folder, "written"));
    assert.ok(status === 0 || /verification failure/i.test(said), said);
    return status === 0;
}

/** What poppler says of each signature; whom it trusts is no question here. */
function pdfsig(pdf: Buffer): string[] {
    const { said } = run("pdfsig", "-nocert", kept("signed.pdf", pdf));
    return said.split(/^Signature #\d+:\n/m).slice(1);
}

/** OpenSSL on each signature of a PDF, with the card's CA alone to trust. */
function openPdf(pdf: Buffer): boolean[] {
    const text = pdf.toString("latin1");
    return [...text.matchAll(/\/ByteRange \[0 (\d+) (\d+) (\d+) *\]/g)].map((match) => {
        const [before = 0, behind = 0, rest = 0] = match.slice(1).map(Number);
        const cms = Buffer.from(text.slice(before + 1, behind - 1), "hex");
        const length = 4 + cms.readUInt16BE(2); // the zeros behind it are room
        return openssl(cms.subarray(0, length), Buffer.concat([pdf.subarray(0, before), pdf.subarray(behind, behind + rest)]));
    });
}

/** The README's example as a page of a site. */
function readme(): Record<string, SitePage> {
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    const [html = ""] = [...text.matchAll(/^```html\n(.*?)^```$/gms)].map((match) => match[1] ?? "").filter((each) => each.includes("signDocuments"));
    const keep = `<script>fetch = async (path, { body }) => { sent = [path, Array.from(new Uint8Array(await body.arrayBuffer()))]; };</script>`;
    return { "/": `<!doctype html>${keep}${html}`, "/jpki-bridge.js": { html: readFileSync(CLIENT_LIBRARY, "utf8"), headers: { "Content-Type": "text/javascript" } } };
}

const checks = (page: Page): Promise<string[]> =>
    page.locator('[data-check][data-ok="true"]').evaluateAll((all) => all.map((each) => each.getAttribute("data-check") ?? ""));

describe("signing documents", () => {
    let desk: Desk;
    let stage: Stage;
    before(async () => {
        // In no locale, which is what others are where they are missing, Chromium cannot name a file in Japanese.
        desk = await Desk.open({ environment: { LC_ALL: "C.UTF-8" }, pages: readme() });
        ({ stage } = desk);
    });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    async function saved(page: Page, wanted: string): Promise<Buffer> {
        const { name, bytes } = await stage.browser.download(page, () => page.click(`a[download="${wanted}"]`));
        assert.equal(name, wanted);
        return bytes;
    }

    it("makes a signature in a file of its own, which the server and OpenSSL take for this file alone", async () => {
        const { page, window } = await desk.ask([TEXT], "cades");
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        assert.equal(await judged(page, 1), 1);
        assert.deepEqual(await checks(page), CADES);
        const cms = await saved(page, "申請書.txt.p7s");
        assert.ok(openssl(cms, TEXT.buffer));
        assert.ok(!openssl(cms, Buffer.from("申請しません。\r\n")));
        const [prompt, ...more] = stage.home.pinentry.prompts();
        assert.equal(more.length, 0);
        assert.ok(prompt?.description.includes(PORTAL));
        await gone(window);
    });

    it("signs a PDF inside, and keeps a first signature valid under a second", async () => {
        let pdf = PDF;
        for (const count of [1, 2]) {
            const { page, window } = await desk.ask([pdf]);
            stage.home.pinentry.answer("pin ABC123");
            await goOn(window);
            assert.equal(await judged(page, 1), 1);
            assert.deepEqual(await checks(page), Array.from({ length: count }, () => PADES).flat());
            const name = pdf.name.replace(".pdf", "-signed.pdf");
            const signed = await saved(page, name);
            assert.ok(signed.subarray(0, pdf.buffer.length).equals(pdf.buffer), "the file is there as it was");
            const said = pdfsig(signed);
            assert.equal(said.length, count);
            for (const each of said) {
                assert.match(each, /Signature Validation: Signature is Valid/);
                assert.match(each, /ETSI\.CAdES\.detached/);
            }
            assert.match(said.at(-1) ?? "", /Total document signed/);
            assert.deepEqual(openPdf(signed), said.map(() => true));
            const tampered = Buffer.from(signed);
            tampered.write("0R1G", tampered.indexOf("ORIG"));
            assert.ok(pdfsig(tampered).every((each) => each.includes("Digest Mismatch")));
            pdf = { ...pdf, name, buffer: signed };
            await gone(window);
        }
    });

    it("takes a mark that the page suggests, and puts beside what no PDF can hold", async () => {
        const page = await desk.choose([PDF, TEXT]);
        await page.check("#mark");
        await page.fill("#mark-text", "Signed by Hanako");
        const window = await stage.browser.window(() => page.click("#sign-documents"));
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        assert.equal(await judged(page, 2), 2);
        assert.ok(openssl(await saved(page, "申請書.txt.p7s"), TEXT.buffer));
        const signed = await saved(page, "form-signed.pdf");
        assert.match(pdfsig(signed).join(), /Signature is Valid/);
        assert.match(run("pdftotext", kept("marked.pdf", signed), "-").said, /Signed by Hanako/);
    });

    it("signs twenty under one password, and says in window and page how far it is", async () => {
        const files = many(20);
        const before = desk.signatures();
        const { page, window } = await desk.ask(files);
        const seen = { page: new Set<string>(), window: new Set<string>() };
        stage.home.pinentry.answer("pin ABC123");
        await stage.card.command("delay-apdu 60");
        await hold(window); // it is read until the page has its outcome
        await goOn(window);
        await until("the outcome", async () => {
            for (const [where, bar] of [["page", page.locator("#outcome progress")], ["window", window.locator('[data-state="card-working"] #progress:not([hidden])')]] as const) {
                (await bar.evaluateAll((all) => all.map((each) => each.getAttribute("value") ?? ""))).forEach((value) => seen[where].add(value));
            }
            return page.locator("#outcome.good").count();
        }, 40_000);
        for (const [where, values] of Object.entries(seen)) {
            const numbers = [...values].filter((value) => value !== "").map(Number);
            assert.ok(numbers.length >= 5, `${where}: ${[...values].join()}`);
            assert.deepEqual(numbers, numbers.toSorted((one, other) => one - other), where);
        }
        assert.equal(await judged(page, 20), 20);
        assert.equal(stage.home.pinentry.prompts().length, 1);
        assert.equal(desk.signatures() - before, 20);
        assert.ok(openssl(await saved(page, "19.txt.p7s"), files[18]?.buffer ?? Buffer.of()));
        assert.match(pdfsig(await saved(page, "20-signed.pdf")).join(), /Signature is Valid/);
    });

    it("works by the README's example, which signs a PDF and sends it, just as it stands there", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.setInputFiles("#file", PDF);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(await stage.browser.window(() => page.click("#sign")));
        const [path, bytes] = await until("the signed PDF", () => page.evaluate<[string, number[]] | null>("globalThis.sent ?? null"));
        assert.equal(path, "/signed");
        assert.deepEqual(openPdf(Buffer.from(bytes)), [true]);
    });
});
