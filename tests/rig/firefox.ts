/* SPDX-License-Identifier: MIT */
// Firefox with the built extension and the built host, in a home folder of its own, over WebDriver BiDi.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { zipSync } from "fflate";
import puppeteer, { type Browser as Driven, type Page as DrivenPage } from "puppeteer-core";
import { Browser, type BrowserOptions, type ColorScheme, type Download } from "./browser.ts";
import { FirefoxPage } from "./firefox-page.ts";
import type { Home } from "./home.ts";
import type { Context, Page } from "./page.ts";
import { BUILD, EXTENSION, HOST } from "./paths.ts";
import { openProxy, type Proxy } from "./proxy.ts";
import { until } from "./wait.ts";

const FIREFOX = process.env["JB_FIREFOX"] ?? "/usr/bin/firefox-esr";
const ID = "extension@jpkibridge.org";
/** Firefox makes one up for each profile; a test must know it. */
const UUID = "4a1b5c2d-0f3e-4d6c-8b7a-9e8d7c6b5a40";

const SCHEMES = { light: 1, dark: 0 };
const SCHEME = "layout.css.prefers-color-scheme.content-override";

function preferences(options: BrowserOptions, proxyPort: number, downloads: string): Record<string, string | number | boolean> {
    const { language = "ja", colorScheme = "light" } = options;
    return {
        "network.proxy.type": 1,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxyPort,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxyPort,
        "dom.security.https_first": false,
        "intl.locale.requested": language === "ja" ? "ja" : "en-US",
        "intl.accept_languages": language,
        [SCHEME]: SCHEMES[colorScheme],
        "ui.systemUsesDarkTheme": colorScheme === "dark" ? 1 : 0,
        "browser.download.folderList": 2,
        "browser.download.dir": downloads,
        "browser.download.alwaysOpenPanel": false,
        "extensions.webextensions.uuids": JSON.stringify({ [ID]: UUID }),
        // Yes to the dialog that asks for a site.
        "extensions.webextOptionalPermissionPrompts": false,
        // A package in the profile, unsigned, is switched on at once.
        "xpinstall.signatures.required": false,
        "extensions.autoDisableScopes": 0,
    };
}

/** The extension as the package that a person would install. */
function pack(folder: string): Uint8Array {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    return zipSync(Object.fromEntries(files.map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [relative(folder, path), readFileSync(path)];
    })), { level: 0 });
}

/** What Firefox compiles at its first start, kept for all the others; it throws away that of another version by itself. */
const COMPILED = join(BUILD, "firefox-compiled");

function copyCompiled(from: string, to: string): void {
    for (const part of ["compatibility.ini", "startupCache"]) {
        // What it keeps of extensions would stand in for the one that is there now.
        cpSync(join(from, part), join(to, part), { recursive: true, filter: (path) => !path.endsWith("webext.sc.lz4") });
    }
}
function keepCompiled(profile: string): void {
    const fresh = mkdtempSync(`${COMPILED}-`);
    try {
        copyCompiled(profile, fresh);
        renameSync(fresh, COMPILED);
    } catch {
        rmSync(fresh, { recursive: true, force: true }); // another run was first, or it is gone already; it is only a saving
    }
}

const profileOf = (home: Home): string => join(home.path, "firefox");
const downloadsOf = (home: Home): string => join(home.path, "downloads");

/** Writes the native host's manifest where Firefox looks for it. */
function register(home: Home, host: string): void {
    const folder = join(home.path, ".mozilla/native-messaging-hosts");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "org.jpkibridge.host.json"), JSON.stringify({
        name: "org.jpkibridge.host", description: "JPKI Bridge", path: host, type: "stdio", allowed_extensions: [ID],
    }));
}

/** What of the driver's own line to the browser is needed, though it is not in its types. */
interface Wire {
    send(method: string, parameters: Record<string, unknown>): Promise<{ result: Record<string, unknown> }>;
}

/** The driver lends each script that it runs an activation by the person, which a page here must not have. */
function lendNothing(wire: Wire): void {
    const send = wire.send.bind(wire);
    wire.send = (method, parameters) => send(method, "userActivation" in parameters ? { ...parameters, userActivation: false } : parameters);
}

class Pages implements Context {
    readonly #driven: Driven;
    readonly #own: string;
    readonly #pages = new Map<DrivenPage, FirefoxPage>();
    readonly #waiting = new Set<(page: Page) => void>();

    constructor(driven: Driven, wire: Wire, own: string) {
        this.#driven = driven;
        this.#own = own;
        const looking = setInterval(() => {
            const known = this.#open();
            void wire.send("browsingContext.getTree", { maxDepth: 0 }).then(({ result }) => {
                const open = new Map((result["contexts"] as { context: string; url: string }[]).map(({ context, url }) => [context, url]));
                known.forEach((each) => { each.look(open); });
            }, () => undefined);
        }, 100).unref();
        driven.once("disconnected", () => { clearInterval(looking); });
        driven.on("targetcreated", (target) => {
            void target.page().then((page) => page === null ? undefined : this.adopt(page), () => undefined);
        });
    }

    adopt(driven: DrivenPage): FirefoxPage {
        const known = this.#pages.get(driven);
        if (known !== undefined) {
            return known;
        }
        const page = new FirefoxPage(driven, this.#own);
        this.#pages.set(driven, page);
        for (const take of this.#waiting) {
            take(page);
        }
        this.#waiting.clear();
        return page;
    }
    async newPage(): Promise<Page> {
        return this.adopt(await this.#driven.newPage());
    }
    pages(): Page[] {
        return this.#open();
    }
    #open(): FirefoxPage[] {
        return [...this.#pages.values()].filter((each) => !each.isClosed());
    }
    waitForEvent(): Promise<Page> {
        return new Promise((resolve) => { this.#waiting.add(resolve); });
    }
}

export class Firefox extends Browser {
    readonly name = "firefox";
    readonly context: Pages;
    readonly own = `moz-extension://${UUID}`;
    readonly #driven: Driven;
    readonly #wire: Wire;
    readonly #proxy: Proxy;
    readonly #home: Home;

    private constructor(driven: Driven, wire: Wire, proxy: Proxy, home: Home) {
        super();
        this.#home = home;
        this.context = new Pages(driven, wire, this.own);
        this.#driven = driven;
        this.#wire = wire;
        this.#proxy = proxy;
    }

    static async open(home: Home, options: BrowserOptions): Promise<Firefox> {
        const { language = "ja", extension = EXTENSION, host = HOST, headless = true, restarts = false } = options;
        const profile = profileOf(home);
        if (!existsSync(profile) && existsSync(COMPILED)) {
            copyCompiled(COMPILED, profile);
        }
        mkdirSync(join(profile, "extensions"), { recursive: true });
        if (host !== null) {
            register(home, host);
        }
        const installed = join(profile, "extensions", `${ID}.xpi`);
        // Written anew it would be an update, which takes registered scripts away.
        if (extension !== null && restarts && !existsSync(installed)) {
            writeFileSync(installed, pack(extension));
        }
        const proxy = await openProxy(options.hosts);
        try {
            const driven = await puppeteer.launch({
                browser: "firefox", executablePath: FIREFOX, headless, userDataDir: profile, acceptInsecureCerts: true, defaultViewport: null,
                // Lets `#inChrome` open the extension's pages.
                args: ["--remote-allow-system-access"],
                extraPrefsFirefox: preferences(options, proxy.port, downloadsOf(home)),
                env: { ...home.environment, LANG: language === "ja" ? "ja_JP.UTF-8" : "en_US.UTF-8", ...options.environment },
            });
            const { connection } = driven as unknown as { connection: Wire };
            lendNothing(connection);
            const firefox = new Firefox(driven, connection, proxy, home);
            for (const page of await driven.pages()) {
                firefox.context.adopt(page);
            }
            if (extension !== null && !restarts) {
                assert.equal(await driven.installExtension(extension), ID);
            }
            return firefox;
        } catch (error) {
            proxy.close();
            throw error;
        }
    }

    async registered(): Promise<void> {
        const page = await this.extensionPage("ui/options/options.html");
        const asked = "chrome.scripting.getRegisteredContentScripts().then((scripts) => scripts.some(({ id }) => id === 'disguise'))";
        await until("the registered scripts", () => page.evaluate<boolean>(asked));
        await page.close();
    }

    /** Runs in the browser's own window: a page of an extension can only be opened from within. */
    async #inChrome(expression: string): Promise<void> {
        const tree = await this.#wire.send("browsingContext.getTree", { "moz:scope": "chrome" });
        const windows = tree.result["contexts"] as { context: string; url: string }[];
        const main = windows.find(({ url }) => url === "chrome://browser/content/browser.xhtml");
        assert.ok(main, "no window of the browser");
        const { result } = await this.#wire.send("script.evaluate", { expression, target: { context: main.context }, awaitPromise: true });
        assert.equal(result["type"], "success", JSON.stringify(result["exceptionDetails"]));
    }

    async extensionPage(path: string): Promise<Page> {
        const before = this.context.pages();
        await this.#inChrome(`gBrowser.selectedTab = gBrowser.addTab("${this.own}/${path}",
            { triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal() }); true`);
        // By its address: the extension opens pages by itself, too.
        const page = await until(path, () => this.context.pages().find((each) => !before.includes(each) && each.url() === `${this.own}/${path}`));
        await page.waitForLoadState();
        return page;
    }

    /** The browser wants a real press for it. */
    async grant(pattern: string): Promise<void> {
        const page = await this.extensionPage("ui/options/options.html");
        await page.evaluate(`addEventListener("click", (event) => {
            event.stopPropagation();
            chrome.permissions.request({ origins: ["${pattern}"] }).then((given) => { document.title = String(given); });
        }, { capture: true, once: true })`);
        await page.click("h1");
        await page.waitForFunction("document.title === 'true'");
        await this.followed(page, pattern, true);
        await page.close();
    }

    async update(folder: string): Promise<void> {
        assert.equal(await this.#driven.installExtension(folder), ID);
    }

    register(host: string): void {
        register(this.#home, host);
    }

    /** All pages, in fact. */
    async paint(page: Page, colorScheme: ColorScheme): Promise<void> {
        await this.#inChrome(`Services.prefs.setIntPref("${SCHEME}", ${SCHEMES[colorScheme]}); true`);
        await page.waitForFunction(`matchMedia("(prefers-color-scheme: ${colorScheme})").matches`);
    }

    async download(_page: Page, act: () => Promise<unknown>): Promise<Download> {
        const folder = downloadsOf(this.#home);
        rmSync(folder, { recursive: true, force: true });
        await act();
        // While it is being written another file with the ending .part lies there.
        const name = await until("a download", () => {
            const [first, ...others] = existsSync(folder) ? readdirSync(folder) : [];
            return others.length === 0 && first?.endsWith(".part") === false && statSync(join(folder, first)).size > 0 ? first : undefined;
        });
        return { name, bytes: readFileSync(join(folder, name)) };
    }

    async close(): Promise<void> {
        await this.#driven.close();
        this.#proxy.close();
        if (!existsSync(COMPILED)) {
            keepCompiled(profileOf(this.#home));
        }
    }
}
