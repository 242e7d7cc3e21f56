// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import ICAL from "ical.js";
import { escapeText, fold, reminderFile } from "../src/card/reminder.ts";
import type { Ending } from "../src/card/reminder.ts";

const jst = (text: string): Date => new Date(`${text}+09:00`);
const AUTHENTICATION: Ending = {
    certificate: "authentication",
    period: { notBefore: jst("2026-01-10T10:00:00"), notAfter: jst("2031-06-15T23:59:59") },
};
const SIGNING: Ending = { certificate: "signing", period: { notBefore: jst("2026-01-10T10:00:01"), notAfter: jst("2031-05-31T23:59:59") } };
const NOW = jst("2027-04-05T06:07:08");

function eventsOf(file: string): InstanceType<typeof ICAL.Event>[] {
    const calendar = new ICAL.Component(ICAL.parse(file) as unknown[]);
    assert.equal(calendar.name, "vcalendar");
    assert.equal(calendar.getFirstPropertyValue("version"), "2.0");
    assert.ok(calendar.getFirstPropertyValue("prodid"));
    return calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
}

test("a calendar reads two days for each certificate, with an alarm in the morning", () => {
    const events = eventsOf(reminderFile([AUTHENTICATION, SIGNING], NOW, "ja"));
    assert.deepEqual(events.map(({ startDate }) => startDate.toString()), ["2031-03-16", "2031-06-15", "2031-03-01", "2031-05-31"]);
    assert.deepEqual(events.map(({ endDate }) => endDate.toString()), ["2031-03-17", "2031-06-16", "2031-03-02", "2031-06-01"]);
    assert.ok(events.every(({ startDate }) => startDate.isDate));
    const alarms = events.map(({ component }) =>
        component.getAllSubcomponents("valarm").map((alarm) => String(alarm.getFirstPropertyValue("trigger"))),
    );
    assert.deepEqual(alarms, [["PT9H"], ["-P13DT15H", "PT9H"], ["PT9H"], ["-P13DT15H", "PT9H"]]);
    for (const { component, summary, description } of events) {
        assert.match(summary, /^マイナンバーカード: /);
        assert.match(description, /^2031年\d+月\d+日から、市区町村の窓口で更新できます。2031年/);
        assert.equal(String(component.getFirstPropertyValue("dtstamp")), "2027-04-04T21:07:08Z");
        for (const alarm of component.getAllSubcomponents("valarm")) {
            assert.equal(alarm.getFirstPropertyValue("action"), "DISPLAY");
            assert.equal(alarm.getFirstPropertyValue("description"), summary);
        }
    }
    assert.match(eventsOf(reminderFile([AUTHENTICATION], NOW, "en"))[0]?.summary ?? "", /^MyNumber card: /);
});

test("the alarm of two weeks before rings at nine of that morning", () => {
    const [, last] = eventsOf(reminderFile([AUTHENTICATION], NOW, "ja"));
    assert.ok(last);
    const start = last.startDate.clone();
    start.isDate = false;
    start.addDuration(ICAL.Duration.fromString("-P13DT15H"));
    assert.equal(start.toString(), "2031-06-01T09:00:00");
});

test("the same certificate has the same events again, and no other certificate has them", () => {
    const uids = (endings: Ending[], now: Date, language: "ja" | "en"): string[] =>
        eventsOf(reminderFile(endings, now, language)).map(({ uid }) => uid);
    const first = uids([AUTHENTICATION, SIGNING], NOW, "ja");
    assert.deepEqual(uids([AUTHENTICATION, SIGNING], jst("2028-01-01T00:00:00"), "en"), first);
    assert.equal(new Set(first).size, 4);
    const spouse = { ...AUTHENTICATION, period: { ...AUTHENTICATION.period, notBefore: jst("2026-01-10T10:04:11") } };
    assert.ok(uids([spouse], NOW, "ja").every((uid) => !first.includes(uid)));
});

test("a day that has passed is not put into a calendar, and a certificate that has ended neither", () => {
    const starts = (now: Date): string[] => eventsOf(reminderFile([AUTHENTICATION], now, "ja")).map(({ startDate }) => startDate.toString());
    assert.deepEqual(starts(jst("2031-03-15T23:59:59")), ["2031-03-16", "2031-06-15"]);
    assert.deepEqual(starts(jst("2031-03-16T00:00:00")), ["2031-06-15"]);
    assert.deepEqual(starts(jst("2031-06-16T00:00:00")), []);
});

test("every line ends with CRLF and takes at most 75 octets, and no character is cut", () => {
    for (const language of ["ja", "en"] as const) {
        const file = reminderFile([AUTHENTICATION, SIGNING], NOW, language);
        assert.ok(file.endsWith("\r\n"));
        assert.ok(!/[^\r]\n|\r[^\n]/.test(file));
        const lines = file.split("\r\n");
        assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75));
        assert.ok(lines.some((line) => line.startsWith(" ")), "something was folded");
        assert.ok(!file.includes("\u{FFFD}"));
    }
    const long = "𠮷".repeat(100);
    const folded = fold(long).split("\r\n");
    assert.ok(folded.every((line) => Buffer.byteLength(line) <= 75));
    assert.equal(folded.map((line, index) => (index === 0 ? line : line.slice(1))).join(""), long);
    assert.equal(fold("a".repeat(75)), "a".repeat(75));
    assert.equal(fold("a".repeat(76)), `${"a".repeat(75)}\r\n a`);
});

test("text is escaped so that it comes back as it was", () => {
    const text = "a\\b;c,d\ne\tf";
    const file = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", `SUMMARY:${escapeText(text)}`, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
    assert.equal(eventsOfText(file), text);
    assert.equal(escapeText("a\r\nb\u0007c"), "a\\nbc");
});

function eventsOfText(file: string): unknown {
    const calendar = new ICAL.Component(ICAL.parse(file) as unknown[]);
    return calendar.getFirstSubcomponent("vevent")?.getFirstPropertyValue("summary");
}
