/* SPDX-License-Identifier: MIT */
// Marks as other programs draw them: in their place and upright on pages that are turned, cut or scaled.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Mark } from "../../extension/src/shared/documents.ts";
import { made, onePage } from "./made.ts";
import { bytesOf, FOLDER, program } from "./producers.ts";
import { prepared } from "./signing.ts";

const MARK: Mark = { page: 1, text: "山田 太郎\n2026年11月25日", left: 30, bottom: 50, width: 150, height: 44 };
/** Pixels of a point. */
const SCALE = 2;

interface Picture { width: number; height: number; pixels: Buffer }

/** A page that pdftoppm draws, in grey. */
function drawn(name: string, page = 1): Picture {
    const { stdout } = spawnSync("pdftoppm", ["-gray", "-r", String(72 * SCALE), "-cropbox", "-f", String(page), "-singlefile", `${name}.pdf`], { cwd: FOLDER, maxBuffer: 64 * 1024 * 1024 });
    const [head = "", width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(stdout.subarray(0, 40).toString("latin1")) ?? [];
    return { width: Number(width), height: Number(height), pixels: stdout.subarray(head.length) };
}

/** The part of a picture where a mark should be, and how many dark pixels lie outside it. */
function cut({ width, height, pixels }: Picture, { left, bottom, width: wide, height: high }: Mark): { inside: number[]; outside: number } {
    const [x0, x1, y0, y1] = [left * SCALE, (left + wide) * SCALE, height - (bottom + high) * SCALE, height - bottom * SCALE];
    const inside: number[] = [];
    let outside = 0;
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const value = pixels[y * width + x] ?? 255;
            if (x >= x0 && x < x1 && y >= y0 && y < y1) {
                inside.push(value);
            } else if (value < 200) {
                outside++;
            }
        }
    }
    return { inside, outside };
}

/** Writes it with an empty CMS: what is drawn does not depend on it. */
async function write(name: string, bytes: Buffer, mark: Mark): Promise<void> {
    const increment = (await prepared(bytes, mark)).finish(Buffer.from([0x30, 0]));
    assert.ok(increment.ok);
    writeFileSync(join(FOLDER, `${name}.pdf`), Buffer.concat([bytes, increment.value]));
}

const empty = (page: string, pages = ""): Buffer => made({ objects: onePage({ page, pages, content: "" }) });
const PAGES: Readonly<Record<string, [bytes: Buffer, width: number, height: number]>> = {
    "upright": [empty("/MediaBox [0 0 400 300]"), 400, 300],
    "90": [empty("/MediaBox [0 0 400 300] /Rotate 90"), 300, 400],
    "180": [empty("/MediaBox [0 0 400 300] /Rotate 180"), 400, 300],
    "270": [empty("/MediaBox [0 0 400 300] /Rotate 270"), 300, 400],
    "minus-90": [empty("/MediaBox [0 0 400 300] /Rotate -90"), 300, 400],
    "cropped": [empty("/MediaBox [0 0 400 300] /CropBox [50 40 350 290]"), 300, 250],
    "cropped-90": [empty("/MediaBox [0 0 400 300] /CropBox [50 40 350 290] /Rotate 90"), 250, 300],
    "cropped-270": [empty("/MediaBox [0 0 400 300] /CropBox [50 40 350 290] /Rotate 270"), 250, 300],
    "moved": [empty("/MediaBox [-100 -70 300 230] /Rotate 180"), 400, 300],
    "upside-down-box": [empty("/MediaBox [400 300 0 0]"), 400, 300],
    "inherited": [empty("", "/MediaBox [10 10 410 310] /CropBox [60 50 360 300] /Rotate 270"), 250, 300],
    "cropped-beyond": [empty("/MediaBox [0 0 400 300] /CropBox [-50 -40 900 900]"), 400, 300],
};

describe("in its place and upright", () => {
    for (const [name, [bytes, width, height]] of Object.entries(PAGES)) {
        test(name, async () => {
            await write("mark-upright", PAGES["upright"]?.[0] ?? bytes, MARK);
            const model = cut(drawn("mark-upright"), MARK);
            assert.ok(model.inside.filter((value) => value < 128).length > 500, "nothing is drawn");
            await write(`mark-${name}`, bytes, MARK);
            const picture = drawn(`mark-${name}`);
            assert.deepEqual([picture.width, picture.height], [width * SCALE, height * SCALE]);
            const { inside, outside } = cut(picture, MARK);
            assert.equal(outside, 0);
            const difference = inside.reduce((sum, value, i) => sum + Math.abs(value - (model.inside[i] ?? 0)), 0) / inside.length;
            assert.ok(difference < 3, `it looks other than upright: ${difference.toFixed(1)}`);
        });
    }
    test("in units of two points", async () => {
        await write("mark-unit", empty("/MediaBox [0 0 200 150] /UserUnit 2"), MARK);
        // pdftoppm knows no UserUnit, so it draws all at half the size.
        const half = { ...MARK, left: 15, bottom: 25, width: 75, height: 22 };
        const { inside, outside } = cut(drawn("mark-unit"), half);
        assert.equal(outside, 0);
        assert.ok(inside.filter((value) => value < 128).length > 100);
    });
});

describe("on pages of others", () => {
    for (const name of ["libreoffice", "chromium", "cairo", "qpdf-packed"]) {
        test(name, async () => {
            await write(`mark-${name}`, bytesOf(`${name}.pdf`), { ...MARK, bottom: 10 });
            const [before, after] = [drawn(name), drawn(`mark-${name}`)];
            const box = { ...MARK, bottom: 10 };
            assert.notDeepEqual(cut(after, box).inside, cut(before, box).inside);
            assert.equal(cut(after, box).outside, cut(before, box).outside);
        });
    }
    test("the last of 500", async () => {
        await write("mark-500", bytesOf("qpdf-500.pdf"), { ...MARK, page: 500 });
        assert.deepEqual(cut(drawn("mark-500", 499), MARK).inside.filter((value) => value < 128), []);
        assert.ok(cut(drawn("mark-500", 500), MARK).inside.filter((value) => value < 128).length > 500);
    });
});

test("its text can be taken out again, in the embedded font, and no other is new", async () => {
    const text = "髙橋 𠮷郎\n(代理) ① Taro";
    await write("mark-text", empty("/MediaBox [0 0 400 300]"), { ...MARK, text });
    const words = (await program("pdftotext", ["-layout", "mark-text.pdf", "-"])).trim().split(/\s+/);
    assert.deepEqual(words, text.split(/\s/));
    const fonts = (await program("pdffonts", ["mark-text.pdf"])).trim().split("\n").slice(2).filter((font) => !font.startsWith("Helvetica"));
    assert.equal(fonts.length, 1, fonts.join("\n"));
    assert.match(fonts[0] ?? "", /^[A-Z]{6}\+NotoSansJP.* yes +yes +yes /);
});
