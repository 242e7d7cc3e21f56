// SPDX-License-Identifier: MIT
// The options page: the sites that are on, each to be switched off, and what this software is.

import { browserLanguage, localise, translator } from "../../shared/i18n.ts";
import { switchedOn } from "../../shared/origin.ts";
import { find } from "../find.ts";
import { showProgram } from "../program.ts";

const language = browserLanguage();
const translate = translator(language);

/** `https://host/*` as a person reads it. */
function nameOf(pattern: string): string {
    return pattern.replace(/^https:\/\//, "").replace(/\/\*$/, "");
}

function row(pattern: string): Node {
    const template = find("site-row");
    if (!(template instanceof HTMLTemplateElement)) throw new Error("site-row");
    const item = document.importNode(template.content, true);
    const site = nameOf(pattern);
    const name = item.querySelector("strong");
    const revoke = item.querySelector<HTMLButtonElement>("button.revoke");
    if (name === null || revoke === null) throw new Error("site-row");
    name.textContent = site;
    revoke.textContent = translate("switchOff");
    revoke.ariaLabel = translate("switchOffSite", { site });
    revoke.addEventListener("click", () => void chrome.permissions.remove({ origins: [pattern] }));
    return item;
}

async function showSites(): Promise<void> {
    const { origins = [] } = await chrome.permissions.getAll();
    const sites = switchedOn(origins);
    find("sites").replaceChildren(...sites.map(row));
    find("no-sites").hidden = sites.length > 0;
}

localise(document, language);
document.title = translate("settingsTitle");
find("version").textContent = chrome.runtime.getManifest().version;
void showProgram(find("program"), language);
chrome.permissions.onAdded.addListener(() => void showSites());
chrome.permissions.onRemoved.addListener(() => void showSites());
void showSites();
