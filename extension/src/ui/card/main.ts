// SPDX-License-Identifier: MIT
// The page on which the holder looks after the card. It holds the native port itself, so no other page can ask for
// any of this; and it has no prompt under a press that it did not get here.

import { advise } from "../../card/advice.ts";
import type { Advice } from "../../card/advice.ts";
import type { CardDetails, CardInfo } from "../../card/info.ts";
import { PINS } from "../../card/info.ts";
import { reminderFile } from "../../card/reminder.ts";
import type { Ending } from "../../card/reminder.ts";
import { CardWatch } from "../../card/watch.ts";
import type { CardView } from "../../card/watch.ts";
import { sayAdvice } from "../../card/words.ts";
import { connectNative, Host } from "../../native/host.ts";
import { localise, shownLanguage, translator } from "../../shared/i18n.ts";
import { SessionStore, sessionStorage } from "../../shared/session.ts";
import { make, put } from "../dom.ts";
import { find } from "../find.ts";
import { glance, PIN_NAMES, triesOf } from "../glance.ts";
import { drawMilestones, drawMonths } from "./calendar.ts";
import { drawDetails, hasSubstitutes } from "./details.ts";
import { CareDialog } from "./dialog.ts";

const language = await shownLanguage();
const translate = translator(language);
const store = new SessionStore(sessionStorage());
const busy = (): Promise<boolean> => store.isRunning(Date.now());

let view: CardView = { state: "checking" };
let details: CardDetails | null = null;

const watch = new CardWatch({ connect: connectNative, language, busy, show: showCard });
const dialog = new CareDialog({
    language,
    busy,
    connect: () => new Host(connectNative),
    started: () => {
        watch.stop();
    },
    ended: () => {
        watch.start();
    },
    details: (read) => {
        details = read;
        draw();
        find("details").focus();
    },
});

/** What the certificate said goes with the card. */
function showCard(next: CardView): void {
    const same = view.state === "card" && next.state === "card" && isSameCard(view.info, next.info);
    if (next.state !== "busy" && !same) details = null;
    view = next;
    draw();
}

function isSameCard(one: CardInfo, other: CardInfo): boolean {
    return one.kind === other.kind && one.authentication?.notAfter.getTime() === other.authentication?.notAfter.getTime();
}

function endings(): Ending[] {
    const { authentication = null } = view.state === "card" && view.info.kind === "mynumber-card" ? view.info : {};
    return [
        ...(authentication === null ? [] : [{ certificate: "authentication", period: authentication } as const]),
        ...(details === null ? [] : [{ certificate: "signing", period: details.period } as const]),
    ];
}

function draw(): void {
    const now = new Date();
    const { headline, text, facts } = glance(view, language, now);
    const info = view.state === "card" ? view.info : null;
    find("card-state").textContent = headline;
    put(find("card-text"), text);
    find("card-facts").replaceChildren(...facts);
    find("card").dataset["state"] = view.state;
    find("set-up").hidden = view.state !== "failure";
    drawAdvice(info === null ? [] : advise(info, details, now));
    drawCalendar(now);
    drawSigning(info);
    drawPins(info);
    for (const id of ["details-section", "change-section"]) {
        find(id).hidden = view.state === "failure" || (info !== null && info.kind !== "mynumber-card");
    }
}

function drawAdvice(all: readonly Advice[]): void {
    find("advice-section").hidden = all.length === 0;
    find("advice").replaceChildren(
        ...all.map((advice) => {
            const { headline, text } = sayAdvice(advice, language);
            return make("li", { class: advice.tone }, make("strong", { text: headline }), make("p", { text }));
        }),
    );
}

function drawCalendar(now: Date): void {
    const known = endings();
    find("calendar-section").hidden = known.length === 0;
    find("milestones").replaceChildren(...drawMilestones(known, now, language));
    find("months").replaceChildren(...drawMonths(known, now, language));
    find("reminder").hidden = !known.some(({ period }) => period.notAfter >= now);
}

function drawSigning(info: CardInfo | null): void {
    const absent = info?.signing === "absent";
    find("no-signing").hidden = !absent;
    find("show-details").hidden = absent || details !== null;
    find("details-intro").hidden = absent || details !== null;
    find("details").hidden = details === null;
    find("hide-details").hidden = details === null;
    find("substituted").hidden = details === null || !hasSubstitutes(details);
    find("details").replaceChildren(...(details === null ? [] : drawDetails(details, language)));
}

function drawPins(info: CardInfo | null): void {
    for (const pin of PINS) {
        const tries = info?.pins[pin] ?? null;
        put(find(`tries-${pin}`), info === null ? null : triesOf(tries, translate));
        find(`tries-${pin}`).classList.toggle("act", tries === 0);
        find(`locked-${pin}`).hidden = tries !== 0;
        find(`change-${pin}`).hidden = tries === 0;
    }
}

function saveReminder(): void {
    const file = new Blob([reminderFile(endings(), new Date(), language)], { type: "text/calendar;charset=utf-8" });
    const url = URL.createObjectURL(file);
    const link = Object.assign(document.createElement("a"), { href: url, download: "mynumber-card.ics" });
    link.click();
    // The browser reads it after this press.
    setTimeout(() => {
        URL.revokeObjectURL(url);
    }, 60_000);
}

function followVisibility(): void {
    if (document.visibilityState === "visible" && !dialog.running) watch.start();
    else if (document.visibilityState === "hidden") watch.stop();
}

localise(document, language);
document.title = `${translate("cardPageTitle")} — JPKI Bridge`;
for (const pin of PINS) {
    find(`change-${pin}`).ariaLabel = translate("changePinOf", { pin: translate(PIN_NAMES[pin]) });
    find(`change-${pin}`).addEventListener("click", () => void dialog.run({ command: "change-pin", pin }));
}
find("show-details").addEventListener("click", () => void dialog.run({ command: "card-details" }));
find("hide-details").addEventListener("click", () => {
    details = null;
    draw();
    find("show-details").focus();
});
find("reminder").addEventListener("click", saveReminder);
document.addEventListener("visibilitychange", followVisibility);
window.addEventListener("pagehide", () => {
    dialog.abandon();
    watch.stop();
});
// Back from the cache, it goes on.
window.addEventListener("pageshow", followVisibility);
draw();
followVisibility();
