// SPDX-License-Identifier: MIT
// The card at a glance: what lies there, when it ends, how many tries are left. Two windows show it.

import { judge } from "../card/advice.ts";
import type { Validity } from "../card/advice.ts";
import { PINS } from "../card/info.ts";
import type { CardInfo, Period, Pin } from "../card/info.ts";
import type { CardView } from "../card/watch.ts";
import { dayFormat } from "../card/words.ts";
import type { Language } from "../shared/errors.ts";
import { sentencesOf } from "../shared/errors.ts";
import { translator } from "../shared/i18n.ts";
import type { MessageKey, Translate } from "../shared/i18n.ts";
import { make } from "./dom.ts";

export const PIN_NAMES: Readonly<Record<Pin, MessageKey>> = {
    authentication: "pinAuthentication",
    signing: "pinSigning",
    profile: "pinProfile",
};

const CARDS: Readonly<Record<CardInfo["kind"], MessageKey>> = {
    "mynumber-card": "kindMynumber",
    "phone-certificate": "kindPhone",
    "juki-card": "kindJuki",
};

const WAITING = {
    busy: ["cardBusyHeadline", "cardBusyText"],
    "reader-absent": ["noReaderHeadline", "noReaderText"],
    "card-absent": ["noCardHeadline", "noCardText"],
    "other-card": ["otherCardHeadline", "otherCardText"],
} as const satisfies Readonly<Record<string, readonly [MessageKey, MessageKey]>>;

export interface Glance {
    /** Told to those who do not see the rest change. */
    readonly headline: string;
    readonly text: string | null;
    readonly facts: readonly Node[];
}

export function glance(view: CardView, language: Language, now: Date): Glance {
    const translate = translator(language);
    switch (view.state) {
        case "checking":
            return { headline: translate("cardChecking"), text: null, facts: [] };
        case "failure": {
            const { reason, code } = view.failure;
            if (reason === "native-unavailable") return { headline: translate("missingHeadline"), text: translate("missingText"), facts: [] };
            return { headline: sentencesOf(reason, code)[language], text: null, facts: [] };
        }
        case "card": {
            const { kind, reader } = view.info;
            return { headline: translate(CARDS[kind]), text: reader, facts: factsOf(view.info, language, now) };
        }
        default: {
            const [headline, text] = WAITING[view.state];
            return { headline: translate(headline), text: translate(text), facts: [] };
        }
    }
}

/** Other kinds of cards have nothing of it that anybody needs. */
function factsOf(info: CardInfo, language: Language, now: Date): Node[] {
    if (info.kind !== "mynumber-card") return [];
    const translate = translator(language);
    const { authentication, signing, pins } = info;
    const certificates = make("dl", { class: "facts" },
        fact(translate("authenticationCertificate"), ...saidOf(authentication, language, now)),
        fact(translate("signingCertificate"), translate(SIGNING[signing]), signing === "absent" ? "know" : "plain"),
    );
    const tries = PINS.map((pin) => fact(translate(PIN_NAMES[pin]), triesOf(pins[pin], translate), toneOfTries(pins[pin])));
    return [
        make("h3", { text: translate("certificatesHeading") }),
        certificates,
        make("h3", { text: translate("pinsHeading") }),
        make("dl", { class: "facts" }, ...tries),
    ];
}

const SIGNING: Readonly<Record<CardInfo["signing"], MessageKey>> = {
    present: "certificatePresent",
    absent: "certificateAbsent",
    unknown: "unknown",
};

type Tone = "plain" | "know" | "act";

const TONES: Readonly<Record<Validity["state"], Tone>> = { valid: "plain", renewable: "know", expired: "act", "not-yet": "know" };

function saidOf(period: Period | null, language: Language, now: Date): [string, Tone] {
    const translate = translator(language);
    if (period === null) return [translate("certificateAbsent"), "act"];
    const { state, end } = judge(period, now);
    const key = state === "expired" ? "certificateEnded" : "certificateUntil";
    return [translate(key, { end: dayFormat(language)(end) }), TONES[state]];
}

export function triesOf(tries: number | null, translate: Translate): string {
    if (tries === null) return translate("unknown");
    return tries === 0 ? translate("triesLocked") : translate("triesCount", { count: tries });
}

function toneOfTries(tries: number | null): Tone {
    if (tries === 0) return "act";
    return tries === 1 ? "know" : "plain";
}

function fact(name: string, value: string, tone: Tone): Node {
    return make("div", {}, make("dt", { text: name }), make("dd", { class: tone, text: value }));
}
