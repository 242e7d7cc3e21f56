/* SPDX-License-Identifier: MIT */
// The windows of looking after the card in both languages, as looks.test.ts has the others.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import type { Language } from "../rig/browser.ts";
import { appears, goOn, inState, outcome, Stage } from "./fixture.ts";
import { judge } from "./judge.ts";

const TALL = { width: 900, height: 2000 };

for (const language of ["ja", "en"] as const satisfies Language[]) {
    const shows = (page: Page, state: string): Promise<void> => page.locator(`#card[data-state="${state}"]`).waitFor();
    const dialog = (page: Page, state: string): Promise<void> => appears(page.locator(`dialog[open][data-state="${state}"]`), `the dialog in the state ${state}`);

    describe(`looking after the card, ${language}`, () => {
        it("is readable, accessible and in its language everywhere", async () => {
            const stage = await Stage.open({ language, card: ["--renewal"] });
            const { pinentry } = stage.home;
            const keep = (page: Page, name: string): Promise<void> => judge(stage.browser, page, name, language);
            try {
                const popup = await stage.browser.extensionPage("ui/popup/popup.html");
                await popup.setViewportSize({ width: 380, height: 600 });
                await shows(popup, "card");
                await keep(popup, "popup-renewal");
                await popup.close();

                const care = await stage.browser.extensionPage("ui/card/card.html");
                await care.setViewportSize(TALL);
                await shows(care, "card");
                pinentry.answer("pin ABC123");
                await care.click("#show-details");
                await appears(care.locator("#details:not([hidden])"), "the details");
                await keep(care, "card-details");
                await care.setViewportSize({ width: 400, height: 2600 });
                await keep(care, "card-narrow");
                await care.setViewportSize({ width: 900, height: 760 });
                await care.click("#change-authentication");
                await dialog(care, "pin-prompt");
                await keep(care, "card-prompt-current");
                pinentry.answer("pin 1234", "pin 1111");
                await care.locator("#care-steps:not(:has([aria-current])), #care-steps[hidden]").waitFor({ state: "attached" });
                await keep(care, "card-prompt-weak");
                await care.click("#care-cancel");
                await care.locator("dialog[open]").waitFor({ state: "hidden" });
                await care.click("#hide-details");
                await stage.card.setTries("sign", 0);
                await care.click("#show-details");
                await dialog(care, "failure");
                await keep(care, "card-failure");
                await care.click("#care-close");
                await care.setViewportSize(TALL);
                await care.locator("#locked-signing:not([hidden])").waitFor();
                await keep(care, "card-locked");
                await stage.card.remove();
                await shows(care, "card-absent");
                await keep(care, "card-absent");
                await stage.card.setTries("sign", 5);
                await stage.card.insert();
                await care.close();

                const { page, window } = await stage.ask(`/profile?lang=${language}`, "#read");
                await inState(window, "review");
                await window.locator('#continue[aria-disabled="false"]').waitFor();
                await keep(window, "session-profile");
                const busy = await stage.browser.extensionPage("ui/popup/popup.html");
                await busy.setViewportSize({ width: 380, height: 420 });
                await shows(busy, "busy");
                await keep(busy, "popup-busy");
                await busy.close();
                pinentry.answer("pin 1234");
                await window.bringToFront();
                await goOn(window);
                assert.ok((await outcome(page)).good);
                await keep(page, "portal-profile");
            } finally {
                await stage.close();
            }
        });
    });
}
