// SPDX-License-Identifier: MIT
// Browser and system, as far as the government's sites tell them apart, and the versions that they look for.

import table from "../../../manifests/mynaportal.json" with { type: "json" };

export type Family = keyof typeof table.appVersions;
/** Linux is told as Windows: the sites know no third. */
export type System = keyof (typeof table.appVersions)[Family];

export interface Platform {
    readonly family: Family;
    readonly system: System;
}

/** From the address of one of our own files and navigator.platform, which no disguise reaches in our world. */
export function platformOf(ownUrl: string, navigatorPlatform: string): Platform {
    return {
        family: ownUrl.startsWith("moz-extension:") ? "firefox" : "chromium",
        system: navigatorPlatform.startsWith("Mac") ? "macos" : "windows",
    };
}

export interface Versions {
    readonly extension: string;
    readonly app: string;
}

export function versionsFor({ family, system }: Platform): Versions {
    return { extension: table.extensionVersion, app: table.appVersions[family][system] };
}

/** Match patterns of the hosts that turn Linux away. */
export const SERVICE_PATTERNS: readonly string[] = table.serviceHosts.map((host) => `${host}/*`);
