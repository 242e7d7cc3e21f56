// SPDX-License-Identifier: MIT
// Draws a visible mark: a library writes it as the one page of a small PDF of its own, with the font's glyphs that it
// needs, and that page becomes the signature's appearance. The library never sees the document.

import { PDF, rgb } from "@libpdf/core";
import type { EmbeddedFont } from "@libpdf/core";
import { composed, isWritable, layOut, LINE_HEIGHT } from "./layout.ts";
import type { Laid, Metrics } from "./layout.ts";

const PADDING = 4;
const FRAME = 0.75;
const INK = rgb(0.1, 0.15, 0.35);

export class Marker {
    readonly #font: Uint8Array;
    readonly #metrics: Metrics;

    /** `font`: the bytes of a TrueType font. */
    constructor(font: Uint8Array) {
        this.#font = font;
        this.#metrics = metricsOf(PDF.create().embedFont(font));
    }

    canWrite(text: string): boolean {
        return composed(text).trim() !== "" && isWritable(text, this.#metrics);
    }

    /** Whether a text that can be written has room in a box of this size (points). */
    fits(text: string, width: number, height: number): boolean {
        return this.#lay(text, width, height) !== null;
    }

    #lay(text: string, width: number, height: number): Laid | null {
        return this.canWrite(text) ? layOut(text, width - 2 * PADDING, height - 2 * PADDING, this.#metrics) : null;
    }

    /** A PDF of one page of this size (points), or null when the text cannot be written or does not fit. */
    async draw(text: string, width: number, height: number): Promise<Uint8Array | null> {
        const laid = this.#lay(text, width, height);
        if (laid === null) return null;
        const pdf = PDF.create();
        const font = pdf.embedFont(this.#font);
        const page = pdf.addPage({ width, height });
        page.drawRectangle({
            x: FRAME, y: FRAME, width: width - 2 * FRAME, height: height - 2 * FRAME, borderColor: INK, borderWidth: FRAME,
        });
        const top = (height + laid.lines.length * LINE_HEIGHT * laid.size) / 2;
        for (const [i, line] of laid.lines.entries()) {
            // The baseline of a Japanese face: 0.88 of the body above it, 0.12 below.
            const y = top - i * LINE_HEIGHT * laid.size - ((LINE_HEIGHT - 1) / 2 + 0.88) * laid.size;
            if (line !== "") page.drawText(line, { x: PADDING, y, font, size: laid.size, color: INK });
        }
        return await pdf.save({ subsetFonts: true });
    }
}

function metricsOf(font: EmbeddedFont): Metrics {
    const widths = new Map<string, number>();
    const widthOf = (character: string): number => {
        const known = widths.get(character) ?? font.getTextWidth(character, 1);
        widths.set(character, known);
        return known;
    };
    return {
        has: (text) => font.canEncode(text),
        widthOf: (text) => Array.from(text).reduce((sum, character) => sum + widthOf(character), 0),
    };
}
