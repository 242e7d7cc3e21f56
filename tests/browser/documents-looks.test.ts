/* SPDX-License-Identifier: MIT */
// The portal's page for documents, wide and narrow, in both languages and both colour schemes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { smallPdf } from "../portal/document-fixtures.ts";
import type { Language } from "../rig/browser.ts";
import { until } from "../rig/wait.ts";
import { gone, goOn, outcome, PORTAL, Stage } from "./fixture.ts";
import { judge } from "./judge.ts";

const NAMES = {
    ja: ["住民票の写し等交付申請書(令和8年度・本人または同一世帯の方).pdf", "委任状.txt"],
    en: ["Application for a copy of the residence record, for the holder or the household.pdf", "power-of-attorney.txt"],
};
const SIZES = { wide: { width: 1000, height: 1500 }, narrow: { width: 360, height: 1900 } } as const;

for (const language of ["ja", "en"] as const satisfies Language[]) {
    describe(language, () => {
        it("is readable, accessible, in its language, and never wider than the screen", async () => {
            const stage = await Stage.open({ language });
            const keep = async (page: Page, name: string, sizes: Partial<typeof SIZES> = SIZES): Promise<void> => {
                for (const [size, viewport] of Object.entries(sizes)) {
                    await page.setViewportSize(viewport);
                    await judge(stage.browser, page, `portal-${name}-${size}`, language);
                    assert.ok(await page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"), `${name} ${size}`);
                }
            };
            const { narrow } = SIZES;
            try {
                const page = await stage.browser.tab(`${PORTAL}/documents`);
                await page.setInputFiles("#files", NAMES[language].map((name, at) => ({
                    name, mimeType: "", buffer: at === 0 ? smallPdf() : Buffer.from("I apply."),
                })));
                await page.check("#mark");
                await keep(page, "documents");
                await page.uncheck("#mark");
                stage.home.pinentry.answer("pin ABC123");
                await stage.card.command("delay-apdu 500");
                const window = await stage.browser.window(() => page.click("#sign-documents"));
                await goOn(window);
                await until("a count", () => page.locator("#outcome progress:not([hidden])").count());
                await judge(stage.browser, page, "portal-documents-working", language);
                await stage.card.command("delay-apdu 0");
                assert.ok((await outcome(page)).good);
                await page.locator('.signed > [data-state="good"] + [data-state="good"]').waitFor();
                await page.locator(".signed summary").first().click();
                await keep(page, "documents-signed");
                await gone(window);
                await stage.card.command("reset-count");
                await stage.card.command("remove-at 10");
                stage.home.pinentry.answer("pin ABC123");
                const again = await stage.browser.window(() => page.click("#sign-documents"));
                await goOn(again);
                assert.ok(!(await outcome(page)).good);
                await keep(page, "documents-failed", { narrow });
            } finally {
                await stage.close();
            }
        });
    });
}
