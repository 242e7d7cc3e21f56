/* SPDX-License-Identifier: MIT */
// What a person sees first, in both languages and both colour schemes.
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { type Language } from "../rig/browser.ts";
import { Stage } from "./fixture.ts";
import { judge, schemesOf } from "./judge.ts";

for (const language of ["ja", "en"] as const satisfies Language[]) {
    for (const colorScheme of schemesOf(language)) {
        const keep = (page: Page, name: string): Promise<void> => judge(page, name, language, colorScheme);
        const shows = (page: Page, state: string): Promise<void> => page.locator(`#card[data-state="${state}"]`).waitFor();

        describe(`the first windows, ${language}, ${colorScheme}`, () => {
            it("are readable, accessible and in their language", async () => {
                const without = await Stage.open({ language, colorScheme, welcome: true, host: null, card: null });
                try {
                    const page = await without.browser.welcomed();
                    await page.setViewportSize({ width: 900, height: 1300 });
                    await page.locator('#step-program[data-state="now"]').waitFor();
                    await keep(page, "welcome-program");
                    const popup = await without.browser.extensionPage("ui/popup/popup.html");
                    await popup.setViewportSize({ width: 380, height: 420 });
                    await shows(popup, "failure");
                    await keep(popup, "popup-missing");
                    const care = await without.browser.extensionPage("ui/card/card.html");
                    await shows(care, "failure");
                    await keep(care, "card-missing");
                } finally {
                    await without.close();
                }
                const stage = await Stage.open({ language, colorScheme, welcome: true, card: ["--removed"] });
                try {
                    const page = await stage.browser.welcomed();
                    await page.setViewportSize({ width: 900, height: 1300 });
                    await page.locator('#step-card[data-state="now"]').waitFor({ timeout: 20_000 });
                    await keep(page, "welcome-card");
                    await stage.card.insert();
                    await page.locator('#step-try[data-state="now"]').waitFor({ timeout: 20_000 });
                    await keep(page, "welcome-try");
                } finally {
                    await stage.close();
                }
            });
        });
    }
}
