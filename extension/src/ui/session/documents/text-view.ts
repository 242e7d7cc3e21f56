// SPDX-License-Identifier: MIT
// Shows a text, a section at a time.

import type { TextEncoding } from "../../../documents/kind.ts";
import type { Translate } from "../../../shared/i18n.ts";
import { make, Pager, scroller } from "./parts.ts";
import type { DocumentView } from "./parts.ts";
import { sectionsOf } from "./sections.ts";
import { putVisible } from "./visible.ts";

export class TextView implements DocumentView {
    readonly element: HTMLElement;
    readonly #bytes: Uint8Array;
    readonly #encoding: TextEncoding;
    readonly #sections: readonly number[];
    readonly #pager: Pager;
    readonly #scroller: HTMLElement;
    readonly #text = make("div", "plain-text");
    readonly #unseen: HTMLElement;

    constructor(bytes: Uint8Array, encoding: TextEncoding, translate: Translate) {
        this.#bytes = bytes;
        this.#encoding = encoding;
        this.#sections = sectionsOf(bytes, encoding);
        this.#pager = new Pager(translate, "pageNumber", (page) => {
            this.#show(page);
        });
        this.#pager.setCount(this.#sections.length - 1);
        this.#scroller = scroller(translate("documentContent"), null);
        this.#scroller.append(this.#text);
        this.#unseen = make("p", "small", translate("textUnseen"));
        const bar = make("div", "toolbar", this.#pager.element);
        bar.hidden = this.#pager.element.hidden;
        this.element = make("div", "viewer", this.#unseen, bar, this.#scroller);
        this.#show(1);
    }

    #show(page: number): void {
        const [from, to] = [this.#sections[page - 1], this.#sections[page]];
        // The mark of its encoding at the very beginning is no character of the text.
        const text = new TextDecoder(this.#encoding, { ignoreBOM: page > 1 }).decode(this.#bytes.subarray(from, to));
        this.#unseen.hidden = !putVisible(this.#text, text);
        this.#scroller.scrollTop = 0;
        this.#pager.show(page);
    }

    dispose(): void {
        this.element.remove();
    }
}
