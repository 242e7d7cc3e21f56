/* SPDX-License-Identifier: MIT */
// Reads one dictionary of a PDF: just enough of ISO 32000's syntax to know its entries and where they stand.

export interface Entry {
    name: string;
    /** Offsets of the name and of the value. */
    at: number;
    valueAt: number;
    /** The value as it is written; a name with its slash and its `#` escapes resolved. */
    value: string;
}

const SPACE = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y;
const REGULAR = /[^\0\t\n\f\r ()<>[\]{}/%]+/y;

/** The entries of the indirect object's dictionary that begins last before `near`; undefined when there is none. */
export function dictionaryOf(text: string, near: number): Entry[] | undefined {
    const [begin] = [...text.slice(0, near).matchAll(/\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj[\0\t\n\f\r ]*<</g)].slice(-1);
    if (begin === undefined) {
        return undefined;
    }
    try {
        return new Reader(text, begin.index + begin[0].length).entries();
    } catch (error) {
        if (error instanceof SyntaxError) {
            return undefined;
        }
        throw error;
    }
}

class Reader {
    readonly #text: string;
    #at: number;
    constructor(text: string, at: number) {
        this.#text = text;
        this.#at = at;
    }

    /** Up to and with `>>`. */
    entries(depth = 0): Entry[] {
        const entries: Entry[] = [];
        for (;;) {
            this.#take(SPACE);
            const at = this.#at;
            if (this.#text.startsWith(">>", at)) {
                this.#at += 2;
                return entries;
            }
            const name = this.#value(depth);
            if (!name.startsWith("/")) {
                throw new SyntaxError("a key that is no name");
            }
            this.#take(SPACE);
            const valueAt = this.#at;
            entries.push({ name: name.slice(1), at, valueAt, value: this.#value(depth) });
        }
    }

    #value(depth: number): string {
        const start = this.#at;
        const first = this.#text[start] ?? "";
        if (depth > 20) {
            throw new SyntaxError("too deep");
        } else if (first === "/") {
            this.#at++;
            return `/${this.#take(REGULAR).replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))}`;
        } else if (first === "(") {
            this.#string();
        } else if (this.#text.startsWith("<<", start)) {
            this.#at += 2;
            this.entries(depth + 1);
        } else if (first === "<") {
            this.#must(/<[0-9A-Fa-f\0\t\n\f\r ]*>/y);
        } else if (first === "[") {
            this.#at++;
            for (this.#take(SPACE); this.#text[this.#at] !== "]"; this.#take(SPACE)) {
                this.#value(depth + 1);
            }
            this.#at++;
        } else {
            // A reference is three tokens and one value.
            this.#must(/\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])|[^\0\t\n\f\r ()<>[\]{}/%]+/y);
        }
        return this.#text.slice(start, this.#at);
    }

    /** Brackets nest in it, and a backslash takes the next character's meaning away. */
    #string(): void {
        let open = 0;
        do {
            const each = this.#text[this.#at];
            if (each === undefined) {
                throw new SyntaxError("a string without its end");
            }
            open += each === "(" ? 1 : each === ")" ? -1 : 0;
            this.#at += each === "\\" ? 2 : 1;
        } while (open > 0);
    }

    #take(pattern: RegExp): string {
        pattern.lastIndex = this.#at;
        const [found = ""] = pattern.exec(this.#text) ?? [];
        this.#at += found.length;
        return found;
    }
    #must(pattern: RegExp): void {
        if (this.#take(pattern) === "") {
            throw new SyntaxError("not a value");
        }
    }
}
