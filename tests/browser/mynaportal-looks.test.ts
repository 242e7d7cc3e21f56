/* SPDX-License-Identifier: MIT */
// What the person sees when a government's service asks, in both languages and both colour schemes.
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { type Language } from "../rig/browser.ts";
import { goOn, inState, MYNA, PORTAL, Stage } from "./fixture.ts";
import { hold, judge } from "./judge.ts";

for (const language of ["ja", "en"] as const satisfies Language[]) {
    describe(`what services ask for in ${language}`, () => {
        it("is readable, accessible and in its language everywhere", async () => {
            const stage = await Stage.open({ language });
            const { pinentry } = stage.home;
            const keep = (page: Page, name: string): Promise<void> => judge(stage.browser, page, name, language);
            try {
                for (const [button, name] of [["#myna-login", "login"], ["#myna-sign", "sign"], ["#myna-attributes", "attributes"]] as const) {
                    const { page, window } = await stage.ask("/mynaportal", button, MYNA);
                    await window.locator('#continue[aria-disabled="false"]').waitFor();
                    await keep(window, `session-mynaportal-${name}`);
                    await hold(window);
                    pinentry.answer(name === "sign" ? "pin ABC123" : "pin 1234");
                    await goOn(window);
                    await inState(window, "success");
                    await keep(window, `session-mynaportal-${name}-done`);
                    await page.locator("#outcome.good, h1 + dl").first().waitFor();
                    await keep(page, `portal-mynaportal-${name}`);
                    await window.close();
                    await page.close();
                }
                const other = await stage.browser.tab(`${PORTAL}/mynaportal`);
                await keep(other, "portal-mynaportal-unsupported");
                await other.evaluate("document.querySelectorAll('.choices button').forEach((each) => { each.disabled = false; })");
                const asked = await stage.browser.window(() => other.click("#myna-login"));
                pinentry.reset();
                await goOn(asked);
                await inState(asked, "question");
                await keep(asked, "session-mynaportal-question");
                pinentry.answer("ok", "pin 1234");
                await other.waitForURL("**/account*");
                const settings = await stage.browser.extensionPage("ui/options/options.html");
                await settings.setViewportSize({ width: 900, height: 1300 });
                await settings.locator("#trusted .site").waitFor();
                await keep(settings, "options-trusted");
            } finally {
                await stage.close();
            }
        });
    });
}
