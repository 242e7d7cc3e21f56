/* SPDX-License-Identifier: MIT */
// @ts-check
// Sign files: the extension shows them and has them signed; what comes back is offered to be saved, and the server is
// asked what it makes of it.
import { signDocuments } from "/jpki-bridge.js";
import { checkList, element, lang, onPress, send, show, showError, t } from "./common.js";

/** @typedef {import("./common.js").Check} Check */
/** @typedef {{ name: string, signedAt: string, checks: Check[] }} Verified */

/** @template {HTMLElement} T @param {string} id @returns {T} */
const found = (id) => /** @type {T} */ (document.getElementById(id));
const field = /** @type {HTMLInputElement} */ (found("files"));
const mark = /** @type {HTMLInputElement} */ (found("mark"));
const pades = /** @type {HTMLInputElement} */ (found("pades"));
const [chosenList, drop] = [found("chosen"), found("drop")];

/** @type {File[]} */
let chosen = [];
/** @type {string[]} */
let links = [];

/** @param {number} bytes */
function size(bytes) {
    const [unit, divisor] = bytes < 1024 ? ["byte", 1] : bytes < 1024 * 1024 ? ["kilobyte", 1024] : ["megabyte", 1024 * 1024];
    return new Intl.NumberFormat(lang, { style: "unit", unit: String(unit), maximumFractionDigits: 1 }).format(bytes / Number(divisor));
}

/** @param {Iterable<File>} files */
function add(files) {
    chosen = [...chosen, ...files];
    listChosen();
}

function listChosen() {
    chosenList.hidden = chosen.length === 0;
    chosenList.replaceChildren(...chosen.map((file) => {
        const remove = /** @type {HTMLButtonElement} */ (element("button", t("documents.remove")));
        remove.type = "button";
        remove.setAttribute("aria-label", `${t("documents.remove")}: ${file.name}`);
        remove.addEventListener("click", () => {
            chosen = chosen.filter((each) => each !== file);
            listChosen();
            field.focus();
        });
        const name = element("span", file.name, element("small", size(file.size)));
        name.className = "what";
        return element("li", "", name, remove);
    }));
}

field.addEventListener("change", () => {
    add(field.files ?? []);
    field.value = ""; // the same file can be chosen again after it was removed
});
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(type, (event) => {
        event.preventDefault(); // a browser would open the file
        drop.classList.toggle("over", type === "dragenter" || type === "dragover");
    });
}
drop.addEventListener("drop", ({ dataTransfer }) => { add(dataTransfer?.files ?? []); });

function showMarking() {
    found("marking").hidden = !pades.checked;
    found("mark-wish").hidden = !mark.checked;
}
document.addEventListener("change", showMarking);
showMarking();

/** What is to become of a file: only a PDF can hold its signature. @param {File} file */
async function wish(file) {
    const pdf = await file.slice(0, 5).text() === "%PDF-";
    if (!pades.checked || !pdf) {
        return { data: file, format: /** @type {const} */ ("cades") };
    }
    const { value: text } = /** @type {HTMLInputElement} */ (found("mark-text"));
    return { data: file, format: /** @type {const} */ ("pades"), ...(mark.checked && { mark: { text } }) };
}

/** @param {import("/jpki-bridge.js").SignedDocument} signed */
function savedAs({ name, format }) {
    return format === "cades" ? `${name}.p7s` : name.replace(/(\.pdf)?$/i, "-signed.pdf");
}

/** Sends the signed PDF, or the signature and its document behind it. @param {File} file @param {Blob} signed @param {string} format */
async function verify(file, signed, format) {
    const [query, body] = format === "cades" ? [`?signature=${signed.size}`, new Blob([signed, file])] : ["", signed];
    const { signatures } = await send(`/api/verify-document${query}`, body, "application/octet-stream");
    return /** @type {Verified[]} */ (signatures);
}

/** @param {Verified[]} signatures */
function verdict(signatures) {
    return signatures.flatMap(({ name, signedAt, checks }) => {
        const time = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "medium", timeZone: "Asia/Tokyo" }).format(new Date(signedAt));
        const facts = [["sign.name", name], ["documents.signed-at", time]];
        return [element("dl", "", ...facts.flatMap(([key, value]) => [element("dt", t(key)), element("dd", value)])), checkList(checks)];
    });
}

/** Offers one to be saved, and says under it what the server makes of it. @param {import("/jpki-bridge.js").SignedDocument} signed */
function offer(signed) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", `${t("documents.download")}: ${savedAs(signed)}`));
    link.href = URL.createObjectURL(signed.data);
    link.download = savedAs(signed);
    link.className = "button";
    links.push(link.href);
    const state = element("p", t("documents.verifying"));
    const item = element("li", "", element("h3", signed.name), link, state);
    item.dataset["state"] = "waiting";
    /** @param {"good" | "bad"} how @param {string} text @param {Node[]} more */
    const say = (how, text, ...more) => {
        item.dataset["state"] = how;
        state.textContent = text;
        if (more.length > 0) {
            const details = /** @type {HTMLDetailsElement} */ (element("details", "", element("summary", t("verified")), ...more));
            details.open = how === "bad" || item.matches(":only-child");
            item.append(details);
        }
    };
    return { item, say };
}

/** @param {unknown} error @param {readonly File[]} files @param {number} signedBefore */
function showFailure(error, files, signedBefore) {
    const { name, document: at, signed = signedBefore } = /** @type {{ name: string, document?: number, signed?: number }} */ (error);
    const facts = [
        ...(at === undefined ? [] : [element("dt", t("documents.at")), element("dd", files[at]?.name)]),
        ...(signed === 0 ? [] : [element("dt", t("documents.signed-count")), element("dd", `${signed} / ${files.length}`)]),
    ];
    const list = facts.length === 0 ? [] : [element("dl", "", ...facts)];
    if (name === "AbortError") {
        show("bad", element("p", t("documents.cancelled")), ...list);
    } else {
        showError(error, ...list);
    }
}

/** What happens meanwhile, with a way to stop it. @param {AbortController} controller */
function showProgress(controller) {
    const stage = element("p", t("working"));
    const bar = /** @type {HTMLProgressElement} */ (element("progress"));
    bar.hidden = true;
    bar.setAttribute("aria-label", t("documents.progress"));
    const cancel = element("button", t("documents.cancel"));
    cancel.id = "cancel";
    cancel.addEventListener("click", () => { controller.abort(); });
    show("working", stage, bar, cancel);
    /** @param {import("/jpki-bridge.js").Stage} name @param {import("/jpki-bridge.js").Count} [count] */
    return (name, count) => {
        stage.textContent = t(`stage.${name}`) + (count ? ` ${count.signed} / ${count.count}` : "");
        bar.hidden = count === undefined;
        Object.assign(bar, count && { value: count.signed, max: count.count });
    };
}

onPress("sign-documents", async () => {
    const files = chosen;
    if (files.length === 0) {
        showError(new Error(t("documents.none")));
        return;
    }
    const controller = new AbortController();
    const progress = showProgress(controller);
    let signedSoFar = 0;
    let result;
    try {
        result = await signDocuments(await Promise.all(files.map(wish)), {
            lang, signal: controller.signal,
            onProgress: (stage, count) => {
                signedSoFar = count?.signed ?? signedSoFar;
                progress(stage, count);
            },
        });
    } catch (error) {
        showFailure(error, files, signedSoFar);
        return;
    }
    links.forEach((each) => { URL.revokeObjectURL(each); });
    links = [];
    const offers = result.documents.map(offer);
    const list = element("ul", "", ...offers.map(({ item }) => item));
    list.className = "signed";
    show("good", element("h2", t("documents.done")), list);
    for (const [index, { data, format }] of result.documents.entries()) {
        const [file, given] = [files[index], offers[index]];
        try {
            given?.say("good", t("documents.good"), ...verdict(await verify(/** @type {File} */ (file), data, format)));
        } catch (error) {
            const { message, error: code = "", checks = [] } = /** @type {import("./common.js").Refusal} */ (error);
            if (checks.length > 0) {
                given?.say("bad", t("documents.bad"), checkList(checks));
            } else {
                given?.say("bad", ["busy", "too-large"].includes(code) ? t(`documents.${code}`) : message);
            }
        }
    }
});
