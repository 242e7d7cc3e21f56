/* SPDX-License-Identifier: MIT */
// What a person sees of documents before they sign them, whatever the page says of these.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { until } from "../rig/wait.ts";
import { goOn, inState, Stage } from "./fixture.ts";
import { faults } from "./judge.ts";
import { BROKEN, CERTIFIED, CHANGING, drawn, heard, LOCKED, look, offering, PAGES, picture, pixel, png, QUIET, review, sha256, shownHash, textPdf, WARNED, type Given } from "./review.ts";

const TEXT = "契約書\r\n<b>第1条</b><script>alert(1)</script>\u202egnp.exe\u200b\tend";

/** Made by the browser itself, as no program at hand writes them. */
async function jpeg(page: Page): Promise<Buffer> {
    const url = await page.evaluate<string>(`{
        const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
        canvas.getContext("2d").fillRect(0, 0, 40, 30);
        canvas.toDataURL("image/jpeg");
    }`);
    return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

const IN_SIGHT = `{
    const box = document.querySelector(".mark-box").getBoundingClientRect();
    const view = document.querySelector(".scroller").getBoundingClientRect();
    box.top >= view.top && box.bottom <= view.bottom;
}`;
const words = (window: Page): Promise<string> => window.locator("#document-panel").innerText();
const ready = (window: Page): Promise<void> => window.locator('#continue[aria-disabled="false"]').waitFor();

describe("the review of documents", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", pages: PAGES }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    it("shows every kind by its bytes, whatever its name and the page say", async () => {
        const blank = await stage.browser.context.newPage();
        const given: Given[] = [
            { name: "notes.txt", type: "text/html", bytes: textPdf("Hello") },
            { name: "page.pdf", type: "application/pdf", bytes: Buffer.from(TEXT) },
            { name: "form.pdf", type: "application/pdf", bytes: png(300, 200, [200, 30, 30]) },
            { name: "photo.exe", type: "text/plain", bytes: await jpeg(blank) },
            { name: "photo.png", type: "image/png", bytes: Buffer.from("504b0304140000000800", "hex") },
            { name: "honest.pdf", type: "application/pdf", bytes: textPdf("Honest") },
            { name: "none.txt", bytes: Buffer.alloc(0) },
        ];
        const { window } = await review(stage, given);
        assert.deepEqual(await faults(window), []);
        const kinds = ["PDF", "Text (UTF-8)", "Picture (PNG)", "Picture (JPEG)", "A kind that cannot be shown", "PDF", "Text"];
        for (const [index, { name, bytes }] of given.entries()) {
            await look(window, index);
            const said = await words(window);
            assert.equal(await shownHash(window), sha256(bytes), name);
            assert.ok(said.includes(kinds[index] ?? "?"), `${name}: ${said}`);
            assert.equal(said.includes("does not match what it really is"), index < 5, name);
            assert.deepEqual(await faults(window), [], name);
        }
        await look(window, 0);
        assert.deepEqual(await pixel(window, 110, 842 - 550), [0, 0, 0]);
        assert.deepEqual(await pixel(window, 400, 842 - 550), [255, 255, 255]);
        assert.equal(await window.locator(".only-read").first().textContent(), "Hello");
        await look(window, 1);
        assert.equal(await window.locator(".plain-text > *").count(), 2, "two characters that cannot be seen, and no element of the text's own");
        assert.equal(await window.locator(".plain-text").textContent(), TEXT.replace("\r\n", "\n").replace("\u202e", "U+202E").replace("\u200b", "U+200B"));
        assert.ok((await words(window)).includes("Characters that cannot be seen"));
        for (const [index, width] of [[2, 300], [3, 40]] as const) {
            await look(window, index);
            assert.equal(await window.evaluate("document.querySelector('img.picture').naturalWidth"), width);
        }
        await look(window, 4);
        assert.ok((await words(window)).includes("cannot be shown here"));
        assert.equal(await window.locator(".viewer canvas, .viewer img").count(), 0);
        await look(window, 6);
        assert.ok((await words(window)).includes("This file is empty."));
        assert.equal(await window.locator(".document-list .small").innerText(), "7 of 7 opened.");
    });

    it("says who asks, how many, and what the certificate gives away, before Continue", async () => {
        const { window } = await review(stage, [{ name: "a.txt", bytes: Buffer.from("a") }, { name: "b.txt", bytes: Buffer.from("b") }]);
        assert.equal(await window.locator("#headline").innerText(), "Sign 2 documents for this site?");
        assert.match(await window.locator("#origin").innerText(), /hostile\.example\.lg\.jp/);
        assert.equal(await window.locator("#given").innerText(), "Your name, address, date of birth and sex");
        await until("the time to stand still", async () => (await window.locator("#time-left").innerText()) === "No time limit runs while you review.");
        assert.equal(stage.home.pinentry.log(), "");
    });

    it("shows a PDF as its bytes say, though it would change what it shows when it is opened", async () => {
        const { window } = await review(stage, [{ name: "quiet.pdf", bytes: QUIET }, { name: "changing.pdf", bytes: CHANGING }]);
        await drawn(window);
        const before = await picture(window);
        assert.equal((await words(window)).includes("scripts (JavaScript)"), false);
        await look(window, 1);
        assert.equal(await window.locator(".only-read").first().textContent(), "ORIGINAL");
        assert.deepEqual(await pixel(window, 180, 842 - 330), [255, 0, 0], "the field looks as the file says");
        assert.equal(await picture(window), before);
        assert.ok((await words(window)).includes("scripts (JavaScript)"));
        assert.equal(await window.locator(".sheet :is(input, a, button, section)").count(), 0, "nothing in it can be pressed");
    });

    it("names scripts, forms, attachments and hidden layers, and says when a PDF cannot be shown", async () => {
        const given = [{ name: "warned.pdf", bytes: WARNED }, { name: "locked.pdf", bytes: LOCKED }, { name: "broken.pdf", bytes: BROKEN }];
        const { window } = await review(stage, given);
        await until("the warnings", () => window.locator(".warnings").isVisible());
        const said = await words(window);
        for (const each of ["XFA", "Files are attached", "invU+202Evxe", "Some of its layers are hidden", "small print"]) assert.ok(said.includes(each), `${each}: ${said}`);
        assert.equal(said.includes("scripts (JavaScript)"), false);
        assert.deepEqual(await faults(window), []);
        await look(window, 1);
        assert.ok((await words(window)).includes("protected with a password"));
        await look(window, 2);
        assert.ok((await words(window)).includes("This PDF cannot be read"));
    });

    it("refuses what cannot be signed as a PDF before it shows anything, and names it", async () => {
        const cases = [[LOCKED, "document-encrypted"], [BROKEN, "document-damaged"], [Buffer.from("text"), "document-not-pdf"], [Buffer.alloc(0), "document-not-pdf"]] as const;
        for (const [bytes, reason] of cases) {
            const asking = await offering(stage, [{ name: "good.pdf", bytes: textPdf("Good"), format: "pades" }, { name: "bad.pdf", bytes, format: "pades" }]);
            const window = await stage.browser.window(() => asking.click("#go"));
            const { error } = await heard(asking);
            assert.deepEqual([error?.reason, error?.document], [reason, 1]);
            await inState(window, "failure");
            assert.equal(await window.locator("#about-document").innerText(), "bad.pdf");
            await window.close();
        }
    });

    it("is walked through with the keyboard alone", async () => {
        const { window } = await review(stage, [{ name: "a.txt", bytes: Buffer.from("first") }, { name: "b.txt", bytes: Buffer.from("second") }, { name: "c.txt", bytes: Buffer.from("third") }]);
        await window.locator("#document-tab-0").focus();
        const at = (): Promise<string> => window.evaluate("document.activeElement.id || document.activeElement.className");
        for (const [key, text, tab] of [["ArrowDown", "second", 1], ["End", "third", 2], ["ArrowDown", "third", 2], ["Home", "first", 0], ["ArrowUp", "first", 0]] as const) {
            await window.keyboard.press(key);
            assert.equal(await window.locator(".plain-text").innerText(), text);
            assert.equal(await at(), `document-tab-${tab}`);
            assert.equal(await window.locator('[role="tab"][aria-selected="true"]').getAttribute("id"), `document-tab-${tab}`);
        }
        await window.keyboard.press("Tab");
        assert.equal(await at(), "scroller", "one stop for all of the tabs");
        const stops: string[] = [];
        for (let count = 0; count < 6 && stops.at(-1) !== "continue"; count++) {
            await window.keyboard.press("Tab");
            stops.push(await at());
        }
        assert.deepEqual(stops.slice(-2), ["cancel", "continue"], stops.join());
        stage.home.pinentry.answer("cancel");
        await ready(window);
        // The press may close the window before the browser has answered it.
        await window.keyboard.press("Enter").catch((error: unknown) => {
            if (!window.isClosed()) {
                throw error;
            }
        });
        await until("the review to be over", async () => window.isClosed() || await window.locator("body[data-state=review]").count().catch(() => 0) === 0);
    });

    it("lets the person choose the mark, and signs the one they chose", async () => {
        const bytes = textPdf("Form", { pages: 3 });
        const { page, window } = await review(stage, [
            { name: "a.txt", bytes: Buffer.from("a") },
            { name: "form.pdf", bytes, format: "pades", mark: { page: 2, text: "済 by the site" } },
        ]);
        await look(window, 1);
        await until("the mark", () => window.locator(".mark-box").isVisible());
        assert.equal(await window.locator(".mark-box").textContent(), "済 by the site");
        const onPage = (): Promise<number> => window.evaluate("[...document.querySelectorAll('.sheet')].findIndex((each) => each.querySelector('.mark-box')) + 1");
        assert.equal(await onPage(), 2);
        assert.deepEqual(await faults(window), []);
        const text = window.locator(".mark-editor textarea");
        for (const [typed, problem] of [["", "Type the text of the mark."], ["😀", "Some of these characters"], ["a\u202eb", "Some of these characters"]] as const) {
            await text.fill(typed);
            await until(problem, async () => (await window.locator(".problem").innerText()).startsWith(problem));
            assert.deepEqual(await faults(window), []);
            assert.equal(await window.locator("#document-tab-1 .state").innerText(), "Check the mark");
        }
        // From another document, Continue leads to what stands in the way.
        await look(window, 0);
        await window.bringToFront();
        await window.evaluate("new Promise((done) => { setTimeout(done, 400); })"); // longer than it waits for a press
        assert.equal(await window.locator("#continue").getAttribute("aria-disabled"), "true");
        await window.locator("#continue").click({ force: true });
        await inState(window, "review");
        assert.equal(await window.evaluate("document.activeElement.tagName"), "TEXTAREA");
        await text.fill("承認 山田太郎");
        await window.locator(".mark-page input").fill("3");
        await window.locator(".mark-page input").press("Tab");
        await window.locator('.positions [title="Top left"]').click();
        await until("the last page", async () => await onPage() === 3);
        await until("the mark in sight", () => window.evaluate<boolean>(IN_SIGHT));
        await window.locator(".pager input").fill("1");
        await window.locator(".pager input").press("Enter");
        await drawn(window);
        await window.locator(".sheet").first().scrollIntoViewIfNeeded();
        await window.locator(".sheet").first().click({ position: { x: 200, y: 150 } });
        await until("the mark where it was pressed", async () => await onPage() === 1);
        const box = await window.evaluate<number[]>("['left', 'bottom', 'mark-width', 'mark-height'].map((each) => Number(document.querySelector('.mark-box').style.getPropertyValue('--' + each)))");
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const { documents = [], error } = await heard(page);
        assert.equal(error, undefined);
        const increment = Buffer.from(documents[1]?.signature ?? "", "base64").toString("latin1");
        const [left = 0, bottom = 0, right = 0, top = 0] = (/\/Rect \[([^\]]+)\]/.exec(increment)?.[1] ?? "").split(" ").map(Number);
        for (const [index, value] of [left, bottom, right - left, top - bottom].entries()) {
            assert.ok(Math.abs(value - (box[index] ?? NaN)) < 0.01, `${value} ${box[index]}`);
        }
        assert.ok(increment.includes("/AP"), "a visible one");
        assert.equal(Buffer.from(documents[0]?.signature ?? "", "base64").includes(Buffer.from(sha256(Buffer.from("a")), "hex")), true);
    });

    it("brings a mark into sight also where it was moved before the pages were there", async () => {
        const { window } = await review(stage, [
            { name: "a.txt", bytes: Buffer.from("a") },
            { name: "form.pdf", bytes: textPdf("Form", { pages: 3 }), format: "pades", mark: { page: 3, text: "済" } },
        ]);
        await look(window, 1);
        const page = window.locator(".mark-page input");
        const move = async (to: string): Promise<void> => {
            await page.fill(to);
            await page.press("Tab");
        };
        const box = window.locator(".mark-box");
        await box.waitFor();
        await move("1"); // now it knows the sizes of both
        await until("the first page", () => window.evaluate<boolean>("document.querySelector('.sheet').contains(document.querySelector('.mark-box'))"));
        await look(window, 0);
        // A computer that takes its time.
        await window.evaluate("{ const post = Worker.prototype.postMessage; Worker.prototype.postMessage = function (...all) { setTimeout(() => post.apply(this, all), 400); }; }");
        await window.locator("#document-tab-1").click();
        await move("3");
        await until("the mark to be settled", async () => await window.locator("#document-tab-1 .state").innerText() !== "Check the mark");
        assert.equal(await window.locator(".sheet").count(), 0, "the pages are not there yet");
        await box.waitFor();
        await until("the mark in sight", () => window.evaluate<boolean>(IN_SIGHT));
    });

    it("says beforehand that a certified PDF gets no mark, and signs it without one", async () => {
        const given: Given[] = [{ name: "certified.pdf", bytes: CERTIFIED, format: "pades", mark: { page: 1, text: "Signed" } }];
        const { page, window } = await review(stage, given);
        await drawn(window);
        assert.ok((await words(window)).includes("allows signatures, but no visible marks"));
        assert.equal(await window.locator(".mark-switch, .mark-box").count(), 0);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const { documents = [], error } = await heard(page);
        assert.equal(error, undefined);
        const increment = Buffer.from(documents[0]?.signature ?? "", "base64").toString("latin1");
        assert.ok(increment.includes("/Rect [0 0 0 0]") && !increment.includes("/AP"));
    });

    it("draws only what is looked at of a long PDF, and lets go of the rest", async () => {
        const { window } = await review(stage, [{ name: "long.pdf", bytes: textPdf("Long", { pages: 500 }) }]);
        await drawn(window);
        const canvases = (): Promise<number> => window.locator(".sheet canvas").count();
        for (const number of ["250", "500", "1"]) {
            await window.locator(".pager input").fill(number);
            await window.locator(".pager input").press("Enter");
            await until(`page ${number}`, () => window.locator(`canvas[aria-label="Page ${number}"]`).isVisible());
            assert.ok(await canvases() < 12, `${await canvases()} pages at once`);
        }
    });
});

describe("the review's window", () => {
    it("fits a small screen, with all that must be read before Continue, and Continue itself, in reach", async () => {
        const stage = await Stage.open({ language: "ja", pages: PAGES, viewport: null, args: ["--screen-info={800x600}"], environment: { MOZ_HEADLESS_WIDTH: "800", MOZ_HEADLESS_HEIGHT: "600" } });
        try {
            const { window } = await review(stage, [{ name: "form.pdf", bytes: textPdf("Form"), format: "pades" }, { name: "a.txt", bytes: Buffer.from("a") }], "/ja");
            await drawn(window);
            const fits = (): Promise<boolean> => window.evaluate("screenX >= 0 && screenX + outerWidth <= screen.availWidth && screenY + outerHeight <= screen.availHeight");
            assert.equal(await window.evaluate("`${screen.availWidth} ${screen.availHeight}`"), "800 600");
            await until("a window within the screen", fits);
            for (const size of [{ width: 800, height: 600 }, { width: 480, height: 560 }, { width: 360, height: 480 }, { width: 1280, height: 900 }]) {
                await window.setViewportSize(size);
                const [over, foot] = await window.evaluate<[number, number]>("[document.documentElement.scrollWidth - innerWidth, innerHeight - document.querySelector('#continue').getBoundingClientRect().bottom]");
                assert.ok(over <= 0, `${size.width}: wider than the window by ${over}`);
                assert.ok(foot >= 0, `${size.width}: Continue is below the window by ${-foot}`);
                await window.locator("#given").scrollIntoViewIfNeeded();
                assert.ok(await window.locator("#given").isVisible());
            }
        } finally {
            await stage.close();
        }
    });
});
