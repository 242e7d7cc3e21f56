/* SPDX-License-Identifier: MIT */
// Without a reader, without the PC/SC service, and without the native program.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { screenshot } from "../rig/browser.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";
import { goOn, inState, leave, outcome, Stage, type StageOptions } from "./fixture.ts";

async function onStage(options: StageOptions, test: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await Stage.open({ card: null, language: "en", ...options });
    try {
        await test(stage);
    } finally {
        await stage.close();
    }
}

describe("log-in", { skip: process.env["JB_PCSC_PRIVATE"] === "1" ? false : "needs a PC/SC daemon of its own" }, () => {
    after(async () => {
        await stopPcscd();
        await startPcscd();
    });

    it("waits for a reader, and ends with its reason when none comes", () => onStage({}, async (stage) => {
        await stopPcscd();
        await startPcscd({ readers: false });
        const { page, window } = await stage.ask();
        await goOn(window);
        await inState(window, "waiting-for-reader");
        await screenshot(window, "session-waiting-for-reader.en.light");
        await leave(window);
        assert.match((await outcome(page)).text, /ERR_WEBEID_USER_CANCELLED/);
    }));
    it("says that the PC/SC service does not run", () => onStage({}, async (stage) => {
        await stopPcscd();
        const { page, window } = await stage.ask();
        await goOn(window);
        assert.match((await outcome(page)).text, /pcsc-unavailable/);
        await inState(window, "failure");
        await screenshot(window, "session-no-service.en.light");
    }));
});

describe("log-in without the native program", () => {
    it("tells how to get it, before anything has to be decided", () => onStage({ host: null }, async (stage) => {
        const { page, window } = await stage.ask();
        assert.match((await outcome(page)).text, /ERR_WEBEID_NATIVE_UNAVAILABLE/);
        await inState(window, "failure");
        assert.ok(await window.locator("#missing").isVisible());
        await screenshot(window, "session-no-program.en.light");
    }));
    it("ends when the program dies in the middle", () => onStage({ host: "/bin/false" }, async (stage) => {
        const { page } = await stage.ask();
        assert.match((await outcome(page)).text, /ERR_WEBEID_NATIVE_UNAVAILABLE/);
    }));
});
