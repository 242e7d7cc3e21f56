// SPDX-License-Identifier: MIT
// The one manifest, as each family of browsers takes it.

export interface Manifest {
    readonly version: string;
    readonly key: string;
    readonly minimum_chrome_version: string;
    readonly background: { readonly service_worker: string; readonly scripts: readonly string[] };
    readonly browser_specific_settings: { readonly gecko: { readonly id: string; readonly strict_min_version: string } };
    readonly [member: string]: unknown;
}

function without(manifest: Manifest, ...members: readonly string[]): object {
    return Object.fromEntries(Object.entries(manifest).filter(([name]) => !members.includes(name)));
}

/** Both are without the key, which is for an unpacked extension: a package has its id from who signs it. */
export function chromiumManifest(manifest: Manifest, updateUrl: string | null): object {
    const { service_worker } = manifest.background;
    return {
        ...without(manifest, "key", "browser_specific_settings"),
        background: { service_worker },
        ...(updateUrl === null ? {} : { update_url: updateUrl }),
    };
}

export function firefoxManifest(manifest: Manifest, updateUrl: string | null): object {
    const { scripts } = manifest.background;
    const gecko = { ...manifest.browser_specific_settings.gecko, ...(updateUrl === null ? {} : { update_url: updateUrl }) };
    return {
        ...without(manifest, "key", "minimum_chrome_version", "message_serialization"),
        background: { scripts },
        browser_specific_settings: { gecko },
    };
}
