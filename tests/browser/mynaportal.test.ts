/* SPDX-License-Identifier: MIT */
// The protocol of マイナポータル and e-Tax, from the press on the page to the server's verdict.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { HOST } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { gone, goOn, inState, leave, MYNA, MYNA_INPUTS, outcome, passed, PORTAL, Stage } from "./fixture.ts";

const CERTIFICATE = ["format", "certificate", "chain", "validity", "key-usage"];
const LOGIN = [...CERTIFICATE, "extended-key-usage", "policy", "algorithm", "signature"];

describe("the protocol", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", host: null }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    describe("a service host without the program", () => {
        it("gets its own code for every mode, and the person is told what is missing", async () => {
            for (const button of ["#myna-login", "#myna-sign", "#myna-attributes"]) {
                const { page, window } = await stage.ask("/mynaportal", button, MYNA);
                assert.match((await outcome(page)).text, /EW044-C300/);
                await inState(window, "failure");
                assert.match(await window.locator("#missing").innerText(), /jpki-bridge install/);
                await window.close();
                await page.close();
            }
            stage.browser.register(HOST);
        });
    });

    describe("a service host", () => {
        const ask = (button: string, origin = MYNA): Promise<{ page: Page; window: Page }> => stage.ask("/mynaportal", button, origin);

        it("finds what it looks for", async () => {
            const page = await stage.browser.tab(`${MYNA}/mynaportal`);
            assert.equal(await page.locator("#environment").getAttribute("data-state"), "ready");
            assert.deepEqual(await page.locator("body > input").evaluateAll((all) => all.map((each) => each.outerHTML)),
                Object.entries(MYNA_INPUTS).map(([id, value]) => `<input type="hidden" id="${id}" value="${value}">`));
        });

        it("logs a person in (01)", async () => {
            const { pinentry } = stage.home;
            const { page, window } = await ask("#myna-login");
            assert.match(await window.locator("#origin").innerText(), /^https:\/\/sample\.myna\.go\.jp$/);
            assert.match(await window.locator("#headline").innerText(), /^Log in/);
            assert.equal(pinentry.prompts().length, 0, "no prompt before the person pressed Continue");
            await goOn(window);
            const prompt = await pinentry.shown();
            assert.equal(prompt.kind, "pin", "a known service is not asked about");
            assert.ok(prompt.description.includes(MYNA), prompt.description);
            pinentry.answer("pin 1234");
            await page.waitForURL("**/account*");
            assert.deepEqual(await passed(page), LOGIN);
            await gone(window);
        });

        for (const [button, count] of [["#myna-sign-one", 1], ["#myna-sign", 3]] as const) {
            it(`signs ${count} under one password (02)`, async () => {
                const { page, window } = await ask(button);
                assert.match(await window.locator("#headline").innerText(), new RegExp(`\\b${count} document`));
                await window.locator("#document-not-shown summary").click();
                assert.equal((await window.locator("#hash").innerText()).split("\n").length, count);
                stage.home.pinentry.answer("pin ABC123");
                await goOn(window);
                assert.ok((await outcome(page)).good);
                assert.equal((await passed(page)).filter((name) => name === "signature").length, count);
                assert.equal(stage.home.pinentry.prompts().length, 1);
                await gone(window);
            });
        }

        it("gets name, address, date of birth and sex (04)", async () => {
            const { page, window } = await ask("#myna-attributes");
            assert.deepEqual(await window.locator("#given li").allInnerTexts(), ["Your name", "Your address", "Your date of birth", "Your sex"]);
            stage.home.pinentry.answer("pin 1234");
            await goOn(window);
            assert.ok((await outcome(page)).good);
            const read = (name: string): Promise<string> => page.locator(`[data-attribute="${name}"]`).innerText();
            assert.match(await read("name"), /花子/);
            assert.match(await read("address"), /東京都/);
            assert.match(await read("birthday"), /^\d{8}$/);
            assert.match(await read("sex"), /^[123]$/);
            await gone(window);
        });

        it("gets a sentence when the person cancels, in the window and in the prompt", async () => {
            for (const button of ["#myna-login", "#myna-sign", "#myna-attributes"]) {
                const { page, window } = await ask(button);
                await leave(window);
                assert.match((await outcome(page)).text, /You cancelled the operation/);
                stage.home.pinentry.reset();
                stage.home.pinentry.answer("cancel");
                await goOn(await stage.browser.window(() => page.click(button)));
                await until("the second failure", async () => (await page.locator("#outcome.bad").count()) === 1);
                assert.match((await outcome(page)).text, /You cancelled the operation/);
                await page.close();
            }
        });
        it("gets a sentence when the PIN is locked", async () => {
            for (const [button, pin] of [["#myna-login", "auth"], ["#myna-sign", "sign"], ["#myna-attributes", "profile"]] as const) {
                await stage.card.setTries(pin, 0);
                const { page, window } = await ask(button);
                await goOn(window);
                assert.match((await outcome(page)).text, /municipal office/);
                await inState(window, "failure");
                await window.close();
                await page.close();
            }
            assert.equal(stage.home.pinentry.prompts().length, 0);
        });
        it("takes its own request back (05)", async () => {
            const { page, window } = await ask("#myna-login");
            await goOn(window);
            await stage.home.pinentry.shown();
            await page.click("#withdraw");
            assert.match((await outcome(page)).text, /The site cancelled the operation/);
            await gone(window);
            assert.ok(await stage.home.pinentry.closed());
        });
        it("takes window and prompt along when its page is left", async () => {
            const { page, window } = await ask("#myna-sign");
            await goOn(window);
            await stage.home.pinentry.shown();
            await page.goto("about:blank");
            await gone(window);
            assert.ok(await stage.home.pinentry.closed());
        });
        it("gets its own code when the program dies", async () => {
            const { page, window } = await ask("#myna-login");
            await goOn(window);
            const { pid } = await stage.home.pinentry.shown();
            const [, parent = ""] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
            process.kill(Number(parent), "SIGKILL");
            assert.match((await outcome(page)).text, /The application gives no answer.*EW044-C300/s);
        });
    });

    describe("another government site", () => {
        /** The page turns Linux away there; what it would ask for is asked all the same. */
        async function ask(button: string): Promise<{ page: Page; window: Page }> {
            const page = await stage.browser.tab(`${PORTAL}/mynaportal`);
            assert.equal(await page.locator("#environment").getAttribute("data-state"), "unsupported");
            await page.evaluate("document.querySelectorAll('.choices button').forEach((each) => { each.disabled = false; })");
            return { page, window: await stage.browser.window(() => page.click(button)) };
        }

        it("gets no signature when the person does not trust it", async () => {
            const before = stage.card.apdus().length;
            for (const [nth, button] of ["#myna-login", "#myna-sign"].entries()) {
                const { page, window } = await ask(button);
                await goOn(window);
                const question = await stage.home.pinentry.shown(nth + 1);
                assert.equal(question.kind, "confirm");
                assert.ok(question.description.includes(PORTAL), question.description);
                await inState(window, "question");
                assert.match(await window.locator("#status").innerText(), /other window/);
                stage.home.pinentry.answer(nth === 0 ? "no" : "cancel");
                assert.match((await outcome(page)).text, /You cancelled the operation/);
                await gone(window);
                await page.close();
            }
            assert.ok(!stage.card.apdus().slice(before).some(({ command }) => command.startsWith("80 2A")), "nothing was signed");
        });

        it("hands over what the card says without a question about signatures (04)", async () => {
            const { page, window } = await ask("#myna-attributes");
            stage.home.pinentry.answer("pin 1234");
            await goOn(window);
            assert.equal((await stage.home.pinentry.shown()).kind, "pin");
            assert.ok((await outcome(page)).good);
        });

        it("is asked about once, listed on the options page, and asked about again when trust is taken back", async () => {
            const { pinentry } = stage.home;
            const { page, window } = await ask("#myna-login");
            pinentry.answer("ok", "pin 1234");
            await goOn(window);
            await page.waitForURL("**/account*");
            assert.deepEqual(await passed(page), LOGIN);
            assert.deepEqual(pinentry.prompts().map(({ kind }) => kind), ["confirm", "pin"]);
            await gone(window);

            pinentry.reset();
            pinentry.answer("pin ABC123");
            const second = await ask("#myna-sign");
            await goOn(second.window);
            assert.ok((await outcome(second.page)).good);
            assert.deepEqual(pinentry.prompts().map(({ kind }) => kind), ["pin"]);
            await gone(second.window);

            const settings = await stage.browser.extensionPage("ui/options/options.html");
            const trusted = settings.locator("#trusted .site");
            assert.equal(await trusted.locator("strong").innerText(), PORTAL);
            await trusted.locator("button").click();
            await trusted.waitFor({ state: "detached" });
            assert.ok(await settings.locator("#no-trusted").isVisible());
            await settings.close();

            pinentry.reset();
            const third = await ask("#myna-login");
            await goOn(third.window);
            assert.equal((await pinentry.shown()).kind, "confirm");
            await inState(third.window, "question");
        });
    });
});
