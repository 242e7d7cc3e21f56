// SPDX-License-Identifier: MIT
// The sites that an administrator wants switched on, with one press for all of them: no policy can grant them.

import { localise, shownLanguage, translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { offered, readManaged } from "../../shared/managed.ts";
import { nameOf } from "../../shared/pattern.ts";
import { make } from "../dom.ts";
import { find } from "../find.ts";

const language = await shownLanguage();
const translate = translator(language);
/** Known before the press: nothing may be awaited between it and the browser's question. */
let missing: string[] = [];

async function show(refused = false): Promise<void> {
    const sites = offered(await readManaged());
    const on = await Promise.all(sites.map((pattern) => chrome.permissions.contains({ origins: [pattern] })));
    missing = sites.filter((_, index) => on[index] !== true);
    find("sites").replaceChildren(
        ...sites.map((pattern, index) => {
            const state: MessageKey = on[index] === true ? "offerOn" : "offerOff";
            const row = make("li", {}, make("strong", { text: nameOf(pattern) }), make("span", { text: translate(state) }));
            row.dataset["on"] = String(on[index]);
            return row;
        }),
    );
    find("ask").hidden = missing.length === 0;
    find("outcome").textContent = outcomeOf(sites.length, refused);
}

function outcomeOf(count: number, refused: boolean): string {
    if (count === 0) return translate("offerNone");
    if (missing.length === 0) return translate("offerDone");
    return refused ? translate("offerRefused") : "";
}

localise(document, language);
document.title = `${translate("offerTitle")} — JPKI Bridge`;
find("allow").addEventListener("click", () => {
    void chrome.permissions.request({ origins: missing }).then((granted) => show(!granted));
});
chrome.permissions.onAdded.addListener(() => void show());
chrome.permissions.onRemoved.addListener(() => void show());
chrome.storage.onChanged.addListener((_changes, area) => {
    if (area === "managed") void show();
});
void show();
