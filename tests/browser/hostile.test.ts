/* SPDX-License-Identifier: MIT */
// A page of a site that is on, and does all that a page can do to get a prompt that the person did not want.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { answered, answers, gone, goOn, HOSTILE, inState, leave, outcome, PORTAL, settled, SHOP, SPEAKER, Stage } from "./fixture.ts";

const PAGES = {
    "/": `${SPEAKER}<button id="go" onclick="ask()">go</button>`,
    "/by-itself": `${SPEAKER}<script>ask();</script><button id="go" onclick="ask()">go</button>`,
    "/anew": `${SPEAKER.replaceAll("const ", "var ")}<button id="go" onclick="ask()">go</button>`, // may run twice in one window
    "/inner": `${SPEAKER}<script>ask();</script>`,
    "/framing": `${SPEAKER}<iframe src="/inner"></iframe><iframe src="${PORTAL}/login"></iframe>`,
    "/sandboxing": `<iframe sandbox="allow-scripts" src="/inner"></iframe>`,
    "/sandboxed": { html: `${SPEAKER}<button id="go" onclick="ask()">go</button>`, headers: { "Content-Security-Policy": "sandbox allow-scripts" } },
    "/opening": `<button id="open" onclick="opened = window.open('${PORTAL}/login-web-eid')">open</button>`,
};

describe("a hostile page", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", pages: PAGES }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    /** Forgets, with a success, that the hostile origin has asked before. */
    async function logInOnce(): Promise<void> {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        stage.home.pinentry.answer("pin 1234");
        const window = await stage.browser.window(() => page.click("#go"));
        await goOn(window);
        assert.equal((await answered(page)).action, "web-eid:authenticate-success");
        await gone(window);
        await page.close();
        stage.home.pinentry.reset();
    }

    it("may begin by itself once, and then needs a gesture", async () => {
        const page = await stage.browser.context.newPage();
        const window = await stage.browser.window(() => page.goto(`${HOSTILE}/by-itself`));
        await leave(window);
        assert.equal((await answered(page)).error?.reason, "user-cancelled");
        await page.evaluate("ask()");
        assert.equal((await answered(page, 2)).error?.reason, "gesture-required");
        await page.evaluate("document.querySelector('#go').click()"); // a click that nobody made
        assert.equal((await answered(page, 3)).error?.reason, "gesture-required");
        await stage.noWindow(page);
        await page.bringToFront();
        await (await stage.browser.window(() => page.click("#go"))).click("#cancel");
        assert.equal((await answered(page, 4)).error?.reason, "user-cancelled");
    });
    it("gains nothing by reloading itself", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/by-itself`);
        assert.equal((await answered(page)).error?.reason, "gesture-required");
        await page.reload();
        assert.equal((await answered(page)).error?.reason, "gesture-required");
        await stage.noWindow(page);
    });
    it("may begin by itself again after a success", async () => {
        await logInOnce();
        const page = await stage.browser.context.newPage();
        const window = await stage.browser.window(() => page.goto(`${HOSTILE}/by-itself`));
        await leave(window);
    });

    it("gets nothing while it is hidden", async () => {
        await logInOnce();
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const front = await stage.browser.tab("about:blank");
        await front.bringToFront();
        await page.evaluate("ask()");
        assert.equal((await answered(page)).error?.reason, "page-hidden");
        await stage.noWindow(page);
    });

    it("gets one window for a flood of requests", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.evaluate("document.querySelector('#go').onclick = () => { for (let n = 0; n < 500; n++) ask(n % 2 ? 'web-eid:authenticate' : 'jpki-bridge:authenticate', { id: n }); }");
        const window = await stage.browser.window(() => page.click("#go"));
        await answered(page, 499);
        await settled(page);
        assert.equal(stage.browser.windows().length, 1);
        const said = await answers(page);
        assert.equal(said.length, 499);
        assert.ok(said.every(({ error }) => error?.reason === "operation-pending"));
        stage.home.pinentry.answer("pin 1234");
        await goOn(window);
        assert.match((await answered(page, 500)).action, /:authenticate-success$/);
    });
    it("gets one program for a flood of status requests", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.evaluate("for (let n = 0; n < 500; n++) ask('jpki-bridge:status', { id: n })");
        let most = 0;
        for (let n = 0; n < 20; n++) {
            const running = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).match(/jpki-bridge (chrome-extension:|\S+\/org\.jpkibridge\.host\.json )/g)?.length ?? 0;
            most = Math.max(most, running);
            await sleep(25);
        }
        await answered(page, 500);
        assert.ok(most <= 2, `${most} programs at once`);
    });
    it("shows what it asked for first when it races itself", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.evaluate(`document.querySelector('#go').onclick = () => {
            ask("web-eid:authenticate"); ask("web-eid:get-signing-certificate");
            ask("jpki-bridge:sign", { hash: btoa("0".repeat(32)), hashFunction: "SHA-256" }); };`);
        const window = await stage.browser.window(() => page.click("#go"));
        await inState(window, "review");
        assert.match(await window.locator("#purpose").innerText(), /^Log in$/);
        await leave(window);
        await answered(page, 3);
        assert.deepEqual((await answers(page)).map(({ error }) => error?.reason).sort(), ["operation-pending", "operation-pending", "user-cancelled"]);
    });
    it("loses its window when it goes elsewhere at once, to look like another", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        await page.evaluate(`document.querySelector('#go').onclick = () => { ask(); setTimeout(() => { location.href = "${PORTAL}/login"; }, 300); };`);
        const window = await stage.browser.window(() => page.click("#go")).catch(() => undefined);
        await page.waitForURL(`${PORTAL}/login`);
        if (window !== undefined) {
            await gone(window);
        }
        await stage.noWindow(page);
    });

    it("cannot forge what it is not", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const key = crypto.randomUUID();
        await page.evaluate(`for (const message of [
            { kind: "open", key: "${key}", timeout: 60000, gesture: true }, { kind: "request", request: { operation: "authenticate" } },
            { action: "web-eid:authenticate-ack" }, { action: "web-eid:authenticate-success", signature: "AA==" },
            { action: "jpki-bridge:sign-success" }, { action: "web-eid:toString" }, { action: "web-eid:__proto__" }, { action: "jpki-bridge:" },
            { action: { toString: () => "x" }.toString }, null, 1, [], "web-eid:authenticate",
        ].filter((each) => typeof each?.action !== "function")) postMessage(message, "*");
        document.dispatchEvent(new Event("jpki-bridge-successor"));`);
        await stage.noWindow(page);
        assert.deepEqual(await page.evaluate("[typeof globalThis.chrome?.runtime?.sendMessage, typeof globalThis.browser]"), ["undefined", "undefined"]);
        // A page cannot open or frame the extension's windows either.
        const inside = `${stage.browser.own}/ui/session/session.html?key=${key}`;
        await page.evaluate(`(async () => {
            try { open("${inside}"); } catch { /* that is how Firefox refuses it */ }
            // What comes from further away is there later.
            for (const src of ["${inside}", "/inner"]) await new Promise((done) => {
                const frame = Object.assign(document.createElement("iframe"), { src, onload: done });
                document.body.append(frame);
                if (src !== "/inner") done();
            });
        })()`);
        assert.ok(page.frames().slice(1).every((frame) => !frame.url().startsWith(stage.browser.own)));
        await stage.noWindow(page);
        // And is still served.
        await page.bringToFront();
        await (await stage.browser.window(() => page.click("#go"))).click("#cancel");
        assert.equal((await answers(page)).at(-1)?.error?.reason, "user-cancelled");
    });
    it("gets an error, and no window, for wrong arguments", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/`);
        const wrong = [
            { challengeNonce: "short" }, { challengeNonce: "A".repeat(129) }, { challengeNonce: 7 }, { challengeNonce: null },
            { options: "x" }, { options: { userInteractionTimeout: "soon" } }, { libraryVersion: 1 },
        ];
        for (const [at, more] of wrong.entries()) {
            await page.evaluate(`ask("web-eid:authenticate", ${JSON.stringify(more)})`);
            assert.match((await answered(page, at + 1)).error?.code ?? "", /NATIVE_INVALID_ARGUMENT|MISSING_PARAMETER|VERSION/, JSON.stringify(more));
        }
        await page.evaluate("ask('web-eid:authenticate', { challengeNonce: 'A'.repeat(5e6) })");
        assert.match((await answered(page, wrong.length + 1)).error?.code ?? "", /NATIVE_INVALID_ARGUMENT/);
        await stage.noWindow(page);
    });

    it("gets nothing from within a frame", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/framing`);
        await stage.noWindow(page);
        const inner = page.frames().find((frame) => frame.url().endsWith("/inner"));
        assert.deepEqual(await inner?.evaluate("answers"), [], "not even an acknowledgement");
        await page.evaluate("frames[0].postMessage({ action: 'web-eid:authenticate', challengeNonce: 'A'.repeat(44), libraryVersion: '2.1.0' }, '*')");
        await stage.noWindow(page);
        assert.deepEqual(await page.evaluate("answers"), []);
    });
    it("gets nothing from within a sandboxed frame", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/sandboxing`);
        await stage.noWindow(page);
        assert.deepEqual(await page.frames()[1]?.evaluate("answers"), []);
    });
    it("gets nothing as a sandboxed page, whatever its address says", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/sandboxed`);
        await page.click("#go");
        assert.equal((await answered(page)).error?.code, "ERR_WEBEID_CONTEXT_INSECURE");
        await stage.noWindow();
    });
    it("cannot speak for a page that it opened", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/opening`);
        const [opened] = await Promise.all([stage.browser.context.waitForEvent("page"), page.click("#open")]);
        await opened.waitForLoadState();
        await page.evaluate("opened.postMessage({ action: 'web-eid:authenticate', challengeNonce: 'A'.repeat(44), libraryVersion: '2.1.0' }, '*')");
        await stage.noWindow(opened);
    });
    it("is still heard, and still needs a gesture, after it has written itself anew", async () => {
        const page = await stage.browser.tab(`${HOSTILE}/anew`);
        for (let times = 1; times <= 2; times++) {
            await page.evaluate(`document.open(); document.write(${JSON.stringify(PAGES["/anew"])}); document.close();`);
            await (await stage.browser.window(() => page.click("#go"))).click("#cancel");
            assert.equal((await answered(page)).error?.reason, "user-cancelled");
            await page.evaluate("ask()");
            assert.equal((await answered(page, 2)).error?.reason, "gesture-required");
            assert.equal((await answers(page)).length, 2, "one answer each, as nothing listens twice");
        }
        const window = await stage.browser.window(() => page.click("#go"));
        await page.goto("about:blank");
        await gone(window);
    });
    it("gets nothing on a site that is off", async () => {
        const page = await stage.browser.tab(`${SHOP}/login-web-eid`);
        await page.click("#log-in");
        assert.match((await outcome(page)).text, /ERR_WEBEID_EXTENSION_UNAVAILABLE/);
        await stage.noWindow();
    });
});
