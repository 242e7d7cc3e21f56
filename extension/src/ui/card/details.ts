// SPDX-License-Identifier: MIT
// Draws what the signing certificate says of its holder.

import { dayOf } from "../../card/day.ts";
import type { CardDetails, Written } from "../../card/info.ts";
import { dayFormat, sayBirthDate } from "../../card/words.ts";
import type { Language } from "../../shared/errors.ts";
import { translator } from "../../shared/i18n.ts";
import type { MessageKey } from "../../shared/i18n.ts";
import { make } from "../dom.ts";

const SEXES: Readonly<Record<NonNullable<CardDetails["sex"]>, MessageKey>> = {
    male: "sexMale",
    female: "sexFemale",
    other: "sexOther",
    unknown: "unknown",
};

function characters({ characters: all }: Written): Node[] {
    return all.map(({ text, substituted }) => (substituted ? make("u", { text }) : document.createTextNode(text)));
}

export function hasSubstitutes({ name, address }: CardDetails): boolean {
    return [name, address].some((written) => written?.characters.some(({ substituted }) => substituted) === true);
}

export function drawDetails(details: CardDetails, language: Language): HTMLElement[] {
    const translate = translator(language);
    const { period, name, address, birthDate, sex } = details;
    const none = translate("notRecorded");
    const row = (label: MessageKey, ...value: (Node | string)[]): HTMLElement[] => [
        make("dt", { text: translate(label) }),
        make("dd", {}, ...value),
    ];
    return [
        ...row("endLabel", dayFormat(language)(dayOf(period.notAfter))),
        ...row("nameLabel", ...(name === null ? [none] : characters(name))),
        ...row("addressLabel", ...(address === null ? [none] : characters(address))),
        ...row("birthDateLabel", birthDate === null ? none : sayBirthDate(birthDate, language)),
        ...row("sexLabel", sex === null ? none : translate(SEXES[sex])),
    ];
}
