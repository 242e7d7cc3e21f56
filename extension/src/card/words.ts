// SPDX-License-Identifier: MIT
// What the card says, in the words of a language.

import type { Language } from "../shared/errors.ts";
import { translator } from "../shared/i18n.ts";
import type { Advice } from "./advice.ts";
import type { Day } from "./day.ts";
import type { BirthDate } from "./info.ts";

const LOCALES: Readonly<Record<Language, string>> = { ja: "ja-JP", en: "en-GB" };

function formatOf(language: Language, options: Intl.DateTimeFormatOptions): (day: Day) => string {
    const format = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: "UTC" });
    return ({ year, month, day }) => format.format(Date.UTC(year, month - 1, day));
}

export function dayFormat(language: Language): (day: Day) => string {
    return formatOf(language, { dateStyle: "long" });
}

export function monthFormat(language: Language): (month: Pick<Day, "year" | "month">) => string {
    const format = formatOf(language, { year: "numeric", month: "long" });
    return ({ year, month }) => format({ year, month, day: 1 });
}

/** Short and long names of the days of the week, from Sunday. */
export function weekdays(language: Language): { readonly short: string; readonly long: string }[] {
    const short = formatOf(language, { weekday: "short" });
    const long = formatOf(language, { weekday: "long" });
    // The first of October 2023 was a Sunday.
    const week = Array.from({ length: 7 }, (_, index): Day => ({ year: 2023, month: 10, day: index + 1 }));
    return week.map((day) => ({ short: short(day), long: long(day) }));
}

export function sayAdvice(advice: Advice, language: Language): { readonly headline: string; readonly text: string } {
    const translate = translator(language);
    const format = dayFormat(language);
    const days = Object.entries(advice.days ?? {}).map(([name, day]) => [name, format(day)] as const);
    const values = { ...Object.fromEntries(days), count: advice.count ?? 0 };
    const text = translate(advice.text, values);
    return {
        headline: translate(advice.headline, values),
        text: advice.counter === true ? `${text}${language === "ja" ? "" : " "}${translate("adviceBring")}` : text,
    };
}

/** Parts that the certificate does not know are told as unknown; the era is the card's own. */
export function sayBirthDate({ era, year, month, day }: BirthDate, language: Language): string {
    const translate = translator(language);
    if (year === null || month === null || day === null) {
        return translate("birthDateParts", { year: year ?? "?", month: month ?? "?", day: day ?? "?" });
    }
    const gregorian = dayFormat(language)({ year, month, day });
    if (era === null || language !== "ja") return gregorian;
    const japanese = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { era: "long", year: "numeric", timeZone: "UTC" });
    return `${gregorian}(${japanese.format(Date.UTC(year, month - 1, day))})`;
}
