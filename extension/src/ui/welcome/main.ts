// SPDX-License-Identifier: MIT
// The page after installation: from nothing to a first log-in. What is done is seen here as it happens.

import links from "../../../../manifests/links.json" with { type: "json" };
import { remarksOf, SetUpWatch, STEPS, stepsOf } from "../../card/doctor.ts";
import type { Check, SetUp, Step, StepState } from "../../card/doctor.ts";
import { connectNative } from "../../native/host.ts";
import { sentencesOf } from "../../shared/errors.ts";
import { localise, shownLanguage, translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { packagesFor } from "../../shared/packages.ts";
import { SessionStore, sessionStorage } from "../../shared/session.ts";
import { make } from "../dom.ts";
import { find } from "../find.ts";

const language = await shownLanguage();
const translate = translator(language);
const store = new SessionStore(sessionStorage());

const BADGES: Readonly<Record<StepState, MessageKey>> = { done: "stepDone", now: "stepNow", later: "stepLater" };
const WORDS = {
    reader: { now: "stepReaderText", done: "stepReaderDone" },
    card: { now: "stepCardText", done: "stepCardDone" },
    try: { now: "stepTryText", done: "stepTryDone" },
} as const;

const watch = new SetUpWatch({ connect: connectNative, language, loggedIn: () => store.hasLoggedIn(), show });

function within(step: Step, selector: string): HTMLElement {
    const element = find(`step-${step}`).querySelector<HTMLElement>(selector);
    if (element === null) throw new Error(selector);
    return element;
}

function say(step: Step, text: string): void {
    const said = within(step, ".said");
    if (said.textContent !== text) said.textContent = text;
}

function remark({ title, advice }: Check): HTMLElement {
    return make("li", {}, make("strong", { text: title }), ...(advice === null ? [] : [make("p", { text: advice })]));
}

function show(setUp: SetUp): void {
    const steps = stepsOf(setUp);
    for (const step of STEPS) {
        find(`step-${step}`).dataset["state"] = steps[step];
        within(step, ".badge").textContent = translate(BADGES[steps[step]]);
        if (step !== "program") say(step, translate(WORDS[step][steps[step] === "done" ? "done" : "now"]));
    }
    showProgram(setUp);
    const remarks = remarksOf(setUp.checks.ok ? setUp.checks.value : []);
    within("reader", ".remarks").replaceChildren(...remarks.reader.map(remark));
    within("card", ".remarks").replaceChildren(...remarks.card.map(remark));
    find("others").replaceChildren(...remarks.others.map(remark));
    find("also").hidden = remarks.others.length === 0;
}

function showProgram({ program, checks }: SetUp): void {
    const missing = !program.ok && program.failure.reason === "native-unavailable";
    find("install").hidden = !missing && program.ok;
    if (missing) say("program", translate("stepProgramText"));
    else if (!program.ok) say("program", sentencesOf(program.failure.reason, program.failure.code)[language]);
    else if (checks.ok) say("program", translate("stepProgramDone", { version: program.value.appVersion ?? program.value.version }));
    else say("program", `${translate("stepProgramUpdate")} ${sentencesOf(checks.failure.reason, checks.failure.code)[language]}`);
}

async function showPackages(): Promise<void> {
    const { os } = await chrome.runtime.getPlatformInfo();
    const packages = packagesFor(os);
    find("packages").replaceChildren(
        ...packages.map(({ name, command }) =>
            make("li", {}, make("strong", { text: translate(name) }), make("code", { text: command })),
        ),
    );
    find("no-package").hidden = packages.length > 0;
    find("get-package").setAttribute("href", links.releases);
}

/** The browser asks whether the site may be switched on; nothing may be awaited before, or the press is not seen. */
function openExample(): void {
    const site = { origins: [`${new URL(links.example).origin}/*`] };
    void chrome.permissions.request(site).then(async (granted) => {
        if (granted) await chrome.tabs.create({ url: links.example });
    });
}

localise(document, language);
document.title = translate("welcomeTitle");
void showPackages();
find("try").addEventListener("click", openExample);
function follow(): void {
    if (document.visibilityState === "visible") watch.start();
    else watch.stop();
}
document.addEventListener("visibilitychange", follow);
window.addEventListener("pageshow", follow);
window.addEventListener("pagehide", () => {
    watch.stop();
});
follow();
