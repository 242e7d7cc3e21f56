/* SPDX-License-Identifier: MIT */
// What tests do with a page, in whichever browser: of Playwright's interface as much as they need, with its meaning.
// Chromium's pages are Playwright's own; firefox.ts makes others behave as these do.

export interface Point {
    x: number;
    y: number;
}

/** Waits for exactly one element before it does or reads anything; `count`, `all…` and `evaluateAll` take what there is. */
export interface Locator {
    locator(selector: string): Locator;
    first(): Locator;
    last(): Locator;
    nth(index: number): Locator;
    all(): Promise<Locator[]>;
    count(): Promise<number>;
    innerText(): Promise<string>;
    allInnerTexts(): Promise<string[]>;
    textContent(): Promise<string | null>;
    getAttribute(name: string): Promise<string | null>;
    inputValue(): Promise<string>;
    /** At this moment, without waiting. */
    isVisible(): Promise<boolean>;
    waitFor(options?: { state?: "attached" | "detached" | "visible" | "hidden"; timeout?: number }): Promise<void>;
    /** Waits until the element is at rest, enabled and not covered, unless forced; in its middle, or so far from its upper left corner. */
    click(options?: { force?: boolean; position?: Point }): Promise<void>;
    focus(): Promise<void>;
    scrollIntoViewIfNeeded(): Promise<void>;
    fill(value: string): Promise<void>;
    press(key: string): Promise<void>;
    evaluateAll<T>(read: (all: HTMLElement[]) => T): Promise<T>;
}

export interface Frame {
    url(): string;
    evaluate<T>(expression: string): Promise<T>;
    locator(selector: string): Locator;
}

export interface UploadedFile {
    name: string;
    mimeType: string;
    buffer: Buffer;
}

export interface Page extends Frame {
    readonly keyboard: {
        press(key: string): Promise<void>;
        type(text: string, options?: { delay?: number }): Promise<void>;
    };
    title(): Promise<string>;
    /** The top frame and those in it. */
    frames(): Frame[];
    goto(url: string): Promise<unknown>;
    reload(): Promise<unknown>;
    bringToFront(): Promise<void>;
    click(selector: string): Promise<void>;
    fill(selector: string, value: string): Promise<void>;
    check(selector: string): Promise<void>;
    uncheck(selector: string): Promise<void>;
    setInputFiles(selector: string, files: UploadedFile | UploadedFile[]): Promise<void>;
    /** An address, or a pattern of one in which `**` stands for anything. */
    waitForURL(url: string): Promise<void>;
    waitForLoadState(): Promise<void>;
    waitForFunction(expression: string): Promise<unknown>;
    waitForEvent(event: "close", options?: { timeout?: number }): Promise<unknown>;
    setViewportSize(size: { width: number; height: number }): Promise<void>;
    screenshot(options: { path: string }): Promise<unknown>;
    isClosed(): boolean;
    close(): Promise<void>;
}

export interface Context {
    newPage(): Promise<Page>;
    /** Tabs and windows, the oldest first. */
    pages(): Page[];
    waitForEvent(event: "page"): Promise<Page>;
}
