// SPDX-License-Identifier: MIT
// A calendar file (RFC 5545) that reminds of renewal. It names no person, and the same certificate gives the same
// events again, so that a calendar that has them already takes a new copy in their place.

import type { Language } from "../shared/errors.ts";
import { translator } from "../shared/i18n.ts";
import type { MessageKey } from "../shared/i18n.ts";
import { judge } from "./advice.ts";
import { dayAfter, dayOf, isoOf, numberOf } from "./day.ts";
import type { Day } from "./day.ts";
import type { Period } from "./info.ts";
import { dayFormat } from "./words.ts";

/** RFC 5545 3.1: octets of a line without its end. */
const LINE = 75;

export interface Ending {
    readonly certificate: "authentication" | "signing";
    readonly period: Period;
}

const TITLES: Readonly<Record<Ending["certificate"], readonly [begins: MessageKey, ends: MessageKey]>> = {
    authentication: ["reminderAuthenticationBegins", "reminderAuthenticationEnds"],
    signing: ["reminderSigningBegins", "reminderSigningEnds"],
};

/** RFC 5545 3.3.11. Anything else that is no text has no place in one. */
export function escapeText(text: string): string {
    const plain = text.replace(/\r\n?/g, "\n").replace(/[\p{Cc}]/gu, (control) => (control === "\n" || control === "\t" ? control : ""));
    return plain.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");
}

/** Folds between characters, never inside one. */
export function fold(line: string): string {
    const encoder = new TextEncoder();
    const lines = [""];
    let octets = 0;
    for (const character of line) {
        const size = encoder.encode(character).length;
        if (octets + size > LINE) {
            lines.push(" ");
            octets = 1;
        }
        lines.push((lines.pop() ?? "") + character);
        octets += size;
    }
    return lines.join("\r\n");
}

/** RFC 5545 3.3.5, form 2. */
function utc(instant: Date): string {
    return instant.toISOString().replace(/[-:]|\.\d+/g, "");
}

const date = (day: Day): string => isoOf(day).replaceAll("-", "");

interface Event {
    readonly uid: string;
    readonly day: Day;
    readonly summary: string;
    readonly description: string;
    /** RFC 5545 3.3.6, from the beginning of the day. */
    readonly triggers: readonly string[];
}

/** Nine in the morning of the day, and of the day two weeks before. */
const MORNING = "PT9H";
const TWO_WEEKS_BEFORE = "-P13DT15H";

function linesOf({ uid, day, summary, description, triggers }: Event, stamp: string): string[] {
    return [
        "BEGIN:VEVENT",
        `UID:${uid}`,
        `DTSTAMP:${stamp}`,
        `DTSTART;VALUE=DATE:${date(day)}`,
        `DTEND;VALUE=DATE:${date(dayAfter(day, 1))}`,
        `SUMMARY:${escapeText(summary)}`,
        `DESCRIPTION:${escapeText(description)}`,
        "TRANSP:TRANSPARENT",
        ...triggers.flatMap((trigger) => [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            `DESCRIPTION:${escapeText(summary)}`,
            `TRIGGER:${trigger}`,
            "END:VALARM",
        ]),
        "END:VEVENT",
    ];
}

/** The first day to renew, where it is still to come, and the last day, for each of the certificates that have not ended. */
export function reminderFile(endings: readonly Ending[], now: Date, language: Language): string {
    const translate = translator(language);
    const format = dayFormat(language);
    const today = numberOf(dayOf(now));
    const events = endings.flatMap(({ certificate, period }): Event[] => {
        const { state, renewalFrom, end } = judge(period, now);
        if (state === "expired") return [];
        const [begins, ends] = TITLES[certificate];
        const days = { from: format(renewalFrom), end: format(end) };
        const description = translate("reminderDescription", days);
        const id = (what: string): string => `${certificate}-${what}-${utc(period.notBefore)}-${utc(period.notAfter)}@jpkibridge.org`;
        const first = { uid: id("renewal"), day: renewalFrom, summary: translate(begins), description, triggers: [MORNING] };
        const last = { uid: id("end"), day: end, summary: translate(ends), description, triggers: [TWO_WEEKS_BEFORE, MORNING] };
        return numberOf(renewalFrom) > today ? [first, last] : [last];
    });
    const lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//jpkibridge.org//JPKI Bridge//JA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        ...events.flatMap((event) => linesOf(event, utc(now))),
        "END:VCALENDAR",
    ];
    return lines.map((line) => `${fold(line)}\r\n`).join("");
}
