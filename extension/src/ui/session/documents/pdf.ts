// SPDX-License-Identifier: MIT
// Opens a PDF with the pdf.js that ships with the extension. Nothing in a PDF is ever run: no scripts, no actions, no
// links, no forms; what is drawn is what its bytes say.

import type { PDFDocumentProxy } from "pdfjs-dist";
import type { Size } from "./place.ts";

type Pdfjs = typeof import("pdfjs-dist");

const FOLDER = "ui/session/pdfjs/";
const RANGE = 256 * 1024;

let library: Promise<Pdfjs> | null = null;

/** Only the windows that show a PDF load what that takes. */
function pdfjs(): Promise<Pdfjs> {
    library ??= (import(chrome.runtime.getURL(`${FOLDER}pdf.min.mjs`)) as Promise<Pdfjs>).then((loaded) => {
        loaded.GlobalWorkerOptions.workerSrc = chrome.runtime.getURL(`${FOLDER}pdf.worker.min.mjs`);
        return loaded;
    });
    return library;
}

/** Why a PDF cannot be shown. */
export type PdfTrouble = "password" | "broken";

export interface OpenPdf {
    readonly document: PDFDocumentProxy;
    close(): void;
}

/** Lets the worker have copies of those parts only that it asks for; the bytes stay where they are. */
export async function openPdf(bytes: Uint8Array): Promise<OpenPdf | PdfTrouble> {
    const { getDocument, PasswordException, PDFDataRangeTransport, VerbosityLevel } = await pdfjs();
    const range = new PDFDataRangeTransport(bytes.length, null);
    range.requestDataRange = (begin, end) => {
        queueMicrotask(() => {
            range.onDataRange(begin, bytes.slice(begin, end));
        });
    };
    const folder = (name: string): string => new URL(`${FOLDER}${name}/`, location.href).href;
    const task = getDocument({
        range,
        rangeChunkSize: RANGE,
        disableAutoFetch: true,
        disableStream: true,
        enableXfa: false,
        useWasm: false,
        verbosity: VerbosityLevel.ERRORS,
        cMapUrl: folder("cmaps"),
        cMapPacked: true,
        standardFontDataUrl: folder("standard_fonts"),
        wasmUrl: folder("decoders"),
    });
    try {
        return { document: await task.promise, close: () => void task.destroy() };
    } catch (error) {
        void task.destroy();
        return error instanceof PasswordException ? "password" : "broken";
    }
}

/** How many pages there are, and the size of one of them as it is shown. */
export interface Measure extends Size {
    readonly pages: number;
    readonly page: number;
}

/** Null for the last page, as for any beyond it. */
export async function measure(document: PDFDocumentProxy, wanted: number | null): Promise<Measure> {
    const pages = document.numPages;
    const number = Math.min(wanted ?? pages, pages);
    const page = await document.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    return { pages, page: number, width, height };
}
