/* SPDX-License-Identifier: MIT */
// Looking after the card: the popup and the page of the holder's own, against the real host and card.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import ICAL from "ical.js";
import type { Page } from "../rig/page.ts";
import { screenshot } from "../rig/browser.ts";
import { HOST } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { createSite, listen } from "../rig/site.ts";
import { appears, goOn, inState, outcome, Stage } from "./fixture.ts";

const POPUP = "ui/popup/popup.html";
const CARE = "ui/card/card.html";

/** Waits until the page shows the card so. */
async function shows(page: Page, state: string): Promise<void> {
    await appears(page.locator(`#card[data-state="${state}"]`), `the card in the state ${state}`);
}

/** The dialog's state, and then its words. */
async function dialogSays(page: Page, state: string): Promise<string> {
    const dialog = page.locator(`dialog[open][data-state="${state}"]`);
    await appears(dialog, `the dialog in the state ${state}`);
    return dialog.innerText();
}

describe("the extension's own pages", () => {
    let stage: Stage;
    const thief = createSite({ "/": "<title>thief</title>" });
    before(async () => {
        stage = await Stage.open({ language: "en", card: null, host: null, hosts: { "thief.example.go.jp": await listen(thief) } });
    });
    afterEach(() => stage.tidy());
    after(async () => {
        await stage.close();
        thief.close();
    });

    describe("no card", () => {
        it("is missed calmly, and so is the program", async () => {
            const care = await stage.browser.extensionPage(CARE);
            await shows(care, "failure");
            assert.match(await care.locator("#card").innerText(), /program was not found/);
            assert.equal(await care.locator("#change-section").isVisible(), false);
            await care.click("#set-up");
            await care.waitForURL("**/welcome.html");
            stage.browser.register(HOST);
        });
    });

    describe("the card at a glance", () => {
        before(() => stage.lay());

        it("shows what lies there, without a PIN, and follows it", async () => {
            await stage.card.setTries("auth", 1);
            const popup = await stage.browser.extensionPage(POPUP);
            await popup.setViewportSize({ width: 380, height: 600 });
            await shows(popup, "card");
            const text = await popup.locator("#card").innerText();
            assert.match(text, /MyNumber card/);
            assert.match(text, /until \d+ \w+ 20\d\d/);
            assert.match(text, /Digital signature \(署名用\)\s+on the card/);
            assert.match(text, /One more wrong entry locks the user-authentication PIN/);
            assert.deepEqual(await popup.locator(".facts").last().locator("dd").allInnerTexts(), ["1 left", "5 left", "3 left"]);
            await stage.card.remove();
            await shows(popup, "card-absent");
            await screenshot(popup, "popup-no-card.en.light");
            await stage.card.setTries("auth", 0);
            await stage.card.insert();
            await shows(popup, "card");
            await until("the lock", async () => (await popup.locator("#card").innerText()).includes("locked"));
            assert.ok(stage.card.apdus().every(({ command }) => !/^00 20 .. .. ./.test(command)), "no PIN was sent");
            assert.equal(stage.browser.windows().length, 0);
        });

        it("says that the card is in use while a window has an operation, and does not disturb it", async () => {
            const { page, window } = await stage.ask("/login");
            await inState(window, "review");
            const popup = await stage.browser.extensionPage(POPUP);
            await shows(popup, "busy");
            await screenshot(popup, "popup-busy.en.light");
            await window.bringToFront();
            stage.home.pinentry.answer("pin 1234");
            await goOn(window);
            assert.ok((await outcome(page)).good);
            await shows(popup, "card");
        });

        it("opens the page of the card from the popup, by the keyboard", async () => {
            const popup = await stage.browser.extensionPage(POPUP);
            await shows(popup, "card");
            await popup.locator("#open-card").focus();
            const opened = stage.browser.context.waitForEvent("page");
            // The popup may be gone before the key is let go.
            await popup.keyboard.press("Enter").catch(() => undefined);
            const page = await opened;
            await page.waitForURL(`**/${CARE}`);
            await shows(page, "card");
        });
    });

    describe("the holder's own page", () => {
        async function page(): Promise<Page> {
            const opened = await stage.browser.extensionPage(CARE);
            await shows(opened, "card");
            return opened;
        }

        it("shows what the signing certificate says after the signing PIN, and forgets it with the card", async () => {
            const care = await page();
            stage.home.pinentry.answer("pin ABC123");
            await care.click("#show-details");
            await appears(care.locator("#details:not([hidden])"), "the details");
            assert.match(await care.locator("#details").innerText(), /Good until\s+\d+ \w+ 20\d\d[\s\S]+Name\s+\S+/);
            assert.equal(await care.locator("dialog[open]").count(), 0);
            assert.equal(await care.locator(".milestones .end").count(), 2, "its end is in the calendar, too");
            await stage.card.remove();
            await shows(care, "card-absent");
            assert.equal(await care.locator("#details").innerText(), "");
            assert.equal(await stage.card.triesLeft("sign"), 5);
        });

        it("tells a wrong PIN, a lock, and what was cancelled", async () => {
            const care = await page();
            stage.home.pinentry.answer("pin WRONG1", "cancel");
            await care.click("#show-details");
            await until("the wrong PIN to be tried", async () => (await stage.card.triesLeft("sign")) === 4);
            await until("the dialog's end", async () => (await care.locator("dialog[open]").count()) === 0);
            assert.equal(await stage.card.triesLeft("sign"), 4);
            await stage.card.setTries("sign", 0);
            await care.click("#show-details");
            assert.match(await dialogSays(care, "failure"), /The PIN is locked\. It can be reset at your municipal office/);
            await screenshot(care, "card-locked.en.light");
            assert.equal(await care.evaluate("document.activeElement.id"), "care-close");
            await care.keyboard.press("Enter");
            await until("the dialog's end", async () => (await care.locator("dialog[open]").count()) === 0);
        });

        it("changes a PIN in three entries, none of them in the browser", async () => {
            const care = await page();
            await care.click("#change-profile");
            const first = await stage.home.pinentry.shown();
            assert.match(first.description, /First, please type the one that you have now/);
            assert.match(await dialogSays(care, "pin-prompt"), /Type the PIN that you have now/);
            assert.equal(await care.locator("#care-steps [aria-current]").innerText(), "Type the PIN that you have now");
            await screenshot(care, "card-change.en.light");
            stage.home.pinentry.answer("pin 1234");
            await until("the second entry", async () => (await care.locator("#care-steps [aria-current]").innerText()) === "Type the new PIN");
            stage.home.pinentry.answer("pin 2580");
            await until("the third entry", async () => (await care.locator("#care-headline").innerText()) === "Type the new PIN once more");
            stage.home.pinentry.answer("pin 2580");
            assert.match(await dialogSays(care, "changed"), /The PIN was changed/);
            await screenshot(care, "card-changed.en.light");
            await care.click("#care-close");
            // Back again to one that is easily guessed, which takes a yes.
            await care.click("#change-profile");
            stage.home.pinentry.answer("pin 2580", "pin 1234");
            await until("the question", async () => (await care.locator("#care-headline").innerText()) === "A question needs your answer");
            await screenshot(care, "card-question.en.light");
            stage.home.pinentry.answer("ok", "pin 1234");
            assert.match(await dialogSays(care, "changed"), /The PIN was changed/);
            assert.equal(await stage.card.triesLeft("profile"), 3);
            for (const each of stage.browser.context.pages()) assert.equal(await each.locator("input").count(), 0);
        });

        it("closes the prompt when the person cancels here, by Escape too", async () => {
            const care = await page();
            for (const press of [() => care.click("#care-cancel"), () => care.keyboard.press("Escape")]) {
                await care.click("#change-authentication");
                await stage.home.pinentry.shown();
                await dialogSays(care, "pin-prompt");
                await press();
                await stage.home.pinentry.closed();
                await until("the dialog's end", async () => (await care.locator("dialog[open]").count()) === 0);
                stage.home.pinentry.reset();
            }
            assert.equal(await stage.card.triesLeft("auth"), 3);
        });

        it("saves reminders that a calendar can read", async () => {
            const care = await page();
            const { name, bytes } = await stage.browser.download(care, () => care.click("#reminder"));
            assert.equal(name, "mynumber-card.ics");
            const calendar = new ICAL.Component(ICAL.parse(bytes.toString()) as unknown[]);
            const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
            const days = await care.locator(".milestones :is(.renewal, .end) time").evaluateAll((all) => all.map((each) => each.getAttribute("datetime")));
            const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
            assert.ok(events.length > 0);
            assert.deepEqual(events.map(({ startDate }) => startDate.toString()), days.filter((day) => day !== null && day >= today));
        });

        it("is out of reach for pages and their scripts", async () => {
            const site = await stage.browser.tab("https://thief.example.go.jp/");
            const { own } = stage.browser;
            const reached = await site.evaluate<string[]>(`(async (url) => {
                const fetched = await fetch(url).then(() => "fetched", () => "no");
                document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
                // What comes from further away is there later.
                await new Promise((onload) => { document.body.append(Object.assign(document.createElement("iframe"), { src: "/", onload })); });
                return [fetched, "chrome" in globalThis && "runtime" in chrome ? "runtime" : "none"];
            })("${own}/${CARE}")`);
            assert.deepEqual(reached, ["no", "none"]);
            assert.ok(site.frames().every((frame) => !frame.url().startsWith(own)), "no page of ours is framed");
            // What a content script could say is answered by nobody: the background knows no such message.
            await site.evaluate(`{
                seen = [];
                addEventListener("message", ({ data }) => { if (data.id !== "settled") seen.push(data.action); });
                for (const command of ["card-info", "card-details", "change-pin", "doctor"]) postMessage({ action: "jpki-bridge:" + command }, "*");
            }`);
            await stage.noWindow(site);
            assert.deepEqual((await site.evaluate<string[]>("seen")).filter((action) => /-(ack|success|failure)$/.test(action)), []);
        });
    });

    describe("other cards", () => {
        const cases: [string, string[], RegExp, string][] = [
            ["no signing certificate", ["--no-signing-certificate"], /There is no signing certificate[\s\S]+holders under 15/, "no-signing"],
            ["expired certificates", ["--expired"], /user-authentication certificate has expired[\s\S]+Bring your MyNumber card/, "expired"],
            ["certificates that can be renewed", ["--renewal"], /can be renewed now[\s\S]+days left: \d\d/, "renewal"],
            ["the certificates of a phone", ["--phone"], /These are the certificates on a phone/, "phone"],
            ["locked PINs", ["--auth-tries", "0", "--sign-tries", "0"], /PIN is locked[\s\S]+password is locked[\s\S]+cannot be changed/, "locked"],
        ];
        for (const [name, options, said, picture] of cases) {
            it(`are explained: ${name}`, async () => {
                await stage.lay(...options);
                const care = await stage.browser.extensionPage(CARE);
                await shows(care, "card");
                await until("the advice", async () => said.test(await care.locator("main").innerText()));
                await screenshot(care, `card-${picture}.en.light`);
                const popup = await stage.browser.extensionPage(POPUP);
                await popup.setViewportSize({ width: 380, height: 600 });
                await shows(popup, "card");
                await screenshot(popup, `popup-${picture}.en.light`);
            });
        }

        it("are explained: one that is no MyNumber card", async () => {
            await stage.lay("--other-card");
            const care = await stage.browser.extensionPage(CARE);
            await shows(care, "other-card");
            assert.match(await care.locator("#card").innerText(), /This is not a MyNumber card/);
        });
    });
});
