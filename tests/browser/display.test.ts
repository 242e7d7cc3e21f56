/* SPDX-License-Identifier: MIT */
// On a real screen: the desktop's own PIN prompt typed into, the browser's own dialog answered, and real focus.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page as DrivenPage } from "playwright-core";
import { BROWSER } from "../rig/browser.ts";
import { Display } from "../rig/display.ts";
import { SHIPPED } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { gone, goOn, inState, leave, outcome, passed, PORTAL, SHOP, Stage } from "./fixture.ts";

const PINENTRY = "/usr/bin/pinentry-gtk-2";
const missing = [PINENTRY, "/usr/bin/Xvfb", "/usr/bin/xdotool"].find((each) => !existsSync(each));
// Its toolbar and its dialogs are elsewhere, and the prompt is the host's own in either.
const skip = BROWSER === "firefox" ? "for Chromium's toolbar and dialogs" : missing === undefined ? false : `${missing} is not installed`;

describe("on a screen", { skip }, () => {
    let display: Display;
    let stage: Stage;
    before(async () => {
        display = await Display.open();
        stage = await Stage.open({ language: "ja", extension: SHIPPED, headless: false, viewport: null, environment: { DISPLAY: display.name } });
        stage.home.configure({ pinentry: PINENTRY });
    });
    afterEach(() => stage.tidy());
    after(async () => {
        await stage.close();
        await display.close();
    });

    it("a person types the PIN into the desktop's own prompt, wrong first, and is logged in", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await display.window("Pinentry");
        display.picture("desktop-pin-prompt");
        display.type("9999");
        await display.press("Return");
        await until("the second prompt", async () => (await window.locator("#tries").innerText()).includes('2'));
        await display.window("Pinentry");
        display.picture("desktop-pin-prompt-again");
        display.type("1234");
        await display.press("Return");
        await page.waitForURL("**/account*");
        assert.equal((await passed(page)).length, 10);
        await gone(window);
        assert.equal(display.isShown("Pinentry"), false);
    });

    it("the prompt closes with the window", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await display.window("Pinentry");
        await window.close();
        await until("the prompt to close", () => !display.isShown("Pinentry"));
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
    });

    it("Continue waits for the focus, as long as another window has it", async () => {
        const { page, window } = await stage.ask();
        await inState(window, "review");
        const session = await stage.chromium.context.newCDPSession(window as DrivenPage);
        await session.send("Emulation.setFocusEmulationEnabled", { enabled: false });
        const { x, y } = await page.evaluate<{ x: number; y: number }>("({ x: screenX + 20, y: screenY + outerHeight - 60 })");
        display.click(x, y); // into the page, beside the session window
        await until("the window to lose the focus", async () => !await window.evaluate<boolean>("document.hasFocus()"));
        await sleep(1_500); // more than the second that it would wait for with the focus
        assert.equal(await window.locator("#continue").getAttribute("aria-disabled"), "true");
        await window.locator("#continue").click({ force: true });
        await sleep(300);
        await inState(window, "review");
        await window.close();
    });

    it("a person switches a site on from the toolbar, and says yes to the browser", async () => {
        const page = await stage.browser.tab(`${SHOP}/login`);
        await page.bringToFront();
        const corner = await page.evaluate<{ x: number; y: number }>("({ x: screenX + outerWidth, y: screenY })");
        await display.after(() => { display.click(corner.x - 107, corner.y + 66); }); // the menu of extensions
        await display.press("Tab", "Tab");
        await display.after(() => display.press("Return"));
        display.picture("desktop-popup-off");
        await display.after(() => { display.click(corner.x - 195, corner.y + 219); }); // its switch
        display.picture("desktop-permission");
        await display.press("Tab");
        await display.after(() => display.press("Return"));
        const settings = await stage.browser.extensionPage("ui/options/options.html");
        await until("the site in the list", async () => (await settings.locator("#sites .site").count()) === 1);
        await settings.close();
        await page.bringToFront();
        const window = await stage.browser.window(() => page.click("#log-in"));
        assert.equal(await window.locator("#origin").innerText(), SHOP);
        await leave(window);
    });

    it("the sign page works the same way", async () => {
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        const window = await stage.browser.window(() => page.click("#sign-once"));
        await goOn(window);
        await display.window("Pinentry");
        display.picture("desktop-password-prompt");
        display.type("abc123");
        await display.press("Return");
        assert.ok((await outcome(page)).good);
    });
});
