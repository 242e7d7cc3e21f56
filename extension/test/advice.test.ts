// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { advise, judge } from "../src/card/advice.ts";
import type { Advice } from "../src/card/advice.ts";
import { markOf, milestones, monthsOf } from "../src/card/calendar.ts";
import { dayAfter, dayOf, firstDayToRenew, isoOf, weeksOf } from "../src/card/day.ts";
import type { Day } from "../src/card/day.ts";
import { parseCardDetails, parseCardInfo } from "../src/card/info.ts";
import type { CardInfo, Period } from "../src/card/info.ts";
import { sayAdvice, sayBirthDate, weekdays } from "../src/card/words.ts";
import { DETAILS, INFO } from "./fakes/samples.ts";

/** An instant by the clock on a wall in Japan. */
const jst = (text: string): Date => new Date(`${text}+09:00`);

/** Issued five years before the day on whose last second it ends. */
function ending(day: string): Period {
    return { notBefore: jst(`${String(Number(day.slice(0, 4)) - 5)}-01-10T10:00:00`), notAfter: jst(`${day}T23:59:59`) };
}

function day(text: string): Day {
    const [year = 0, month = 0, number = 0] = text.split("-").map(Number);
    return { year, month, day: number };
}

function info(changes: Record<string, unknown> = {}): CardInfo {
    const parsed = parseCardInfo({ ...INFO, ...changes });
    assert.ok(parsed);
    return parsed;
}

const headlines = (all: readonly Advice[]): string[] => all.map(({ headline }) => headline);

test("a day begins and ends at midnight in Japan, wherever the computer stands", () => {
    assert.equal(isoOf(dayOf(new Date("2031-01-31T14:59:59Z"))), "2031-01-31");
    assert.equal(isoOf(dayOf(new Date("2031-01-31T15:00:00Z"))), "2031-02-01");
    assert.equal(isoOf(dayOf(new Date("2030-12-31T15:00:00Z"))), "2031-01-01");
    assert.equal(isoOf(dayAfter(day("2028-02-28"), 1)), "2028-02-29");
    assert.equal(isoOf(dayAfter(day("2100-02-28"), 1)), "2100-03-01");
    assert.equal(isoOf(dayAfter(day("2026-12-31"), 1)), "2027-01-01");
});

test("renewal begins on the later day: the one after the day three months before, or the first of the next month", () => {
    const expected: Record<string, string> = {
        "2031-06-15": "2031-03-16",
        "2031-01-31": "2030-11-01", // the day after 31 October
        "2031-05-31": "2031-03-01", // no 31 February
        "2031-05-30": "2031-03-01",
        "2031-05-29": "2031-03-01", // no 29 February in 2031
        "2031-05-28": "2031-03-01", // the day after 28 February
        "2028-05-29": "2028-03-01", // the day after 29 February
        "2028-05-28": "2028-02-29",
        "2028-05-30": "2028-03-01",
        "2100-05-29": "2100-03-01", // 2100 is no leap year
        "2031-07-31": "2031-05-01", // no 31 April
        "2031-12-31": "2031-10-01", // no 31 September
        "2031-09-30": "2031-07-01",
        "2031-10-31": "2031-08-01",
        "2031-03-31": "2031-01-01", // the day after 31 December
        "2031-02-28": "2030-11-29",
        "2028-02-29": "2027-11-30",
        "2031-02-15": "2030-11-16",
    };
    for (const [end, from] of Object.entries(expected)) assert.equal(isoOf(firstDayToRenew(day(end))), from, end);
});

test("a certificate is good to its last second and can be renewed from the midnight of its day", () => {
    const period = ending("2031-06-15");
    const stateAt = (text: string): string => judge(period, jst(text)).state;
    assert.equal(stateAt("2026-01-10T09:59:59"), "not-yet");
    assert.equal(stateAt("2026-01-10T10:00:00"), "valid");
    assert.equal(stateAt("2031-03-15T23:59:59"), "valid");
    assert.equal(stateAt("2031-03-16T00:00:00"), "renewable");
    assert.equal(stateAt("2031-06-15T23:59:59"), "renewable");
    assert.equal(stateAt("2031-06-16T00:00:00"), "expired");
    assert.equal(judge(period, jst("2031-06-15T00:00:00")).daysLeft, 0);
    assert.equal(judge(period, jst("2031-06-14T23:59:59")).daysLeft, 1);
    assert.equal(judge(period, jst("2031-06-16T00:00:00")).daysLeft, -1);
});

test("one that ends in the middle of a day has that day as its last, and is over after its instant", () => {
    const period = { notBefore: jst("2026-01-10T10:00:00"), notAfter: jst("2031-06-15T12:00:00") };
    assert.equal(judge(period, jst("2031-06-15T12:00:00")).state, "renewable");
    assert.equal(judge(period, jst("2031-06-15T12:00:01")).state, "expired");
    assert.equal(isoOf(judge(period, jst("2031-06-15T12:00:01")).end), "2031-06-15");
});

test("what is sound is said in one sentence, with both dates, in both languages", () => {
    const all = advise(info(), null, jst("2027-01-01T12:00:00"));
    assert.deepEqual(headlines(all), ["adviceAuthenticationValid"]);
    const [advice] = all;
    assert.ok(advice);
    const japanese = sayAdvice(advice, "ja");
    assert.match(japanese.headline, /2031年6月15日まで/);
    assert.match(japanese.text, /2031年3月16日から/);
    const english = sayAdvice(advice, "en");
    assert.match(english.headline, /15 June 2031/);
    assert.match(english.text, /16 March 2031/);
});

test("every case says what to do, fills its holes, and sends to the counter with what to bring", () => {
    const authentication = { notBefore: "2026-01-10T01:00:00Z", notAfter: "2031-06-15T14:59:59Z" };
    const without = { card: INFO.card, reader: INFO.reader, signing: INFO.signing, pins: INFO.pins };
    const cases: [string, Record<string, unknown>, Date, string[], boolean][] = [
        ["renewable", { authentication }, jst("2031-04-01T00:00:00"), ["adviceAuthenticationRenewable"], true],
        ["expired", { authentication }, jst("2031-07-01T00:00:00"), ["adviceAuthenticationExpired"], true],
        ["not yet", { authentication }, jst("2025-07-01T00:00:00"), ["adviceNotYet"], false],
        ["locked", { pins: { authentication: 0, signing: 5, profile: 3 } }, jst("2027-01-01T00:00:00"), ["adviceAuthenticationLocked", "adviceAuthenticationValid"], true],
        ["all locked", { pins: { authentication: 0, signing: 0, profile: 0 } }, jst("2027-01-01T00:00:00"),
            ["adviceAuthenticationLocked", "adviceSigningLocked", "adviceProfileLocked", "adviceAuthenticationValid"], true],
        ["last tries", { pins: { authentication: 1, signing: 1, profile: 1 } }, jst("2027-01-01T00:00:00"),
            ["adviceAuthenticationLastTry", "adviceSigningLastTry", "adviceProfileLastTry", "adviceAuthenticationValid"], false],
        ["no signing certificate", { signing: "absent", pins: { authentication: 3, signing: null, profile: 3 } }, jst("2027-01-01T00:00:00"),
            ["adviceSigningAbsent", "adviceAuthenticationValid"], false],
        ["phone", { card: "phone-certificate" }, jst("2027-01-01T00:00:00"), ["advicePhone"], false],
        ["juki", { card: "juki-card", pins: { authentication: null, signing: null, profile: null } }, jst("2027-01-01T00:00:00"), ["adviceJuki"], false],
    ];
    for (const [name, changes, now, expected, counter] of cases) {
        const all = advise(info(changes), null, now);
        assert.deepEqual(headlines(all), expected, name);
        for (const advice of all) {
            for (const language of ["ja", "en"] as const) {
                const { headline, text } = sayAdvice(advice, language);
                assert.doesNotMatch(headline + text, /[{}]|undefined|NaN|Invalid/, name);
            }
        }
        const [first] = all;
        assert.ok(first);
        assert.equal(sayAdvice(first, "ja").text.includes("本人確認書類"), counter, name);
        assert.equal(sayAdvice(first, "en").text.includes("identification"), counter, name);
    }
    const parsed = parseCardInfo(without);
    assert.ok(parsed);
    assert.deepEqual(headlines(advise(parsed, null, jst("2027-01-01T00:00:00"))), ["adviceAuthenticationAbsent"]);
});

test("the last day is told as today's, and not as zero days that are left", () => {
    const [advice] = advise(info(), null, jst("2031-06-15T23:59:59"));
    assert.ok(advice);
    assert.match(sayAdvice(advice, "ja").text, /今日\(2031年6月15日\)まで/);
    assert.match(sayAdvice(advice, "en").text, /^Today, 15 June 2031/);
});

test("the signing certificate is judged by itself once it was read, and what is urgent comes first", () => {
    const details = parseCardDetails({ ...DETAILS, notAfter: "2027-02-01T14:59:59Z" });
    const all = advise(info(), details, jst("2027-01-15T00:00:00"));
    assert.deepEqual(headlines(all), ["adviceSigningRenewable", "adviceAuthenticationValid"]);
    assert.equal(all[0]?.count, 17);
    const expired = advise(info(), details, jst("2027-02-02T00:00:00"));
    assert.deepEqual(headlines(expired), ["adviceSigningExpired", "adviceAuthenticationValid"]);
});

test("the calendar holds the days that matter, in order, and the months of the renewal", () => {
    const endings = [
        { certificate: "authentication", period: ending("2031-06-15") },
        { certificate: "signing", period: ending("2031-02-28") },
    ] as const;
    const now = jst("2031-01-02T08:00:00");
    assert.deepEqual(
        milestones(endings, now).map(({ day: at, kind, distance }) => [isoOf(at), kind, distance]),
        [
            ["2030-11-29", "renewal", -34],
            ["2031-01-02", "today", 0],
            ["2031-02-28", "end", 57],
            ["2031-03-16", "renewal", 73],
            ["2031-06-15", "end", 164],
        ],
    );
    const months = monthsOf(endings, now).map(({ year, month }) => `${year}-${month}`);
    assert.deepEqual(months, ["2030-11", "2030-12", "2031-1", "2031-2", "2031-3", "2031-4", "2031-5", "2031-6"]);
    assert.deepEqual(monthsOf(endings.slice(0, 1), jst("2031-07-01T00:00:00")), [{ year: 2031, month: 6 }]);
    assert.deepEqual(markOf(day("2031-06-15"), endings, now), { today: false, renewal: true, end: true });
    assert.deepEqual(markOf(day("2031-01-02"), endings, now), { today: true, renewal: true, end: false });
    assert.deepEqual(markOf(day("2031-03-15"), endings, now), { today: false, renewal: false, end: false });
});

test("two certificates that end on one day can be renewed from one day", () => {
    const endings = [
        { certificate: "authentication", period: ending("2031-06-15") },
        { certificate: "signing", period: ending("2031-06-15") },
    ] as const;
    assert.deepEqual(milestones(endings, jst("2027-01-01T00:00:00")).map(({ kind }) => kind), ["today", "renewal", "end", "end"]);
});

test("a month's weeks begin on Sunday and hold each day once", () => {
    const weeks = weeksOf(2028, 2);
    assert.deepEqual(weeks[0]?.map((each) => each?.day ?? null), [null, null, 1, 2, 3, 4, 5]);
    assert.deepEqual(weeks.flat().flatMap((each) => each?.day ?? []), Array.from({ length: 29 }, (_, index) => index + 1));
    assert.equal(weeksOf(2026, 2).length, 4);
    assert.equal(weekdays("ja").map(({ short }) => short).join(""), "日月火水木金土");
    assert.equal(weekdays("en")[6]?.long, "Saturday");
});

test("a birth date keeps the era of the card, and says what is unknown", () => {
    assert.equal(sayBirthDate({ era: "heisei", year: 1990, month: 1, day: 31 }, "ja"), "1990年1月31日(平成2年)");
    assert.equal(sayBirthDate({ era: "heisei", year: 1990, month: 1, day: 31 }, "en"), "31 January 1990");
    assert.equal(sayBirthDate({ era: null, year: 1990, month: 1, day: 31 }, "ja"), "1990年1月31日");
    assert.equal(sayBirthDate({ era: "showa", year: 1926, month: null, day: null }, "ja"), "1926年?月?日(?は不明)");
    assert.equal(sayBirthDate({ era: "showa", year: null, month: null, day: null }, "en"), "year ?, month ?, day ? (? is unknown)");
});

test("what the host says of a card is read strictly", () => {
    const wrong: Record<string, unknown>[] = [
        { card: "bus-pass" }, { signing: "perhaps" }, { pins: null }, { pins: { authentication: -1, signing: 5, profile: 3 } },
        { pins: { authentication: 3, signing: 5 } }, { pins: { authentication: 3, signing: 5, profile: "3" } },
        { authentication: { notBefore: "yesterday", notAfter: "2031-06-15T14:59:59Z" } }, { authentication: {} }, { reader: 5 },
        { authentication: { notBefore: "2026-01-10T01:00:00Z", notAfter: "2031-13-45T14:59:59Z" } },
    ];
    for (const changes of wrong) assert.equal(parseCardInfo({ ...INFO, ...changes }), null, JSON.stringify(changes));
    for (const value of [null, [], "card", {}]) assert.equal(parseCardInfo(value), null);
});

test("details know substitutes by their characters, unknown parts, and absent fields", () => {
    const details = parseCardDetails(DETAILS);
    assert.deepEqual(details?.name?.characters.map(({ text, substituted }) => [text, substituted]), [["𠮷", true], ["田", false], ["花", false], ["子", true]]);
    assert.deepEqual(details.birthDate, { era: "heisei", year: 1990, month: 1, day: null });
    const bare = parseCardDetails({ ...DETAILS, name: null, address: null, birthDate: null, sex: null });
    assert.ok(bare);
    assert.deepEqual([bare.name, bare.address, bare.birthDate, bare.sex], [null, null, null, null]);
    for (const changes of [{ name: "x" }, { name: { value: 1 } }, { name: { value: "x", substituted: 1 } }, { birthDate: { date: "1990" } }, { notAfter: "soon" }]) {
        assert.equal(parseCardDetails({ ...DETAILS, ...changes }), null, JSON.stringify(changes));
    }
});
