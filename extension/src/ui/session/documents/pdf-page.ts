// SPDX-License-Identifier: MIT
// One page of a PDF: an empty sheet until it is drawn, and again once it is out of sight.

import type { PDFDocumentProxy, PDFPageProxy, RenderTask } from "pdfjs-dist";
import type { Translate } from "../../../shared/i18n.ts";
import { instead, make } from "./parts.ts";
import type { Size } from "./place.ts";

/** Pixels of one drawing: what is larger is drawn coarser. */
const MOST_PIXELS = 16_000_000;
/** Draw what annotations look like, and nothing that could be pressed or filled in: pdf.js's AnnotationMode.ENABLE. */
const INERT_ANNOTATIONS = 1;

/** For those who have the page read to them. */
async function wordsOf(page: PDFPageProxy): Promise<string> {
    const { items } = await page.getTextContent();
    return items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
}

export class PdfPage {
    readonly number: number;
    readonly element = make("div", "sheet");
    readonly #document: PDFDocumentProxy;
    readonly #translate: Translate;
    readonly #drawing = make("div", "drawing");
    #size: Size;
    #task: RenderTask | null = null;
    #page: PDFPageProxy | null = null;
    #drawn: number | null = null;

    constructor(document: PDFDocumentProxy, number: number, size: Size, translate: Translate) {
        this.#document = document;
        this.number = number;
        this.#translate = translate;
        this.#size = size;
        this.element.append(this.#drawing);
        this.#shape();
    }

    /** Points, as shown. */
    get size(): Size {
        return this.#size;
    }

    set size(size: Size) {
        this.#size = size;
        this.#shape();
    }

    #shape(): void {
        this.element.style.setProperty("--width", String(this.#size.width));
        this.element.style.setProperty("--height", String(this.#size.height));
    }

    /** Draws at `scale` pixels of the window to the point, unless it is drawn so already. */
    async draw(scale: number): Promise<void> {
        if (this.#drawn === scale) return;
        this.#task?.cancel();
        this.#drawn = scale;
        try {
            const page = await this.#document.getPage(this.number);
            this.#page = page;
            const natural = page.getViewport({ scale: 1 });
            this.size = { width: natural.width, height: natural.height };
            const area = natural.width * natural.height;
            const dense = Math.min(scale * devicePixelRatio, Math.sqrt(MOST_PIXELS / area));
            const viewport = page.getViewport({ scale: dense });
            const canvas = make("canvas");
            canvas.width = Math.max(1, Math.floor(viewport.width));
            canvas.height = Math.max(1, Math.floor(viewport.height));
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", this.#translate("pageLabel", { page: this.number }));
            const task = page.render({ canvas, viewport, annotationMode: INERT_ANNOTATIONS, background: "#ffffff" });
            this.#task = task;
            await task.promise;
            const words = await wordsOf(page).catch(() => "");
            if (this.#task !== task) return;
            this.#clear();
            this.#drawing.append(canvas, make("div", "only-read", words));
        } catch (error) {
            if (error instanceof Error && error.name === "RenderingCancelledException") return;
            this.#clear();
            this.#drawing.append(instead(this.#translate("pageBroken", { page: this.number })));
        }
    }

    #clear(): void {
        // A canvas keeps its pixels until somebody collects it, unless it has none.
        for (const canvas of this.#drawing.querySelectorAll("canvas")) canvas.width = canvas.height = 0;
        this.#drawing.replaceChildren();
    }

    release(): void {
        if (this.#drawn === null) return;
        this.#task?.cancel();
        this.#task = null;
        this.#drawn = null;
        this.#clear();
        // pdf.js keeps what it read of a page, pictures among it, until it is told.
        this.#page?.cleanup();
        this.#page = null;
    }
}
