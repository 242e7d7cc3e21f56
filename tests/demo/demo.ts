/* SPDX-License-Identifier: MIT */
// Opens the example portal in Chromium with the extension: by itself and without a display, or for a person.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "../rig/page.ts";
import { goOn, inState, outcome, PORTAL, Stage, type StageOptions } from "../browser/fixture.ts";
import { smallPdf } from "../portal/document-fixtures.ts";
import { screenshot } from "../rig/browser.ts";
import { PINS } from "../rig/card.ts";
import { SCREENSHOTS, SHIPPED } from "../rig/paths.ts";
import { writeCa } from "./card_cas.ts";

const { values } = parseArgs({
    options: { "reader": { type: "boolean", default: false }, "auth-ca": { type: "string" }, "sign-ca": { type: "string" } },
});
const japanese = (process.env["LC_ALL"] ?? process.env["LC_MESSAGES"] ?? process.env["LANG"] ?? "").startsWith("ja");
const language = japanese ? "ja" : "en";
const say = (inJapanese: string, inEnglish: string): void => { console.log(japanese ? inJapanese : inEnglish); };
const DISPLAY_VARIABLES = ["DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"];

/** Prints the list that the portal's page shows. */
async function printChecks(page: Page): Promise<void> {
    for (const item of await page.locator("[data-check]").all()) {
        const [what = "", detail = ""] = (await item.locator(".what").innerText()).split("\n");
        const mark = { true: "✓", false: "✗" }[await item.getAttribute("data-ok") ?? ""] ?? "–";
        console.log(`  ${mark} ${what}${detail === "" ? "" : `: ${detail}`}`);
    }
}

async function byItself(): Promise<void> {
    const stage = await Stage.open({ language, extension: SHIPPED });
    try {
        say("■ ログイン", "■ Log in");
        const { page, window } = await stage.ask();
        await inState(window, "review");
        await screenshot(window, "demo-1-review");
        await goOn(window);
        const prompt = await stage.home.pinentry.shown();
        say("暗証番号の入力画面(自動で答えます):", "The PIN prompt (answered by itself):");
        console.log(prompt.description.replace(/^/gm, "  | "));
        stage.home.pinentry.answer(`pin ${PINS.auth}`);
        await inState(window, "success");
        await screenshot(window, "demo-2-success");
        await page.waitForURL("**/account*");
        await printChecks(page);
        await screenshot(page, "demo-3-logged-in");

        say("■ 署名", "■ Sign");
        await page.goto(`${PORTAL}/sign?lang=${language}`);
        stage.home.pinentry.answer(`pin ${PINS.sign}`);
        const signing = await stage.browser.window(() => page.click("#sign-once"));
        await inState(signing, "review");
        await screenshot(signing, "demo-4-review");
        await goOn(signing);
        const { good, text } = await outcome(page);
        await printChecks(page);
        await screenshot(page, "demo-5-signed");
        if (!good) {
            throw new Error(text);
        }
        say("■ 文書に署名", "■ Sign a document");
        await page.goto(`${PORTAL}/documents?lang=${language}`);
        await page.setInputFiles("#files", { name: "application.pdf", mimeType: "application/pdf", buffer: smallPdf("Application") });
        stage.home.pinentry.answer(`pin ${PINS.sign}`);
        const reviewing = await stage.browser.window(() => page.click("#sign-documents"));
        await inState(reviewing, "review");
        await reviewing.locator('#continue[aria-disabled="false"]').waitFor();
        await screenshot(reviewing, "demo-6-review-document");
        await goOn(reviewing);
        const signed = await outcome(page);
        if (!signed.good) {
            throw new Error(signed.text);
        }
        await page.locator(".signed > [data-state='good']").waitFor();
        await printChecks(page);
        await page.locator("#outcome").scrollIntoViewIfNeeded();
        await screenshot(page, "demo-7-document-signed");

        const apdus = stage.card.apdus().length;
        say(`カードとのやりとりは合わせて ${apdus} APDU でした。`, `The three took ${apdus} APDUs together.`);
        say(`画面の写真: ${SCREENSHOTS}/demo-*.png`, `Screenshots: ${SCREENSHOTS}/demo-*.png`);
    } finally {
        await stage.close();
    }
}

async function forAPerson(): Promise<void> {
    const environment = Object.fromEntries(DISPLAY_VARIABLES.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
    }));
    // Without the flag a bar on top of each page warns of the other flags.
    const stage = await Stage.open({ language, extension: SHIPPED, headless: false, viewport: null, environment, args: ["--test-type"], ...authorities() });
    const gtk = "/usr/bin/pinentry-gtk-2";
    stage.home.configure(existsSync(gtk) ? { pinentry: gtk } : {});
    const { context } = stage.chromium;
    const [page = await context.newPage()] = context.pages();
    await page.goto(`${PORTAL}/?lang=${language}`);
    say("ブラウザーの画面で、ログインや署名をお試しください。", "Try logging in and signing in the browser's window.");
    if (!values.reader) {
        say(`仮想カードの暗証番号: ログイン ${PINS.auth}、署名 ${PINS.sign}`, `The virtual card's PINs: log-in ${PINS.auth}, signing ${PINS.sign}`);
    }
    say("ブラウザーを閉じると終わります。", "Close the browser to end.");
    page.on("load", () => {
        if (new URL(page.url()).pathname === "/account") {
            say("サーバーが確かめたこと:", "What the server verified:");
            void printChecks(page).catch(() => undefined); // the page may have gone on meanwhile
        }
    });
    await new Promise((resolve) => { context.once("close", resolve); });
    await stage.close();
}

/** Whom the portal trusts: the virtual card's CAs, those named, or those on the card in the reader. */
function authorities(): StageOptions {
    if (!values.reader) {
        return {};
    }
    const { "auth-ca": authCa, "sign-ca": signCa } = values;
    if (authCa !== undefined && signCa !== undefined) {
        return { card: null, authCa, signCa };
    }
    say("マイナンバーカードをカードリーダーに置いてください。認証局の証明書をカードから読みます(見本のためだけの方法です)。",
        "Lay your MyNumber card on the reader. The CA certificates are read from it (for this demonstration only).");
    const folder = mkdtempSync(join(tmpdir(), "jb-ca-"));
    process.once("exit", () => { rmSync(folder, { recursive: true }); });
    const files = { authCa: join(folder, "auth-ca.pem"), signCa: join(folder, "sign-ca.pem") };
    writeCa("000B", files.authCa);
    writeCa("0002", files.signCa);
    return { card: null, ...files };
}

if (process.env["DISPLAY"] === undefined) {
    if (values.reader) {
        say("--reader には画面(DISPLAY)が要ります。", "--reader needs a display (DISPLAY).");
        process.exitCode = 64;
    } else {
        await byItself();
    }
} else {
    await forAPerson();
}
