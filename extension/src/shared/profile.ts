// SPDX-License-Identifier: MIT
// The four attributes on the card (券面事項入力補助), of which a site asks for some and the holder agrees to some.

import { isFields, isText } from "./guards.ts";

export const PROFILE_FIELDS = ["name", "address", "birthDate", "sex"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** As on the card: the birth date `YYYYMMDD`; `1` male, `2` female, `3` other or unknown. */
export type ProfileResult = Readonly<Partial<Record<ProfileField, string>>>;

const LONGEST = 4_096;

function isProfileField(value: unknown): value is ProfileField {
    return PROFILE_FIELDS.some((field) => field === value);
}

/** In the order of the card; null when there is none, an unknown one, or one twice. */
export function parseProfileFields(value: unknown): ProfileField[] | null {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isProfileField)) return null;
    const asked = PROFILE_FIELDS.filter((field) => value.includes(field));
    return asked.length === value.length ? asked : null;
}

/** Null when it holds nothing, or something that is no text. What else it holds is dropped. */
export function parseProfileResult(value: unknown): ProfileResult | null {
    if (!isFields(value)) return null;
    const given = PROFILE_FIELDS.filter((field) => value[field] !== undefined);
    if (given.length === 0 || !given.every((field) => isText(value[field], 0, LONGEST))) return null;
    return Object.fromEntries(given.map((field) => [field, value[field]]));
}

/** Just what was agreed to: nothing less, and nothing more even if the answer holds it. */
export function keepAgreed(result: ProfileResult, agreed: readonly ProfileField[]): ProfileResult | null {
    if (agreed.some((field) => result[field] === undefined)) return null;
    return Object.fromEntries(agreed.map((field) => [field, result[field]]));
}
