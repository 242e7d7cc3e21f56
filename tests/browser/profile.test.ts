/* SPDX-License-Identifier: MIT */
// Four attributes for a site: the person chooses, the prompt says so, and the page gets just that.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { answered, goOn, HOSTILE, inState, leave, outcome, SPEAKER, Stage } from "./fixture.ts";

describe("attributes for a site", () => {
    let stage: Stage;
    before(async () => {
        stage = await Stage.open({ language: "en", pages: { "/": `<button id="go" onclick="ask('jpki-bridge:read-profile', this.fields)">go</button>${SPEAKER}` } });
    });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    const values = (page: Awaited<ReturnType<Stage["ask"]>>["page"]): Promise<string[]> =>
        Promise.all(["name", "address", "birthDate", "sex"].map((id) => page.locator(`#${id}`).inputValue()));

    it("fill in a form, whole", async () => {
        const { page, window } = await stage.ask("/profile", "#read");
        assert.deepEqual(await window.locator("#given label").allInnerTexts(), ["Your name", "Your address", "Your date of birth", "Your sex"]);
        await goOn(window);
        const prompt = await stage.home.pinentry.shown();
        assert.match(prompt.description, /portal\.example\.go\.jp/);
        stage.home.pinentry.answer("pin 1234");
        assert.ok((await outcome(page)).good);
        const [name = "", address = "", birthDate = "", sex = ""] = await values(page);
        assert.match(name, /[\p{sc=Han}]/u, "UTF-8, as on the card");
        assert.match(address, /[\p{sc=Han}]/u);
        assert.match(birthDate, /^\d{4}-\d\d-\d\d$/);
        assert.match(sex, /^[123]$/);
        assert.equal(await stage.card.triesLeft("profile"), 3);
    });

    it("are handed over but for those that the person unticks, as the prompt says, too", async () => {
        const { page, window } = await stage.ask("/profile", "#read");
        await window.locator("#given label:has([name=address])").click();
        await window.locator("#given input[name=sex]").focus();
        await window.keyboard.press("Space");
        await goOn(window);
        const { description } = await stage.home.pinentry.shown();
        assert.match(description.replace(/\s+/g, " "), /receive only your name and date of birth\./);
        stage.home.pinentry.answer("pin 1234");
        assert.ok((await outcome(page)).good);
        const [name, address, birthDate, sex] = await values(page);
        assert.notEqual(name, "");
        assert.notEqual(birthDate, "");
        assert.deepEqual([address, sex], ["", ""]);
    });

    it("are not asked of the card while every one is refused", async () => {
        const { page, window } = await stage.ask("/profile", "#read");
        await window.locator('#continue[aria-disabled="false"]').waitFor();
        for (const box of await window.locator("#given input").all()) await box.click();
        await window.locator('#continue[aria-disabled="true"]').waitFor();
        assert.match(await window.locator("#choose").innerText(), /Tick at least one, or press Cancel/);
        await window.locator("#continue").click({ force: true });
        await inState(window, "review");
        assert.equal(stage.home.pinentry.prompts().length, 0);
        await window.locator("#given input").first().focus();
        await leave(window, "Escape");
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
    });

    it("cost a try of their own PIN when it is wrong", async () => {
        const { page, window } = await stage.ask("/profile", "#read");
        stage.home.pinentry.answer("pin 9999", "cancel");
        await goOn(window);
        await outcome(page);
        assert.equal(await stage.card.triesLeft("profile"), 2);
        assert.equal(await stage.card.triesLeft("auth"), 3);
    });

    it("are refused to a page that asks for what it may not have, and no window opens", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const wrong = [{}, { fields: [] }, { fields: ["individualNumber"] }, { fields: ["name", "name"] }, { fields: "name" }];
        for (const [index, fields] of wrong.entries()) {
            await page.evaluate(`Object.assign(document.getElementById("go"), { fields: ${JSON.stringify(fields)} })`);
            await page.click("#go");
            const { action, error } = await answered(page, index + 1);
            assert.equal(action, "jpki-bridge:read-profile-failure");
            assert.match(error?.reason ?? "", /^argument-(missing|invalid)$/);
        }
        assert.equal(stage.browser.windows().length, 0);
    });
});
