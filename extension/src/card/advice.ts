// SPDX-License-Identifier: MIT
// What the holder should know and do, from what the card says and what day it is in Japan. Nothing here is shown or asked.

import type { MessageKey } from "../shared/i18n.ts";
import { dayOf, firstDayToRenew, numberOf } from "./day.ts";
import type { Day } from "./day.ts";
import { PINS } from "./info.ts";
import type { CardDetails, CardInfo, Period, Pin } from "./info.ts";

export interface Validity {
    readonly state: "not-yet" | "valid" | "renewable" | "expired";
    readonly renewalFrom: Day;
    readonly end: Day;
    /** To the last day, which counts as 0. */
    readonly daysLeft: number;
}

/** A certificate is good to the very second of its end, and can be renewed before and after it. */
export function judge({ notBefore, notAfter }: Period, now: Date): Validity {
    const end = dayOf(notAfter);
    const renewalFrom = firstDayToRenew(end);
    const today = numberOf(dayOf(now));
    const dates = { renewalFrom, end, daysLeft: numberOf(end) - today };
    if (now > notAfter) return { state: "expired", ...dates };
    if (now < notBefore) return { state: "not-yet", ...dates };
    return { state: today >= numberOf(renewalFrom) ? "renewable" : "valid", ...dates };
}

export interface Advice {
    /** Something to do soon, something to know, or nothing to worry about. */
    readonly tone: "act" | "know" | "good";
    readonly headline: MessageKey;
    readonly text: MessageKey;
    /** Named by the holes in the texts. */
    readonly days?: Readonly<Record<string, Day>>;
    readonly count?: number;
    /** It is settled at the municipal counter, which wants the card and identification. */
    readonly counter?: true;
}

type Certificate = "authentication" | "signing";

const VALID: Readonly<Record<Certificate, Readonly<Record<Validity["state"], Advice>>>> = {
    authentication: {
        valid: { tone: "good", headline: "adviceAuthenticationValid", text: "adviceValidText" },
        renewable: { tone: "know", headline: "adviceAuthenticationRenewable", text: "adviceRenewableText", counter: true },
        expired: { tone: "act", headline: "adviceAuthenticationExpired", text: "adviceAuthenticationExpiredText", counter: true },
        "not-yet": { tone: "know", headline: "adviceNotYet", text: "adviceNotYetText" },
    },
    signing: {
        valid: { tone: "good", headline: "adviceSigningValid", text: "adviceValidText" },
        renewable: { tone: "know", headline: "adviceSigningRenewable", text: "adviceRenewableText", counter: true },
        expired: { tone: "act", headline: "adviceSigningExpired", text: "adviceSigningExpiredText", counter: true },
        "not-yet": { tone: "know", headline: "adviceNotYet", text: "adviceNotYetText" },
    },
};

function adviseOnCertificate(certificate: Certificate, period: Period, now: Date): Advice {
    const { state, renewalFrom, end, daysLeft } = judge(period, now);
    const advice = VALID[certificate][state];
    if (state === "renewable" && daysLeft === 0) {
        return { ...advice, text: "adviceLastDayText", days: { end } };
    }
    return { ...advice, days: { from: renewalFrom, end }, count: daysLeft };
}

const LOCKED: Readonly<Record<Pin, readonly [MessageKey, MessageKey]>> = {
    authentication: ["adviceAuthenticationLocked", "adviceLockedText"],
    signing: ["adviceSigningLocked", "adviceLockedText"],
    profile: ["adviceProfileLocked", "adviceLockedText"],
};
const LAST_TRY: Readonly<Record<Pin, MessageKey>> = {
    authentication: "adviceAuthenticationLastTry",
    signing: "adviceSigningLastTry",
    profile: "adviceProfileLastTry",
};

function adviseOnPin(pin: Pin, tries: number | null): Advice[] {
    const [headline, text] = LOCKED[pin];
    if (tries === 0) return [{ tone: "act", headline, text, counter: true }];
    return tries === 1 ? [{ tone: "know", headline: LAST_TRY[pin], text: "adviceLastTryText" }] : [];
}

const URGENCY: readonly Advice["tone"][] = ["act", "know", "good"];

/** The most urgent comes first. `details` are null until the holder has asked for them. */
export function advise(info: CardInfo, details: CardDetails | null, now: Date): Advice[] {
    if (info.kind === "juki-card") return [{ tone: "know", headline: "adviceJuki", text: "adviceJukiText" }];
    if (info.kind === "phone-certificate") return [{ tone: "know", headline: "advicePhone", text: "advicePhoneText" }];
    const { authentication, signing, pins } = info;
    const all: Advice[] = [
        authentication === null
            ? { tone: "act", headline: "adviceAuthenticationAbsent", text: "adviceAuthenticationAbsentText", counter: true }
            : adviseOnCertificate("authentication", authentication, now),
        ...(details === null ? [] : [adviseOnCertificate("signing", details.period, now)]),
        ...PINS.flatMap((pin) => adviseOnPin(pin, pins[pin])),
    ];
    if (signing === "absent") all.push({ tone: "know", headline: "adviceSigningAbsent", text: "adviceSigningAbsentText" });
    return all.sort((one, other) => URGENCY.indexOf(one.tone) - URGENCY.indexOf(other.tone));
}
