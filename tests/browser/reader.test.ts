/* SPDX-License-Identifier: MIT */
// Without a reader, without the PC/SC service, and without the native program.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { screenshot } from "../rig/browser.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";
import { HOST } from "../rig/paths.ts";
import { goOn, inState, leave, outcome, Stage } from "./fixture.ts";

describe("log-in", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ card: null, language: "en", host: null }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    it("tells how to get the native program, before anything has to be decided", async () => {
        const { page, window } = await stage.ask();
        assert.match((await outcome(page)).text, /ERR_WEBEID_NATIVE_UNAVAILABLE/);
        await inState(window, "failure");
        assert.ok(await window.locator("#missing").isVisible());
        await screenshot(window, "session-no-program.en.light");
    });
    it("ends when the program dies in the middle", async () => {
        stage.browser.register("/bin/false");
        const { page } = await stage.ask();
        assert.match((await outcome(page)).text, /ERR_WEBEID_NATIVE_UNAVAILABLE/);
    });

    describe("with the program", { skip: process.env["JB_PCSC_PRIVATE"] === "1" ? false : "needs a PC/SC daemon of its own" }, () => {
        before(() => { stage.browser.register(HOST); });
        after(async () => {
            await stopPcscd();
            await startPcscd();
        });

        it("waits for a reader, and ends with its reason when none comes", async () => {
            await stopPcscd();
            await startPcscd({ readers: false });
            const { page, window } = await stage.ask();
            await goOn(window);
            await inState(window, "waiting-for-reader");
            await screenshot(window, "session-waiting-for-reader.en.light");
            await leave(window);
            assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
        });
        it("says that the PC/SC service does not run", async () => {
            await stopPcscd();
            const { page, window } = await stage.ask();
            await goOn(window);
            assert.match((await outcome(page)).text, /pcsc-unavailable/);
            await inState(window, "failure");
            await screenshot(window, "session-no-service.en.light");
        });
    });
});
