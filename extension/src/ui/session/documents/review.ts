// SPDX-License-Identifier: MIT
// The documents in the session window: which they are, what is in each, and where a visible mark goes. The bytes that
// are shown are those that are hashed and signed; nothing here changes them or hands them on.

import type { LoadedDocument } from "../../../documents/loaded.ts";
import { troubleOf } from "../../../documents/pdf/pdf.ts";
import type { Mark } from "../../../shared/documents.ts";
import type { Language } from "../../../shared/errors.ts";
import { translator } from "../../../shared/i18n.ts";
import type { Translate } from "../../../shared/i18n.ts";
import { ImageView } from "./image-view.ts";
import { MarkEditor } from "./mark-editor.ts";
import type { FindTrouble } from "./mark-editor.ts";
import { instead, make } from "./parts.ts";
import type { DocumentView } from "./parts.ts";
import { PdfView } from "./pdf-view.ts";
import { measure, openPdf } from "./pdf.ts";
import type { Measure } from "./pdf.ts";
import { kindInWords, sizeInWords, summaryOf } from "./summary.ts";
import { TextView } from "./text-view.ts";
import { putVisibleLine } from "./visible.ts";

interface Entry {
    readonly document: LoadedDocument;
    readonly tab: HTMLButtonElement;
    readonly state: HTMLElement;
    /** Only where a mark is possible. */
    readonly marks: MarkEditor | null;
    seen: boolean;
}

export class DocumentReview {
    readonly #root: HTMLElement;
    readonly #language: Language;
    readonly #translate: Translate;
    readonly #onReady: (ready: boolean) => void;
    #entries: readonly Entry[];
    readonly #opened = make("p", "small");
    readonly #panel = make("div", "document-panel");
    #shown: Entry | null = null;
    #view: DocumentView | null = null;
    #ready: boolean | null = null;
    #over = false;
    #measuring: Promise<unknown> = Promise.resolve();

    /** Says at once, and whenever it changes, whether the person may go on. */
    constructor(
        root: HTMLElement,
        documents: readonly LoadedDocument[],
        language: Language,
        onReady: (ready: boolean) => void,
        trouble: FindTrouble = troubleOf,
    ) {
        this.#root = root;
        this.#language = language;
        this.#translate = translator(language);
        this.#onReady = onReady;
        this.#entries = documents.map((document, index) => this.#enter(document, index, trouble));
        this.#draw();
        const [first] = this.#entries;
        if (first !== undefined) this.#show(first);
        root.hidden = false;
        this.#settle();
    }

    /** In the order of the documents. Meant only while ready. */
    marks(): readonly (Mark | null)[] {
        return this.#entries.map(({ marks }) => marks?.mark ?? null);
    }

    /** Leads to the first mark that stands in the way. */
    showProblem(): void {
        const entry = this.#entries.find(({ marks }) => marks?.ready === false);
        if (entry === undefined) return;
        this.#show(entry);
        entry.marks?.focus();
    }

    dispose(): void {
        this.#over = true;
        this.#view?.dispose();
        this.#view = null;
        this.#shown = null;
        this.#entries = []; // and with them the bytes
        this.#root.hidden = true;
        this.#root.replaceChildren();
    }

    #enter(document: LoadedDocument, index: number, trouble: FindTrouble): Entry {
        const { header } = document;
        const tab = make("button", "document-tab");
        tab.type = "button";
        tab.id = `document-tab-${index}`;
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-controls", "document-panel");
        const name = make("span", "name");
        putVisibleLine(name, header.name);
        const state = make("span", "state");
        const about = `${kindInWords(document, this.#translate)}・${sizeInWords(document.bytes.length, this.#language)}`;
        tab.append(name, make("span", "about", about), state);
        const known = new Map<number | null, Promise<Measure | null>>();
        const marks = document.markable
            ? new MarkEditor(header.mark, this.#translate, {
                  trouble,
                  measure: (page) => this.#measured(document, known, page),
                  changed: () => {
                      this.#settle();
                  },
              })
            : null;
        const entry: Entry = { document, tab, state, marks, seen: false };
        tab.addEventListener("click", () => {
            this.#show(entry);
        });
        return entry;
    }

    /** Fifty marks must not start fifty readers at once, nor each letter typed one of its own. */
    #measured(document: LoadedDocument, known: Map<number | null, Promise<Measure | null>>, page: number | null): Promise<Measure | null> {
        const measuring = known.get(page) ?? this.#measuring.then(() => this.#measure(document, page));
        known.set(page, measuring);
        this.#measuring = measuring.catch(() => undefined);
        return measuring;
    }

    /** Opened anew, as a document that is not looked at is not open: its mark needs the size of its page all the same. */
    async #measure({ bytes, kind }: LoadedDocument, page: number | null): Promise<Measure | null> {
        if (kind !== "pdf" || this.#over) return null;
        const open = await openPdf(bytes);
        if (typeof open === "string") return null;
        try {
            return await measure(open.document, page);
        } finally {
            open.close();
        }
    }

    #draw(): void {
        const parts: HTMLElement[] = [];
        this.#panel.id = "document-panel";
        if (this.#entries.length > 1) {
            const heading = make("h2", "", this.#translate("documentsHeading", { count: this.#entries.length }));
            heading.id = "documents-heading";
            const tabs = make("div", "tabs", ...this.#entries.map(({ tab }) => tab));
            tabs.setAttribute("role", "tablist");
            tabs.setAttribute("aria-orientation", "vertical");
            tabs.setAttribute("aria-labelledby", heading.id);
            tabs.addEventListener("keydown", (event) => {
                this.#walk(event);
            });
            this.#panel.setAttribute("role", "tabpanel");
            parts.push(make("div", "document-list", heading, this.#opened, tabs));
        }
        this.#root.replaceChildren(...parts, this.#panel);
    }

    #walk(event: KeyboardEvent): void {
        const at = this.#entries.findIndex((entry) => entry === this.#shown);
        const last = this.#entries.length - 1;
        const steps: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last };
        const to = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
        const entry = to === undefined ? undefined : this.#entries[Math.max(0, Math.min(to, last))];
        if (entry === undefined) return;
        event.preventDefault();
        this.#show(entry);
        entry.tab.focus();
    }

    #show(entry: Entry): void {
        if (entry === this.#shown || this.#over) return;
        this.#view?.dispose();
        this.#shown = entry;
        entry.seen = true;
        const view = this.#viewOf(entry);
        this.#view = view;
        const summary = summaryOf(entry.document, this.#language, this.#translate);
        this.#panel.replaceChildren(summary, ...this.#choice(entry), view.element);
        for (const each of this.#entries) {
            const current = each === entry;
            each.tab.setAttribute("aria-selected", String(current));
            each.tab.tabIndex = current ? 0 : -1;
        }
        entry.tab.scrollIntoView({ block: "nearest" });
        if (this.#entries.length > 1) this.#panel.setAttribute("aria-labelledby", entry.tab.id);
        this.#panel.scrollTop = 0;
        this.#settle();
    }

    /** Whether there is a mark, or why there is none. */
    #choice({ document: { header }, marks }: Entry): HTMLElement[] {
        if (marks !== null) return [marks.element];
        return header.format === "pades" ? [make("div", "mark-editor", make("p", "mark-forbidden", this.#translate("markForbidden")))] : [];
    }

    #viewOf({ document, marks }: Entry): DocumentView {
        const { bytes, kind, encoding, header } = document;
        if (bytes.length === 0) return fixed(this.#translate("documentEmpty"));
        switch (kind) {
            case "pdf":
                return new PdfView(bytes, this.#translate, {
                    pressed: (page, point) => {
                        marks?.putAt(page, point);
                    },
                });
            case "png":
            case "jpeg":
                return new ImageView(bytes, kind, header.name, this.#translate);
            case "text":
                if (encoding !== null) return new TextView(bytes, encoding, this.#translate);
                return fixed(this.#translate("documentNotShowable"));
            case "other":
                return fixed(this.#translate("documentNotShowable"));
        }
    }

    /** Brings everything in line with what was chosen. */
    #settle(): void {
        // The editors speak up while the list of them is still being made.
        if (this.#over || this.#shown === null) return;
        const { marks } = this.#shown;
        if (this.#view instanceof PdfView) {
            this.#view.showMark(marks?.mark ?? null);
            this.#view.placing = marks?.on ?? false;
            if (marks?.takeMoved() === true) this.#view.revealMark();
        }
        for (const { state, seen, marks: choice, tab } of this.#entries) {
            const waits = choice !== null && !choice.ready;
            state.textContent = waits ? this.#translate("documentMarkWaits") : seen ? this.#translate("documentSeen") : "";
            tab.classList.toggle("waits", waits);
        }
        const count = this.#entries.length;
        this.#opened.textContent = this.#translate("documentsOpened", {
            count,
            opened: this.#entries.filter(({ seen }) => seen).length,
        });
        const ready = this.#entries.every(({ marks: choice }) => choice?.ready ?? true);
        if (ready === this.#ready) return;
        this.#ready = ready;
        this.#onReady(ready);
    }
}

function fixed(text: string): DocumentView {
    const element = make("div", "viewer", instead(text));
    return {
        element,
        dispose: () => {
            element.remove();
        },
    };
}
