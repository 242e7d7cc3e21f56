/* SPDX-License-Identifier: MIT */
// Keeps a picture of a window for people, and finds what a program can find wrong with it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "../rig/page.ts";
import { BROWSER, screenshot, type Browser, type ColorScheme, type Language } from "../rig/browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WINDOW = { width: 480, height: 700 };

interface Violation {
    id: string;
    help: string;
    nodes: { html: string; failureSummary?: string }[];
}

/** What axe finds wrong by WCAG 2.2 AA, in words. */
export async function faults(page: Page): Promise<string[]> {
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

/** Each language in both schemes; in Firefox, which takes its time, each language and each scheme once. */
function schemesOf(language: Language): ColorScheme[] {
    return BROWSER === "chromium" ? ["light", "dark"] : language === "ja" ? ["light"] : ["dark"];
}

/** Keeps a session window from closing itself, so that it can be judged at leisure. */
export async function hold(window: Page): Promise<void> {
    await window.evaluate("void (window.close = () => undefined)");
}

/** In its language and in its colours, light and dark, without a fault; kept as build/screenshots/NAME.LANGUAGE.SCHEME.png. */
export async function judge(browser: Browser, page: Page, name: string, language: Language): Promise<void> {
    if (name.startsWith("session")) {
        await page.setViewportSize(WINDOW);
    }
    for (const colorScheme of schemesOf(language)) {
        await browser.paint(page, colorScheme);
        await screenshot(page, `${name}.${language}.${colorScheme}`);
        assert.equal(await darkness(page) > 0.5, colorScheme === "dark", `${name}: ${colorScheme}`);
        assert.deepEqual(await faults(page), [], `${name}: ${colorScheme}`);
    }
    assert.equal(await page.locator("html").getAttribute("lang"), language, name);
    const japanese = (await page.locator("body").innerText()).match(/[ぁ-ん]/g)?.length ?? 0;
    assert.equal(japanese > 5, language === "ja", `${name}: ${japanese} kana`);
}
