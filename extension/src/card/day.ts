// SPDX-License-Identifier: MIT
// Days as Japan counts them. Japan keeps no summer time, so its clock is always nine hours ahead of UTC.

const JST = 9 * 3_600_000;
const DAY = 86_400_000;

export interface Day {
    readonly year: number;
    /** From 1. */
    readonly month: number;
    readonly day: number;
}

/** The day that it is in Japan. */
export function dayOf(instant: Date): Day {
    const there = new Date(instant.getTime() + JST);
    return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() };
}

/** Days since 1970, for comparing and counting. */
export function numberOf({ year, month, day }: Day): number {
    return Date.UTC(year, month - 1, day) / DAY;
}

export function dayAfter(day: Day, days: number): Day {
    return dayOf(new Date((numberOf(day) + days) * DAY - JST));
}

/** Months may run over the year's end, in either direction. */
export function monthOf(year: number, month: number): { readonly year: number; readonly month: number } {
    const months = year * 12 + month - 1;
    return { year: Math.floor(months / 12), month: (((months % 12) + 12) % 12) + 1 };
}

export function daysIn(year: number, month: number): number {
    return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/**
 * The first day on which every municipality renews what ends on `end`: the one after the day of the same number
 * three months before; where that month has no such day, the first of the next.
 */
export function firstDayToRenew(end: Day): Day {
    const { year, month } = monthOf(end.year, end.month - 3);
    if (end.day <= daysIn(year, month)) return dayAfter({ year, month, day: end.day }, 1);
    return { ...monthOf(year, month + 1), day: 1 };
}

/** The month's weeks from Sunday; null beside its ends. */
export function weeksOf(year: number, month: number): (Day | null)[][] {
    const before = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
    const cells = before + daysIn(year, month);
    return Array.from({ length: Math.ceil(cells / 7) }, (_, week) =>
        Array.from({ length: 7 }, (_, column) => {
            const day = week * 7 + column - before + 1;
            return day >= 1 && day <= daysIn(year, month) ? { year, month, day } : null;
        }),
    );
}

/** `2031-01-31`. */
export function isoOf({ year, month, day }: Day): string {
    return [String(year).padStart(4, "0"), ...[month, day].map((part) => String(part).padStart(2, "0"))].join("-");
}
