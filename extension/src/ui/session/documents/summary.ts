// SPDX-License-Identifier: MIT
// What is said of a document besides showing it.

import { contradicts } from "../../../documents/kind.ts";
import type { DocumentKind, TextEncoding } from "../../../documents/kind.ts";
import type { LoadedDocument } from "../../../documents/loaded.ts";
import type { Language } from "../../../shared/errors.ts";
import type { MessageKey, Translate } from "../../../shared/i18n.ts";
import { make } from "./parts.ts";
import { putVisibleLine } from "./visible.ts";

const KINDS: Readonly<Record<DocumentKind, MessageKey>> = {
    pdf: "kindPdf",
    png: "kindPng",
    jpeg: "kindJpeg",
    text: "kindText",
    other: "kindOther",
};

const ENCODINGS: Readonly<Record<TextEncoding, string>> = {
    "utf-8": "UTF-8",
    "utf-16le": "UTF-16",
    "utf-16be": "UTF-16",
    shift_jis: "Shift_JIS",
};

export function kindInWords({ kind, encoding }: LoadedDocument, translate: Translate): string {
    return translate(KINDS[kind], { encoding: encoding === null ? "" : ENCODINGS[encoding] });
}

export function sizeInWords(size: number, language: Language): string {
    const [amount, unit] = size < 1000 ? [size, "byte"] : size < 1e6 ? [size / 1e3, "kilobyte"] : [size / 1e6, "megabyte"];
    const digits = unit === "byte" || amount >= 100 ? 0 : 1;
    // "byte" has no short form that Japanese would read.
    const unitDisplay = unit === "byte" ? "long" : "short";
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits }).format(amount);
}

/** In groups that can be compared by eye; what is copied has no gaps. */
function hashOf(sha256: string): HTMLElement {
    const hash = make("code", "sha256");
    for (const [group] of sha256.matchAll(/.{1,8}/g)) hash.append(make("span", "", group));
    return hash;
}

function fact(label: string, ...value: (Node | string)[]): HTMLElement {
    return make("div", "", make("dt", "", label), make("dd", "", ...value));
}

/** Its name, what it is, how it will be signed, and its hash. */
export function summaryOf(document: LoadedDocument, language: Language, translate: Translate): HTMLElement {
    const { header, sha256, kind, bytes } = document;
    const name = make("h2", "name");
    putVisibleLine(name, header.name);
    const size = sizeInWords(bytes.length, language);
    const facts = make(
        "dl",
        "facts",
        fact(translate("kindLabel"), `${kindInWords(document, translate)}・${size}`),
        fact(translate("formatLabel"), translate(header.format === "pades" ? "formatPades" : "formatCades")),
        fact(translate("sha256Label"), hashOf(sha256)),
    );
    const summary = make("div", "summary", name, facts);
    if (contradicts(kind, header.name, header.mediaType)) summary.append(make("p", "aside", translate("documentContradicts")));
    return summary;
}
