/* SPDX-License-Identifier: MIT */
// An administrator's roll-out: the packages of package.ts, its policy files in /etc, a server of the organisation's own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { unzipSync } from "fflate";
import { crx } from "../../extension/packaging/crx.ts";
import { chromiumUpdates } from "../../extension/packaging/updates.ts";
import { zip } from "../../extension/packaging/zip.ts";
import { BROWSER, Chromium } from "../rig/browser.ts";
import { Etc, HAS_ETC } from "../rig/etc.ts";
import { HOST, ROOT } from "../rig/paths.ts";
import { listen } from "../rig/site.ts";
import { until } from "../rig/wait.ts";
import { answers, gone, goOn, HOSTILE, leave, SHOP, SPEAKER, Stage } from "./fixture.ts";
import { judge } from "./judge.ts";

const OWN = "org.jpkibridge.host";
const MANAGED = { welcomePage: false, language: "en", deniedOrigins: [HOSTILE], sites: ["https://shop.example.com", "https://*.city.example.jp"] };

type Json = Record<string, unknown>;
interface Policies extends Json {
    "ExtensionSettings": Record<string, Json>;
    "3rdparty": { extensions?: Record<string, Json>; Extensions?: Record<string, Json> };
}

/** What the organisation's server has, made by the one command, and signed with a key of this test's own. */
class Organisation {
    readonly #folder = mkdtempSync(join(tmpdir(), "jb-organisation-"));
    readonly #server: Server;
    readonly #key: KeyObject;
    port = 0;

    constructor() {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        this.#key = privateKey;
        writeFileSync(join(this.#folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
        this.#server = createServer((request, response) => {
            const name = (request.url ?? "/").slice(1).split("?")[0] ?? "";
            const there = readdirSync(this.#folder).includes(name) && !name.endsWith(".pem");
            const type = name.endsWith(".xpi") ? "application/x-xpinstall" : name.endsWith(".crx") ? "application/x-chrome-extension" : "text/xml";
            response.writeHead(there ? 200 : 404, { "Content-Type": type });
            response.end(there ? readFileSync(join(this.#folder, name)) : "");
        });
    }
    get base(): string {
        return `http://127.0.0.1:${this.port}/`;
    }
    async open(): Promise<void> {
        this.port = await listen(this.#server);
        execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", join(ROOT, "extension/package.ts"),
            "--out", this.#folder, "--key", join(this.#folder, "key.pem"), "--base-url", this.base], { stdio: ["ignore", "ignore", "inherit"] });
    }
    policies(name: string): Json {
        return JSON.parse(readFileSync(join(this.#folder, "policies", name), "utf8")) as Json;
    }
    /** The next version: the same files but the number. */
    publish(version: string): void {
        const name = readdirSync(this.#folder).find((each) => each.endsWith("-chromium.zip")) ?? assert.fail("no archive");
        const files = new Map(Object.entries(unzipSync(readFileSync(join(this.#folder, name)))));
        const manifest = JSON.parse(Buffer.from(files.get("manifest.json") ?? []).toString()) as { minimum_chrome_version: string };
        files.set("manifest.json", Buffer.from(JSON.stringify({ ...manifest, version })));
        const { id, bytes } = crx(zip(files), this.#key);
        writeFileSync(join(this.#folder, `${version}.crx`), bytes);
        writeFileSync(join(this.#folder, "updates.xml"), chromiumUpdates({ id, version, url: `${this.base}${version}.crx`, bytes, least: manifest.minimum_chrome_version }));
    }
    close(): void {
        this.#server.closeAllConnections();
        this.#server.close();
        rmSync(this.#folder, { recursive: true });
    }
}

/** What both browsers are to do with what is set; the browser's own language is Japanese. */
function obeys(stage: () => Stage): void {
    it("speaks the language that is set, and leads to the organisation's sites", async () => {
        const { browser } = stage();
        const page = await until("the page of sites", () => browser.context.pages().find((each) => each.url() === `${browser.own}/ui/sites/sites.html`), 30_000);
        await page.locator("#ask:not([hidden])").waitFor();
        assert.deepEqual(await page.locator("#sites strong").allInnerTexts(), ["shop.example.com", "*.city.example.jp"]);
        assert.deepEqual(await page.locator("#sites li").evaluateAll((all) => all.map((each) => each.dataset["on"])), ["false", "false"]);
        await judge(browser, page, "sites", "en");
        assert.equal(browser.context.pages().some((each) => each.url().endsWith("/welcome.html")), false, "no welcome page");
        await page.close();
    });
    it("leaves a denied site alone, and serves the others", async () => {
        const { home, browser } = stage();
        const denied = await browser.tab(`${HOSTILE}/`);
        await denied.evaluate("ask('web-eid:status'); ask()");
        home.pinentry.answer("pin 1234");
        const { page, window } = await stage().ask();
        await goOn(window);
        await page.waitForURL("**/account*");
        await gone(window);
        assert.deepEqual(await answers(denied), []);
    });
}

describe("Chromium under policy", { skip: BROWSER !== "chromium" || !HAS_ETC }, () => {
    const organisation = new Organisation();
    let etc: Etc;
    let stage: Stage;
    let policies: Policies;
    let id: string;

    function set(managed: Json): void {
        etc.put("chromium/policies/managed/jpki-bridge.json", { ...policies, "3rdparty": { extensions: { [id]: managed } } });
    }
    before(async () => {
        await organisation.open();
        etc = new Etc();
        policies = organisation.policies("chromium.json") as Policies;
        id = Object.keys(policies.ExtensionSettings)[0] ?? assert.fail("no id");
        set(MANAGED);
        // Nothing else is allowed; and without this a driver sees no page of what is forced.
        etc.put("chromium/policies/managed/strict.json", { NativeMessagingBlocklist: ["*"], DeveloperToolsAvailability: 1 });
        // The template lets only programs in that are registered for everybody: as the system's package does it.
        const home = mkdtempSync(join(tmpdir(), "jb-system-"));
        execFileSync(HOST, ["install", "--extension-id", id], { env: { HOME: home, PATH: process.env["PATH"] ?? "" }, stdio: "ignore" });
        etc.put(`chromium/native-messaging-hosts/${OWN}.json`, readFileSync(join(home, `.config/chromium/NativeMessagingHosts/${OWN}.json`), "utf8"));
        rmSync(home, { recursive: true });
        stage = await Stage.open({ language: "ja", extension: null, forced: id, pages: { "/": SPEAKER } });
    });
    after(async () => {
        await stage.close();
        etc.remove();
        organisation.close();
    });

    obeys(() => stage);

    it("follows what the administrator changes later", async () => {
        set({ ...MANAGED, language: "ja", deniedOrigins: [] });
        const page = await stage.browser.extensionPage("ui/sites/sites.html");
        await until("what is set anew", () => page.evaluate<boolean>("chrome.storage.managed.get('language').then(({ language }) => language === 'ja')"), 30_000);
        await page.reload();
        await page.locator("#ask:not([hidden])").waitFor();
        await judge(stage.browser, page, "sites", "ja");
        await page.close();
        const served = await stage.browser.tab(`${HOSTILE}/`);
        const window = await stage.browser.windowAtLast(() => served.evaluate("ask()"));
        await leave(window);
    });

    it("takes an update from the organisation's server, but not while a window is open", async () => {
        assert.ok(stage.browser instanceof Chromium);
        const { window } = await stage.ask();
        const version = (): Promise<string> => window.evaluate("chrome.runtime.getManifest().version");
        const before = await version();
        organisation.publish("9.8.7");
        assert.equal(await window.evaluate("chrome.runtime.requestUpdateCheck().then(({ status }) => status)"), "update_available");
        await until("the update to wait", () => window.evaluate<boolean>("chrome.storage.session.get('updateWaits').then(({ updateWaits }) => updateWaits === true)"), 20_000);
        await sleep(1_000);
        assert.equal(await version(), before);
        await leave(window);
        const manager = await stage.browser.tab("chrome://extensions/");
        await until("the new version", () => manager.evaluate<boolean>(
            `chrome.developerPrivate.getExtensionInfo("${id}").then((now) => now.version === "9.8.7" && now.state === "ENABLED")`), 20_000);
        await manager.close();
        stage.home.pinentry.answer("pin 1234");
        const again = await stage.ask();
        await goOn(again.window);
        await again.page.waitForURL("**/account*");
    });
});

describe("Firefox under policy", { skip: BROWSER !== "firefox" || !HAS_ETC }, () => {
    const organisation = new Organisation();
    let etc: Etc;
    let stage: Stage;

    before(async () => {
        await organisation.open();
        etc = new Etc();
        const { policies } = organisation.policies("firefox.json") as { policies: Policies };
        const id = Object.keys(policies.ExtensionSettings)[0] ?? assert.fail("no id");
        etc.put("firefox/policies/policies.json", {
            // Unsigned, and with updates over plain http as only this machine's: a test has neither Mozilla's signature nor a certificate.
            policies: { ...policies, "Preferences": { "xpinstall.signatures.required": { Value: false }, "extensions.checkUpdateSecurity": { Value: false } }, "ExtensionSettings": { ...policies.ExtensionSettings, "*": { installation_mode: "blocked" } }, "3rdparty": { Extensions: { [id]: MANAGED } } },
        });
        stage = await Stage.open({ language: "ja", extension: null, pages: { "/": SPEAKER } });
    });
    after(async () => {
        await stage.close();
        etc.remove();
        organisation.close();
    });

    obeys(() => stage);

    // Chromium's question about a forced extension can be answered by a person's hand alone.
    it("switches all of the organisation's sites on by one press", async () => {
        const { browser } = stage;
        const page = await browser.extensionPage("ui/sites/sites.html");
        await page.click("#allow");
        await page.locator("#ask").waitFor({ state: "hidden" });
        assert.deepEqual(await page.locator("#sites li").evaluateAll((all) => all.map((each) => each.dataset["on"])), ["true", "true"]);
        await judge(browser, page, "sites-allowed", "en");
        await page.close();
        const shop = await browser.tab(`${SHOP}/login`);
        const window = await browser.windowAtLast(() => shop.click("#log-in:not([disabled])"));
        await leave(window);
    });
});
