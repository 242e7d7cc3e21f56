// SPDX-License-Identifier: MIT
// What the host says of the card. It enters as unknown and leaves typed.

import { isCount, isFields, isText } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";

export const PINS = ["authentication", "signing", "profile"] as const;
export type Pin = (typeof PINS)[number];

export interface Period {
    readonly notBefore: Date;
    readonly notAfter: Date;
}

const KINDS = ["mynumber-card", "phone-certificate", "juki-card"] as const;
const SIGNING = ["present", "absent", "unknown"] as const;

export interface CardInfo {
    readonly kind: (typeof KINDS)[number];
    readonly reader: string;
    /** Of the user-authentication certificate; null where there is none that can be read. */
    readonly authentication: Period | null;
    readonly signing: (typeof SIGNING)[number];
    /** Tries left; 0 is locked, null is not known. */
    readonly pins: Readonly<Record<Pin, number | null>>;
}

export interface Written {
    /** One element for each character. */
    readonly characters: readonly { readonly text: string; readonly substituted: boolean }[];
}

const ERAS = ["meiji", "taisho", "showa", "heisei", "reiwa"] as const;
export type Era = (typeof ERAS)[number];
const SEXES = ["male", "female", "other", "unknown"] as const;

export interface BirthDate {
    readonly era: Era | null;
    /** Parts are null where they are unknown. */
    readonly year: number | null;
    readonly month: number | null;
    readonly day: number | null;
}

/** What the signing certificate says of its holder; null where it says nothing. */
export interface CardDetails {
    readonly period: Period;
    readonly name: Written | null;
    readonly address: Written | null;
    readonly birthDate: BirthDate | null;
    readonly sex: (typeof SEXES)[number] | null;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | null {
    return known.find((each) => each === value) ?? null;
}

function parseInstant(value: unknown): Date | null {
    if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return null;
    const instant = new Date(value);
    return Number.isNaN(instant.getTime()) ? null : instant;
}

function parsePeriod(value: Fields): Period | null {
    const notBefore = parseInstant(value["notBefore"]);
    const notAfter = parseInstant(value["notAfter"]);
    return notBefore && notAfter && { notBefore, notAfter };
}

function parseTries(pins: Fields, pin: Pin): number | null | undefined {
    const tries = pins[pin];
    return tries === null || isCount(tries, 15) ? tries : undefined;
}

export function parseCardInfo(value: unknown): CardInfo | null {
    if (!isFields(value)) return null;
    const kind = oneOf(KINDS, value["card"]);
    const signing = oneOf(SIGNING, value["signing"]);
    const { reader, pins, authentication: given } = value;
    const authentication = isFields(given) ? parsePeriod(given) : null;
    if (kind === null || signing === null || !isText(reader, 0, 1_024) || !isFields(pins)) return null;
    if (given !== undefined && authentication === null) return null;
    const tries = { authentication: parseTries(pins, "authentication"), signing: parseTries(pins, "signing"), profile: parseTries(pins, "profile") };
    const { authentication: one, signing: two, profile: three } = tries;
    if (one === undefined || two === undefined || three === undefined) return null;
    return { kind, reader, authentication, signing, pins: { authentication: one, signing: two, profile: three } };
}

/** Undefined where it does not have the shape; null where there is none. */
function parseWritten(value: unknown): Written | null | undefined {
    if (value === null || value === undefined) return null;
    if (!isFields(value) || !isText(value["value"], 0, 4_096)) return undefined;
    const { substituted = [] } = value;
    if (!Array.isArray(substituted)) return undefined;
    const characters = Array.from(value["value"], (text, index) => ({ text, substituted: substituted.includes(index) }));
    return { characters };
}

function parseBirthDate(value: unknown): BirthDate | null | undefined {
    if (value === null || value === undefined) return null;
    if (!isFields(value) || typeof value["date"] !== "string") return undefined;
    const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value["date"]);
    if (found === null) return undefined;
    const [year = null, month = null, day = null] = found.slice(1).map((part) => (Number(part) === 0 ? null : Number(part)));
    return { era: oneOf(ERAS, value["era"]), year, month, day };
}

export function parseCardDetails(value: unknown): CardDetails | null {
    if (!isFields(value)) return null;
    const period = parsePeriod(value);
    const name = parseWritten(value["name"]);
    const address = parseWritten(value["address"]);
    const birthDate = parseBirthDate(value["birthDate"]);
    if (period === null || name === undefined || address === undefined || birthDate === undefined) return null;
    return { period, name, address, birthDate, sex: oneOf(SEXES, value["sex"]) };
}
