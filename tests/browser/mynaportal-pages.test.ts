/* SPDX-License-Identifier: MIT */
// What pages of all kinds can see and send by the Mynaportal protocol, and where Linux reads as Windows.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { BROWSER } from "../rig/browser.ts";
import { createSite, listen } from "../rig/site.ts";
import { until } from "../rig/wait.ts";
import { gone, goOn, HOSTILE, inState, leave, MYNA, MYNA_INPUTS, PORTAL, settled, SHOP, Stage } from "./fixture.ts";

/** Speaks the protocol and keeps the answers. */
const LAUNCHER = `<title>launcher</title><script>
    const seen = [];
    const answers = [];
    document.addEventListener("recvMsg", (event) => answers.push([typeof event.detail, event.bubbles, JSON.parse(event.detail)]));
    const launch = (detail) => document.dispatchEvent(new CustomEvent("launchApp", { detail }));
    const login = { mode: "01", service_id: "01", digest: btoa("0".repeat(32)) };
</script><body><script>seen.push(document.querySelectorAll("input[type=hidden]").length);</script>
<button id="go" onclick="launch(JSON.stringify(login))">go</button>`;
const PAGES = {
    "/": LAUNCHER,
    "/by-itself": `${LAUNCHER}<script>launch(JSON.stringify(login));</script>`,
    "/other": "<title>other</title>elsewhere",
    "/sandboxed": { html: LAUNCHER, headers: { "Content-Security-Policy": "sandbox allow-scripts" } },
    "/framing": `${LAUNCHER}<iframe src="/"></iframe>`,
};

interface Answer { mode?: string; result: string; message?: string; errcode?: string }

async function answersOf(page: Page): Promise<Answer[]> {
    const all = await page.evaluate<[string, boolean, Answer][]>("answers");
    assert.ok(all.every(([type, bubbles]) => type === "string" && bubbles));
    return all.map(([, , answer]) => answer);
}

const answered = (page: Page, nth = 1): Promise<Answer> => until(`answer ${nth}`, async () => (await answersOf(page))[nth - 1]);

function inputs(page: Page): Promise<string[]> {
    return page.locator("input[type=hidden]").evaluateAll((all) => (all as HTMLInputElement[]).map(({ id, value }) => `${id}=${value}`));
}
const BOTH = Object.entries(MYNA_INPUTS).map(([id, value]) => `${id}=${value}`);

describe("the Mynaportal protocol", () => {
    /** Sites that look like a government's. */
    const names = [
        "go.jp.example.com", "xgo.jp", "go.jp.xgo.jp", "sample.myna.go.jp.example.com", "myna-go.jp", "lg.jp.example", "sample.myna.go.jp.",
        new URL("https://sample.myna.gо.jp").hostname, // a Cyrillic о
    ];
    const site = createSite(PAGES);
    const plain = createServer((_, response) => response.end(LAUNCHER));
    let stage: Stage;
    before(async () => {
        const port = await listen(site);
        await new Promise<void>((resolve) => { plain.listen(0, "127.0.0.1", resolve); });
        const hosts = Object.fromEntries([...names, "port.myna.go.jp"].map((name) => [name, port]));
        stage = await Stage.open({ language: "en", pages: PAGES, backForwardCache: true, restarts: true, hosts: { ...hosts, "plain.myna.go.jp": (plain.address() as AddressInfo).port } });
    });
    afterEach(() => stage.tidy());
    after(async () => {
        await stage.close();
        for (const server of [site, plain]) {
            server.closeAllConnections();
            server.close();
        }
    });

    describe("a page of a government site", () => {
        it("finds the inputs as soon as its body begins", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            assert.deepEqual(await inputs(page), BOTH);
            assert.deepEqual(await page.evaluate("seen"), [2]);
        });

        const malformed: [string, string, string | undefined][] = [
            ["no JSON", "'{'", undefined],
            ["JSON of something else", "'[]'", undefined],
            ["no text", "login", undefined],
            ["nothing", "null", undefined],
            ["10 MB", "JSON.stringify({ ...login, digest: 'A'.repeat(1e7) })", undefined],
            ["no mode", "JSON.stringify({ ...login, mode: undefined })", undefined],
            ["a mode of another type", "JSON.stringify({ ...login, mode: 1 })", undefined],
            ["an unknown mode", "JSON.stringify({ ...login, mode: '03' })", "03"],
            ["an unknown service", "JSON.stringify({ ...login, service_id: '77' })", "01"],
            ["a digest of another type", "JSON.stringify({ ...login, digest: { length: 1 } })", "01"],
            ["a digest of no hash", "JSON.stringify({ ...login, digest: btoa('text') })", "01"],
            ["200 digests", "JSON.stringify({ ...login, mode: '02', digest: Array(200).fill(login.digest) })", "02"],
        ];
        it("is answered, and opens no window, whatever it sends", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            for (const [at, [name, detail, mode]] of malformed.entries()) {
                await page.evaluate(`launch(${detail})`);
                const answer = await answered(page, at + 1);
                assert.deepEqual([answer.mode, answer.result, answer.errcode], [mode, "1", undefined], name);
                assert.match(answer.message ?? "", /Please tell the people who run the site/, name);
            }
            await page.evaluate("launch(JSON.stringify({ mode: '05' }))");
            await stage.noWindow(page);
            assert.equal((await answersOf(page)).length, malformed.length, "mode 05 has no answer");
        });

        it("gets one window for a flood of requests", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            await page.evaluate("document.querySelector('#go').onclick = () => { for (let n = 0; n < 500; n++) launch(JSON.stringify({ ...login, mode: n % 2 ? '01' : '02' })); }");
            const window = await stage.browser.window(() => page.click("#go"));
            await answered(page, 499);
            await settled(page);
            assert.equal(stage.browser.windows().length, 1);
            assert.equal((await answersOf(page)).length, 499);
            await inState(window, "review");
            assert.match(await window.locator("#purpose").innerText(), /^Sign$/, "what it asked for first");
            await leave(window);
            assert.match((await answered(page, 500)).message ?? "", /You cancelled/);
        });
        it("needs a new gesture after a cancel, and gains nothing by loading itself anew", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            await (await stage.browser.window(() => page.click("#go"))).click("#cancel");
            await answered(page);
            await page.evaluate("launch(JSON.stringify(login))");
            assert.match((await answered(page, 2)).message ?? "", /press the button on the page/);
            for (let n = 0; n < 2; n++) {
                await page.goto(`${HOSTILE}/by-itself`);
                assert.match((await answered(page)).message ?? "", /press the button on the page/);
            }
            assert.equal(stage.browser.windows().length, 0);
        });
        it("finds its request answered when it is left and come back to", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/`);
            const window = await stage.browser.window(() => page.click("#go"));
            await page.evaluate("location.href = '/other'");
            await gone(window);
            await page.waitForFunction("document.title === 'other'");
            await page.evaluate("history.back()");
            await page.waitForFunction("document.title === 'launcher'");
            const answer = await answered(page);
            assert.deepEqual([answer.mode, answer.result], ["01", "1"]);
            assert.match(answer.message ?? "", /you left the page/);
        });
        it("gets nothing as a sandboxed page, nor in a frame", async () => {
            const page = await stage.browser.tab(`${HOSTILE}/sandboxed`);
            await page.click("#go");
            const framing = await stage.browser.tab(`${HOSTILE}/framing`);
            await framing.frames()[1]?.evaluate("launch(JSON.stringify(login))");
            await stage.noWindow(framing);
            assert.deepEqual([await inputs(page), await answersOf(page)], [[], []]);
            assert.equal(await framing.frames()[1]?.locator("input").count(), 0);
            assert.deepEqual(await framing.frames()[1]?.evaluate("answers"), []);
        });
    });

    describe("a site that looks like a government's", () => {
        it("gets neither inputs nor answers nor another system", async () => {
            const pages: Page[] = [];
            for (const url of [...names.map((name) => `https://${name}/`), "http://plain.myna.go.jp/", `${SHOP}/`]) {
                const page = await stage.browser.tab(url);
                assert.equal(page.url(), url);
                await page.evaluate(`document.addEventListener("recvMsg", () => { document.title = "answered"; });
                    document.dispatchEvent(new CustomEvent("launchApp", { detail: JSON.stringify({ mode: "04", service_id: "01" }) }));`);
                pages.push(page);
            }
            // One that is heard, after all of them.
            await stage.noWindow(await stage.browser.tab(`${PORTAL}/mynaportal`));
            for (const page of pages) {
                assert.deepEqual(await inputs(page), [], page.url());
                assert.notEqual(await page.title(), "answered", page.url());
                assert.match(await page.evaluate("navigator.userAgent"), /X11; Linux/, page.url());
            }
        });
        it("is not taken for a service at another port: no disguise, and the person is asked", async () => {
            const page = await stage.browser.tab("https://port.myna.go.jp:8443/");
            assert.match(await page.evaluate("navigator.userAgent"), /X11; Linux/);
            const window = await stage.browser.window(() => page.click("#go"));
            assert.equal(await window.locator("#origin").innerText(), "https://port.myna.go.jp:8443");
            await goOn(window);
            assert.equal((await stage.home.pinentry.shown()).kind, "confirm");
        });
        it("is a government's when only the letters' case differs", async () => {
            const page = await stage.browser.tab("https://SAMPLE.MYNA.GO.JP/mynaportal");
            assert.equal(await page.locator("#environment").getAttribute("data-state"), "ready");
        });
        it("has the inputs once the person has switched it on, and no disguise", async () => {
            await stage.browser.grant("https://xgo.jp/*");
            const page = await until("the inputs", async () => {
                const tab = await stage.browser.tab("https://xgo.jp/");
                return (await inputs(tab)).length > 0 ? tab : undefined;
            });
            assert.deepEqual(await inputs(page), BOTH);
            assert.match(await page.evaluate("navigator.userAgent"), /X11; Linux/);
            await stage.browser.revoke("https://xgo.jp/*");
            await until("the inputs to go", async () => (await inputs(page)).length === 0);
        });
    });

    describe("the system that a page reads", () => {
        interface Words { userAgent: string; appVersion: string; platform: string; oscpu?: string }
        interface Data { data: Record<string, unknown>; json: Record<string, unknown>; high: Record<string, unknown> }
        const windows = (text: string): string => text.replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64");
        const words = (page: Page): Promise<Words> => page.evaluate<Words>(`(() => {
            const { userAgent, appVersion, platform, oscpu } = navigator;
            return { userAgent, appVersion, platform, ...(oscpu && { oscpu }) };
        })()`);
        /** Firefox has none of it. */
        const data = (page: Page): Promise<Data> => page.evaluate<Data>(`(async () => {
            const { userAgentData: data } = navigator;
            const { brands, mobile, platform: system } = data;
            const hints = ["architecture", "bitness", "formFactors", "fullVersionList", "model", "platformVersion", "uaFullVersion", "wow64"];
            return { data: { brands, mobile, platform: system }, json: JSON.parse(JSON.stringify(data)), high: await data.getHighEntropyValues(hints) };
        })()`);

        it("is Windows on a service host, with the browser's own versions, and Linux everywhere else", async () => {
            const real = await words(await stage.browser.tab(`${PORTAL}/`));
            const told = await words(await stage.browser.tab(`${MYNA}/mynaportal`));
            assert.match(real.userAgent, /\(X11; Linux x86_64[);]/);
            assert.equal(real.platform, "Linux x86_64");
            assert.deepEqual(told, { userAgent: windows(real.userAgent), platform: "Win32", ...BROWSER === "firefox"
                ? { appVersion: "5.0 (Windows)", oscpu: "Windows NT 10.0; Win64; x64" }
                : { appVersion: windows(real.appVersion) } });
        });

        it("is Windows by the newer words too", { skip: BROWSER === "firefox" ? "Firefox has no userAgentData" : false }, async () => {
            const real = await data(await stage.browser.tab(`${PORTAL}/`));
            const told = await data(await stage.browser.tab(`${MYNA}/mynaportal`));
            assert.deepEqual(told, {
                data: { ...real.data, platform: "Windows" }, json: { ...real.json, platform: "Windows" },
                high: { ...real.high, platform: "Windows", platformVersion: "19.0.0", architecture: "x86", bitness: "64" },
            });
            assert.match(JSON.stringify(told.data), /"Chromium"/, "brands stay");
        });

        it("leaves no other trace", async () => {
            const shape = `JSON.stringify([Navigator, globalThis.NavigatorUAData ?? Object].map(({ prototype }) => Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(
                ([name, { get, set, value, ...rest }]) => [name, get?.name, set?.name, value?.name, (get ?? value)?.length, rest])))
                + Object.getOwnPropertyNames(navigator) + Object.getOwnPropertyNames(navigator.userAgentData ?? {}) + Object.getOwnPropertyNames(window).sort()`;
            const blank = (await stage.browser.tab(`${PORTAL}/mynaportal`)).evaluate<string>(shape);
            const disguised = await stage.browser.tab(`${MYNA}/mynaportal`);
            assert.equal(await disguised.evaluate<string>(shape), await blank);
            assert.match(await disguised.evaluate("Object.getOwnPropertyDescriptor(Navigator.prototype, 'userAgent').get.toString()"), /\[native code\]/);
            assert.equal(await disguised.evaluate("try { Navigator.prototype.userAgent } catch (error) { error instanceof TypeError }"), true);
        });

        it("follows its switch, also after the browser was closed", async () => {
            const state = async (): Promise<string | null> => {
                const page = await stage.browser.tab(`${MYNA}/mynaportal`);
                const said = await page.locator("#environment").getAttribute("data-state");
                await page.close();
                return said;
            };
            const press = async (on: boolean): Promise<void> => {
                const settings = await stage.browser.extensionPage("ui/options/options.html");
                await settings.locator("#no-trusted").waitFor(); // nothing moves any more
                await settings.click(`#disguise[aria-checked="${!on}"]`);
                await settings.locator(`#disguise[aria-checked="${on}"]`).waitFor();
                await settings.close();
            };
            assert.equal(await state(), "ready");
            await press(false);
            await until("the disguise to go", async () => (await state()) === "unsupported");
            await stage.restart();
            assert.equal(await state(), "unsupported");
            await press(true);
            await until("the disguise to come", async () => (await state()) === "ready");
            await stage.restart(); // its first pages may be there before its extensions are
            await until("the disguise to be back", async () => (await state()) === "ready");
        });
    });
});
