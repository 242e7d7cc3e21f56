/* SPDX-License-Identifier: MIT */
// Documents of every kind, and a page that hands them over to be signed as any page could: by a message of its own.
import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { Page } from "../rig/page.ts";
import { screenshot } from "../rig/browser.ts";
import { until } from "../rig/wait.ts";
import { HOSTILE, inState, type PageAnswer, type Stage } from "./fixture.ts";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A PDF of these objects, numbered from 1, of which the first is the catalogue. */
export function pdfOf(objects: readonly (string | Buffer)[], trailer = ""): Buffer {
    const pieces = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")];
    let at = pieces[0]?.length ?? 0;
    const rows = objects.map((object, index) => {
        const piece = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object as string, "latin1"), Buffer.from("\nendobj\n")]);
        const row = `${String(at).padStart(10, "0")} 00000 n \n`;
        pieces.push(piece);
        at += piece.length;
        return row;
    });
    const size = objects.length + 1;
    pieces.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`));
    return Buffer.concat(pieces);
}

export const streamOf = (content: string | Buffer, entries = ""): Buffer =>
    Buffer.concat([Buffer.from(`<< /Length ${content.length} ${entries} >>\nstream\n`), Buffer.from(content as string, "latin1"), Buffer.from("\nendstream")]);

interface PdfWish {
    pages?: number;
    /** Further entries of the catalogue, and of each page. */
    catalog?: string;
    page?: string;
    /** Objects from number 10 on. */
    more?: readonly (string | Buffer)[];
    trailer?: string;
}

/** Pages that each show `line`, and under it a black square. Objects 1 to 4 are shared, the pages come last. */
export function textPdf(line: string, { pages = 1, catalog = "", page = "", more = [], trailer = "" }: PdfWish = {}): Buffer {
    const first = 10 + more.length;
    const kids = Array.from({ length: pages }, (_, index) => `${first + index} 0 R`).join(" ");
    return pdfOf([
        `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
        `<< /Type /Pages /Kids [${kids}] /Count ${pages} /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> >>`,
        streamOf(`0 0 0 rg 60 500 100 100 re f BT /F1 32 Tf 60 700 Td (${line}) Tj ET`),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ...Array.from({ length: 5 }, () => "null"),
        ...more,
        ...Array.from({ length: pages }, () => `<< /Type /Page /Parent 2 0 R /Contents 3 0 R ${page} >>`),
    ], trailer);
}

/** It says ORIGINAL, and tells a viewer that runs its scripts, or follows its actions, to show something else. */
export const CHANGING = textPdf("ORIGINAL", {
    catalog: "/OpenAction 10 0 R /AcroForm << /Fields [11 0 R] /DA (/Helv 0 Tf 0 g) >> /OCProperties << /OCGs [13 0 R] /D << /ON [13 0 R] >> >>",
    page: "/Annots [11 0 R] /AA << /O 10 0 R >>",
    more: [
        "<< /S /JavaScript /JS (this.getField\\('f'\\).value = 'CHANGED'; this.getOCGs\\(\\)[0].state = false;) /Next << /S /SetOCGState /State [/OFF 13 0 R] >> >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (ORIGINAL) /F 4 /Rect [60 300 300 360] /AP << /N 12 0 R >> >>",
        streamOf("1 0 0 rg 0 0 240 60 re f", "/Type /XObject /Subtype /Form /BBox [0 0 240 60]"),
        "<< /Type /OCG /Name (layer) >>",
    ],
});
/** The same without anything that acts. */
export const QUIET = textPdf("ORIGINAL", {
    catalog: "/AcroForm << /Fields [11 0 R] /DA (/Helv 0 Tf 0 g) >>",
    page: "/Annots [11 0 R]",
    more: [
        "null",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (ORIGINAL) /F 4 /Rect [60 300 300 360] /AP << /N 12 0 R >> >>",
        streamOf("1 0 0 rg 0 0 240 60 re f", "/Type /XObject /Subtype /Form /BBox [0 0 240 60]"),
    ],
});
export const WARNED = textPdf("Look closely", {
    catalog: "/AcroForm << /Fields [] /XFA 10 0 R >> /Names << /EmbeddedFiles << /Names [(a) 11 0 R] >> >>"
        + " /OCProperties << /OCGs [13 0 R] /D << /OFF [13 0 R] >> >>",
    more: [
        streamOf("<xdp:xdp xmlns:xdp=\"http://ns.adobe.com/xdp/\"><template/></xdp:xdp>"),
        "<< /Type /Filespec /F (invoice.exe) /UF <feff0069006e0076202e007600780065> /EF << /F 12 0 R >> >>",
        streamOf("attached", "/Type /EmbeddedFile"),
        "<< /Type /OCG /Name (small print) >>",
    ],
});
/** Its author allows further signatures, but nothing new that can be seen. */
export const CERTIFIED = textPdf("Certified", {
    catalog: "/Perms << /DocMDP 10 0 R >> /AcroForm << /Fields [11 0 R] /SigFlags 3 >>",
    more: [
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 0 0 0] /Contents <00>"
            + " /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>] >>",
        "<< /FT /Sig /T (Author) /V 10 0 R >>",
    ],
});
/** Nobody knows its password. */
export const LOCKED = textPdf("SECRET", {
    more: [`<< /Filter /Standard /V 1 /R 2 /P -4 /O <${"11".repeat(32)}> /U <${"22".repeat(32)}> >>`],
    trailer: "/Encrypt 10 0 R /ID [<00> <00>]",
});
export const BROKEN = Buffer.from(`%PDF-1.7\n${"nothing that could be read\n".repeat(30)}`);

/** A picture of one colour. */
export function png(width: number, height: number, colour: readonly [number, number, number]): Buffer {
    const row = Buffer.concat([Buffer.of(0), ...Array.from({ length: width }, () => Buffer.from(colour))]);
    const chunk = (name: string, data: Buffer): Buffer => {
        const body = Buffer.concat([Buffer.from(name), data]);
        const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
        length.writeUInt32BE(data.length);
        check.writeUInt32BE(crc32(body));
        return Buffer.concat([length, body, check]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
    return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

export interface Given {
    name: string;
    type?: string;
    bytes: Buffer;
    format?: "cades" | "pades";
    mark?: { page?: number | null; text?: string };
}

/** Says what it is told to say when its button is pressed, and keeps the answers. */
export const OFFERING = `<!doctype html><html lang="en"><title>Offering</title><button id="go">go</button><script>
    const answers = [];
    const progress = [];
    addEventListener("message", ({ source, data }) => {
        if (source !== window || data?.id === "settled" || typeof data?.action !== "string") return;
        if (/-(success|failure)$/.test(data.action)) answers.push(data);
        if (data.action.endsWith("-progress")) progress.push(data);
    });
    let files = [];
    const ask = (more = {}) => postMessage({ action: "jpki-bridge:sign-documents", id: "a", libraryVersion: "2.1.0", files, options: { lang: "LANG" }, ...more }, "*");
    let pressed = () => ask();
    document.querySelector("#go").onclick = () => pressed();
    const bytesOf = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
</script></html>`;

export const PAGES = { "/": OFFERING.replace("LANG", "en"), "/ja": OFFERING.replace("LANG", "ja"), "/next": "<!doctype html><title>Next</title>" };

/** A page that has these files and will ask when its button is pressed. */
export async function offering(stage: Stage, given: readonly Given[], path = "/"): Promise<Page> {
    const page = await stage.browser.tab(`${HOSTILE}${path}`);
    const plain = given.map(({ bytes, format = "cades", type = "", ...rest }) => ({ ...rest, format, type, data: bytes.toString("base64") }));
    await page.evaluate(`files = ${JSON.stringify(plain)}.map((file) => ({ ...file, data: new Blob([bytesOf(file.data)], { type: file.type }) }))`);
    return page;
}

export interface Reviewing { page: Page; window: Page }

export async function review(stage: Stage, given: readonly Given[], path = "/"): Promise<Reviewing> {
    const page = await offering(stage, given, path);
    const window = await stage.browser.window(() => page.click("#go"));
    await inState(window, "review");
    return { page, window };
}

/** Opens the document at this place, from 0, and waits until it is drawn. */
export async function look(window: Page, index: number): Promise<void> {
    const tab = window.locator(`#document-tab-${index}`);
    if (await tab.count() > 0) {
        await tab.click();
    }
    await drawn(window);
}

/** Nothing is being loaded any more, and what is in sight is drawn. */
export async function drawn(window: Page): Promise<void> {
    await until("the document to be drawn", async () => window.evaluate<boolean>(`
        document.querySelector("#documents [aria-busy]") === null
        && [...document.querySelectorAll("#documents img")].every((image) => image.complete)
        && (document.querySelector("#documents .sheet") === null || document.querySelector("#documents .sheet .drawing > *") !== null)`), 20_000);
}

/** The colour of a pixel of the first page, in points from its upper left corner. */
export function pixel(window: Page, x: number, y: number): Promise<number[]> {
    return window.evaluate(`{
        const canvas = document.querySelector(".sheet canvas");
        const scale = canvas.width / canvas.closest(".sheet").style.getPropertyValue("--width");
        [...canvas.getContext("2d").getImageData(Math.round(${x} * scale), Math.round(${y} * scale), 1, 1).data.slice(0, 3)];
    }`);
}

/** All pixels of the first page, as one hash. */
export async function picture(window: Page): Promise<string> {
    return window.evaluate(`{
        const canvas = document.querySelector(".sheet canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        crypto.subtle.digest("SHA-256", data).then((hash) => [canvas.width, canvas.height, ...new Uint8Array(hash)].join());
    }`);
}

/** The hash that is shown, without its gaps. */
export async function shownHash(window: Page): Promise<string> {
    return (await window.locator(".sha256").textContent()) ?? "";
}

export interface DocumentsAnswer extends Omit<PageAnswer, "error"> {
    certificate?: string;
    documents?: { name: string; format: string; signature: string }[];
    error?: NonNullable<PageAnswer["error"]> & { signed?: number; document?: number };
}

export function heard(page: Page, nth = 1, milliseconds = 20_000): Promise<DocumentsAnswer> {
    return until(`answer ${nth}`, async () => (await page.evaluate<DocumentsAnswer[]>("answers"))[nth - 1], milliseconds);
}

export async function keep(window: Page, name: string): Promise<void> {
    await screenshot(window, name);
}
