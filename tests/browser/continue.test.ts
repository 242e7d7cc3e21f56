/* SPDX-License-Identifier: MIT */
// Continue, and the second before it takes a press: with the extension as it is shipped.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { SHIPPED } from "../rig/paths.ts";
import { goOn, inState, Stage } from "./fixture.ts";
import { PAGES, review } from "./review.ts";

/** The window's own clock, which stands still from now on: no computer is too slow for the second then. */
class Clock {
    readonly #window: Page;
    private constructor(window: Page) {
        this.#window = window;
    }
    static async stop(window: Page): Promise<Clock> {
        await window.bringToFront();
        await window.evaluate("{ let now = performance.now(); performance.now = () => now; globalThis.pass = (time) => { now += time; }; }");
        const clock = new Clock(window);
        await clock.beginAnew();
        return clock;
    }
    /** As if the focus had been away. */
    async beginAnew(): Promise<void> {
        await this.#window.evaluate("void dispatchEvent(new Event('blur'))");
        await this.tick();
    }
    /** Time goes by, and the window sees it. */
    async pass(milliseconds: number): Promise<void> {
        await this.#window.evaluate(`pass(${milliseconds})`);
        await this.tick();
    }
    /** It looks ten times in a second of real time. */
    async tick(): Promise<void> {
        await this.#window.evaluate("new Promise((done) => { setTimeout(done, 250); })");
    }
}

describe("Continue", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", pages: PAGES, extension: SHIPPED }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    const ready = (window: Page): Promise<boolean> => window.evaluate("document.querySelector('#continue').getAttribute('aria-disabled') === 'false'");

    async function untouched(window: Page): Promise<void> {
        await inState(window, "review");
        assert.equal(stage.home.pinentry.log(), "");
    }

    it("takes no press in the first second, and each one starts the second anew", async () => {
        const { window } = await stage.ask();
        await inState(window, "review");
        const clock = await Clock.stop(window);
        const button = window.locator("#continue");
        const presses = [() => button.click({ force: true }), () => button.press("Enter"), () => button.press(" ")];
        for (const press of [...presses, ...presses]) {
            await clock.pass(900);
            await press();
            await untouched(window);
        }
        await clock.pass(999);
        assert.equal(await ready(window), false);
        await clock.pass(1);
        assert.equal(await ready(window), true);
        await goOn(window);
        await stage.home.pinentry.shown();
    });

    it("waits until nobody types any more", async () => {
        const { window } = await stage.ask();
        await inState(window, "review");
        const clock = await Clock.stop(window);
        for (const key of "typed") {
            await clock.pass(900);
            await window.keyboard.press(key);
        }
        await clock.pass(999);
        assert.equal(await ready(window), false);
        await window.locator("#continue").click({ force: true });
        await untouched(window);
        await clock.pass(1_000);
        assert.equal(await ready(window), true);
    });

    it("begins its second anew when the focus was away", async () => {
        const { window } = await stage.ask();
        await inState(window, "review");
        const clock = await Clock.stop(window);
        await clock.pass(1_000);
        assert.equal(await ready(window), true);
        await clock.beginAnew();
        await clock.pass(999);
        assert.equal(await ready(window), false);
        await window.locator("#continue").click({ force: true });
        await untouched(window);
    });

    it("waits for a second by the browser's own clock, and takes no press that no person made", async () => {
        const { window } = await stage.ask();
        await window.bringToFront();
        const waited = await window.evaluate<number>(`new Promise((done) => {
            const button = document.querySelector("#continue");
            dispatchEvent(new Event("blur"));
            const from = performance.now();
            const looking = setInterval(() => {
                if (button.getAttribute("aria-disabled") === "true") return;
                clearInterval(looking);
                done(performance.now() - from);
            }, 10);
        })`);
        assert.ok(waited >= 1_000, `${waited} ms`);
        await window.evaluate("void document.querySelector('#continue').click()");
        await untouched(window);
        await goOn(window);
        await stage.home.pinentry.shown();
    });

    it("does the same for documents", async () => {
        const { window } = await review(stage, [{ name: "a.txt", bytes: Buffer.from("a") }]);
        const clock = await Clock.stop(window);
        await clock.pass(999);
        await window.locator("#continue").click({ force: true });
        await untouched(window);
        await clock.pass(1_000);
        assert.equal(await ready(window), true);
        await window.evaluate("void document.querySelector('#continue').click()");
        await clock.tick();
        await untouched(window);
        await goOn(window);
        await stage.home.pinentry.shown();
    });
});
