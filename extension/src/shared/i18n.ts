// SPDX-License-Identifier: MIT
// What people read, in their language. A key that is missing in either language does not compile.

import en from "../../_locales/en/messages.json" with { type: "json" };
import ja from "../../_locales/ja/messages.json" with { type: "json" };
import type { Language } from "./errors.ts";
import { readManaged } from "./managed.ts";
import { parseLanguage } from "./request.ts";

export type MessageKey = keyof typeof ja;

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageKey, { readonly message: string }>>>> = { ja, en };

export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

export function translator(language: Language): Translate {
    return (key, values = {}) =>
        CATALOGUES[language][key].message.replace(/\{(\w+)\}/g, (hole, name: string) =>
            Object.hasOwn(values, name) ? String(values[name]) : hole,
        );
}

function browserLanguage(): Language {
    return parseLanguage(chrome.i18n.getUILanguage()) ?? "en";
}

/** The administrator's choice, else the browser's. */
export async function shownLanguage(): Promise<Language> {
    return (await readManaged()).language ?? browserLanguage();
}

function isMessageKey(key: string | undefined): key is MessageKey {
    return key !== undefined && Object.hasOwn(CATALOGUES.ja, key);
}

/** Fills every element that names a message in its markup. */
export function localise(document: Document, language: Language): void {
    const translate = translator(language);
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll<HTMLElement>("[data-i18n]")) {
        const { i18n } = element.dataset;
        if (isMessageKey(i18n)) element.textContent = translate(i18n);
    }
}
