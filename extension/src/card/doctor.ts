// SPDX-License-Identifier: MIT
// How far a computer is set up, followed for as long as somebody looks: the program, the reader, the card, a first log-in.

import { Host } from "../native/host.ts";
import type { Connect } from "../native/host.ts";
import type { Language } from "../shared/errors.ts";
import { fail, succeed } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { isFields, isText } from "../shared/guards.ts";
import type { NativeVersion } from "../shared/messages.ts";
import { SET_UP_INTERVAL } from "../shared/pace.ts";

const TIMEOUT = 15_000;
const RESULTS = ["ok", "warning", "problem"] as const;
const MOST_CHECKS = 64;

export interface Check {
    /** Stable, and there may be several by one name. */
    readonly name: string;
    readonly result: (typeof RESULTS)[number];
    readonly title: string;
    /** Lines. */
    readonly advice: string | null;
}

function parseCheck(value: unknown): Check | null {
    if (!isFields(value)) return null;
    const { name, title, advice } = value;
    const result = RESULTS.find((each) => each === value["result"]);
    if (!isText(name, 1, 64) || result === undefined || !isText(title, 0, 8_192)) return null;
    return { name, result, title, advice: isText(advice, 1, 8_192) ? advice : null };
}

export function parseChecks(value: unknown): Check[] | null {
    const given = isFields(value) ? value["checks"] : null;
    if (!Array.isArray(given) || given.length > MOST_CHECKS) return null;
    const checks = given.map(parseCheck).filter((check) => check !== null);
    return checks.length === given.length ? checks : null;
}

export interface SetUp {
    readonly program: Outcome<NativeVersion>;
    readonly checks: Outcome<readonly Check[]>;
    readonly loggedIn: boolean;
}

export const STEPS = ["program", "reader", "card", "try"] as const;
export type Step = (typeof STEPS)[number];
export type StepState = "done" | "now" | "later";

/** A step is done by what is found, whatever the order; the first that is not is where the person stands. */
export function stepsOf({ program, checks, loggedIn }: SetUp): Readonly<Record<Step, StepState>> {
    const found = checks.ok ? checks.value : [];
    const good = (name: string): boolean => {
        const named = found.filter((check) => check.name === name);
        return named.length > 0 && named.every(({ result }) => result === "ok");
    };
    const done: Readonly<Record<Step, boolean>> = {
        program: program.ok && checks.ok,
        reader: good("reader"),
        card: good("card"),
        try: loggedIn,
    };
    const next = STEPS.find((step) => !done[step]);
    const stateOf = (step: Step): StepState => (done[step] ? "done" : step === next ? "now" : "later");
    return { program: stateOf("program"), reader: stateOf("reader"), card: stateOf("card"), try: stateOf("try") };
}

/** What hinders a step, and then what else was found, in the doctor's words. */
export function remarksOf(checks: readonly Check[]): { readonly reader: Check[]; readonly card: Check[]; readonly others: Check[] } {
    const wrong = checks.filter(({ result }) => result !== "ok");
    const named = (...names: string[]): Check[] => wrong.filter(({ name }) => names.includes(name));
    // This browser found the program; what others know of it does not matter here.
    const others = wrong.filter(({ name }) => !["service", "reader", "card", "browser", "extension"].includes(name));
    return { reader: named("service", "reader"), card: named("card"), others };
}

export interface Followed {
    readonly connect: Connect;
    readonly language: Language;
    readonly loggedIn: () => Promise<boolean>;
    /** Called only when there is something else to see. */
    readonly show: (setUp: SetUp) => void;
}

export class SetUpWatch {
    readonly #with: Followed;
    #host: Host | null = null;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #run = 0;
    #running = false;
    #shown = "";
    #known: Outcome<readonly Check[]> | null = null;

    constructor(followed: Followed) {
        this.#with = followed;
    }

    start(): void {
        if (this.#running) return;
        this.#running = true;
        void this.#look(++this.#run);
    }

    /** Ends the host's process. */
    stop(): void {
        this.#running = false;
        this.#run++;
        clearTimeout(this.#timer);
        this.#hangUp();
    }

    async #look(run: number): Promise<void> {
        const setUp = await this.#setUp();
        if (run !== this.#run) return;
        const shown = JSON.stringify(setUp);
        if (shown !== this.#shown) this.#with.show(setUp);
        this.#shown = shown;
        this.#timer = setTimeout(() => void this.#look(run), SET_UP_INTERVAL);
    }

    async #setUp(): Promise<SetUp> {
        this.#host ??= new Host(this.#with.connect);
        const host = this.#host;
        const program = await host.hello;
        const answer = await host.request("doctor", { lang: this.#with.language }, TIMEOUT, () => undefined);
        if (host.ended) this.#hangUp();
        this.#known = this.#read(answer);
        return { program, checks: this.#known, loggedIn: await this.#with.loggedIn().catch(() => false) };
    }

    /** While an operation has the card, what was found before it stays. */
    #read(answer: Outcome<unknown>): Outcome<readonly Check[]> {
        if (!answer.ok) return answer.failure.reason === "operation-pending" ? (this.#known ?? answer) : answer;
        const checks = parseChecks(answer.value);
        return checks === null ? fail("native-reply-malformed") : succeed(checks);
    }

    #hangUp(): void {
        this.#host?.close();
        this.#host = null;
    }
}
