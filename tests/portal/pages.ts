/* SPDX-License-Identifier: MIT */
// The portal's pages as HTML. What comes from outside goes through escape().
import { TEXTS, type Language, type TextKey } from "./texts.ts";
import type { Check, Verified } from "./verify.ts";

interface Writer { t: (key: TextKey) => string; lang: Language; login: Verified | undefined }

/** `?lang=` first, then the browser's first preference among ours; Japanese otherwise. */
export function languageOf(asked: string | null, accepted = ""): Language {
    const first = [asked ?? "", ...accepted.split(",")].map((each) => each.trim().slice(0, 2).toLowerCase());
    return first.find((each) => each === "ja" || each === "en") ?? "ja";
}

export function escape(text: string): string {
    return text.replace(/[&<>"']/g, (each) => `&#${String(each.charCodeAt(0))};`);
}

const link = (path: string, key: TextKey, { t, lang }: Writer): string => `<a href="${path}?lang=${lang}">${t(key)}</a>`;

/** Where scripts say how it went: read out by screen readers, filled by common.js. */
const OUTCOME = `<section id="outcome" aria-live="polite" tabindex="-1" hidden></section>`;

function checkList(checks: Check[], { t }: Writer): string {
    const items = checks.map(({ name, ok, detail }) => `<li data-check="${name}" data-ok="${String(ok)}">
        <span class="mark">${ok ? t("passed") : t("not-passed")}</span>
        <span class="what">${t(`check.${name}`)}<small>${escape(detail)}</small></span></li>`);
    return `<h2>${t("verified")}</h2><ul class="checks">${items.join("")}
        <li data-check="revocation"><span class="mark">${t("not-asked")}</span>
        <span class="what">${t("check.revocation")}<small>${t("revocation")}</small></span></li></ul>`;
}

function home(writer: Writer): string {
    const { t } = writer;
    const card = (path: string, key: TextKey, about: TextKey): string => `<li><h2>${link(path, key, writer)}</h2><p>${t(about)}</p></li>`;
    return `<h1>${t("home.title")}</h1><p class="lead">${t("home.lead")}</p><ul class="cards">
        ${card("/login", "login", "home.login")}
        ${card("/login-web-eid", "login-web-eid", "home.login-web-eid")}
        ${card("/sign", "sign", "home.sign")}
        ${card("/documents", "documents", "home.documents")}
        ${card("/profile", "profile", "home.profile")}
        ${card("/mynaportal", "mynaportal", "home.mynaportal")}</ul>`;
}

const login = (name: "login" | "login-web-eid") => ({ t }: Writer): string => `<h1>${t(`${name}.title`)}</h1>
    <p class="lead">${t(`${name}.lead`)}</p>
    <p><button id="log-in" type="button" class="main">${t("login.button")}</button></p>
    ${OUTCOME}<script type="module" src="/${name}.js"></script>`;

function sign({ t }: Writer): string {
    return `<h1>${t("sign.title")}</h1><p class="lead">${t("sign.lead")}</p>
        <p><label for="text">${t("sign.text")}</label><textarea id="text" rows="4" maxlength="2000">${t("sign.sample")}</textarea></p>
        <div class="choices">
        <p><button id="sign-once" type="button" class="main">${t("sign.once")}</button><small>${t("sign.once.note")}</small></p>
        <p><button id="sign-twice" type="button">${t("sign.twice")}</button><small>${t("sign.twice.note")}</small></p></div>
        ${OUTCOME}<script type="module" src="/sign.js"></script>`;
}

/** A drop zone is only ever a second way: the file field itself, unseen below its label, takes keyboard and screen reader. */
function documents({ t }: Writer): string {
    const choice = (value: string, label: TextKey, note: TextKey, more = ""): string => `<p class="choice">
        <input type="radio" name="format" id="${value}" value="${value}"${more} aria-describedby="${value}-note">
        <label for="${value}">${t(label)}</label><small id="${value}-note">${t(note)}</small></p>`;
    return `<h1>${t("documents.title")}</h1><p class="lead">${t("documents.lead")}</p><p class="lead">${t("documents.privacy")}</p>
        <section id="drop" aria-labelledby="files-title"><h2 id="files-title">${t("documents.files")}</h2>
        <input type="file" id="files" multiple class="unseen" aria-describedby="files-note"><label for="files" class="button">${t("documents.choose")}</label>
        <small id="files-note">${t("documents.drop")}</small>
        <ul id="chosen" aria-label="${t("documents.chosen")}" hidden></ul></section>
        <fieldset><legend>${t("documents.format")}</legend>
        ${choice("pades", "documents.pades", "documents.pades.note", " checked")}
        ${choice("cades", "documents.cades", "documents.cades.note")}</fieldset>
        <fieldset id="marking"><legend>${t("documents.marking")}</legend>
        <p class="choice"><input type="checkbox" id="mark" aria-describedby="mark-note"><label for="mark">${t("documents.mark")}</label>
        <small id="mark-note">${t("documents.mark.note")}</small></p>
        <p id="mark-wish" hidden><label for="mark-text">${t("documents.mark.text")}</label><input type="text" id="mark-text" maxlength="200" aria-describedby="mark-text-note">
        <small id="mark-text-note">${t("documents.mark.text.note")}</small></p></fieldset>
        <p><button id="sign-documents" type="button" class="main">${t("documents.sign")}</button></p>
        ${OUTCOME}<script type="module" src="/documents.js"></script>`;
}

/** Speaks the protocol of マイナポータル and e-Tax: what such a site looks at, and what it asks for. */
function mynaportal({ t }: Writer): string {
    const button = (id: string, key: TextKey, note: TextKey, look = ""): string =>
        `<p><button id="${id}" type="button"${look} disabled>${t(key)}</button><small>${t(note)}</small></p>`;
    return `<h1>${t("mynaportal.title")}</h1><p class="lead">${t("mynaportal.lead")}</p>
        <p id="environment" class="environment" role="status"></p>
        <div class="choices">
        ${button("myna-login", "mynaportal.login", "mynaportal.login.note", ' class="main"')}
        ${button("myna-sign-one", "mynaportal.sign-one", "mynaportal.sign.note")}
        ${button("myna-sign", "mynaportal.sign", "mynaportal.sign.note")}
        ${button("myna-attributes", "mynaportal.attributes", "mynaportal.attributes.note")}</div>
        ${OUTCOME}<script type="module" src="/mynaportal.js"></script>`;
}

function profile({ t }: Writer): string {
    const field = (name: "name" | "address" | "birthDate", type: string): string =>
        `<p><label for="${name}">${t(`profile.${name}`)}</label><input id="${name}" type="${type}" autocomplete="off"></p>`;
    const sexes = (["1", "2", "3"] as const).map((sex) => `<option value="${sex}">${t(`profile.sex.${sex}`)}</option>`);
    return `<h1>${t("profile.title")}</h1><p class="lead">${t("profile.lead")}</p>
        <p><button id="read" type="button" class="main">${t("profile.read")}</button></p>
        <form id="form">${field("name", "text")}${field("address", "text")}${field("birthDate", "date")}
        <p><label for="sex">${t("profile.sex")}</label><select id="sex"><option value=""></option>${sexes.join("")}</select></p></form>
        ${OUTCOME}<script type="module" src="/profile.js"></script>`;
}

function account(writer: Writer): string {
    const { t, login: verified } = writer;
    return verified === undefined ? "" : `<h1>${t("account.title")}</h1>
        <dl><dt>${t("account.subject")}</dt><dd>${escape(verified.subject)}</dd>
        <dt>${t("account.serial")}</dt><dd>${escape(verified.serial)}<small>${t("account.renewal")}</small></dd></dl>
        <p class="lead">${t("account.lead")}</p>${checkList(verified.checks, writer)}
        <p><button id="log-out" type="button">${t("account.logout")}</button></p>
        <script type="module" src="/common.js"></script>`;
}

export const PAGES: Record<string, [TextKey, (writer: Writer) => string]> = {
    "/": ["home.title", home],
    "/login": ["login.title", login("login")],
    "/login-web-eid": ["login-web-eid.title", login("login-web-eid")],
    "/sign": ["sign.title", sign],
    "/documents": ["documents.title", documents],
    "/mynaportal": ["mynaportal.title", mynaportal],
    "/profile": ["profile.title", profile],
    "/account": ["account.title", account],
};

export function page(path: string, lang: Language, verified: Verified | undefined): string {
    const texts = TEXTS[lang];
    const writer: Writer = { t: (key) => escape(texts[key]), lang, login: verified };
    const { t } = writer;
    const [title, body] = PAGES[path] ?? ["home.title", home];
    const menu: [string, TextKey][] = [["/", "home"], ["/login", "login"], ["/sign", "sign"], ["/documents", "documents"]];
    if (verified !== undefined) {
        menu.push(["/account", "account"]);
    }
    const items = menu.map(([to, key]) =>
        `<li><a href="${to}?lang=${lang}"${to === path ? ' aria-current="page"' : ""}>${t(key)}</a></li>`);
    const other = lang === "ja" ? "en" : "ja";
    return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${t(title)} | ${t("site")}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/portal.css">
<script type="application/json" id="texts">${JSON.stringify(texts).replaceAll("<", "\\u003c")}</script>
</head>
<body>
<a class="skip" href="#main">${t("skip")}</a>
<header><div>
<a class="site" href="/?lang=${lang}"><img src="/icon.svg" alt="" width="28" height="28">${t("site")}</a>
<nav aria-label="${t("menu")}"><ul>${items.join("")}</ul></nav>
<a class="language" lang="${other}" hreflang="${other}" href="${path}?lang=${other}">${t("other-language")}</a>
</div></header>
<main id="main">${body(writer)}</main>
<footer><p>${t("site.note")}</p></footer>
</body>
</html>
`;
}
