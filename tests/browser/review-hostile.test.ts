/* SPDX-License-Identifier: MIT */
// A page that hands over documents and does all it can to have something else signed than was shown, or to be in the way.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { until } from "../rig/wait.ts";
import { gone, goOn, HOSTILE, inState, leave, Stage } from "./fixture.ts";
import { faults } from "./judge.ts";
import { heard, look, offering, PAGES, review, sha256, shownHash, textPdf, type Given } from "./review.ts";

const TEXT: Given = { name: "a.txt", bytes: Buffer.from("what was shown") };
const shown = sha256(TEXT.bytes);

describe("a hostile page with documents", () => {
    let stage: Stage;
    before(async () => { stage = await Stage.open({ language: "en", pages: PAGES }); });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    it("cannot change what was shown: not its list, not its files, not its buffers", async () => {
        const page = await offering(stage, [TEXT, { ...TEXT, name: "b.txt" }]);
        await page.evaluate(`{
            const buffer = bytesOf("${TEXT.bytes.toString("base64")}");
            files[1].data = new File([buffer], "b.txt");
            pressed = () => {
                ask();
                buffer.fill(0);
                for (const file of files) Object.assign(file, { name: "other.txt", format: "pades", data: new Blob(["something else"]) });
                files.push({ ...files[0] });
                Blob.prototype.arrayBuffer = () => Promise.resolve(new ArrayBuffer(14));
                Blob.prototype.slice = () => new Blob(["something else"]);
                Object.defineProperty(Blob.prototype, "size", { value: 1 });
            };
        }`);
        const window = await stage.browser.window(() => page.click("#go"));
        await inState(window, "review");
        for (const index of [0, 1]) {
            await look(window, index);
            assert.equal(await shownHash(window), shown);
            assert.equal(await window.locator(".plain-text").innerText(), "what was shown");
        }
        assert.equal(await window.locator('[role="tab"]').count(), 2);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const { documents = [], error } = await heard(page);
        assert.equal(error, undefined);
        assert.deepEqual(documents.map(({ name, format }) => [name, format]), [["a.txt", "cades"], ["b.txt", "cades"]]);
        for (const { signature } of documents) assert.ok(Buffer.from(signature, "base64").includes(Buffer.from(shown, "hex")));
    });

    it("cannot hide anything in a name, nor pass for a place on the disk", async () => {
        const names = ["契約\u202efdp.exe", "a\n\tb.txt", "../../etc/passwd", "C:\\Windows\\a.exe", "<img src=x onerror=alert(1)>.txt", "a\u200b\u2066.txt", "x".repeat(255)];
        const { window } = await review(stage, names.map((name) => ({ ...TEXT, name })));
        const told = await window.locator('[role="tab"] .name').evaluateAll((all) => all.map((each) => each.textContent));
        assert.deepEqual(told, ["契約\ufffdfdp.exe", "a\ufffd\ufffdb.txt", ...names.slice(2, 5), "a\ufffd\ufffd.txt", names[6]]);
        assert.equal(await window.locator("#documents img").count(), 0);
        assert.deepEqual(await faults(window), []);
        assert.ok(await window.evaluate<number>("document.documentElement.scrollWidth - innerWidth") <= 0);
    });

    it("gets fifty files reviewed, and not one more", async () => {
        const page = await offering(stage, Array.from({ length: 50 }, (_, index) => ({ ...TEXT, name: `${index}.txt`, bytes: Buffer.from(String(index)) })));
        const window = await stage.browser.window(() => page.click("#go"));
        await inState(window, "review");
        assert.equal(await window.locator('[role="tab"]').count(), 50);
        await look(window, 49);
        assert.equal(await window.locator(".plain-text").innerText(), "49");
        assert.equal(await shownHash(window), sha256(Buffer.from("49")));
        await leave(window);
        assert.equal((await heard(page)).error?.reason, "user-cancelled");
        await page.evaluate("files.push(files[0])");
        await page.click("#go");
        assert.equal((await heard(page, 2)).error?.reason, "documents-too-large");
        await stage.noWindow(page);
    });

    it("gets an error, and no window, for what is no file or too large", async () => {
        const page = await offering(stage, [TEXT]);
        const cases = [
            ["[{ name: 'a', format: 'cades', data: new Uint8Array(3) }]", "argument-invalid"], ["[{ ...files[0], format: 'xades' }]", "argument-invalid"],
            ["[]", "argument-missing"], ["[{ ...files[0], data: { size: 1, slice() {} }.size }]", "argument-invalid"],
            ["[{ ...files[0], data: new Blob([new Uint8Array(64 << 20)]) }]", "documents-too-large"],
            ["Array.from({ length: 5 }, () => ({ ...files[0], data: new Blob([new Uint8Array(60 << 20)]) }))", "documents-too-large"],
        ] as const;
        for (const [index, [files, reason]] of cases.entries()) {
            await page.evaluate(`ask({ files: ${files} })`);
            assert.equal((await heard(page, index + 1)).error?.reason, reason, files);
        }
        await stage.noWindow(page);
    });

    it("cannot change the review by asking again, and is told that one is open", async () => {
        const { page, window } = await review(stage, [TEXT]);
        await page.evaluate("ask({ id: 'b', files: [{ ...files[0], name: 'other.txt' }] }); postMessage({ action: 'jpki-bridge:cancel', id: 'c' }, '*')");
        assert.equal((await heard(page)).error?.reason, "operation-pending");
        const other = await offering(stage, [TEXT]);
        await other.click("#go");
        assert.equal((await heard(other)).error?.reason, "operation-pending");
        await inState(window, "review");
        assert.equal(await window.locator(".summary .name").innerText(), "a.txt");
        assert.equal(await shownHash(window), shown);
    });

    it("takes its window with it when it goes elsewhere, reloads, withdraws or closes", async () => {
        const ways: [string, (page: Awaited<ReturnType<typeof offering>>) => Promise<unknown>][] = [
            ["goes elsewhere", (page) => page.goto(`${HOSTILE}/next`)],
            ["reloads", (page) => page.reload()],
            ["withdraws", (page) => page.evaluate("postMessage({ action: 'jpki-bridge:cancel', id: 'a' }, '*')")],
            ["closes", (page) => page.close()],
        ];
        for (const [name, leave] of ways) {
            const { page, window } = await review(stage, [TEXT, { name: "b.pdf", bytes: textPdf("b", { pages: 30 }) }]);
            await look(window, 1);
            await leave(page);
            await gone(window);
            if (name === "withdraws") assert.equal((await heard(page)).error?.reason, "request-withdrawn");
        }
        assert.equal(stage.home.pinentry.log(), "");
    });

    it("is told by its progress no more than how far it is", async () => {
        const { page, window } = await review(stage, [TEXT, TEXT]);
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        assert.equal((await heard(page)).error, undefined);
        const progress = await page.evaluate<Record<string, unknown>[]>("progress");
        assert.deepEqual([...new Set(progress.flatMap(Object.keys))].sort(), ["action", "count", "id", "signed", "stage"]);
        assert.deepEqual(progress.map(({ stage: each }) => each).filter((each, index, all) => each !== all[index - 1]), ["loading", "review", "preparing", "waiting-for-card", "pin-prompt", "card-working"]
            .filter((each) => progress.some(({ stage: said }) => said === each)));
        assert.equal(progress.at(-1)?.["signed"], 2);
    });

    it("gets nothing half-written when the card is taken away in the middle, but how many were signed", async () => {
        const { page, window } = await review(stage, Array.from({ length: 6 }, (_, index) => ({ ...TEXT, name: `${index}.txt` })));
        await stage.card.command("delay-apdu 300");
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const counted = await until("some signatures", async () => page.evaluate<number>("progress.at(-1)?.signed >= 2 ? progress.at(-1).signed : 0"), 30_000);
        await stage.card.remove();
        const { error, documents } = await heard(page);
        assert.equal(documents, undefined);
        assert.equal(error?.reason, "card-removed");
        assert.ok((error.signed ?? 0) >= counted && (error.signed ?? 0) < 6, JSON.stringify(error));
        await inState(window, "failure");
        assert.match(await window.locator("#signed").innerText(), new RegExp(`signed ${error.signed} of 6 documents, but none was handed`));
        assert.deepEqual(await faults(window), []);
    });
});
