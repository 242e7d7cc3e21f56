// SPDX-License-Identifier: MIT
// Small pieces that the review of documents is made of.

import type { MessageKey, Translate } from "../../../shared/i18n.ts";

/** Something that shows a document, until it is disposed of. */
export interface DocumentView {
    readonly element: HTMLElement;
    dispose(): void;
}

export function make<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    className = "",
    ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
    const element = document.createElement(name);
    if (className !== "") element.className = className;
    element.append(...children);
    return element;
}

export function sayOne(element: HTMLElement, text: string | null): void {
    element.hidden = text === null;
    element.textContent = text ?? "";
}

/** A message in place of what cannot be shown. */
export function instead(text: string): HTMLElement {
    return make("p", "instead", text);
}

/** A round button with a sign on it, read out in words. */
export function signButton(sign: string, label: string, act: () => void): HTMLButtonElement {
    const button = make("button", "sign", sign);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", act);
    return button;
}

/** Page number with its neighbours; hidden while there is but one. */
export class Pager {
    readonly element: HTMLElement;
    readonly #number: HTMLInputElement;
    readonly #count = make("span", "count");
    readonly #translate: Translate;
    #pages = 1;
    #page = 1;

    constructor(translate: Translate, label: MessageKey, go: (page: number) => void) {
        this.#translate = translate;
        this.#number = make("input");
        this.#number.type = "text";
        this.#number.inputMode = "numeric";
        this.#number.setAttribute("aria-label", translate(label));
        this.#number.addEventListener("change", () => {
            const page = Math.trunc(Number(this.#number.value));
            if (page >= 1 && page <= this.#pages) go(page);
            else this.show(this.#page);
        });
        this.element = make(
            "div",
            "pager",
            signButton("‹", translate("previousPage"), () => {
                if (this.#page > 1) go(this.#page - 1);
            }),
            this.#number,
            this.#count,
            signButton("›", translate("nextPage"), () => {
                if (this.#page < this.#pages) go(this.#page + 1);
            }),
        );
        this.setCount(1);
    }

    setCount(pages: number): void {
        this.#pages = pages;
        this.element.hidden = pages < 2;
        this.#count.textContent = this.#translate("pageCount", { count: pages });
        this.#number.style.width = `${String(pages).length + 2}ch`;
    }

    show(page: number): void {
        this.#page = page;
        if (document.activeElement !== this.#number || this.#number.value === "") this.#number.value = String(page);
    }
}

/** Smaller, larger, as wide as the window. */
export class Zoom {
    static readonly #STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];
    readonly element: HTMLElement;
    readonly #percent = make("output", "percent");
    readonly #change: (scale: number | "fit") => void;
    #scale = 1;

    /** `change` is told a scale, where 1 is the natural size, or to fit the width. */
    constructor(translate: Translate, change: (scale: number | "fit") => void) {
        this.#change = change;
        const fit = make("button", "fit", translate("fitWidth"));
        fit.type = "button";
        fit.addEventListener("click", () => {
            change("fit");
        });
        this.element = make(
            "div",
            "zoom",
            signButton("−", translate("zoomOut"), () => {
                this.step(-1);
            }),
            this.#percent,
            signButton("+", translate("zoomIn"), () => {
                this.step(1);
            }),
            fit,
        );
    }

    step(direction: 1 | -1): void {
        const next = direction === 1
            ? Zoom.#STEPS.find((step) => step > this.#scale * 1.01)
            : Zoom.#STEPS.findLast((step) => step < this.#scale * 0.99);
        if (next !== undefined) this.#change(next);
    }

    show(scale: number): void {
        this.#scale = scale;
        this.#percent.textContent = `${Math.round(scale * 100)}%`;
    }
}

/** The place a document is scrolled in. The keys + and - change its size, where it has one. */
export function scroller(label: string, zoom: Zoom | null): HTMLElement {
    const element = make("div", "scroller");
    element.tabIndex = 0;
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", label);
    element.addEventListener("keydown", ({ key, ctrlKey, altKey, metaKey }) => {
        if (ctrlKey || altKey || metaKey) return;
        if (key === "+" || key === "-") zoom?.step(key === "+" ? 1 : -1);
    });
    return element;
}
