// SPDX-License-Identifier: MIT
// What ends when: the days that matter, and the months in which they lie.

import type { MessageKey } from "../shared/i18n.ts";
import { judge } from "./advice.ts";
import { dayOf, monthOf, numberOf } from "./day.ts";
import type { Day } from "./day.ts";
import type { Ending } from "./reminder.ts";

export interface Milestone {
    readonly day: Day;
    readonly label: MessageKey;
    readonly kind: "today" | "renewal" | "end";
    /** Days from today; negative when it is past. */
    readonly distance: number;
}

const END_LABELS: Readonly<Record<Ending["certificate"], MessageKey>> = {
    authentication: "eventAuthenticationEnd",
    signing: "eventSigningEnd",
};

/** In their order, today among them. Certificates that end on one day can be renewed from one day. */
export function milestones(endings: readonly Ending[], now: Date): Milestone[] {
    const today = dayOf(now);
    const at = (day: Day, label: MessageKey, kind: Milestone["kind"]): Milestone =>
        ({ day, label, kind, distance: numberOf(day) - numberOf(today) });
    const judged = endings.map(({ certificate, period }) => ({ certificate, ...judge(period, now) }));
    const begins = new Map(judged.map(({ renewalFrom }) => [numberOf(renewalFrom), renewalFrom]));
    const all = [
        at(today, "eventToday", "today"),
        ...[...begins.values()].map((day) => at(day, "eventRenewal", "renewal")),
        ...judged.map(({ certificate, end }) => at(end, END_LABELS[certificate], "end")),
    ];
    return all.sort((one, other) => one.distance - other.distance);
}

export interface Month {
    readonly year: number;
    readonly month: number;
}

/** The months from the first day to renew to the end; of a certificate that has ended, its last. */
export function monthsOf(endings: readonly Ending[], now: Date): Month[] {
    const months = new Map<number, Month>();
    for (const { period } of endings) {
        const { state, renewalFrom, end } = judge(period, now);
        const first = state === "expired" ? end : renewalFrom;
        const last = end.year * 12 + end.month;
        for (let number = first.year * 12 + first.month; number <= last; number++) {
            months.set(number, monthOf(0, number));
        }
    }
    return [...months].sort(([one], [other]) => one - other).map(([, month]) => month);
}

export interface Mark {
    readonly today: boolean;
    readonly renewal: boolean;
    readonly end: boolean;
}

export function markOf(day: Day, endings: readonly Ending[], now: Date): Mark {
    const number = numberOf(day);
    const judged = endings.map(({ period }) => judge(period, now));
    return {
        today: number === numberOf(dayOf(now)),
        renewal: judged.some(({ renewalFrom, end }) => number >= numberOf(renewalFrom) && number <= numberOf(end)),
        end: judged.some(({ end }) => number === numberOf(end)),
    };
}
