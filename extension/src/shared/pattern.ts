// SPDX-License-Identifier: MIT
// Sites as administrators write them, by the rule of the program's policy.json: https://host, or https://*.host for every
// name below and not for the name itself. No port, as browsers' patterns stand for every port of a host.

import { parseOrigin } from "./origin.ts";
import type { Origin } from "./origin.ts";

export interface SitePattern {
    readonly host: string;
    /** Stands for every name below, and not for the host itself. */
    readonly below: boolean;
}

const BELOW = "https://*.";

export function parseSitePattern(value: unknown): SitePattern | null {
    if (typeof value !== "string" || value.length > 300) return null;
    const below = value.startsWith(BELOW);
    // A name below it is valid when it is, which also refuses addresses.
    const origin = parseOrigin(below ? `https://a.${value.slice(BELOW.length)}` : value);
    if (origin === null) return null;
    const { hostname, port } = new URL(origin);
    // URL takes a star elsewhere for a letter; a browser's pattern would not.
    if (port !== "" || hostname.includes("*")) return null;
    return { host: below ? hostname.slice(2) : hostname, below };
}

export function covers({ host, below }: SitePattern, origin: Origin): boolean {
    const { hostname } = new URL(origin);
    return below ? hostname.endsWith(`.${host}`) : hostname === host;
}

/** As a browser writes it. Its `*.` stands for the host itself, too. */
export function matchOf({ host, below }: SitePattern): string {
    return below ? `https://*.${host}/*` : `https://${host}/*`;
}

/** As a person reads it, of a pattern of ours or of the browser's. */
export function nameOf(match: string): string {
    return match.replace(/^https:\/\//, "").replace(/\/\*$/, "");
}

interface Match {
    /** The empty one is every host. */
    readonly host: string;
    readonly below: boolean;
}

/** Null for what is not of https, or not a whole host. */
function parseMatch(match: string): Match | null {
    if (match === "<all_urls>" || /^(?:https|\*):\/\/\*\/\*$/.test(match)) return { host: "", below: true };
    const found = /^(?:https|\*):\/\/(\*\.)?([^/*:]+)\/\*$/.exec(match);
    return found?.[2] === undefined ? null : { host: found[2], below: found[1] !== undefined };
}

function lies({ host, below }: Match, inside: Match): boolean {
    if (inside.host === "") return true;
    if (host === inside.host) return inside.below || !below;
    return inside.below && host.endsWith(`.${inside.host}`);
}

/** The narrower of two of the browser's patterns, when it lies in the other. */
export function intersection(one: string, other: string): string | null {
    const [a, b] = [parseMatch(one), parseMatch(other)];
    if (a === null || b === null) return null;
    if (lies(a, b)) return one;
    return lies(b, a) ? other : null;
}

/** The patterns that stand in the manifest, where nobody can take them back. */
export function ownMatches(): readonly string[] {
    return (chrome.runtime.getManifest() as chrome.runtime.ManifestV3).host_permissions ?? [];
}

/** Whether it lies within what stands there. */
export function isInherent(match: string): boolean {
    return ownMatches().some((each) => intersection(match, each) === match);
}
