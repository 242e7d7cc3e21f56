// SPDX-License-Identifier: MIT
// Shows a PDF: all pages one below the other, of which only those near the view are drawn.

import type { PDFDocumentProxy } from "pdfjs-dist";
import type { Mark } from "../../../shared/documents.ts";
import type { Translate } from "../../../shared/i18n.ts";
import { instead, make, Pager, scroller, Zoom } from "./parts.ts";
import type { DocumentView } from "./parts.ts";
import { PdfPage } from "./pdf-page.ts";
import { openPdf } from "./pdf.ts";
import type { OpenPdf } from "./pdf.ts";
import { warningsOf } from "./pdf-warnings.ts";
import type { Point } from "./place.ts";

/** Pixels of a window to the point at 100%. */
const NATURAL = 96 / 72;
const LARGEST_FIT = 1.5 * NATURAL;

export interface PdfHooks {
    /** The person pressed a place on a page: points from its lower left corner, as shown. */
    readonly pressed: (page: number, point: Point) => void;
}

export class PdfView implements DocumentView {
    readonly element: HTMLElement;
    readonly #translate: Translate;
    readonly #hooks: PdfHooks;
    readonly #warnings = make("ul", "warnings");
    readonly #pager: Pager;
    readonly #zoom: Zoom;
    readonly #bar: HTMLElement;
    readonly #scroller: HTMLElement;
    readonly #markBox = make("div", "mark-box");
    readonly #near = new Set<PdfPage>();
    readonly #observer: IntersectionObserver;
    readonly #resized: ResizeObserver;
    #pages: readonly PdfPage[] = [];
    #open: OpenPdf | null = null;
    #over = false;
    #fit = true;
    #scale = NATURAL;
    #drawing = false;
    #mark: Mark | null = null;
    /** The mark is to be brought into view once there are pages. */
    #revealing = false;

    constructor(bytes: Uint8Array, translate: Translate, hooks: PdfHooks) {
        this.#translate = translate;
        this.#hooks = hooks;
        this.#pager = new Pager(translate, "pageNumber", (page) => {
            this.goTo(page);
        });
        this.#zoom = new Zoom(translate, (scale) => {
            this.#fit = scale === "fit";
            this.#rescale(scale === "fit" ? this.#fitting() : scale * NATURAL);
        });
        this.#scroller = scroller(translate("documentContent"), this.#zoom);
        this.#scroller.append(make("p", "small", translate("documentLoading")));
        this.#scroller.setAttribute("aria-busy", "true");
        this.#bar = make("div", "toolbar", this.#pager.element, this.#zoom.element);
        this.#bar.hidden = true;
        this.#warnings.hidden = true;
        this.#warnings.tabIndex = 0; // long ones are scrolled
        const told = make("div", "told", this.#warnings);
        told.setAttribute("aria-live", "polite");
        this.element = make("div", "viewer", told, this.#bar, this.#scroller);
        this.#markBox.setAttribute("aria-hidden", "true");
        this.#observer = new IntersectionObserver(
            (entries) => {
                this.#moved(entries);
            },
            { root: this.#scroller, rootMargin: "75% 0px" },
        );
        this.#resized = new ResizeObserver(() => {
            if (this.#fit && this.#pages.length > 0) this.#rescale(this.#fitting());
        });
        this.#scroller.addEventListener("scroll", () => {
            this.#pager.show(this.#current());
        }, { passive: true });
        void this.#load(bytes);
    }

    async #load(bytes: Uint8Array): Promise<void> {
        const open = await openPdf(bytes).catch(() => "broken" as const);
        if (this.#over) {
            if (typeof open !== "string") open.close();
            return;
        }
        if (typeof open === "string") {
            this.#scroller.removeAttribute("aria-busy");
            this.#scroller.replaceChildren(instead(this.#translate(open === "password" ? "pdfPassword" : "pdfBroken")));
            return;
        }
        this.#open = open;
        await this.#lay(open.document).catch(() => {
            this.#scroller.replaceChildren(instead(this.#translate("pdfBroken")));
        });
        this.#scroller.removeAttribute("aria-busy");
        await this.#look(open.document, bytes);
    }

    /** Empty sheets of the first page's size; each takes its own when it is looked at. */
    async #lay(document: PDFDocumentProxy): Promise<void> {
        const first = await document.getPage(1).then((page) => page.getViewport({ scale: 1 }), () => ({ width: 595, height: 842 }));
        if (this.#over) return;
        const count = document.numPages;
        this.#pages = Array.from({ length: count }, (_, index) => new PdfPage(document, index + 1, first, this.#translate));
        this.#scroller.replaceChildren(...this.#pages.map(({ element }) => element));
        for (const page of this.#pages) {
            this.#observer.observe(page.element);
            page.element.addEventListener("click", (event) => {
                this.#pressed(page, event);
            });
        }
        this.#bar.hidden = false;
        this.#pager.setCount(count);
        this.#pager.show(1);
        this.#rescale(this.#fitting());
        this.#resized.observe(this.#scroller);
        this.showMark(this.#mark);
    }

    /** Goes through the whole document for what the person should know of; page after page, as that takes time. */
    async #look(document: PDFDocumentProxy, bytes: Uint8Array): Promise<void> {
        for await (const warnings of warningsOf(document, bytes, this.#translate)) {
            if (this.#over) return;
            this.#warnings.replaceChildren(...warnings);
            this.#warnings.hidden = warnings.length === 0;
        }
    }

    #fitting(): number {
        const widest = this.#pages[0]?.size.width ?? 595;
        return Math.min(LARGEST_FIT, Math.max(0.1, (this.#scroller.clientWidth - 24) / widest));
    }

    #rescale(scale: number): void {
        if (scale !== this.#scale || this.#scroller.style.getPropertyValue("--scale") === "") {
            const { scrollHeight, scrollTop } = this.#scroller;
            this.#scale = scale;
            this.#scroller.style.setProperty("--scale", String(scale));
            this.#scroller.scrollTop = (scrollTop / Math.max(1, scrollHeight)) * this.#scroller.scrollHeight;
        }
        this.#zoom.show(scale / NATURAL);
        void this.#draw();
    }

    #moved(entries: readonly IntersectionObserverEntry[]): void {
        for (const { target, isIntersecting } of entries) {
            const page = this.#pages.find(({ element }) => element === target);
            if (page === undefined) continue;
            if (isIntersecting) this.#near.add(page);
            else {
                this.#near.delete(page);
                page.release();
            }
        }
        void this.#draw();
    }

    /** Draws what is near, one page at a time, beginning with what is looked at. */
    async #draw(): Promise<void> {
        if (this.#drawing) return;
        this.#drawing = true;
        for (let wanted = this.#next(new Map()), done = new Map<PdfPage, number>(); wanted !== null; wanted = this.#next(done)) {
            const scale = this.#scale;
            await wanted.draw(scale);
            done.set(wanted, scale);
            if (!this.#near.has(wanted)) {
                wanted.release();
                done.delete(wanted);
            }
        }
        this.#drawing = false;
    }

    #next(done: ReadonlyMap<PdfPage, number>): PdfPage | null {
        if (this.#over) return null;
        const current = this.#current();
        const distance = (page: PdfPage): number => Math.abs(page.number - current);
        const waiting = [...this.#near].filter((page) => done.get(page) !== this.#scale);
        return waiting.sort((a, b) => distance(a) - distance(b))[0] ?? null;
    }

    /** The page that crosses the upper third of the view. */
    #current(): number {
        const line = this.#scroller.scrollTop + this.#scroller.clientHeight / 3;
        let [low, high] = [0, this.#pages.length - 1];
        while (low < high) {
            const middle = Math.ceil((low + high) / 2);
            if ((this.#pages[middle]?.element.offsetTop ?? 0) <= line) low = middle;
            else high = middle - 1;
        }
        return low + 1;
    }

    goTo(page: number): void {
        const element = this.#pages[page - 1]?.element;
        if (element === undefined) return;
        this.#scroller.scrollTop = element.offsetTop - 8;
        this.#pager.show(page);
    }

    #pressed(page: PdfPage, { clientX, clientY }: MouseEvent): void {
        const { left, bottom, width, height } = page.element.getBoundingClientRect();
        const { size } = page;
        this.#hooks.pressed(page.number, {
            x: ((clientX - left) / width) * size.width,
            y: ((bottom - clientY) / height) * size.height,
        });
    }

    /** Shows where the mark will stand. */
    showMark(mark: Mark | null): void {
        this.#mark = mark;
        const page = mark === null ? undefined : this.#pages[mark.page - 1];
        if (mark === null || page === undefined) {
            this.#markBox.remove();
            this.#revealing &&= mark !== null;
            return;
        }
        this.#markBox.textContent = mark.text;
        for (const [name, points] of [
            ["--left", mark.left],
            ["--bottom", mark.bottom],
            ["--mark-width", mark.width],
            ["--mark-height", mark.height],
        ] as const) {
            this.#markBox.style.setProperty(name, String(points));
        }
        page.element.append(this.#markBox);
        if (this.#revealing) this.revealMark();
    }

    /** Brings the mark into view, as soon as the pages are there. */
    revealMark(): void {
        const { parentElement, offsetTop, offsetHeight } = this.#markBox;
        this.#revealing = parentElement === null;
        if (parentElement === null) return;
        const middle = parentElement.offsetTop + offsetTop + offsetHeight / 2;
        this.#scroller.scrollTop = middle - this.#scroller.clientHeight / 2;
    }

    /** Whether a press on a page places the mark. */
    set placing(placing: boolean) {
        this.#scroller.classList.toggle("placing", placing);
    }

    dispose(): void {
        this.#over = true;
        this.#observer.disconnect();
        this.#resized.disconnect();
        for (const page of this.#pages) page.release();
        this.#open?.close();
        this.element.remove();
    }
}
