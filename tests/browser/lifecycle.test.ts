/* SPDX-License-Identifier: MIT */
// Tabs, time, pages that are left, and an extension that is exchanged under an open page.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "../rig/page.ts";
import { Home } from "../rig/home.ts";
import { BROWSER, UndrivenBrowser } from "../rig/browser.ts";
import { EXTENSION } from "../rig/paths.ts";
import { createSite, listen } from "../rig/site.ts";
import { crowding, until } from "../rig/wait.ts";
import { answered, answers, gone, goOn, HOSTILE, inState, leave, outcome, PORTAL, SPEAKER, Stage } from "./fixture.ts";

const BUTTON = `${SPEAKER}<title>speaker</title><button id="go" onclick="ask()">go</button>`;
const PAGES = {
    "/": BUTTON,
    "/other": "<title>other</title>elsewhere",
    "/short": `${SPEAKER}<button id="go" onclick='ask("web-eid:authenticate", { options: { lang: "en", userInteractionTimeout: time } })'>go</button>`,
    "/prerendering": `<title>waiting</title><script type="speculationrules">
        {"prerender": [{"source": "list", "urls": ["/target"], "eagerness": "immediate"}]}</script>
        <script>setTimeout(() => { location.href = "/target"; }, 3000);</script>`,
    "/target": `${SPEAKER}<script>document.title = document.prerendering ? "prerendered" : "opened"; ask();</script>`,
};

describe("a browser", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", pages: PAGES, backForwardCache: true }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    describe("two tabs at once", () => {
        it("get one window; the second is told that an operation is pending", async () => {
            const { page, window } = await stage.ask();
            const second = await stage.browser.tab(`${PORTAL}/login-web-eid`);
            await second.click("#log-in");
            assert.match((await outcome(second)).text, /ERR_WEBEID_ACTION_PENDING \/ operation-pending/);
            assert.equal(stage.browser.windows().length, 1);
            stage.home.pinentry.answer("pin 1234");
            await goOn(window);
            await page.waitForURL("**/account*");
        });

        it("lets the second ask once the first has its outcome", async () => {
            const { page, window } = await stage.ask();
            stage.home.pinentry.answer("cancel", "pin 1234");
            await goOn(window);
            await outcome(page);
            const second = await stage.ask();
            await goOn(second.window);
            await second.page.waitForURL("**/account*");
        });

        it("does not disturb status", async () => {
            const { window } = await stage.ask();
            const second = await stage.browser.tab(`${HOSTILE}/`);
            await second.evaluate("ask('web-eid:status')");
            assert.equal((await answered(second)).action, "web-eid:status-success");
            await leave(window);
        });

        it("ends everything when the tab that asked is closed", async () => {
            const { page, window } = await stage.ask();
            await goOn(window);
            await stage.home.pinentry.shown();
            await page.close();
            await gone(window);
            assert.ok(await stage.home.pinentry.closed());
        });
    });

    describe("time", () => {
        /** A page that gives the person three seconds, or what is as much on a computer that others keep busy. */
        async function short(): Promise<{ page: Page; time: number }> {
            const page = await stage.browser.tab(`${HOSTILE}/short`);
            const time = Math.round(3_000 * Math.min(crowding(), 5));
            await page.evaluate(`globalThis.time = ${time}`);
            return { page, time };
        }
        it("runs out while the person reads", async () => {
            const { page, time } = await short();
            const started = Date.now();
            const window = await stage.browser.window(() => page.click("#go"));
            const { error } = await answered(page, 1, 20_000);
            assert.deepEqual([error?.code, error?.reason], ["ERR_WEBEID_USER_TIMEOUT", "timeout"]);
            assert.ok(Date.now() - started >= time - 100, "not before its time");
            await inState(window, "failure");
            assert.equal(stage.home.pinentry.prompts().length, 0);
        });
        it("runs out while the prompt is open, which closes, and no PIN is sent", async () => {
            const before = stage.card.apdus().length;
            const { page } = await short();
            await goOn(await stage.browser.window(() => page.click("#go")));
            await stage.home.pinentry.shown();
            const { error } = await answered(page, 1, 20_000);
            assert.equal(error?.code, "ERR_WEBEID_USER_TIMEOUT");
            assert.ok(await stage.home.pinentry.closed());
            assert.ok(!stage.card.apdus().slice(before).some(({ command }) => /^00 20 .. .. 04/.test(command)));
        });
    });

    describe("a page that is left", () => {
        it("takes window and prompt along", async () => {
            const { page, window } = await stage.ask();
            await goOn(window);
            await stage.home.pinentry.shown();
            await page.goto(`${HOSTILE}/other`);
            await gone(window);
            assert.ok(await stage.home.pinentry.closed());
        });

        it("finds its request answered with a failure when it is come back to, and can ask again", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            await page.evaluate("addEventListener('pageshow', (event) => { window.restored = event.persisted; })");
            const window = await stage.browser.window(() => page.click("#go"));
            await page.evaluate("location.href = '/other'");
            await gone(window);
            await page.waitForFunction("document.title === 'other'");
            await page.evaluate("history.back()");
            await page.waitForFunction("document.title === 'speaker'");
            assert.equal(await page.evaluate("window.restored"), true, "the page came back from the back-forward cache");
            const { error } = await answered(page);
            assert.deepEqual([error?.code, error?.reason], ["ERR_WEBEID_USER_CANCELLED", "page-left"]);
            stage.home.pinentry.answer("pin 1234");
            await goOn(await stage.browser.window(() => page.click("#go")));
            assert.equal((await answered(page, 2)).action, "web-eid:authenticate-success");
        });
    });
});

describe("a page that is prerendered", { skip: BROWSER === "firefox" ? "Firefox prerenders no page" : false }, () => {
    it("is not asked for before it is really opened", async () => {
        const home = new Home();
        const site = createSite(PAGES);
        const browser = new UndrivenBrowser(home, { hosts: { "hostile.example.lg.jp": await listen(site) }, language: "en" });
        const shown = async (what: RegExp): Promise<boolean> => (await browser.pages()).some(({ title, url }) => what.test(`${title} ${url}`));
        try {
            await browser.open(`${HOSTILE}/prerendering`);
            await until("the page", () => shown(/^waiting/));
            while (!await shown(/^prerendered/)) {
                assert.equal(await shown(/session\.html/), false, "no window while the page is prerendered");
                await sleep(100);
            }
            await until("the window", () => shown(/session\.html/));
        } finally {
            await browser.close();
            site.closeAllConnections();
            site.close();
            home.remove();
        }
    });
});

describe("an extension that is updated", () => {
    let stage: Stage;
    const copy = new Home();
    const extension = join(copy.path, "extension");
    before(async () => {
        cpSync(EXTENSION, extension, { recursive: true });
        stage = await Stage.open({ language: "en", pages: PAGES, extension });
    });
    after(async () => {
        await stage.close();
        copy.remove();
    });

    async function update(): Promise<void> {
        const file = join(extension, "manifest.json");
        const manifest = JSON.parse(readFileSync(file, "utf8")) as { version: string };
        manifest.version = manifest.version.replace(/\d+$/, (last) => String(Number(last) + 1));
        writeFileSync(file, JSON.stringify(manifest));
        await stage.browser.update(extension);
    }

    it("ends what is under way with its own reason, and serves the open page again", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const window = await stage.browser.window(() => page.click("#go"));
        await goOn(window);
        await stage.home.pinentry.shown();
        await update();
        // Firefox ends the old version's script before it can say so; the client library then goes by its own clock.
        if (stage.browser.name === "chromium") {
            const { error } = await answered(page);
            assert.deepEqual([error?.code, error?.reason], ["ERR_WEBEID_EXTENSION_UNAVAILABLE", "extension-updated"]);
        }
        assert.ok(await stage.home.pinentry.closed());
        stage.home.pinentry.reset();
        stage.home.pinentry.answer("pin 1234");
        await page.bringToFront();
        await goOn(await stage.browser.windowAtLast(() => page.click("#go")));
        await until("a log-in", async () => (await answers(page)).some(({ action }) => action === "web-eid:authenticate-success"));
    });
});
