// SPDX-License-Identifier: MIT
// The choice of a visible mark for one PDF: whether, on which page, where, and with what text.

import type { MarkTrouble } from "../../../documents/pdf/pdf.ts";
import { LONGEST_MARK } from "../../../shared/documents.ts";
import type { Mark, MarkWish } from "../../../shared/documents.ts";
import type { MessageKey, Translate } from "../../../shared/i18n.ts";
import { make, sayOne } from "./parts.ts";
import type { Measure } from "./pdf.ts";
import { boxAt, POSITIONS } from "./place.ts";
import type { Place, Point, Position } from "./place.ts";

const NAMES: Readonly<Record<Position, MessageKey>> = {
    "top-left": "placeTopLeft",
    top: "placeTop",
    "top-right": "placeTopRight",
    left: "placeLeft",
    middle: "placeMiddle",
    right: "placeRight",
    "bottom-left": "placeBottomLeft",
    bottom: "placeBottom",
    "bottom-right": "placeBottomRight",
};

const TROUBLES = { characters: "markCannotWrite", length: "markTooLong" } as const satisfies Record<MarkTrouble, MessageKey>;

/** Typing is over for a moment. */
const PAUSE = 150;

export type FindTrouble = (text: string, width: number, height: number) => Promise<MarkTrouble | null>;

export interface MarkHooks {
    readonly trouble: FindTrouble;
    /** Null when the PDF cannot be measured. */
    readonly measure: (page: number | null) => Promise<Measure | null>;
    /** The mark or its readiness changed. */
    readonly changed: () => void;
}

let editors = 0;

export class MarkEditor {
    readonly element: HTMLElement;
    readonly #translate: Translate;
    readonly #hooks: MarkHooks;
    readonly #on = make("input");
    readonly #text = make("textarea");
    readonly #page = make("input");
    readonly #pages = make("span", "count");
    readonly #problem = make("p", "problem");
    readonly #details: HTMLElement;
    readonly #positions = new Map<Position, HTMLInputElement>();
    #place: Place = "bottom-right";
    /** Null for the last page. */
    #wanted: number | null;
    #mark: Mark | null = null;
    #ready = true;
    #turn = 0;
    /** A page number that is being typed is not written over. */
    #typing = false;
    /** The person moved it since it was last asked. */
    #moved = false;

    constructor(wish: MarkWish | null, translate: Translate, hooks: MarkHooks) {
        this.#translate = translate;
        this.#hooks = hooks;
        this.#wanted = wish?.page ?? null;
        const id = `mark-${++editors}`;
        this.#on.type = "checkbox";
        this.#on.checked = wish !== null;
        this.#on.addEventListener("change", () => {
            this.#moved = true;
            void this.#update();
        });
        this.#text.value = wish?.text ?? "";
        this.#text.rows = 2;
        this.#text.maxLength = LONGEST_MARK;
        this.#text.setAttribute("aria-describedby", `${id}-problem`);
        this.#text.addEventListener("input", () => void this.#update(PAUSE));
        this.#page.type = "number";
        this.#page.min = "1";
        this.#page.step = "1";
        this.#page.addEventListener("input", () => {
            this.#typing = true;
        });
        this.#page.addEventListener("change", () => {
            this.#typing = false;
            this.#moved = true;
            this.#wanted = Math.max(1, Math.trunc(Number(this.#page.value)) || 1);
            void this.#update();
        });
        this.#problem.id = `${id}-problem`;
        this.#problem.setAttribute("role", "alert");
        this.#problem.hidden = true;
        this.#details = make(
            "div",
            "mark-details",
            make("label", "mark-text", make("span", "", translate("markText")), this.#text),
            make(
                "div",
                "mark-where",
                make("label", "mark-page", make("span", "", translate("markPage")), this.#page, this.#pages),
                this.#grid(id),
            ),
            this.#problem,
            make("p", "small", translate("markClick")),
        );
        this.element = make(
            "div",
            "mark-editor",
            make("label", "mark-switch", this.#on, make("span", "", translate("markOn"))),
            make("p", "small", translate("markHint")),
            this.#details,
        );
        void this.#update();
    }

    #grid(id: string): HTMLElement {
        const grid = make("div", "positions");
        for (const position of POSITIONS) {
            const choice = make("input");
            choice.type = "radio";
            choice.name = id;
            choice.checked = position === this.#place;
            choice.setAttribute("aria-label", this.#translate(NAMES[position]));
            choice.title = this.#translate(NAMES[position]);
            choice.addEventListener("change", () => {
                this.#place = position;
                this.#moved = true;
                void this.#update();
            });
            this.#positions.set(position, choice);
            grid.append(choice);
        }
        const label = make("span", "", this.#translate("markPlace"));
        label.id = `${id}-place`;
        grid.setAttribute("role", "radiogroup");
        grid.setAttribute("aria-labelledby", label.id);
        return make("div", "mark-place", label, grid);
    }

    /** Null for none. */
    get mark(): Mark | null {
        return this.#mark;
    }

    /** Whether signing can go on as things stand. */
    get ready(): boolean {
        return this.#ready;
    }

    get on(): boolean {
        return this.#on.checked;
    }

    /** Once after each move of the mark by its page or its place, as soon as it is there. */
    takeMoved(): boolean {
        if (this.#mark === null || !this.#moved || !this.#ready) return false;
        this.#moved = false;
        return true;
    }

    focus(): void {
        this.#text.focus();
    }

    /** The person pressed a place on a page. */
    putAt(page: number, point: Point): void {
        if (!this.on) return;
        this.#wanted = page;
        this.#place = point;
        for (const choice of this.#positions.values()) choice.checked = false;
        void this.#update();
    }

    async #update(pause = 0): Promise<void> {
        const turn = ++this.#turn;
        const outdated = (): boolean => turn !== this.#turn;
        this.#details.hidden = !this.on;
        if (!this.on) {
            this.#settle(null, null);
            return;
        }
        this.#ready = false;
        this.#hooks.changed();
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
        if (outdated()) return;
        const measured = await this.#hooks.measure(this.#wanted).catch(() => null);
        if (outdated()) return;
        if (measured === null) {
            this.#settle(null, "markNoPage");
            return;
        }
        this.#page.max = String(measured.pages);
        if (!this.#typing) this.#page.value = String(measured.page);
        this.#pages.textContent = this.#translate("pageCount", { count: measured.pages });
        const text = this.#text.value.trim();
        const mark: Mark = { page: measured.page, text, ...boxAt(this.#place, text, measured) };
        if (text === "") {
            this.#settle(null, "markEmpty");
            return;
        }
        const trouble = await this.#hooks.trouble(text, mark.width, mark.height).catch(() => "characters" as const);
        if (!outdated()) this.#settle(mark, trouble && TROUBLES[trouble]);
    }

    #settle(mark: Mark | null, problem: MessageKey | null): void {
        this.#mark = mark;
        this.#ready = problem === null;
        this.#text.setAttribute("aria-invalid", String(problem !== null && problem !== "markNoPage"));
        sayOne(this.#problem, problem && this.#translate(problem));
        this.#hooks.changed();
    }
}
