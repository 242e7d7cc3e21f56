/* SPDX-License-Identifier: MIT */
// The longest host name that there can be must not push what the person has to read out of the window.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { screenshot } from "../rig/browser.ts";
import { createSite, listen } from "../rig/site.ts";
import { goOn, inState, SPEAKER, Stage } from "./fixture.ts";

// With a name in punycode, as the caution for that takes room as well.
const INTERNATIONAL = new URL(`https://${"w".repeat(40)}é.lg.jp`).hostname;
const HOST = `${"w".repeat(62)}.${"w".repeat(63)}.${"w".repeat(63)}.`.padEnd(253 - INTERNATIONAL.length - 1, "w") + `.${INTERNATIONAL}`;
const pageIn = (lang: string): string => `${SPEAKER}<button id="go" onclick='ask("jpki-bridge:sign", { id: 1, hash: btoa("0".repeat(32)), hashFunction: "SHA-256", options: { lang: "${lang}" } })'>go</button>`;

/** How far above the buttons an element ends, in pixels. */
function room(window: Page, selector: string): Promise<number> {
    return window.evaluate(`document.querySelector("footer").getBoundingClientRect().top - document.querySelector("${selector}").getBoundingClientRect().bottom`);
}

describe("a host name of 253 letters", () => {
    const site = createSite({ "/ja": pageIn("ja"), "/en": pageIn("en") });
    let stage: Stage;
    before(async () => { stage = await Stage.open({ card: null, hosts: { [HOST]: await listen(site) } }); });
    afterEach(() => stage.tidy());
    after(async () => {
        await stage.close();
        site.closeAllConnections();
        site.close();
    });

    for (const language of ["ja", "en"] as const) {
        it(`leaves the warning in sight above Continue (${language})`, async () => {
            assert.equal(HOST.length, 253);
            const page = await stage.browser.tab(`https://${HOST}/${language}`);
            const window = await stage.browser.window(() => page.click("#go"));
            await inState(window, "review");
            assert.equal(await window.locator("html").getAttribute("lang"), language);
            await window.setViewportSize({ width: 480, height: 670 });
            await screenshot(window, `session-long-name.${language}`);
            assert.equal(await window.locator("#origin").innerText(), `https://${HOST}`);
            assert.equal(await window.evaluate("scrollY"), 0);
            for (const part of ["#origin", "#document-not-shown"]) {
                assert.ok(await room(window, part) >= 0, `${part}: ${await room(window, part)}`);
            }
            await goOn(window);
        });
    }
});
