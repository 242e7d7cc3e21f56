/* SPDX-License-Identifier: MIT */
// A page of Firefox, driven over WebDriver BiDi, that behaves as Playwright's do: what is acted on or read is waited for.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ElementHandle, Frame as DrivenFrame, KeyInput, Page as DrivenPage } from "puppeteer-core";
import type { Frame, Locator, Page, Point, UploadedFile } from "./page.ts";
import { until } from "./wait.ts";

const PATIENCE = 20_000;
/** Keys of which the driver has only what they type. */
const TYPED: Readonly<Record<string, string>> = { Space: " " };
const keyOf = (key: string): KeyInput => (TYPED[key] ?? key) as KeyInput;
/** Between two looks at a page; each is work for the browser. */
const PAUSE = 40;

/** A selector, looked for in what was found before; or one of that by its place. */
type Step = string | number;

// These run in the page, so they are whole in themselves.
function find(steps: Step[]): HTMLElement[] {
    let found: (Document | HTMLElement)[] = [document];
    for (const step of steps) {
        found = typeof step === "number"
            ? found.slice(step).slice(0, 1)
            : [...new Set(found.flatMap((each) => [...each.querySelectorAll<HTMLElement>(step)]))];
    }
    return found as HTMLElement[];
}
function isShown(element: HTMLElement): boolean {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && getComputedStyle(element).visibility === "visible";
}
/** Where to press an element, or why it cannot be pressed now. */
function aim(element: HTMLElement, force: boolean, from?: Point): Point | string {
    element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const [box] = element.getClientRects();
    if (box === undefined || box.width === 0 || box.height === 0) {
        return "is not shown";
    }
    const { x, y } = from ?? { x: box.width / 2, y: box.height / 2 };
    const point = { x: Math.round(box.x + x), y: Math.round(box.y + y) };
    if (force) {
        return point;
    }
    if (element.matches(':disabled, [aria-disabled="true"]')) {
        return "is disabled";
    }
    const hit = document.elementFromPoint(point.x, point.y);
    return element.contains(hit) || element.closest("label")?.contains(hit) === true ? point : "is covered";
}

class FirefoxLocator implements Locator {
    readonly #frame: FirefoxFrame;
    readonly #steps: Step[];

    constructor(frame: FirefoxFrame, steps: Step[]) {
        this.#frame = frame;
        this.#steps = steps;
    }

    locator(selector: string): Locator {
        return new FirefoxLocator(this.#frame, [...this.#steps, selector]);
    }
    nth(index: number): Locator {
        return new FirefoxLocator(this.#frame, [...this.#steps, index]);
    }
    first(): Locator {
        return this.nth(0);
    }
    last(): Locator {
        return this.nth(-1);
    }
    async all(): Promise<Locator[]> {
        return Array.from({ length: await this.count() }, (_, index) => this.nth(index));
    }
    evaluateAll<T>(read: (all: HTMLElement[]) => T): Promise<T> {
        return this.#frame.evaluate<T>(`(${String(read)})((${String(find)})(${JSON.stringify(this.#steps)}))`);
    }
    count(): Promise<number> {
        return this.evaluateAll(({ length }) => length);
    }
    allInnerTexts(): Promise<string[]> {
        return this.evaluateAll((all) => all.map((each) => each.innerText));
    }
    innerText(): Promise<string> {
        return this.#read("({ innerText }) => innerText");
    }
    textContent(): Promise<string | null> {
        return this.#read("({ textContent }) => textContent");
    }
    getAttribute(name: string): Promise<string | null> {
        return this.#read(`(element) => element.getAttribute(${JSON.stringify(name)})`);
    }
    inputValue(): Promise<string> {
        return this.#read("({ value }) => value");
    }
    async isVisible(): Promise<boolean> {
        return (await this.#shown()).includes(true);
    }
    #shown(): Promise<boolean[]> {
        return this.#frame.evaluate(`(${String(find)})(${JSON.stringify(this.#steps)}).map(${String(isShown)})`);
    }

    async waitFor({ state = "visible", timeout = PATIENCE }: { state?: "attached" | "detached" | "visible" | "hidden"; timeout?: number } = {}): Promise<void> {
        await this.#frame.until(`${this.#name} to be ${state}`, async () => {
            const shown = await this.#shown();
            switch (state) {
                case "attached": return shown.length > 0;
                case "detached": return shown.length === 0;
                case "visible": return shown.length === 1 && shown[0];
                case "hidden": return !shown.includes(true);
            }
        }, timeout);
    }

    async click({ force = false, position }: { force?: boolean; position?: Point } = {}): Promise<void> {
        let last: Point | string | undefined;
        const point = await this.#frame.until(`a press on ${this.#name}`, async () => {
            const before = last;
            last = await this.#of<Point | string>(`(element) => (${String(aim)})(element, ${force}, ${JSON.stringify(position)})`) ?? "is not there";
            if (typeof last === "string") {
                return undefined;
            }
            const rests = typeof before === "object" && before.x === last.x && before.y === last.y;
            return force || rests ? last : undefined;
        }, PATIENCE).catch((error: unknown) => {
            throw typeof last === "string" ? new Error(`${this.#name} ${last}`, { cause: error }) : error;
        });
        await this.#frame.press(point);
    }
    async fill(value: string): Promise<void> {
        await this.waitFor();
        await this.#read(`(element) => {
            element.focus();
            element.value = ${JSON.stringify(value)};
            for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
        }`);
    }
    async press(key: string): Promise<void> {
        await this.focus();
        await this.#frame.key(key);
    }
    async focus(): Promise<void> {
        await this.#read("(element) => { element.focus(); }");
    }
    async scrollIntoViewIfNeeded(): Promise<void> {
        await this.#read('(element) => { element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" }); }');
    }

    /** What the one element says; null or undefined while there is none. Fails when there are several. */
    async #of<T>(read: string): Promise<T | null> {
        const found = await this.#frame.evaluate<[number, T | null]>(
            `((all) => [all.length, all.length === 1 ? (${read})(all[0]) : null])((${String(find)})(${JSON.stringify(this.#steps)}))`);
        assert.ok(found[0] <= 1, `${this.#name}: ${found[0]} elements`);
        return found[1];
    }
    async #read<T>(read: string): Promise<T> {
        const said = await this.#frame.until(this.#name, () => this.#of<[T]>(`(element) => [(${read})(element)]`), PATIENCE);
        return said[0];
    }
    get #name(): string {
        return this.#steps.join(" >> ");
    }
}

class FirefoxFrame implements Frame {
    readonly #frame: DrivenFrame;

    constructor(frame: DrivenFrame) {
        this.#frame = frame;
    }

    url(): string {
        return this.#frame.url();
    }
    evaluate<T>(expression: string): Promise<T> {
        return this.#frame.evaluate(expression) as Promise<T>;
    }
    locator(selector: string): Locator {
        return new FirefoxLocator(this, [selector]);
    }

    /** Asks again and again, also while the page changes under the question; not once it is closed. */
    until<T>(what: string, probe: () => Promise<T>, milliseconds: number): Promise<NonNullable<T>> {
        let last: unknown;
        return until(what, async () => {
            try {
                const found = await probe();
                if (found) {
                    return found;
                }
            } catch (error) {
                if (error instanceof assert.AssertionError || String(error).includes('no such frame')) {
                    throw error;
                }
                last = error;
            }
            await sleep(PAUSE);
            return undefined;
        }, milliseconds).catch((error: unknown) => {
            throw last === undefined ? error : new Error(String(error), { cause: last });
        });
    }
    async press({ x, y }: Point): Promise<void> {
        assert.equal(this.#frame.parentFrame(), null, "points are the top frame's");
        await this.#frame.page().mouse.click(x, y);
    }
    async key(key: string): Promise<void> {
        await this.#frame.page().keyboard.press(keyOf(key));
    }
}

export class FirefoxPage extends FirefoxFrame implements Page {
    readonly #page: DrivenPage;
    readonly #scheme: string;
    /** The address of one of the extension's own pages, of which the driver does not tell. */
    #own = "";
    #gone = false;

    constructor(page: DrivenPage, scheme: string) {
        super(page.mainFrame());
        this.#page = page;
        this.#scheme = scheme;
    }

    get keyboard(): Page["keyboard"] {
        const { keyboard } = this.#page;
        return {
            press: (key) => keyboard.press(keyOf(key)),
            type: (text, options = {}) => keyboard.type(text, options),
        };
    }
    override url(): string {
        const url = this.#page.url();
        return url === "about:blank" && this.#own !== "" ? this.#own : url;
    }
    title(): Promise<string> {
        return this.evaluate("document.title");
    }
    frames(): Frame[] {
        return this.#page.frames().map((each) => new FirefoxFrame(each));
    }
    goto(url: string): Promise<unknown> {
        return this.#page.goto(url);
    }
    reload(): Promise<unknown> {
        return this.#page.reload();
    }
    async bringToFront(): Promise<void> {
        await this.#page.bringToFront();
    }
    click(selector: string): Promise<void> {
        return this.locator(selector).click();
    }
    fill(selector: string, value: string): Promise<void> {
        return this.locator(selector).fill(value);
    }
    check(selector: string): Promise<void> {
        return this.#tick(selector, true);
    }
    uncheck(selector: string): Promise<void> {
        return this.#tick(selector, false);
    }
    async #tick(selector: string, on: boolean): Promise<void> {
        const box = this.locator(selector);
        await box.waitFor();
        if (await this.evaluate<boolean>(`document.querySelector(${JSON.stringify(selector)}).checked`) !== on) {
            await box.click();
        }
        await this.waitForFunction(`document.querySelector(${JSON.stringify(selector)}).checked === ${on}`);
    }
    async setInputFiles(selector: string, files: UploadedFile | UploadedFile[]): Promise<void> {
        // Firefox reads a chosen file from where it lies, whenever a page asks for it.
        const folder = mkdtempSync(join(tmpdir(), "jb-files-"));
        process.once("exit", () => { rmSync(folder, { recursive: true, force: true }); });
        const paths = [files].flat().map(({ name, buffer }) => {
            const path = join(folder, name);
            writeFileSync(path, buffer);
            return path;
        });
        const input = await this.until(selector, () => this.#page.$(selector), PATIENCE) as ElementHandle<HTMLInputElement>;
        await input.uploadFile(...paths);
    }
    async waitForURL(url: string): Promise<void> {
        const parts = url.split("**").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", "[^/]*"));
        const pattern = new RegExp(`^${parts.join(".*")}$`);
        await this.until(`the address ${url}`, async () => {
            const [now, state] = await this.evaluate<[string, string]>("[location.href, document.readyState]");
            return pattern.test(now) && state === "complete";
        }, PATIENCE);
    }
    async waitForLoadState(): Promise<void> {
        await this.until("the page", async () => await this.evaluate<string>("document.readyState") === "complete", PATIENCE);
    }
    waitForFunction(expression: string): Promise<unknown> {
        return this.until(expression, () => this.evaluate<unknown>(expression), PATIENCE);
    }
    waitForEvent(event: "close", { timeout = PATIENCE }: { timeout?: number } = {}): Promise<unknown> {
        return until(`the page to ${event}`, () => this.isClosed(), timeout);
    }
    async setViewportSize(size: { width: number; height: number }): Promise<void> {
        await this.#page.setViewport(size);
    }
    async screenshot({ path }: { path: string }): Promise<unknown> {
        return this.#page.screenshot({ path: path });
    }
    isClosed(): boolean {
        return this.#gone || this.#page.isClosed();
    }
    /** Firefox says nothing of the way of an extension's windows, nor of their end: `open` has the contexts that there are, and their addresses. */
    look(open: ReadonlyMap<string, string>): void {
        const { _id } = this.#page.mainFrame() as unknown as { _id: string };
        const url = open.get(_id);
        this.#gone = url === undefined;
        this.#own = url?.startsWith(this.#scheme) ? url : "";
    }
    async close(): Promise<void> {
        await this.#page.close();
    }
}
