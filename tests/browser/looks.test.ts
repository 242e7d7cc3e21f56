/* SPDX-License-Identifier: MIT */
// Every window in both languages and both colour schemes: pictures for people, and what a program can judge.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { type Language } from "../rig/browser.ts";
import { gone, goOn, inState, leave, outcome, PORTAL, Stage } from "./fixture.ts";
import { hold, judge } from "./judge.ts";

for (const language of ["ja", "en"] as const satisfies Language[]) {
    describe(language, () => {
        it("is readable, accessible and in its language everywhere", async () => {
            const stage = await Stage.open({ language });
            const { pinentry } = stage.home;
            const keep = (page: Page, name: string): Promise<void> => judge(stage.browser, page, name, language);
            try {
                const { page, window } = await stage.ask("/login");
                await inState(window, "review");
                await window.locator('#continue[aria-disabled="false"]').waitFor();
                await keep(window, "session-review");
                await hold(window);
                await goOn(window);
                const prompt = await pinentry.shown();
                assert.equal(/[ぁ-ん]/.test(prompt.description), language === "ja", prompt.description);
                await inState(window, "pin-prompt");
                await keep(window, "session-pin");
                await stage.card.command("delay-apdu 1200");
                pinentry.answer("pin 1234");
                await inState(window, "card-working");
                await keep(window, "session-working");
                await stage.card.command("delay-apdu 0");
                await inState(window, "success");
                await keep(window, "session-success");
                assert.ok((await outcome(page)).good);
                await keep(page, "portal-account");
                await window.close();

                await page.goto(`${PORTAL}/`);
                await keep(page, "portal-home");
                await page.goto(`${PORTAL}/login`);
                await keep(page, "portal-login");
                await page.goto(`${PORTAL}/sign`);
                pinentry.answer("pin ABC123");
                const signing = await stage.browser.window(() => page.click("#sign-once"));
                await inState(signing, "review");
                await signing.locator('#continue[aria-disabled="false"]').waitFor();
                await keep(signing, "session-review-sign");
                await goOn(signing);
                assert.ok((await outcome(page)).good);
                await keep(page, "portal-signed");
                await gone(signing);

                await stage.card.remove();
                const waiting = await stage.ask("/login");
                await goOn(waiting.window);
                await inState(waiting.window, "waiting-for-card");
                await keep(waiting.window, "session-waiting");
                await leave(waiting.window);
                await outcome(waiting.page);
                await stage.card.insert();
                await stage.card.setTries("auth", 0);
                const locked = await stage.ask("/login");
                await goOn(locked.window);
                await inState(locked.window, "failure");
                await keep(locked.window, "session-failure");
                await locked.window.close();
                assert.ok(!(await outcome(locked.page)).good);
                await keep(locked.page, "portal-failure");

                const popup = await stage.browser.extensionPage("ui/popup/popup.html");
                await popup.setViewportSize({ width: 380, height: 600 });
                await keep(popup, "popup");
                await keep(await stage.browser.extensionPage("ui/options/options.html"), "options");
            } finally {
                await stage.close();
            }
        });
    });
}
