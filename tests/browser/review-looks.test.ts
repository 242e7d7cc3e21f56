/* SPDX-License-Identifier: MIT */
// The review of documents in both languages and both colour schemes: pictures for people, and what a program can judge.
import { describe, it } from "node:test";
import type { Page } from "../rig/page.ts";
import { type Language } from "../rig/browser.ts";
import { until } from "../rig/wait.ts";
import { leave, Stage } from "./fixture.ts";
import { judge } from "./judge.ts";
import { CERTIFIED, CHANGING, drawn, look, PAGES, png, review, textPdf, WARNED, type Given } from "./review.ts";

const NAMES = {
    ja: ["申請書.pdf", "同意書.txt", "図面.png", "添付のある書類.pdf", "とても長い名前の書類で、何のための書類なのかを名前だけで説明しようとしているもの(令和8年度分・改訂版・最終・本当に最終).pdf"],
    en: ["Application.pdf", "Consent.txt", "Plan.png", "With attachments.pdf", "A document with a very long name that tries to say by its name alone what it is for (2026, revised, final, really final).pdf"],
} as const;
const TEXTS = {
    ja: "個人情報の取扱いに関する同意書\n\n1 利用の目的は、申請の審査に限ります。\n2 第三者には渡しません。\u202e)す渡(\n",
    en: "Consent\n\n1 Your data is used for this application only.\n2 It is given to nobody else.\u202e)esle ydob(\n",
} as const;

function given(language: Language): Given[] {
    const [form, consent, plan, attached, long] = NAMES[language];
    return [
        { name: form, type: "application/pdf", bytes: textPdf("Application", { pages: 12 }), format: "pades", mark: { page: 1, text: language === "ja" ? "電子署名\n山田太郎" : "Signed\nTaro Yamada" } },
        { name: consent, type: "text/plain", bytes: Buffer.from(TEXTS[language]) },
        { name: plan, type: "image/png", bytes: png(640, 420, [40, 120, 160]) },
        { name: attached, type: "application/pdf", bytes: WARNED },
        { name: long, bytes: CHANGING },
        { name: "certified.pdf", bytes: CERTIFIED, format: "pades" },
        { name: "data.zip", type: "application/zip", bytes: Buffer.from("504b0304140000000800", "hex") },
    ];
}

for (const language of ["ja", "en"] as const satisfies Language[]) {
    describe(`the review, ${language}`, () => {
        it("is readable, accessible and in its language for every kind of document", async () => {
            const stage = await Stage.open({ language, pages: PAGES, card: null, viewport: { width: 960, height: 830 } });
            const keep = (window: Page, name: string): Promise<void> => judge(stage.browser, window, `review-${name}`, language);
            const path = language === "ja" ? "/ja" : "/";
            try {
                const { window } = await review(stage, given(language), path);
                await drawn(window);
                await until("the mark", () => window.locator(".mark-box").isVisible());
                await window.locator('#continue[aria-disabled="false"]').waitFor();
                await keep(window, "pdf");
                await window.locator(".mark-editor textarea").fill("😀");
                await until("the problem", () => window.locator(".problem").isVisible());
                await keep(window, "mark");
                for (const [index, name] of ["", "text", "picture", "warnings", "long-name", "certified", "other"].entries()) {
                    if (name === "") continue;
                    await look(window, index);
                    if (name === "warnings") await until("the warnings", () => window.locator(".warnings").isVisible());
                    await keep(window, name);
                }
                await look(window, 0);
                await window.setViewportSize({ width: 480, height: 700 });
                await drawn(window);
                await keep(window, "narrow");
                await leave(window);
                const one = await review(stage, given(language).slice(1, 2), path);
                await one.window.locator('#continue[aria-disabled="false"]').waitFor();
                await keep(one.window, "one");
            } finally {
                await stage.close();
            }
        });
    });
}
