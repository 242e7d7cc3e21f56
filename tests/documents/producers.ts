/* SPDX-License-Identifier: MIT */
// PDFs by the programs that people make them with; run by itself, it makes them all.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { BUILD, ROOT } from "../rig/paths.ts";

const run = promisify(execFile);
export const FOLDER = join(BUILD, "documents");
export const PYTHON = join(BUILD, "pyhanko/bin/python");
const CHROMIUM = process.env["JB_CHROMIUM"] ?? "/usr/bin/chromium";

/** Runs a program; qpdf's 3 means that it warned. */
export async function program(name: string, args: readonly string[]): Promise<string> {
    const { stdout } = await run(name, args, { cwd: FOLDER, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, env: { ...process.env, HOME: FOLDER, LANG: "C.UTF-8" } });
    return stdout;
}

export const cairo = (name: string, pages: number): Promise<string> => program("/usr/bin/python3", [join(ROOT, "tests/documents/others.py"), "cairo", name, String(pages)]);
export const pyhanko = (...words: string[]): Promise<string> => program(PYTHON, [join(ROOT, "tests/documents/others.py"), ...words]);
export const bytesOf = (name: string): Buffer => readFileSync(join(FOLDER, name));

async function libreOffice(): Promise<string> {
    writeFileSync(join(FOLDER, "libreoffice.txt"), "申請書\n\nThis is an application.\n".repeat(40));
    return program("soffice", ["-env:UserInstallation=file://" + join(FOLDER, "office"), "--headless", "--convert-to", "pdf", "libreoffice.txt"]);
}

async function chromium(): Promise<string> {
    writeFileSync(join(FOLDER, "chromium.html"), "<h1>申請書</h1><form><input name=a value=b></form><p>This is an application.");
    return program(CHROMIUM, ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(FOLDER, "chromium")}`,
        "--no-pdf-header-footer", "--print-to-pdf=chromium.pdf", "chromium.html"]);
}

async function ghostscript(): Promise<void> {
    writeFileSync(join(FOLDER, "page.ps"), "%!PS\n/Helvetica findfont 24 scalefont setfont 72 700 moveto (Page 1) show showpage 72 700 moveto (Page 2) show showpage\n");
    for (const version of ["1.4", "1.7", "2.0"]) {
        await program("gs", ["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", `-dCompatibilityLevel=${version}`, `-sOutputFile=ghostscript-${version}.pdf`, "page.ps"]);
    }
}

const QPDF: readonly [name: string, from: string, args: readonly string[]][] = [
    ["qpdf-linearized", "libreoffice.pdf", ["--linearize"]],
    ["qpdf-linearized-packed", "libreoffice.pdf", ["--linearize", "--object-streams=generate"]],
    ["qpdf-packed", "ghostscript-1.4.pdf", ["--object-streams=generate"]],
    ["qpdf-plain", "cairo.pdf", ["--object-streams=disable", "--qdf"]],
    ["qpdf-2.0", "cairo.pdf", ["--object-streams=generate", "--force-version=2.0"]],
    ["qpdf-500", "cairo-500.pdf", ["--object-streams=generate", "--stream-data=preserve"]],
    ["encrypted-user", "cairo.pdf", ["--encrypt", "user", "owner", "256", "--"]],
    ["encrypted-owner", "cairo.pdf", ["--encrypt", "", "owner", "256", "--"]],
    ["encrypted-owner-packed", "cairo.pdf", ["--object-streams=generate", "--encrypt", "", "owner", "256", "--"]],
    ["encrypted-128", "cairo.pdf", ["--encrypt", "", "owner", "128", "--use-aes=y", "--"]],
    ["encrypted-rc4", "cairo.pdf", ["--allow-weak-crypto", "--encrypt", "user", "owner", "40", "--"]],
];

/** Makes them all, in FOLDER. */
export async function produce(): Promise<void> {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const drawn = Promise.all([libreOffice(), cairo("cairo.pdf", 2), cairo("cairo-500.pdf", 500), ghostscript()]);
    await Promise.all([chromium(), drawn.then(async () => {
        for (const [name, from, args] of QPDF) {
            await program("qpdf", [...args, from, `${name}.pdf`]);
        }
        await pyhanko("sign", "cairo.pdf", "pyhanko-signed.pdf");
        await pyhanko("sign", "qpdf-packed.pdf", "pyhanko-signed-packed.pdf");
        await pyhanko("field", "cairo.pdf", "empty-field.pdf");
        for (const level of ["1", "2", "3"]) {
            await pyhanko("certify", level, "cairo.pdf", `certified-${level}.pdf`);
        }
    })]);
}

if (import.meta.main) {
    await produce();
}
