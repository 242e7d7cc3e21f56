/* SPDX-License-Identifier: MIT */
// Every window in both languages and both colour schemes: pictures for people, and what a program can judge.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { screenshot, type Language } from "../rig/browser.ts";
import { gone, goOn, inState, outcome, PORTAL, Stage } from "./fixture.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WINDOW = { width: 480, height: 700 };

interface Violation {
    id: string;
    help: string;
    nodes: { html: string; failureSummary?: string }[];
}

/** What axe finds wrong by WCAG 2.2 AA, in words. */
async function faults(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const found = await page.evaluate<Violation[]>(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations)");
    return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

async function darkness(page: Page): Promise<number> {
    return page.evaluate(`{
        const canvas = document.createElement("canvas").getContext("2d");
        const colours = [document.body, document.documentElement].map((each) => getComputedStyle(each).backgroundColor);
        canvas.fillStyle = colours.find((each) => !/, 0\\)$/.test(each)) ?? "white";
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        1 - (red + green + blue) / 765;
    }`);
}

for (const language of ["ja", "en"] as const satisfies Language[]) {
    for (const colorScheme of ["light", "dark"] as const) {
        describe(`${language}, ${colorScheme}`, () => {
            it("is readable, accessible and in its language everywhere", async () => {
                const stage = await Stage.open({ language, colorScheme });
                const { pinentry } = stage.home;
                const keep = async (page: Page, name: string): Promise<void> => {
                    if (name.startsWith("session")) {
                        await page.setViewportSize(WINDOW);
                    }
                    await screenshot(page, `${name}.${language}.${colorScheme}`);
                    assert.deepEqual(await faults(page), [], name);
                    assert.equal(await page.locator("html").getAttribute("lang"), language, name);
                    const japanese = (await page.locator("body").innerText()).match(/[ぁ-ん]/g)?.length ?? 0;
                    assert.equal(japanese > 5, language === "ja", `${name}: ${japanese} kana`);
                    assert.equal(await darkness(page) > 0.5, colorScheme === "dark", `${name}: ${colorScheme}`);
                };
                try {
                    const { page, window } = await stage.ask("/login");
                    await inState(window, "review");
                    await window.locator('#continue[aria-disabled="false"]').waitFor();
                    await keep(window, "session-review");
                    await goOn(window);
                    const prompt = await pinentry.shown();
                    assert.equal(/[ぁ-ん]/.test(prompt.description), language === "ja", prompt.description);
                    await inState(window, "pin-prompt");
                    await keep(window, "session-pin");
                    await stage.card.command("delay-apdu 700");
                    pinentry.answer("pin 1234");
                    await inState(window, "card-working");
                    await keep(window, "session-working");
                    await stage.card.command("delay-apdu 0");
                    await inState(window, "success");
                    await keep(window, "session-success");
                    assert.ok((await outcome(page)).good);
                    await keep(page, "portal-account");
                    await gone(window);

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
                    await waiting.window.click("#cancel");
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
                    await popup.setViewportSize({ width: 340, height: 420 });
                    await keep(popup, "popup");
                    await keep(await stage.browser.extensionPage("ui/options/options.html"), "options");
                } finally {
                    await stage.close();
                }
            });
        });
    }
}
