// SPDX-License-Identifier: MIT
// What an administrator has set for the extension, in managed storage (managed_schema.json names the members). It enters
// as unknown; what is not valid allows nothing, since what it forbids is not known.

import type { Language } from "./errors.ts";
import { isFields } from "./guards.ts";
import type { Fields } from "./guards.ts";
import type { Origin } from "./origin.ts";
import { covers, intersection, matchOf, parseSitePattern } from "./pattern.ts";
import type { SitePattern } from "./pattern.ts";
import type { Store } from "./session.ts";
import { localStore } from "./settings.ts";

export interface Managed {
    /** False when something in it is not what it should be. */
    readonly valid: boolean;
    /** Null where all sites are that are not denied. */
    readonly allowed: readonly SitePattern[] | null;
    readonly denied: readonly SitePattern[];
    /** The sites that people are led to switch on. */
    readonly sites: readonly SitePattern[];
    readonly mynaportal: boolean;
    /** Null where the person decides. */
    readonly disguise: boolean | null;
    /** Null for the browser's. */
    readonly language: Language | null;
    readonly welcomePage: boolean;
}

const NOTHING_SET: Managed = {
    valid: true, allowed: null, denied: [], sites: [], mynaportal: true, disguise: null, language: null, welcomePage: true,
};
const NOTHING_ALLOWED: Managed = { ...NOTHING_SET, valid: false, allowed: [], mynaportal: false, disguise: false };

const MEMBERS = ["allowedOrigins", "deniedOrigins", "sites", "mynaportal", "disguise", "language", "welcomePage"];

/** Undefined when it is not set; null when it is no list of patterns. */
function parsePatterns(value: unknown): SitePattern[] | null | undefined {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return null;
    const patterns = value.map(parseSitePattern);
    return patterns.every((each) => each !== null) ? patterns : null;
}

function isSwitch(value: unknown): value is boolean | undefined {
    return value === undefined || typeof value === "boolean";
}

function parseFields(fields: Fields): Managed | null {
    const { mynaportal, disguise, language, welcomePage } = fields;
    const [allowed, denied, sites] = ["allowedOrigins", "deniedOrigins", "sites"].map((name) => parsePatterns(fields[name]));
    if (allowed === null || denied === null || sites === null) return null;
    if (!isSwitch(mynaportal) || !isSwitch(disguise) || !isSwitch(welcomePage)) return null;
    if (language !== undefined && language !== "ja" && language !== "en") return null;
    if (Object.keys(fields).some((name) => !MEMBERS.includes(name))) return null;
    return {
        valid: true,
        allowed: allowed ?? null,
        denied: denied ?? [],
        sites: sites ?? [],
        mynaportal: mynaportal ?? true,
        disguise: disguise ?? null,
        language: language ?? null,
        welcomePage: welcomePage ?? true,
    };
}

export function parseManaged(value: unknown): Managed {
    return (isFields(value) ? parseFields(value) : null) ?? NOTHING_ALLOWED;
}

/** Where what was set last is kept, in storage.local. */
export const KEPT = "managed";
const PATIENCE_MS = 300;

async function keep(store: Store, value: unknown): Promise<void> {
    const kept = (await store.get(KEPT))[KEPT] ?? {};
    if (JSON.stringify(kept) !== JSON.stringify(value)) await store.set({ [KEPT]: value });
}

/**
 * While it starts, Chromium can take minutes to answer, as it reads the schema when nothing else is to be done: until then holds
 * what was set last. Firefox has no such storage where no administrator made any, and rejects.
 */
export async function readManaged(
    get: () => Promise<unknown> = () => chrome.storage.managed.get(), store: Store = localStore(),
): Promise<Managed> {
    const answer = get().catch(() => ({})).then(async (value) => {
        await keep(store, value).catch(() => undefined); // it is for the next start only
        return { value };
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((done) => { timer = setTimeout(done, PATIENCE_MS, null); });
    const answered = await Promise.race([answer, late]);
    clearTimeout(timer);
    return parseManaged(answered === null ? (await store.get(KEPT))[KEPT] ?? {} : answered.value);
}

export function permits({ allowed, denied }: Managed, origin: Origin): boolean {
    if (denied.some((pattern) => covers(pattern, origin))) return false;
    return allowed === null || allowed.some((pattern) => covers(pattern, origin));
}

/** The sites that people are to be asked about: what is also denied would be switched on in vain. */
export function offered({ sites, allowed, denied }: Managed): string[] {
    const patterns = sites.map(matchOf);
    const within = (outer: readonly SitePattern[], match: string): boolean =>
        outer.some((pattern) => intersection(match, matchOf(pattern)) === match);
    return [...new Set(patterns)].filter((match) => !within(denied, match) && (allowed === null || within(allowed, match)));
}

export interface Scope {
    readonly matches: readonly string[];
    readonly excludeMatches: readonly string[];
    /** Hosts that an excluded `*.host` would take along; they come without exclusions. */
    readonly apexes: readonly string[];
}

/** Of the browser's patterns, what the administrator leaves: by the same rule as `permits`, to the host. */
export function scopeOf(managed: Managed, granted: readonly string[]): Scope {
    const { allowed, denied } = managed;
    const secure = granted.filter((pattern) => pattern.startsWith("https://"));
    const left = allowed === null
        ? secure
        : secure.flatMap((one) => allowed.map((other) => intersection(one, matchOf(other)))).filter((each) => each !== null);
    const apexOf = ({ host }: SitePattern): string => matchOf({ host, below: false });
    const permitted = ({ host }: SitePattern): boolean => permits(managed, `https://${host}` as Origin);
    const wide = (patterns: readonly SitePattern[]): SitePattern[] => patterns.filter(({ below }) => below);
    const apexes = wide(denied).filter(permitted).map(apexOf).filter((apex) => left.some((each) => intersection(apex, each) === apex));
    const excluded = [...denied.map(matchOf), ...wide(allowed ?? []).filter((each) => !permitted(each)).map(apexOf)];
    return { matches: distinct(left), excludeMatches: distinct(excluded), apexes: distinct(apexes) };
}

function distinct(patterns: readonly string[]): string[] {
    return [...new Set(patterns)].sort();
}
