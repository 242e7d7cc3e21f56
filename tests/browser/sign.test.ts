/* SPDX-License-Identifier: MIT */
// Signing a hash, both ways, with what the person is shown about it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, describe, it } from "node:test";
import { screenshot } from "../rig/browser.ts";
import { gone, goOn, outcome, passed, PORTAL, Stage } from "./fixture.ts";

const CHECKS = ["format", "certificate", "chain", "validity", "key-usage", "policy", "algorithm", "signature"];
const TEXT = "申請します。\nI apply.";

describe("signing", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en" }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    it("takes one password where the site asks once", async () => {
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        await page.fill("#text", TEXT);
        const window = await stage.browser.window(() => page.click("#sign-once"));
        assert.equal(await window.locator("#document-not-shown").isVisible(), true, "the person is told that the document is not shown");
        const hash = createHash("sha256").update(TEXT).digest("hex");
        assert.equal(await window.locator("#hash").textContent(), hash);
        await screenshot(window, "session-review-sign.en.light");
        stage.home.pinentry.answer("pin abc123"); // lower case is folded
        await goOn(window);
        const said = await outcome(page);
        assert.ok(said.good, said.text);
        assert.ok(said.text.includes("I apply."));
        assert.deepEqual(await passed(page), CHECKS);
        const [prompt, ...more] = stage.home.pinentry.prompts();
        assert.equal(more.length, 0);
        assert.ok(prompt?.description.includes(PORTAL));
        assert.match(prompt?.description ?? "", /5/);
        await screenshot(page, "portal-signed.en.light");
        await gone(window);
    });

    it("takes two passwords and two windows the Web eID way, the second without another press on the page", async () => {
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        stage.home.pinentry.answer("pin ABC123", "pin ABC123");
        const first = await stage.browser.window(() => page.click("#sign-twice"));
        const second = await stage.browser.window(() => goOn(first), 20_000);
        await goOn(second);
        const said = await outcome(page);
        assert.ok(said.good, said.text);
        assert.deepEqual(await passed(page), CHECKS);
        assert.equal(stage.home.pinentry.prompts().length, 2);
        assert.equal(await stage.card.triesLeft("sign"), 5);
    });

    it("asks again after a wrong password", async () => {
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        stage.home.pinentry.answer("pin XYZ789", "pin ABC123");
        await goOn(await stage.browser.window(() => page.click("#sign-once")));
        assert.ok((await outcome(page)).good);
        assert.match(stage.home.pinentry.prompts()[1]?.description ?? "", /4/);
    });

    it("leaves the card so that nobody else can sign", async () => {
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(await stage.browser.window(() => page.click("#sign-once")));
        assert.ok((await outcome(page)).good);
        const log = stage.card.log();
        const signed = log.findLastIndex((line) => line.startsWith("> 80 2A"));
        assert.ok(signed > 0);
        assert.ok(log.slice(signed).some((line) => line === "reset" || line === "power-off"), log.slice(signed).join("\n"));
    });

    it("says what is missing and where to ask with a card that has no signing certificate", async () => {
        await stage.lay("--no-signing-certificate");
        const page = await stage.browser.tab(`${PORTAL}/sign`);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(await stage.browser.window(() => page.click("#sign-once")));
        const said = await outcome(page);
        assert.match(said.text, /certificate-absent/);
        assert.match(said.text, /municipal office/);
    });
});
