/* SPDX-License-Identifier: MIT */
// Documents that are not signed, or not at once: whoever stops it, and whatever goes wrong.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { Desk, judged, many, PDF, TEXT } from "./documents.ts";
import { gone, goOn, inState, leave, type Stage } from "./fixture.ts";

describe("documents that are not signed at once", () => {
    let desk: Desk;
    let stage: Stage;
    before(async () => {
        desk = await Desk.open();
        ({ stage } = desk);
    });
    afterEach(() => stage.tidy());
    after(() => stage.close());

    it("ends in the review when the person cancels, and can be asked for again", async () => {
        const { page, window } = await desk.ask([PDF]);
        await leave(window);
        await desk.nothing(page, /user-cancelled/);
        assert.deepEqual(stage.home.pinentry.prompts(), []);
        const again = await stage.browser.window(() => page.click("#sign-documents"));
        stage.home.pinentry.answer("pin ABC123");
        await goOn(again);
        assert.equal(await judged(page, 1), 1);
    });

    it("ends in the password prompt when the person cancels", async () => {
        const { page, window } = await desk.ask([PDF]);
        stage.home.pinentry.answer("cancel");
        await goOn(window);
        await desk.nothing(page, /user-cancelled/);
        await gone(window);
        assert.equal(await stage.card.triesLeft("sign"), 5);
    });

    it("ends wherever it is when the page withdraws: in the review, and with the prompt open", async () => {
        const before = desk.signatures();
        for (const prompt of [false, true]) {
            const { page, window } = await desk.ask([PDF]);
            if (prompt) {
                await goOn(window);
                await stage.home.pinentry.shown();
            }
            await page.click("#outcome #cancel");
            await desk.nothing(page, /Stopped\. No file was signed/);
            await gone(window);
            await stage.home.pinentry.closed();
        }
        assert.equal(desk.signatures(), before, "nothing was signed");
        assert.equal(await stage.card.triesLeft("sign"), 5);
    });

    it("tells how many had been signed when the card leaves in the middle, and hands out none", async () => {
        const { page, window } = await desk.ask(many(6));
        const before = desk.signatures();
        await stage.card.command("reset-count");
        await stage.card.command("remove-at 13");
        stage.home.pinentry.answer("pin ABC123");
        await goOn(window);
        const said = await desk.nothing(page, /card-removed/);
        const made = desk.signatures() - before;
        assert.ok(made > 0 && made < 6);
        assert.ok(said.includes(`${made} / 6`), said);
        await inState(window, "failure");
        assert.match(await window.locator("#signed").innerText(), new RegExp(`\\b${made}\\b.*6|6.*\\b${made}\\b`));
        await leave(window, "#close");
    });

    it("asks again after a wrong password, and signs with the right one", async () => {
        const { page, window } = await desk.ask([TEXT, PDF]);
        stage.home.pinentry.answer("pin XYZ789", "pin ABC123");
        await goOn(window);
        assert.equal(await judged(page, 2), 2);
        assert.match(stage.home.pinentry.prompts()[1]?.description ?? "", /4/);
    });

    it("ends when the page is loaded again, window, prompt and all", async () => {
        const { page, window } = await desk.ask([PDF]);
        await goOn(window);
        const prompt = await stage.home.pinentry.shown();
        await page.reload();
        await gone(window);
        await stage.home.pinentry.closed();
        assert.equal(stage.home.pinentry.prompts().at(-1)?.pid, prompt.pid);
        assert.equal(await page.locator("a[download]").count(), 0);
        assert.equal(await stage.card.triesLeft("sign"), 5);
    });

    it("names the file that cannot be signed", async () => {
        const broken = { ...PDF, name: "broken.pdf", buffer: Buffer.from("%PDF-1.7\nnothing more\n") };
        const page = await desk.choose([PDF, broken]);
        const window = await stage.browser.window(() => page.click("#sign-documents"));
        assert.match(await desk.nothing(page, /document-damaged/), /broken\.pdf/);
        await leave(window, "#close");
    });

    const cards: [string, string[]][] = [["certificate-expired", ["--expired"]], ["certificate-absent", ["--no-signing-certificate"]]];
    for (const [reason, card] of cards) {
        it(`says so with a card that cannot: ${reason}`, async () => {
            await stage.lay(...card);
            const { page, window } = await desk.ask([PDF]);
            stage.home.pinentry.answer("pin ABC123");
            await goOn(window);
            assert.match(await desk.nothing(page, new RegExp(reason)), /municipal office/);
            await leave(window, "#close");
        });
    }
});
