/* SPDX-License-Identifier: MIT */
// Sites are off until the person switches them on, and off again when the person says so.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { screenshot } from "../rig/browser.ts";
import { createSite, listen } from "../rig/site.ts";
import { until } from "../rig/wait.ts";
import { answered, gone, goOn, HOSTILE, inState, leave, outcome, SHOP, SPEAKER, Stage } from "./fixture.ts";

const PATTERN = "https://shop.example.com/*";

describe("a site of nobody's government", () => {
    let stage: Stage;
    const neighbouring = createSite({ "/": SPEAKER });
    before(async () => {
        stage = await Stage.open({ language: "en", restarts: true, pages: { "/": SPEAKER }, hosts: { "www.shop.example.com": await listen(neighbouring) } });
    });
    afterEach(() => stage.tidy());
    after(async () => {
        await stage.close();
        neighbouring.closeAllConnections();
        neighbouring.close();
    });

    it("has a government's beside it that is on from the start, and whose status tells the versions", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.evaluate("ask('web-eid:status')");
        const answer = await answered(page);
        assert.equal(answer.action, "web-eid:status-success");
        assert.match(JSON.stringify(answer), /"nativeApp":"2\./);
        const window = await stage.browser.window(() => page.evaluate("ask()"));
        await inState(window, "review");
        await leave(window);
    });

    it("finds nobody there until it is switched on, in a text that a page can show", async () => {
        for (const path of ["/login", "/login-web-eid"]) {
            const page = await stage.browser.tab(`${SHOP}${path}`);
            await page.click("#log-in");
            const said = await outcome(page);
            assert.match(said.text, /ERR_WEBEID_EXTENSION_UNAVAILABLE/);
            assert.match(said.text, /[Ii]nstall.+switch/s, "one text for both causes");
            await screenshot(page, `portal-unavailable${path.replace("/", "-")}.en.light`);
        }
        assert.equal(stage.browser.windows().length, 0);
    });

    it("works in the open tab once it is switched on, in new tabs too, and falls silent when it is switched off", async () => {
        const page = await stage.browser.tab(`${SHOP}/login`);
        await stage.browser.grant(PATTERN);
        stage.home.pinentry.answer("pin 1234", "pin 1234");
        await page.bringToFront();
        const window = await stage.browser.windowAtLast(() => page.click("#log-in:not([disabled])"));
        assert.equal(await window.locator("#origin").innerText(), SHOP);
        await goOn(window);
        await page.waitForURL("**/account*");
        await gone(window);
        const other = await stage.ask("/login-web-eid", "#log-in", SHOP);
        await goOn(other.window);
        await other.page.waitForURL("**/account*");
        await gone(other.window);

        const settings = await stage.browser.extensionPage("ui/options/options.html");
        const site = settings.locator("#sites .site");
        assert.match(await site.innerText(), /shop\.example\.com/);
        await screenshot(settings, "options-one-site.en.light");
        const back = await stage.browser.tab(`${SHOP}/login`);
        await settings.bringToFront();
        await site.locator("button.revoke").click();
        await site.waitFor({ state: "detached" });
        await back.bringToFront();
        await until("the open tab to fall silent", async () => {
            await back.click("#log-in:not([disabled])");
            return (await outcome(back)).text.includes('ERR_WEBEID_EXTENSION_UNAVAILABLE');
        });
        const fresh = await stage.browser.tab(`${SHOP}/login`);
        await fresh.click("#log-in");
        assert.match((await outcome(fresh)).text, /ERR_WEBEID_EXTENSION_UNAVAILABLE/);
        assert.equal(stage.browser.windows().length, 0);
    });

    it("ends what is under way when it is switched off", async () => {
        await stage.browser.grant(PATTERN);
        const { page, window } = await stage.ask("/login", "#log-in", SHOP);
        await goOn(window);
        await stage.home.pinentry.shown();
        await stage.browser.revoke(PATTERN);
        assert.match((await outcome(page)).text, /ERR_WEBEID_EXTENSION_UNAVAILABLE/);
        await gone(window);
        assert.ok(await stage.home.pinentry.closed());
    });

    it("is still on, or off, after the browser was closed", async () => {
        await stage.browser.grant(PATTERN);
        await stage.restart();
        // Chromium takes a folder that it is started with for newly installed.
        await stage.browser.registered();
        stage.home.pinentry.answer("pin 1234");
        const { page, window } = await stage.ask("/login", "#log-in", SHOP);
        await goOn(window);
        await page.waitForURL("**/account*");
        await gone(window);
        await stage.browser.revoke(PATTERN);
        await stage.restart();
        await stage.browser.registered();
        const again = await stage.browser.tab(`${SHOP}/login`);
        await again.click("#log-in");
        assert.match((await outcome(again)).text, /ERR_WEBEID_EXTENSION_UNAVAILABLE/);
    });

    it("is another site than its neighbours", async () => {
        await stage.browser.grant(PATTERN);
        const neighbour = await stage.browser.tab("https://www.shop.example.com/");
        await neighbour.evaluate("ask()");
        await stage.noWindow(await stage.browser.tab(`${SHOP}/login`));
        assert.deepEqual(await neighbour.evaluate("answers"), []);
        await stage.browser.revoke(PATTERN);
    });
});
