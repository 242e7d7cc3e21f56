/* SPDX-License-Identifier: MIT */
// A whole stage for browser tests: portal, card in the reader, scripted pinentry, and the browser of JB_BROWSER with the extension.
import assert from "node:assert/strict";
import type { Server } from "node:https";
import { join } from "node:path";
import { createPortal } from "../portal/server.ts";
import { BROWSER, Chromium, NET, type Browser, type BrowserOptions } from "../rig/browser.ts";
import { Card } from "../rig/card.ts";
import { Firefox } from "../rig/firefox.ts";
import { Home } from "../rig/home.ts";
import type { Locator, Page } from "../rig/page.ts";
import { CARD_DATA, CLIENT_LIBRARY } from "../rig/paths.ts";
import { createSite, listen, type SitePage } from "../rig/site.ts";
import { until, within } from "../rig/wait.ts";

/** A government site: on from the start. */
export const PORTAL = "https://portal.example.go.jp";
/** A service that turns Linux away, of those that the program knows. */
export const MYNA = "https://sample.myna.go.jp";
/** Any other site: off until the person switches it on. */
export const SHOP = "https://shop.example.com";
/** A government site with a page of the test's own. */
export const HOSTILE = "https://hostile.example.lg.jp";

/** The versions of the official software that its sites look for, for the browser of this run. */
export const MYNA_INPUTS = { "extension-is-installed": "24", "app-is-installed": BROWSER === "firefox" ? "25" : "29" };

function openBrowser(home: Home, options: BrowserOptions): Promise<Browser> {
    return BROWSER === "firefox" ? Firefox.open(home, options) : Chromium.open(home, options);
}

export interface StageOptions extends Partial<BrowserOptions> {
    /** The virtual card's options; null for an empty reader. */
    card?: string[] | null;
    /** Whom the portal trusts; by default the virtual card's CAs. */
    authCa?: string;
    signCa?: string;
    /** Leaves the page open that greets after installation. */
    welcome?: boolean;
    /** Pages of HOSTILE, by path. */
    pages?: Record<string, SitePage>;
}

export class Stage {
    readonly home: Home;
    browser: Browser;
    readonly #options: BrowserOptions;
    #card: Card | undefined;
    readonly #servers: Server[];

    private constructor(home: Home, browser: Browser, options: BrowserOptions, card: Card | undefined, servers: Server[]) {
        this.home = home;
        this.browser = browser;
        this.#options = options;
        this.#card = card;
        this.#servers = servers;
    }

    static async open(options: StageOptions = {}): Promise<Stage> {
        const { card = [], pages = {}, welcome = false, authCa = join(CARD_DATA, "auth-ca.pem"), signCa = join(CARD_DATA, "sign-ca.pem"), ...rest } = options;
        const home = new Home();
        const portal = (origin: string): Server => createPortal({ origin, authCa, signCa, clientLibrary: CLIENT_LIBRARY });
        const servers: Record<string, Server> = { [PORTAL]: portal(PORTAL), [SHOP]: portal(SHOP), [HOSTILE]: createSite(pages) };
        servers[MYNA] = portal(MYNA);
        const hosts: Record<string, number> = {};
        for (const [origin, server] of Object.entries(servers)) {
            hosts[new URL(origin).hostname] = await listen(server);
        }
        let laid: Card | undefined;
        try {
            laid = card === null ? undefined : await Card.start(...card);
            const settings = { ...rest, hosts: { ...hosts, ...options.hosts } };
            const browser = await openBrowser(home, settings);
            if (settings.extension !== null) {
                await browser.registered();
                const greeting = await browser.welcomed();
                if (!welcome) {
                    await greeting.close();
                }
            }
            return new Stage(home, browser, settings, laid, Object.values(servers));
        } catch (error) {
            await laid?.stop();
            closeAll(Object.values(servers));
            throw error;
        }
    }

    /** For what Chromium alone can do. */
    get chromium(): Chromium {
        assert.ok(this.browser instanceof Chromium, "this stage has another browser");
        return this.browser;
    }

    get card(): Card {
        assert.ok(this.#card, "this stage has no card");
        return this.#card;
    }

    /** Another card in the reader, by the virtual card's options. */
    async lay(...options: string[]): Promise<void> {
        await this.#card?.stop();
        this.#card = await Card.start(...options);
    }

    /** Between two tests of one stage: no window, no tab, no prompt, full tries, the card on the reader. */
    async tidy(): Promise<void> {
        const [first, ...others] = this.browser.context.pages();
        await Promise.all(others.map((each) => each.close()));
        await first?.goto("about:blank");
        await this.home.pinentry.closed();
        this.home.pinentry.reset();
        if (this.#card !== undefined) {
            await this.#card.insert();
            await this.#card.setTries("auth", 3);
            await this.#card.setTries("sign", 5);
            await this.#card.setTries("profile", 3);
            for (const fault of ["remove-at", "garbage-at", "silent-at", "delay-apdu"]) {
                await this.#card.command(`${fault} 0`);
            }
        }
    }

    /** Closes the browser and opens it again with the same profile. */
    async restart(): Promise<void> {
        await this.browser.close();
        this.browser = await openBrowser(this.home, this.#options);
    }

    async close(): Promise<void> {
        await this.browser.close();
        await this.#card?.stop();
        closeAll(this.#servers);
        this.home.remove();
    }

    /** Nothing was opened by what the page said (where it is heard at all), nor is it about to be: what opens a window is kept before. */
    async noWindow(page?: Page): Promise<void> {
        if (page !== undefined) {
            await settled(page);
        }
        const own = await this.browser.extensionPage("ui/options/options.html");
        await until("no window to be kept", () => own.evaluate<boolean>("chrome.storage.session.get('session').then(({ session }) => session === undefined)"));
        await own.close();
        assert.equal(this.browser.windows().length, 0);
        assert.equal(this.home.pinentry.prompts().length, 0);
    }

    /** Opens a page of the portal, presses its button, and waits for the session window. */
    async ask(path = "/login", button = "#log-in", origin = PORTAL): Promise<{ page: Page; window: Page }> {
        const page = await this.browser.tab(`${origin}${path}`);
        return { page, window: await this.browser.window(() => page.click(button)) };
    }
}

function closeAll(servers: Server[]): void {
    for (const server of servers) {
        server.closeAllConnections();
        server.close();
    }
}

/** Presses Continue as soon as the window takes a press, which it does only when it has the focus. */
export async function goOn(window: Page): Promise<void> {
    await window.bringToFront();
    await window.locator('#continue[aria-disabled="false"]').click();
}

/** Waits until there is something to see, by what the machine gives: a driver's own timeouts go by the wall. */
export async function appears(what: Locator, name: string, milliseconds = 15_000): Promise<void> {
    await within(name, milliseconds, what.waitFor({ timeout: NET }));
}

/** Waits until the window shows this state (the names are the extension's own). */
export async function inState(window: Page, state: string, milliseconds = 15_000): Promise<void> {
    await appears(window.locator(`body[data-state="${state}"]`), `the window in the state ${state}`, milliseconds);
}

/** Waits for the window to be closed by the extension. */
export async function gone(window: Page, milliseconds = 10_000): Promise<void> {
    await until("the window to close", () => window.isClosed(), milliseconds);
}

/** Leaves by a press that closes the window: Chromium may not answer a press any more whose window is gone. */
export async function leave(window: Page, by: "#cancel" | "#close" | "Escape" = "#cancel"): Promise<void> {
    const press = by === "Escape" ? window.keyboard.press(by) : window.click(by);
    const refusal: unknown = await press.then(() => undefined, (error: unknown) => error);
    await gone(window).catch((error: unknown) => {
        throw refusal ?? error;
    });
}

/** Waits until all that a page has said before is heard: it asks for something more, which is answered after that. */
export async function settled(page: Page): Promise<void> {
    await within("an answer to the last question", 10_000, page.evaluate(`new Promise((resolve) => {
        addEventListener("message", ({ data }) => {
            if (data?.id === "settled" && /:status-(success|failure)$/.test(data.action)) resolve();
        });
        postMessage({ action: "jpki-bridge:status", id: "settled", libraryVersion: "2.1.0" }, "*");
    })`));
}

/** Speaks the Web eID protocol from a page of the test's own, and keeps what comes back in `answers`. */
export const SPEAKER = `<script>
    const answers = [];
    addEventListener("message", ({ source, data }) => {
        if (source === window && data?.id !== "settled" && /:.*-(ack|success|failure)$/.test(data?.action)) answers.push(data);
    });
    const ask = (action = "web-eid:authenticate", more = {}) => {
        postMessage({ action, libraryVersion: "2.1.0", challengeNonce: "A".repeat(44), options: { lang: "en" }, ...more }, "*");
    };
</script>`;

export interface PageAnswer {
    action: string;
    error?: { code: string; reason: string; message: string };
}

/** The answers so far of a page that holds SPEAKER, without the acknowledgements. */
export function answers(page: Page): Promise<PageAnswer[]> {
    return page.evaluate("answers.filter(({ action }) => !action.endsWith('-ack'))");
}

/** Waits for the `nth` answer, from 1. */
export async function answered(page: Page, nth = 1, milliseconds = 10_000): Promise<PageAnswer> {
    return until(`answer ${nth}`, async () => (await answers(page))[nth - 1], milliseconds);
}

/** What the portal's page says in the end. */
export async function outcome(page: Page, milliseconds = 20_000): Promise<{ good: boolean; text: string }> {
    await appears(page.locator("#outcome.good, #outcome.bad, h1 + dl").first(), "the outcome", milliseconds);
    const text = await page.locator("main").innerText();
    return { good: (await page.locator("#outcome.bad").count()) === 0, text };
}

/** Names of the checks that the portal's page shows as passed, in order. */
export function passed(page: Page): Promise<string[]> {
    return page.locator('[data-check][data-ok="true"]').evaluateAll((all) => all.map((each) => each.getAttribute("data-check") ?? ""));
}
