/* SPDX-License-Identifier: MIT */
// A browser with the built extension and the built host, in a home folder of its own; and Chromium as one.
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page as ChromiumPage } from "playwright-core";
import type { Home } from "./home.ts";
import type { Context, Page } from "./page.ts";
import { EXTENSION, HOST, SCREENSHOTS } from "./paths.ts";
import { until } from "./wait.ts";

export type Language = "ja" | "en";
export type ColorScheme = "light" | "dark";
export interface Download {
    name: string;
    bytes: Buffer;
}
export interface BrowserOptions {
    /** Host names to ports on this machine; every other name is not found. */
    hosts: Record<string, number>;
    language?: Language;
    colorScheme?: ColorScheme;
    /** False needs a display. */
    headless?: boolean;
    /** The unpacked extension; null for none. */
    extension?: string | null;
    /** The id of the extension that an administrator's policy brings, and with it everything that the program needs. */
    forced?: string;
    /** The native host's program; null leaves it unregistered. */
    host?: string | null;
    environment?: Record<string, string>;
    /** Keep pages that are left (Playwright turns that off; Firefox always does). */
    backForwardCache?: boolean;
    /** Null follows the window, as Firefox always does. */
    viewport?: { width: number; height: number } | null;
    /** More of Chromium's own arguments. */
    args?: string[];
    /** The extension must outlive the browser's end: Firefox then gets it as a package in its profile. */
    restarts?: boolean;
}

/** Where a driver wants a timeout of its own, in milliseconds: far beyond what a test waits for (wait.ts). */
export const NET = 120_000;

/** JB_BROWSER names the browser of this run. */
export const BROWSER = process.env["JB_BROWSER"] === "firefox" ? "firefox" : "chromium";

/** The session window when it shows who asks: it begins empty. */
const SHOWN = 'body:not([data-state="loading"])';

/** What tests do with a browser, whichever it is. */
export abstract class Browser {
    abstract readonly name: "chromium" | "firefox";
    abstract readonly context: Context;
    /** Scheme and host of the extension's own pages. */
    abstract readonly own: string;

    /** Waits until a fresh extension has registered its scripts: a page opened before has none of them. */
    abstract registered(): Promise<void>;
    /** One of the extension's own pages in a tab. */
    abstract extensionPage(path: string): Promise<Page>;
    /** Switches the extension on for a site, the browser's dialog answered with yes. */
    abstract grant(pattern: string): Promise<void>;
    /** Exchanges the extension for what now lies in its folder, with a higher version. */
    abstract update(folder: string): Promise<void>;
    /** Makes the native host known to this browser, as its package does. */
    abstract register(host: string): void;
    /** Shows a page in these colours from now on. */
    abstract paint(page: Page, colorScheme: ColorScheme): Promise<void>;
    /** Does something that saves a file from a page, and waits until it is there. */
    abstract download(page: Page, act: () => Promise<unknown>): Promise<Download>;
    abstract close(): Promise<void>;

    /** A new tab at `url`. */
    async tab(url: string): Promise<Page> {
        const page = await this.context.newPage();
        await page.goto(url);
        return page;
    }

    /** The extension's session windows that are open now. */
    windows(): Page[] {
        return this.context.pages().filter((each) => each.url().startsWith(`${this.own}/ui/session/`));
    }

    /** The page that a fresh extension opens by itself. */
    welcomed(): Promise<Page> {
        return until("the welcome page", () => this.context.pages().find((each) => each.url() === `${this.own}/ui/welcome/welcome.html`));
    }

    /** Does something that opens the session window, and waits until it shows something. */
    async window(act: () => Promise<unknown> = () => Promise.resolve(), milliseconds = 10_000): Promise<Page> {
        const before = this.windows();
        await act();
        const opened = await until("the session window", () => this.windows().find((each) => !before.includes(each)), milliseconds);
        await opened.waitForLoadState();
        await opened.locator(SHOWN).waitFor();
        return opened;
    }

    /** Does that again and again until it opens one: an open page gets its script in the extension's own time. */
    async windowAtLast(act: () => Promise<unknown>): Promise<Page> {
        const before = this.windows();
        const opened = await until("the session window at last", async () => {
            await act();
            return until("", () => this.windows().find((each) => !before.includes(each)), 2_000).catch(() => undefined);
        }, 20_000);
        await opened.locator(SHOWN).waitFor();
        return opened;
    }

    /** Switches it off again. */
    async revoke(pattern: string): Promise<void> {
        const page = await this.extensionPage("ui/options/options.html");
        await page.evaluate(`chrome.permissions.remove({ origins: ["${pattern}"] })`);
        await this.followed(page, pattern, false);
        await page.close();
    }

    /** Waits, in one of the extension's own pages, until its scripts have followed a change of its permissions. */
    protected async followed(page: Page, pattern: string, on: boolean): Promise<void> {
        const asked = `chrome.scripting.getRegisteredContentScripts().then((all) => all.some(({ matches = [] }) => matches.includes("${pattern}")))`;
        await until(`the scripts of ${pattern}`, async () => await page.evaluate<boolean>(asked) === on);
    }
}

const CHROMIUM = process.env["JB_CHROMIUM"] ?? "/usr/bin/chromium";
const ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-component-update",
    "--disable-domain-reliability", "--disable-sync", "--no-first-run", "--no-default-browser-check", "--disable-breakpad",
    "--dns-prefetch-disable", "--disable-client-side-phishing-detection", "--ignore-certificate-errors",
];

/** With this it fetches no extension that a policy names. */
const FROM_NOWHERE = "--disable-background-networking";

/** Chromium's id of an unpacked extension whose manifest has a key. */
export function extensionId(folder = EXTENSION): string {
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { key: string };
    const digest = createHash("sha256").update(Buffer.from(manifest.key, "base64")).digest("hex");
    return digest.slice(0, 32).replace(/./g, (digit) => "abcdefghijklmnop"[parseInt(digit, 16)] ?? "");
}

interface Launch {
    profile: string;
    args: string[];
    environment: Record<string, string>;
}

/** Writes the native host's manifest where this Chromium looks for it. */
function register(profile: string, host: string, id: string): void {
    const folder = join(profile, "NativeMessagingHosts");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "org.jpkibridge.host.json"), JSON.stringify({
        name: "org.jpkibridge.host", description: "JPKI Bridge", path: host, type: "stdio", allowed_origins: [`chrome-extension://${id}/`],
    }));
}

/** Makes the native host known, unless there is none, and tells how Chromium is started. */
function prepare(home: Home, options: BrowserOptions): Launch {
    const { language = "ja", forced, host = HOST } = options;
    const extension = forced === undefined && options.extension !== null ? options.extension ?? EXTENSION : null;
    const profile = join(home.path, "browser");
    if (host !== null && forced === undefined) {
        register(profile, host, extensionId(extension ?? EXTENSION));
    }
    const maps = Object.entries(options.hosts).map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`);
    return {
        profile,
        args: [
            ...(forced === undefined ? [...ARGUMENTS, FROM_NOWHERE] : ARGUMENTS), `--lang=${language}`, `--accept-lang=${language}`,
            `--host-resolver-rules=${[...maps, "MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"].join(", ")}`,
            ...(extension === null ? [] : [`--disable-extensions-except=${extension}`, `--load-extension=${extension}`]),
            ...(options.args ?? []),
        ],
        environment: { ...home.environment, LANGUAGE: language, LANG: language === "ja" ? "ja_JP.UTF-8" : "en_US.UTF-8", ...options.environment },
    };
}

/**
 * A headless Chromium that nobody drives, for what it does not do under a driver (prerendering):
 * titles and addresses of its pages are all that can be seen.
 */
export class UndrivenBrowser {
    readonly #process: ChildProcess;
    readonly #portFile: string;

    constructor(home: Home, options: BrowserOptions) {
        const { profile, args, environment } = prepare(home, options);
        const own = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
        this.#portFile = join(profile, "DevToolsActivePort");
        this.#process = spawn(CHROMIUM, [...own, ...args, "about:blank"], { env: environment, stdio: "ignore" });
        process.once("exit", () => this.#process.kill("SIGKILL"));
    }

    /** Opens a page, in view, once the one that greets after installation is out of the way. */
    async open(url: string): Promise<void> {
        const welcome = await until("the welcome page", async () => (await this.pages()).find((each) => each.url.endsWith("/welcome.html")));
        await this.#ask(`close/${welcome.id}`);
        await this.#ask(`new?${url}`, "PUT");
    }

    async pages(): Promise<{ id: string; title: string; url: string }[]> {
        const answer = await this.#ask("list");
        return await answer.json() as { id: string; title: string; url: string }[];
    }

    async #ask(what: string, method = "GET"): Promise<Response> {
        const read = (): string => (existsSync(this.#portFile) ? readFileSync(this.#portFile, "utf8") : "");
        const port = await until("the browser", () => /^\d+(?=\n)/.exec(read())?.[0]);
        return fetch(`http://127.0.0.1:${port}/json/${what}`, { method });
    }

    async close(): Promise<void> {
        const ended = once(this.#process, "exit");
        this.#process.kill("SIGTERM");
        await ended;
    }
}

export class Chromium extends Browser {
    readonly name = "chromium";
    readonly context: BrowserContext;
    readonly id: string;
    readonly own: string;
    readonly #profile: string;

    private constructor(context: BrowserContext, id: string, profile: string) {
        super();
        this.context = context;
        this.id = id;
        this.#profile = profile;
        this.own = `chrome-extension://${id}`;
    }

    static async open(home: Home, options: BrowserOptions): Promise<Chromium> {
        const { profile, args, environment } = prepare(home, options);
        const context = await chromium.launchPersistentContext(profile, {
            executablePath: CHROMIUM,
            headless: options.headless ?? true,
            colorScheme: options.colorScheme ?? "light",
            locale: options.language ?? "ja",
            viewport: options.viewport === undefined ? { width: 900, height: 760 } : options.viewport,
            ignoreDefaultArgs: ["--disable-extensions", ...(options.forced === undefined ? [] : [FROM_NOWHERE]), ...(options.backForwardCache ? ["--disable-back-forward-cache"] : [])],
            args,
            env: environment,
        });
        context.setDefaultTimeout(NET);
        return new Chromium(context, options.forced ?? extensionId(options.extension ?? EXTENSION), profile);
    }

    async registered(): Promise<void> {
        const worker = this.context.serviceWorkers()[0] ?? await this.context.waitForEvent("serviceworker");
        const asked = "chrome.scripting.getRegisteredContentScripts().then((scripts) => scripts.some(({ id }) => id === 'disguise'))";
        await until("the registered scripts", () => worker.evaluate<boolean>(asked));
    }

    extensionPage(path: string): Promise<Page> {
        return this.tab(`${this.own}/${path}`);
    }

    /** Permitted beforehand, the browser answers its dialog by itself. */
    async grant(pattern: string): Promise<void> {
        const manager = await this.tab("chrome://extensions/");
        await manager.evaluate(`chrome.developerPrivate.addHostPermission("${this.id}", "${pattern}")`);
        await manager.close();
        const page = await this.extensionPage("ui/options/options.html");
        await page.evaluate(`chrome.permissions.request({ origins: ["${pattern}"] })`);
        await this.followed(page, pattern, true);
        await page.close();
    }

    async update(folder: string): Promise<void> {
        const { version } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { version: string };
        const page = await this.tab("chrome://extensions/");
        // Without the developer mode Chromium switches off what it loads anew.
        await page.evaluate("chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })");
        await page.evaluate(`chrome.developerPrivate.reload("${this.id}", { failQuietly: true })`);
        await until("the new version", () => page.evaluate<boolean>(
            `chrome.developerPrivate.getExtensionInfo("${this.id}").then((now) => now.version === "${version}" && now.state === "ENABLED")`));
        await page.close();
    }

    register(host: string): void {
        register(this.#profile, host, this.id);
    }

    async paint(page: Page, colorScheme: ColorScheme): Promise<void> {
        await (page as ChromiumPage).emulateMedia({ colorScheme });
    }

    async download(page: Page, act: () => Promise<unknown>): Promise<Download> {
        const saving = (page as ChromiumPage).waitForEvent("download");
        await act();
        const saved = await saving;
        return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
    }

    async close(): Promise<void> {
        await this.context.close();
    }
}

/** Keeps a picture of a page as build/screenshots/NAME.png; Firefox's as NAME.firefox.png. */
export async function screenshot(page: Page, name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, BROWSER === "firefox" ? `${name}.firefox.png` : `${name}.png`) });
}
