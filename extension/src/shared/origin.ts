// SPDX-License-Identifier: MIT
// Which origins are spoken to, and how they turn into the browser's match patterns.

/** What only national and local government can register; on from the start. */
export const GOVERNMENT_PATTERNS = ["https://*.go.jp/*", "https://*.lg.jp/*"] as const;

declare const originBrand: unique symbol;
/** `https://host[:port]` exactly as a browser serialises it. */
export type Origin = string & { readonly [originBrand]: true };

export function parseOrigin(value: unknown): Origin | null {
    if (typeof value !== "string" || !URL.canParse(value)) return null;
    const url = new URL(value);
    // With a dot at its end a name is the same to the resolver and another to a browser; patterns take it for the first.
    if (url.protocol !== "https:" || url.origin !== value || url.hostname.endsWith(".")) return null;
    return value as Origin;
}

/** The pattern of the whole host. Firefox takes no port in a pattern, so every port of a host is one site. */
export function patternOf(origin: Origin): string {
    return `https://${new URL(origin).hostname}/*`;
}

export function isGovernment(origin: Origin): boolean {
    return /(?:^|\.)(?:go|lg)\.jp$/.test(new URL(origin).hostname);
}

/** Patterns of other sites than the government's, out of everything that the browser has granted. */
export function switchedOn(granted: readonly string[]): string[] {
    const government: readonly string[] = GOVERNMENT_PATTERNS;
    return granted.filter((pattern) => pattern.startsWith("https://") && !government.includes(pattern)).sort();
}

export interface OriginParts {
    readonly scheme: string;
    readonly host: string;
    readonly port: string;
    /** The host has labels in punycode, which can be made to look like another name. */
    readonly international: boolean;
}

export function partsOf(origin: Origin): OriginParts {
    const { hostname, port } = new URL(origin);
    return {
        scheme: "https://",
        host: hostname,
        port: port === "" ? "" : `:${port}`,
        international: hostname.split(".").some((label) => label.startsWith("xn--")),
    };
}
