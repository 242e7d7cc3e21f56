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

/** Both are without the key, which is for an unpacked extension: a package has its id from who signs it. */
export function chromiumManifest({ key: _, browser_specific_settings: _gecko, background, ...rest }: Manifest, updateUrl: string | null): object {
    const { service_worker } = background;
    return { ...rest, background: { service_worker }, ...(updateUrl === null ? {} : { update_url: updateUrl }) };
}

export function firefoxManifest(manifest: Manifest, updateUrl: string | null): object {
    const { key: _, minimum_chrome_version: _least, message_serialization: _way, background, browser_specific_settings, ...rest } = manifest;
    const { scripts } = background;
    const gecko = { ...browser_specific_settings.gecko, ...(updateUrl === null ? {} : { update_url: updateUrl }) };
    return { ...rest, background: { scripts }, browser_specific_settings: { gecko } };
}
