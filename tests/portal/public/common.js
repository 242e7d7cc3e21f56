/* SPDX-License-Identifier: MIT */
// @ts-check
// What the pages share: asking the server, and saying how it went.

/** @typedef {{ name: string, ok: boolean, detail: string }} Check */

/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
/** @param {string} key */
export const t = (key) => texts[key] ?? key;
export const lang = document.documentElement.lang === "en" ? "en" : "ja";

/** What the server refused, with the checks that it made. */
export class Refusal extends Error {
    /** @param {string} message @param {Check[]} [checks] @param {string} [error] the server's word for it */
    constructor(message, checks = [], error = "") {
        super(message);
        this.checks = checks;
        this.error = error;
    }
}

/** @param {string} path @param {string | Blob} body @param {string} type */
export async function send(path, body, type) {
    let response;
    try {
        response = await fetch(path, { method: "POST", headers: { "Content-Type": type }, body });
    } catch {
        throw new Refusal(t("network"));
    }
    const answer = await response.json();
    if (!response.ok) {
        throw new Refusal(answer.checks ? t("refused") : `${t("server")} (${answer.error})`, answer.checks, answer.error);
    }
    return answer;
}

/** @param {string} path @param {object} [body] */
export const post = (path, body = {}) => send(path, JSON.stringify(body), "application/json");

/** @param {string} tag @param {string} text @param {Node[]} children */
export function element(tag, text = "", ...children) {
    const made = document.createElement(tag);
    made.append(text, ...children);
    return made;
}

/** @param {Check[]} checks */
export function checkList(checks) {
    const list = element("ul");
    list.className = "checks";
    for (const { name, ok, detail } of checks) {
        const mark = element("span", t(ok ? "passed" : "not-passed"));
        mark.className = "mark";
        const what = element("span", t(`check.${name}`), element("small", detail));
        what.className = "what";
        const item = element("li", "", mark, what);
        Object.assign(item.dataset, { check: name, ok: String(ok) });
        list.append(item);
    }
    return list;
}

/** @param {"working" | "good" | "bad"} state @param {Node[]} content */
export function show(state, ...content) {
    const outcome = /** @type {HTMLElement} */ (document.getElementById("outcome"));
    outcome.hidden = false;
    outcome.className = state;
    outcome.replaceChildren(...content);
}

/** @param {unknown} error one of ours, of the client library or of the browser @param {Node[]} more */
export function showError(error, ...more) {
    const { message, code, reason, checks } = /** @type {{ message: string, code?: string, reason?: string, checks?: Check[] }} */ (error);
    const content = [element("h2", t("failed")), element("p", message)];
    if (code) {
        content.push(element("small", [code, reason].filter(Boolean).join(" / ")));
    }
    if (checks?.length) {
        content.push(checkList(checks));
    }
    show("bad", ...content, ...more);
}

/** Runs `work` for a press of the button, one at a time. @param {string} id @param {() => Promise<void>} work */
export function onPress(id, work) {
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("main button"));
    document.getElementById(id)?.addEventListener("click", async () => {
        buttons.forEach((each) => { each.disabled = true; });
        show("working", element("p", t("working")));
        try {
            await work();
        } catch (error) {
            showError(error);
        } finally {
            buttons.forEach((each) => { each.disabled = false; });
        }
    });
}

document.getElementById("log-out")?.addEventListener("click", async () => {
    await post("/api/logout");
    location.assign(`/?lang=${lang}`);
});
