// SPDX-License-Identifier: MIT
// What a file is, by its bytes alone. What a page says of it, and what its name ends in, is compared, never believed.

export type DocumentKind = "pdf" | "png" | "jpeg" | "text" | "other";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "shift_jis";

const PDF = [0x25, 0x50, 0x44, 0x46, 0x2d];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const UTF_16: Readonly<Partial<Record<TextEncoding, readonly number[]>>> = { "utf-16le": [0xff, 0xfe], "utf-16be": [0xfe, 0xff] };
/** Readers of PDF look for its beginning this far into a file. */
const PDF_MAY_BEGIN = 1024;
/** Bytes decoded at once. */
const PIECE = 1024 * 1024;
/** No text holds these: what does is data, or controls a terminal. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0e-\x1f]/;
const PRIVATE_USE = /[\ue000-\uf8ff]/;

function begins(bytes: Uint8Array, mark: readonly number[], at = 0): boolean {
    return bytes.length >= at + mark.length && mark.every((byte, index) => bytes[at + index] === byte);
}

function mayBeReadAsPdf(bytes: Uint8Array): boolean {
    for (let at = 0; at < Math.min(bytes.length, PDF_MAY_BEGIN); at++) if (begins(bytes, PDF, at)) return true;
    return false;
}

/** The text in pieces; throws at the first byte that is none in this encoding. */
export function* decode(bytes: Uint8Array, encoding: string): Generator<string, void, undefined> {
    const decoder = new TextDecoder(encoding, { fatal: true });
    for (let at = 0; at < bytes.length; at += PIECE) yield decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    yield decoder.decode();
}

function isTextIn(bytes: Uint8Array, encoding: string, refused: RegExp): boolean {
    try {
        for (const piece of decode(bytes, encoding)) if (refused.test(piece)) return false;
        return true;
    } catch {
        return false;
    }
}

/** The encoding in which these bytes are text beyond doubt; null when they are none, or might be two. */
export function encodingOf(bytes: Uint8Array): TextEncoding | null {
    for (const encoding of ["utf-16le", "utf-16be"] as const) {
        if (begins(bytes, UTF_16[encoding] ?? [])) return isTextIn(bytes, encoding, CONTROLS) ? encoding : null;
    }
    if (isTextIn(bytes, "utf-8", CONTROLS)) return "utf-8";
    const strict = new RegExp(`${CONTROLS.source}|${PRIVATE_USE.source}`);
    if (!isTextIn(bytes, "shift_jis", strict)) return null;
    return isTextIn(bytes, "euc-jp", CONTROLS) ? null : "shift_jis";
}

export function kindOf(bytes: Uint8Array): DocumentKind {
    if (begins(bytes, PDF)) return "pdf";
    // What other programs open as a PDF is not shown here as something else.
    if (mayBeReadAsPdf(bytes)) return "other";
    if (begins(bytes, PNG)) return "png";
    if (begins(bytes, JPEG)) return "jpeg";
    return encodingOf(bytes) === null ? "other" : "text";
}

const ENDINGS: Readonly<Record<string, DocumentKind>> = {
    pdf: "pdf", png: "png", jpg: "jpeg", jpeg: "jpeg", jpe: "jpeg", jfif: "jpeg",
    txt: "text", text: "text", csv: "text", tsv: "text", xml: "text", json: "text", htm: "text", html: "text", md: "text", svg: "text",
    doc: "other", docx: "other", xls: "other", xlsx: "other", ppt: "other", pptx: "other", odt: "other", ods: "other", odp: "other",
    zip: "other", "7z": "other", gz: "other", exe: "other", gif: "other", webp: "other", tif: "other", tiff: "other", heic: "other",
};

function kindByName(name: string): DocumentKind | null {
    const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
    return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] ?? null : null;
}

/** Null for what promises nothing that could be held against the bytes. */
function kindByMediaType(mediaType: string): DocumentKind | null {
    const type = mediaType.split(";", 1).join().trim().toLowerCase();
    if (type === "application/pdf") return "pdf";
    if (type === "image/png") return "png";
    if (type === "image/jpeg") return "jpeg";
    if (/^text\/|[/+](json|xml)$/.test(type)) return "text";
    return /^(audio|font|image|video)\//.test(type) ? "other" : null;
}

/** Whether a file's name, or the page's word for it, promises something else than it is. */
export function contradicts(kind: DocumentKind, name: string, mediaType: string): boolean {
    return [kindByName(name), kindByMediaType(mediaType)].some((said) => said !== null && said !== kind);
}
