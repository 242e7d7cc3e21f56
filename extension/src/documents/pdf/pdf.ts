// SPDX-License-Identifier: MIT
// PDFs for signing: whether one can be signed, and what is to be appended to it. Nothing here throws.
// It does not check what the document shows, nor signatures that it has.

import { sha256 } from "../hash.ts";
import { inspect, prepare } from "./prepare.ts";
import type { Marker } from "./mark.ts";
import type { PdfFacts, PreparedPdf, Wishes } from "./prepare.ts";
import type { Outcome } from "../../shared/failure.ts";

export type { PdfFacts, PreparedPdf, Wishes };

/** Where the build puts what only marks need: the library that draws them, and the font. */
const MARKER = "documents/mark.js";
const FONT = "documents/NotoSansJP-Regular.ttf";

let loading: Promise<Marker> | undefined;

async function loadDrawer(): Promise<Marker> {
    const [library, font] = await Promise.all([
        import(chrome.runtime.getURL(MARKER)) as Promise<typeof import("./mark.ts")>,
        fetch(chrome.runtime.getURL(FONT)).then((response) => response.arrayBuffer()),
    ]);
    return new library.Marker(new Uint8Array(font));
}

function drawer(): Promise<Marker> {
    loading ??= loadDrawer().catch((error: unknown) => {
        loading = undefined;
        throw error;
    });
    return loading;
}

/** Refuses what is no PDF, encrypted, damaged, or closed to further signatures by its author. */
export function inspectPdf(bytes: Uint8Array): Promise<Outcome<PdfFacts>> {
    return inspect(bytes);
}

/** `bytes` must not change until the increment is finished. A mark that cannot be written is `argument-invalid`. */
export function preparePdf(bytes: Uint8Array, wishes: Wishes): Promise<Outcome<PreparedPdf>> {
    return prepare(bytes, wishes, { sha256, drawer });
}

/** What keeps a text from being a mark: characters that the font lacks or that need more than a glyph, or its length. */
export type MarkTrouble = "characters" | "length";

/** Null when a mark of this size (points) can have this text. */
export async function troubleOf(text: string, width: number, height: number): Promise<MarkTrouble | null> {
    try {
        const marker = await drawer();
        if (!marker.canWrite(text)) return "characters";
        return marker.fits(text, width, height) ? null : "length";
    } catch {
        return "characters";
    }
}
