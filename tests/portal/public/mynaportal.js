/* SPDX-License-Identifier: MIT */
// @ts-check
// What マイナポータル and e-Tax do on their pages: they look for two hidden inputs and at the system, ask by one event
// and are answered by another.
import { checkList, element, lang, onPress, post, show, t } from "./common.js";

const NEEDED = { extension: 24, windows: 29, windowsFirefox: 25, macos: 40, macosFirefox: 24 };

/** Whether every word of the browser names this system. @param {string} system @param {RegExp} agent @param {RegExp} platform */
async function runsOn(system, agent, platform) {
    const { userAgentData } = /** @type {{ userAgentData?: { platform: string, getHighEntropyValues(hints: string[]): Promise<{ platform: string }> } }} */ (navigator);
    const high = await userAgentData?.getHighEntropyValues(["platformVersion", "architecture", "bitness"]);
    return agent.test(navigator.userAgent) && agent.test(navigator.appVersion) && platform.test(navigator.platform)
        && (userAgentData === undefined || (userAgentData.platform === system && high?.platform === system));
}

/** @param {string} id */
const versionIn = (id) => Number(/** @type {HTMLInputElement | null} */ (document.getElementById(id))?.value ?? NaN);

async function environment() {
    const windows = await runsOn("Windows", /Windows/, /^Win/);
    if (!windows && !await runsOn("macOS", /Mac/, /^Mac/)) {
        return "unsupported";
    }
    const [extension, app] = [versionIn("extension-is-installed"), versionIn("app-is-installed")];
    if (Number.isNaN(extension) || Number.isNaN(app)) {
        return "missing";
    }
    const firefox = navigator.userAgent.includes("Firefox");
    const needed = windows ? (firefox ? NEEDED.windowsFirefox : NEEDED.windows) : (firefox ? NEEDED.macosFirefox : NEEDED.macos);
    return extension >= NEEDED.extension && app >= needed ? "ready" : "outdated";
}

/** @param {object} message */
function launch(message) {
    document.dispatchEvent(new CustomEvent("launchApp", { detail: JSON.stringify(message) }));
}

/** Asks, and waits for the answer as long as it takes. @param {{ mode: string, service_id: string, digest?: string | string[] }} message */
async function call(message) {
    const withdraw = element("button", t("mynaportal.withdraw"));
    withdraw.id = "withdraw";
    withdraw.addEventListener("click", () => { launch({ mode: "05" }); });
    show("working", element("p", t("working")), withdraw);
    const answer = await new Promise((resolve) => {
        document.addEventListener("recvMsg", (event) => {
            resolve(JSON.parse(/** @type {CustomEvent<string>} */ (event).detail));
        }, { once: true });
        launch(message);
    });
    if (answer.mode !== message.mode || answer.result !== "0") {
        throw Object.assign(new Error(answer.message ?? t("mynaportal.no-application")), { code: answer.errcode });
    }
    return answer;
}

onPress("myna-login", async () => {
    const { name, digests: [digest] } = await post("/api/mynaportal/digests", { mode: "01" });
    const answer = await call({ mode: "01", service_id: "01", digest });
    await post("/api/mynaportal/answer", { name, answer });
    location.assign(`/account?lang=${lang}`);
});

/** @param {number} count */
const signing = (count) => async () => {
    const asked = await post("/api/mynaportal/digests", { mode: "02", count });
    const digest = count === 1 ? asked.digests[0] : asked.digests;
    const answer = await call({ mode: "02", service_id: "01", digest });
    const { texts, name, subject, serial, checks } = await post("/api/mynaportal/answer", { name: asked.name, answer });
    const facts = [["sign.name", name], ["mynaportal.documents", texts.join("\n")], ["account.subject", subject], ["account.serial", serial]];
    const list = element("dl", "", ...facts.flatMap(([key, value]) => [element("dt", t(key)), element("dd", value)]));
    show("good", element("h2", t("sign.done")), list, element("h2", t("verified")), checkList(checks));
};
onPress("myna-sign-one", signing(1));
onPress("myna-sign", signing(3));

onPress("myna-attributes", async () => {
    const answer = await call({ mode: "04", service_id: "01" });
    const read = await post("/api/mynaportal/attributes", { answer });
    const list = element("dl", "", ...["name", "address", "birthday", "sex"].flatMap((key) => {
        const value = element("dd", read[key]);
        value.dataset["attribute"] = key;
        return [element("dt", t(`mynaportal.${key}`)), value];
    }));
    show("good", element("h2", t("mynaportal.attributes.done")), list);
});

const state = await environment();
const shown = /** @type {HTMLElement} */ (document.getElementById("environment"));
shown.dataset["state"] = state;
shown.textContent = t(`mynaportal.${state}`);
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".choices button"))) {
    button.disabled = state !== "ready";
}
