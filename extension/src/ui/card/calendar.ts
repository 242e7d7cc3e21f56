// SPDX-License-Identifier: MIT
// Draws the calendar: a list for reading in order, and the months for seeing at a glance.

import { markOf, milestones, monthsOf } from "../../card/calendar.ts";
import type { Milestone, Month } from "../../card/calendar.ts";
import { isoOf, weeksOf } from "../../card/day.ts";
import type { Day } from "../../card/day.ts";
import type { Ending } from "../../card/reminder.ts";
import { dayFormat, monthFormat, weekdays } from "../../card/words.ts";
import type { Language } from "../../shared/errors.ts";
import { translator } from "../../shared/i18n.ts";
import { make } from "../dom.ts";

function time(day: Day, text: string): HTMLElement {
    const element = make("time", { text });
    element.setAttribute("datetime", isoOf(day));
    return element;
}

export function drawMilestones(endings: readonly Ending[], now: Date, language: Language): HTMLElement[] {
    const translate = translator(language);
    const format = dayFormat(language);
    const distanceOf = ({ distance }: Milestone): string => {
        if (distance === 0) return "";
        return translate(distance > 0 ? "inDays" : "daysAgo", { count: Math.abs(distance) });
    };
    return milestones(endings, now).map((milestone) => {
        const { kind, day, label } = milestone;
        const item = make("li", { class: kind }, time(day, format(day)), make("span", { text: translate(label) }), make("span", { class: "distance", text: distanceOf(milestone) }));
        if (kind === "today") item.setAttribute("aria-current", "date");
        return item;
    });
}

export function drawMonths(endings: readonly Ending[], now: Date, language: Language): HTMLElement[] {
    return monthsOf(endings, now).map((month) => drawMonth(month, endings, now, language));
}

function drawMonth(month: Month, endings: readonly Ending[], now: Date, language: Language): HTMLElement {
    const heads = weekdays(language).map(({ short, long }) => {
        const head = make("th", {}, Object.assign(make("abbr", { text: short }), { title: long }));
        head.setAttribute("scope", "col");
        return head;
    });
    const rows = weeksOf(month.year, month.month).map((week) =>
        make("tr", {}, ...week.map((day) => (day === null ? make("td") : drawDay(day, endings, now, language)))),
    );
    return make("table", { class: "month" },
        make("caption", { text: monthFormat(language)(month) }),
        make("thead", {}, make("tr", {}, ...heads)),
        make("tbody", {}, ...rows),
    );
}

/** What the colours say is said in words, too. */
function drawDay(day: Day, endings: readonly Ending[], now: Date, language: Language): HTMLElement {
    const translate = translator(language);
    const { today, renewal, end } = markOf(day, endings, now);
    const kinds = [today ? "today" : "", renewal ? "renewal" : "", end ? "end" : ""].filter((kind) => kind !== "");
    const words = [today ? translate("eventToday") : "", end ? translate("legendEnd") : renewal ? translate("legendRenewal") : ""];
    const said = words.filter((word) => word !== "").join(", ");
    const cell = make("td", { class: kinds.join(" ") }, make("span", { class: "number", text: String(day.day) }));
    if (said !== "") cell.append(make("span", { class: "only-said", text: ` ${said}` }));
    if (today) cell.setAttribute("aria-current", "date");
    return cell;
}
