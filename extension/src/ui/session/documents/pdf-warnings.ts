// SPDX-License-Identifier: MIT
// What a person should know of a PDF beyond what they see of it.

import type { PDFDocumentProxy } from "pdfjs-dist";
import type { Translate } from "../../../shared/i18n.ts";
import { make } from "./parts.ts";
import { putVisibleLine } from "./visible.ts";

/** Names that are listed; the rest is counted. */
const MOST_NAMES = 20;
const SCRIPT = new TextEncoder().encode("/JavaScript");

interface Facts {
    scripts: boolean;
    xfa: boolean;
    signatures: number;
    readonly attachments: Set<string>;
    readonly hidden: Set<string>;
}

/** What a file says outside its compressed parts; inside those, pdf.js finds the usual places. */
function mentionsScripts(bytes: Uint8Array): boolean {
    const [slash = 0] = SCRIPT;
    for (let at = bytes.indexOf(slash); at !== -1; at = bytes.indexOf(slash, at + 1)) {
        if (SCRIPT.every((byte, index) => bytes[at + index] === byte)) return true;
    }
    return false;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null;
}

/** pdf.js gives names as maps or records, whichever its version. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
    if (value instanceof Map) return [...value as Map<unknown, unknown>].map(([key, each]) => [String(key), each]);
    return isFields(value) ? Object.entries(value) : [];
}

function fileName(value: unknown, otherwise: string): string {
    if (!isFields(value)) return otherwise;
    const { filename } = value;
    return typeof filename === "string" && filename !== "" ? filename : otherwise;
}

async function lookAtDocument(document: PDFDocumentProxy, facts: Facts): Promise<void> {
    const [metadata, attachments, signatures, layers, scripts] = await Promise.allSettled([
        document.getMetadata(),
        document.getAttachments(),
        document.getSignatures(),
        document.getOptionalContentConfig(),
        document.hasJSActions(),
    ]);
    if (metadata.status === "fulfilled") facts.xfa = "IsXFAPresent" in metadata.value.info && metadata.value.info.IsXFAPresent === true;
    if (attachments.status === "fulfilled") {
        for (const [name, file] of entriesOf(attachments.value)) facts.attachments.add(fileName(file, name));
    }
    if (signatures.status === "fulfilled" && Array.isArray(signatures.value)) facts.signatures = signatures.value.length;
    if (layers.status === "fulfilled") {
        for (const [id, layer] of layers.value as Iterable<[string, { name: unknown; visible: boolean }]>) {
            if (!layer.visible) facts.hidden.add(typeof layer.name === "string" ? layer.name : id);
        }
    }
    facts.scripts ||= scripts.status === "fulfilled" && scripts.value;
}

async function lookAtPage(document: PDFDocumentProxy, number: number, facts: Facts): Promise<void> {
    const page = await document.getPage(number);
    const [actions, annotations] = await Promise.all([page.getJSActions(), page.getAnnotations()]);
    facts.scripts ||= entriesOf(actions).length > 0;
    for (const annotation of annotations as readonly unknown[]) {
        if (!isFields(annotation)) continue;
        facts.scripts ||= entriesOf(annotation["actions"]).length > 0;
        if (annotation["subtype"] === "FileAttachment") facts.attachments.add(fileName(annotation["file"], "?"));
    }
}

function namesOf(names: ReadonlySet<string>): HTMLElement {
    const list = make("ul", "names");
    for (const name of [...names].slice(0, MOST_NAMES)) putVisibleLine(list.appendChild(make("li")), name);
    if (names.size > MOST_NAMES) list.append(make("li", "", `… ${names.size}`));
    return list;
}

function inWords(facts: Facts, translate: Translate): HTMLElement[] {
    const { scripts, xfa, signatures, attachments, hidden } = facts;
    return [
        ...(signatures > 0 ? [make("li", "plain", translate("pdfSignatures", { count: signatures }))] : []),
        ...(scripts ? [make("li", "", translate("pdfScripts"))] : []),
        ...(xfa ? [make("li", "", translate("pdfXfa"))] : []),
        ...(attachments.size > 0 ? [make("li", "", translate("pdfAttachments"), namesOf(attachments))] : []),
        ...(hidden.size > 0 ? [make("li", "", translate("pdfHiddenLayers"), namesOf(hidden))] : []),
    ];
}

/** All that is known so far, each time that more is. A page that cannot be read says so in its own place. */
export async function* warningsOf(document: PDFDocumentProxy, bytes: Uint8Array, translate: Translate): AsyncGenerator<HTMLElement[], void> {
    const facts: Facts = { scripts: mentionsScripts(bytes), xfa: false, signatures: 0, attachments: new Set(), hidden: new Set() };
    await lookAtDocument(document, facts);
    yield inWords(facts, translate);
    for (let number = 1; number <= document.numPages; number++) {
        const before = { scripts: facts.scripts, attachments: facts.attachments.size };
        await lookAtPage(document, number, facts).catch(() => undefined);
        if (facts.scripts !== before.scripts || facts.attachments.size !== before.attachments) yield inWords(facts, translate);
    }
}
