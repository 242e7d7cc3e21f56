/* SPDX-License-Identifier: MIT */
// Logging in, from the press on the page to the server's verdict, and every way in which it does not come to one.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { screenshot } from "../rig/browser.ts";
import { until } from "../rig/wait.ts";
import { gone, goOn, inState, leave, outcome, passed, PORTAL, Stage } from "./fixture.ts";

const CHECKS = ["nonce", "format", "certificate", "chain", "validity", "key-usage", "extended-key-usage", "policy", "algorithm", "signature"];

describe("log-in", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en" }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    for (const path of ["/login", "/login-web-eid"]) {
        it(`works on ${path}`, async () => {
            const { pinentry } = stage.home;
            const { page, window } = await stage.ask(path);
            assert.match(await window.locator("#origin").innerText(), /^https:\/\/portal\.example\.go\.jp$/);
            assert.equal(pinentry.prompts().length, 0, "no prompt before the person pressed Continue");
            await goOn(window);
            const prompt = await pinentry.shown();
            assert.equal(prompt.kind, "pin");
            assert.ok(prompt.description.includes(PORTAL), prompt.description);
            assert.match(prompt.description, /3/);
            await inState(window, "pin-prompt");
            assert.match(await window.locator("#tries").innerText(), /3/);
            pinentry.answer("pin 1234");
            assert.ok((await outcome(page)).good);
            assert.deepEqual(await passed(page), CHECKS);
            await screenshot(page, "portal-account.en.light");
            await gone(window);
            assert.equal(await stage.card.triesLeft("auth"), 3);
        });
    }

    it("asks again after a wrong PIN, with the new count, and then works", async () => {
        const { pinentry } = stage.home;
        const { page, window } = await stage.ask();
        pinentry.answer("pin 9999");
        await goOn(window);
        const second = await pinentry.shown(2);
        assert.notEqual(second.error + second.description, pinentry.prompts()[0]?.description, "the person is told that it was wrong");
        assert.match(second.error + second.description, /2/);
        assert.equal(await stage.card.triesLeft("auth"), 2);
        await until("the window to show the count", async () => (await window.locator("#tries").innerText()).includes('2'));
        await screenshot(window, "session-wrong-pin.en.light");
        pinentry.answer("pin 1234");
        assert.ok((await outcome(page)).good);
        assert.equal(await stage.card.triesLeft("auth"), 3);
    });

    it("sends no PIN of a wrong form to the card", async () => {
        const { pinentry } = stage.home;
        const { page, window } = await stage.ask();
        pinentry.answer("pin 12345", "pin abcd", "pin 1234");
        await goOn(window);
        assert.ok((await outcome(page)).good);
        const verifies = stage.card.apdus().filter(({ command }) => /^00 20 .. .. 0/.test(command));
        assert.equal(verifies.filter(({ answer }) => answer?.startsWith("63")).length, 1, "only the wrong PIN of the test before");
    });

    it("asks for a yes before the last try", async () => {
        const { pinentry } = stage.home;
        await stage.card.setTries("auth", 1);
        const { page, window } = await stage.ask();
        await goOn(window);
        assert.equal((await pinentry.shown()).kind, "confirm");
        await inState(window, "pin-prompt");
        await screenshot(window, "session-last-try.en.light");
        pinentry.answer("no");
        const said = await outcome(page);
        assert.ok(!said.good);
        assert.match(said.text, /ERR_WEBEID_USER_CANCELLED/);
        assert.equal(await stage.card.triesLeft("auth"), 1);
    });

    it("opens no prompt when the PIN is locked, and says where to go", async () => {
        await stage.card.setTries("auth", 0);
        const { page, window } = await stage.ask();
        await goOn(window);
        const said = await outcome(page);
        assert.match(said.text, /municipal office/);
        assert.match(said.text, /pin-locked/);
        await inState(window, "failure");
        await screenshot(window, "session-pin-locked.en.light");
        assert.equal(stage.home.pinentry.prompts().length, 0);
    });

    it("is cancelled in the window before Continue", async () => {
        const { page, window } = await stage.ask();
        await leave(window);
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
        assert.equal(stage.home.pinentry.prompts().length, 0);
    });
    it("is cancelled with Escape", async () => {
        const { page, window } = await stage.ask();
        await inState(window, "review");
        await leave(window, "Escape");
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
    });
    it("is cancelled in the window while the prompt is open, which closes", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await stage.home.pinentry.shown();
        await inState(window, "pin-prompt");
        await leave(window);
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
        assert.ok(await stage.home.pinentry.closed(), "the host closed its prompt");
        assert.equal(await stage.card.triesLeft("auth"), 3);
    });
    it("is cancelled in the prompt", async () => {
        const { page, window } = await stage.ask();
        stage.home.pinentry.answer("cancel");
        await goOn(window);
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED \/ user-cancelled/);
        await gone(window);
        assert.equal(stage.home.pinentry.prompts().length, 1);
    });
    it("is cancelled by closing the window, which closes the prompt", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await stage.home.pinentry.shown();
        await window.close();
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
        assert.ok(await stage.home.pinentry.closed());
    });
    it("works again right after a cancel", async () => {
        const { page, window } = await stage.ask();
        await leave(window);
        await outcome(page);
        stage.home.pinentry.answer("pin 1234");
        await goOn(await stage.browser.window(() => page.click("#log-in")));
        await page.waitForURL("**/account*");
    });

    it("waits for the card, and says so", async () => {
        await stage.card.remove();
        const { page, window } = await stage.ask();
        stage.home.pinentry.answer("pin 1234");
        await goOn(window);
        await inState(window, "waiting-for-card");
        await screenshot(window, "session-waiting-for-card.en.light");
        await stage.card.insert();
        assert.ok((await outcome(page)).good);
    });
    it("ends clearly when the card is taken away during the prompt", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await stage.home.pinentry.shown();
        await stage.card.remove();
        stage.home.pinentry.answer("pin 1234");
        await until("the window to ask for the card, or to end", async () =>
            /waiting-for-card|failure/.test((await window.locator("body").getAttribute("data-state")) ?? ""));
        await window.close();
        assert.equal((await outcome(page)).good, false);
        assert.equal(await stage.card.triesLeft("auth"), 3);
    });
    it("ends clearly when the card is taken away in the middle of its work", async () => {
        const { page, window } = await stage.ask();
        await goOn(window);
        await stage.home.pinentry.shown();
        await stage.card.command("remove-at 1");
        await stage.card.command("reset-count");
        stage.home.pinentry.answer("pin 1234");
        const said = await outcome(page);
        assert.match(said.text, /card-removed|card-error|pin-unanswered/);
        await inState(window, "failure");
        await screenshot(window, "session-card-removed.en.light");
        assert.equal(await stage.card.triesLeft("auth"), 3);
    });

    // With other cards from here on.
    it("names an expired certificate", async () => {
        await stage.lay("--expired");
        const { page, window } = await stage.ask();
        await goOn(window);
        stage.home.pinentry.answer("pin 1234");
        assert.match((await outcome(page)).text, /certificate-expired/);
    });
    it("asks for a MyNumber card where something else lies", async () => {
        await stage.lay("--other-card");
        const { window } = await stage.ask();
        await goOn(window);
        await inState(window, "other-card");
        await screenshot(window, "session-other-card.en.light");
    });
});
