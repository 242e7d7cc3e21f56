/* SPDX-License-Identifier: MIT */
// After installation: from nothing to a first log-in.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import links from "../../manifests/links.json" with { type: "json" };
import { createPortal } from "../portal/server.ts";
import { screenshot } from "../rig/browser.ts";
import { CARD_DATA, CLIENT_LIBRARY, HOST } from "../rig/paths.ts";
import { listen } from "../rig/site.ts";
import { appears, goOn, gone, Stage } from "./fixture.ts";

const EXAMPLE = new URL(links.example);

async function stands(page: Page, step: string): Promise<void> {
    await appears(page.locator(`#step-${step}[data-state="now"]`), `the step ${step}`, 20_000);
}

describe("the welcome page", () => {
    it("opens after installation, and leads to a first log-in; once", async () => {
        const portal = createPortal({ origin: EXAMPLE.origin, authCa: join(CARD_DATA, "auth-ca.pem"), signCa: join(CARD_DATA, "sign-ca.pem"), clientLibrary: CLIENT_LIBRARY });
        const hosts = { [EXAMPLE.hostname]: await listen(portal) };
        const stage = await Stage.open({ language: "en", welcome: true, host: null, card: ["--removed"], hosts });
        try {
            const page = await stage.browser.welcomed();
            await stands(page, "program");
            assert.match(await page.locator("#packages").innerText(), /\.deb[\s\S]+\.rpm/);
            assert.equal(await page.locator("#get-package").getAttribute("href"), links.releases);
            await screenshot(page, "welcome-program.en.light");

            // The package is installed: the page finds it without being asked.
            stage.browser.register(HOST);
            await stands(page, "card");
            assert.match(await page.locator("#step-program").innerText(), /The program is running \(version \S+\)/);
            assert.match(await page.locator("#step-card .remarks").innerText(), /\S/);
            await screenshot(page, "welcome-card.en.light");
            await stage.card.insert();
            await stands(page, "try");
            await screenshot(page, "welcome-try.en.light");

            await stage.browser.grant(`${EXAMPLE.origin}/*`);
            const opened = stage.browser.context.waitForEvent("page");
            await page.locator("#try").focus();
            await page.keyboard.press("Enter");
            const site = await opened;
            await site.waitForURL(`${EXAMPLE.href}*`);
            stage.home.pinentry.answer("pin 1234");
            const window = await stage.browser.window(() => site.click("#log-in"));
            await goOn(window);
            await site.waitForURL("**/account*");
            await gone(window);
            await page.bringToFront();
            await appears(page.locator('#step-try[data-state="done"]'), "the last step");
            await screenshot(page, "welcome-done.en.light");
            assert.equal(await page.locator('[data-state="now"]').count(), 0);

            // It does not come back when the browser is started again.
            await stage.restart();
            await stage.browser.registered();
            await (await stage.browser.extensionPage("ui/options/options.html")).close();
            assert.ok(stage.browser.context.pages().every((each) => !each.url().includes("/welcome/")));
        } finally {
            await stage.close();
            portal.closeAllConnections();
            portal.close();
        }
    });
});
