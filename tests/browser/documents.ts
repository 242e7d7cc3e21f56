/* SPDX-License-Identifier: MIT */
// The portal's page for documents as a test uses it.
import assert from "node:assert/strict";
import type { Page } from "../rig/page.ts";
import { smallPdf } from "../portal/document-fixtures.ts";
import { until } from "../rig/wait.ts";
import { inState, outcome, PORTAL, Stage, type StageOptions } from "./fixture.ts";

export interface File { name: string; mimeType: string; buffer: Buffer }

export const TEXT: File = { name: "申請書.txt", mimeType: "text/plain", buffer: Buffer.from("申請します。\r\n") };
export const PDF: File = { name: "form.pdf", mimeType: "application/pdf", buffer: smallPdf() };

/** Waits until the server has said of each what it makes of it; how many it took. */
export async function judged(page: Page, count: number): Promise<number> {
    await outcome(page);
    await until("the server's words", async () => await page.locator('.signed > [data-state="waiting"]').count() === 0, 20_000);
    assert.equal(await page.locator(".signed > li").count(), count);
    return page.locator('.signed > [data-state="good"]').count();
}

export class Desk {
    readonly stage: Stage;
    private constructor(stage: Stage) {
        this.stage = stage;
    }
    static async open(options: StageOptions = {}): Promise<Desk> {
        return new Desk(await Stage.open({ language: "en", ...options }));
    }
    async choose(files: File[], format: "cades" | "pades" = "pades"): Promise<Page> {
        const page = await this.stage.browser.tab(`${PORTAL}/documents`);
        await page.setInputFiles("#files", files);
        await page.check(`#${format}`);
        return page;
    }
    /** Asks for signatures, and waits until the documents are shown. */
    async ask(files: File[], format: "cades" | "pades" = "pades"): Promise<{ page: Page; window: Page }> {
        const page = await this.choose(files, format);
        const window = await this.stage.browser.window(() => page.click("#sign-documents"));
        await inState(window, "review");
        return { page, window };
    }
    /** Signatures that the card has made since it was laid down. */
    signatures(): number {
        return this.stage.card.apdus().filter(({ command, answer }) => command.startsWith("80 2A") && answer?.endsWith("90 00")).length;
    }
    /** The page has no file of anybody's, nothing to save, and says why. */
    async nothing(page: Page, reason: RegExp): Promise<string> {
        const said = await outcome(page);
        assert.ok(!said.good, said.text);
        assert.match(said.text, reason);
        assert.equal(await page.locator("a[download]").count(), 0);
        return said.text;
    }
}

export const many = (count: number): File[] => Array.from({ length: count }, (_, at) => at % 2 === 0
    ? { ...TEXT, name: `${at + 1}.txt`, buffer: Buffer.from(`No. ${at + 1}`) }
    : { ...PDF, name: `${at + 1}.pdf`, buffer: smallPdf(`No. ${at + 1}`) });
