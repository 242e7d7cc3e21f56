// SPDX-License-Identifier: MIT
// The options page: the sites that are on or trusted, each to be taken back, the disguise, and what this software is.

import { sentencesOf } from "../../shared/errors.ts";
import type { Outcome } from "../../shared/failure.ts";
import { localise, shownLanguage, translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { offered, readManaged } from "../../shared/managed.ts";
import type { Managed } from "../../shared/managed.ts";
import { switchedOn } from "../../shared/origin.ts";
import type { Origin } from "../../shared/origin.ts";
import { isInherent, nameOf, ownMatches } from "../../shared/pattern.ts";
import { SERVICE_PATTERNS } from "../../shared/platform.ts";
import { isLinux, localStore, Settings } from "../../shared/settings.ts";
import { make } from "../dom.ts";
import { find } from "../find.ts";
import { showProgram } from "../program.ts";
import { distrust, trustedOrigins } from "./trust.ts";

const language = await shownLanguage();
const translate = translator(language);
const settings = new Settings(localStore());

/** A site with the button that takes it back; the button says so to those who do not see the row, too. */
function row(site: string, [does, doesTo]: readonly [MessageKey, MessageKey], act: () => Promise<unknown>): Node {
    const template = find("site-row");
    if (!(template instanceof HTMLTemplateElement)) throw new Error("site-row");
    const item = document.importNode(template.content, true);
    const name = item.querySelector("strong");
    const revoke = item.querySelector<HTMLButtonElement>("button.revoke");
    if (name === null || revoke === null) throw new Error("site-row");
    name.textContent = site;
    revoke.textContent = translate(does);
    revoke.ariaLabel = translate(doesTo, { site });
    revoke.addEventListener("click", () => void act());
    return item;
}

async function showSites(): Promise<void> {
    const { origins = [] } = await chrome.permissions.getAll();
    const sites = switchedOn(origins).filter((pattern) => !isInherent(pattern));
    const others = switchedOn(ownMatches());
    find("own-sites").textContent = others.map(nameOf).join(", ");
    find("own").hidden = others.length === 0;
    const off = (pattern: string) => () => chrome.permissions.remove({ origins: [pattern] });
    find("sites").replaceChildren(
        ...sites.map((pattern) => row(nameOf(pattern), ["switchOff", "switchOffSite"], off(pattern))),
    );
    find("no-sites").hidden = sites.length > 0;
}

async function showTrusted(): Promise<void> {
    const trusted = await trustedOrigins();
    sayFailure(trusted);
    if (!trusted.ok) return;
    const takeBack = (origin: Origin) => async (): Promise<void> => {
        const taken = await distrust(origin);
        if (taken.ok) await showTrusted();
        else sayFailure(taken);
    };
    find("trusted").replaceChildren(
        ...trusted.value.map((origin) => row(origin, ["distrust", "distrustSite"], takeBack(origin))),
    );
    find("no-trusted").hidden = trusted.value.length > 0;
}

function sayFailure(outcome: Outcome<unknown>): void {
    const failure = find("trusted-failure");
    failure.hidden = outcome.ok;
    failure.textContent = outcome.ok ? "" : sentencesOf(outcome.failure.reason, outcome.failure.code)[language];
}

async function showOrganisation(): Promise<void> {
    const managed = await readManaged();
    const lines = managed.valid ? limitsOf(managed) : (["organisationInvalid"] as const);
    const sites = offered(managed);
    const on = await Promise.all(sites.map((pattern) => chrome.permissions.contains({ origins: [pattern] })));
    find("organisation-lines").replaceChildren(...lines.map((line) => make("li", { text: translate(line) })));
    find("organisation-sites").hidden = !on.includes(false);
    find("organisation").hidden = lines.length === 0 && !on.includes(false);
}

function limitsOf({ allowed, denied, mynaportal }: Managed): MessageKey[] {
    return [
        ...(allowed === null && denied.length === 0 ? [] : (["organisationLimits"] as const)),
        ...(mynaportal ? [] : (["organisationMynaportal"] as const)),
    ];
}

async function showDisguise(): Promise<void> {
    if (!(await isLinux())) return;
    const { disguise } = await readManaged();
    const button = find("disguise");
    button.setAttribute("aria-checked", String(disguise ?? (await settings.disguise())));
    button.setAttribute("aria-disabled", String(disguise !== null));
    find("disguise-managed").hidden = disguise === null;
    find("disguise-note").hidden = disguise !== null;
    find("disguise-sites").textContent = SERVICE_PATTERNS.map(nameOf).join(", ");
    find("disguise-section").hidden = false;
}

async function switchDisguise(): Promise<void> {
    if ((await readManaged()).disguise !== null) return;
    await settings.setDisguise(!(await settings.disguise()));
    await showDisguise();
}

localise(document, language);
document.title = translate("settingsTitle");
find("version").textContent = chrome.runtime.getManifest().version;
find("disguise").addEventListener("click", () => void switchDisguise());
void showProgram(find("program"), language);
find("organisation-open").setAttribute("href", chrome.runtime.getURL("ui/sites/sites.html"));
const showPermissions = (): void => {
    void showSites();
    void showOrganisation();
};
chrome.permissions.onAdded.addListener(showPermissions);
chrome.permissions.onRemoved.addListener(showPermissions);
chrome.storage.onChanged.addListener((_changes, area) => {
    if (area !== "managed") return;
    void showOrganisation();
    void showDisguise();
});
// Trust is given in a window of the host's, which tells nobody.
document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void showTrusted();
});
showPermissions();
void showTrusted();
void showDisguise();
