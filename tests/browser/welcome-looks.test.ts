/* SPDX-License-Identifier: MIT */
// What a person sees first, in both languages and both colour schemes.
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import type { Language } from "../rig/browser.ts";
import { HOST } from "../rig/paths.ts";
import { appears, Stage } from "./fixture.ts";
import { judge } from "./judge.ts";

for (const language of ["ja", "en"] as const satisfies Language[]) {
    const shows = (page: Page, state: string): Promise<void> => page.locator(`#card[data-state="${state}"]`).waitFor();

    describe(`the first windows, ${language}`, () => {
        it("are readable, accessible and in their language", async () => {
            const stage = await Stage.open({ language, welcome: true, host: null, card: ["--removed"] });
            const keep = (page: Page, name: string): Promise<void> => judge(stage.browser, page, name, language);
            try {
                const page = await stage.browser.welcomed();
                await page.setViewportSize({ width: 900, height: 1300 });
                await page.locator('#step-program[data-state="now"]').waitFor();
                await keep(page, "welcome-program");
                const popup = await stage.browser.extensionPage("ui/popup/popup.html");
                await popup.setViewportSize({ width: 380, height: 420 });
                await shows(popup, "failure");
                await keep(popup, "popup-missing");
                const care = await stage.browser.extensionPage("ui/card/card.html");
                await shows(care, "failure");
                await keep(care, "card-missing");
                await Promise.all([popup.close(), care.close()]);
                stage.browser.register(HOST);
                await page.bringToFront();
                await appears(page.locator('#step-card[data-state="now"]'), "the step card", 20_000);
                await keep(page, "welcome-card");
                await stage.card.insert();
                await appears(page.locator('#step-try[data-state="now"]'), "the step try", 20_000);
                await keep(page, "welcome-try");
            } finally {
                await stage.close();
            }
        });
    });
}
