// SPDX-License-Identifier: MIT
// Update manifests for who hosts the packages: Omaha's gupdate for Chromium's family, Mozilla's JSON for Firefox.

import { createHash } from "node:crypto";

export interface Release {
    readonly id: string;
    readonly version: string;
    readonly url: string;
    readonly bytes: Uint8Array;
    /** The oldest browser that takes it. */
    readonly least: string;
}

export function sha256(bytes: Uint8Array): string {
    return createHash("sha256").update(bytes).digest("hex");
}

function attribute(text: string): string {
    return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function chromiumUpdates({ id, version, url, bytes, least }: Release): string {
    return `<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid="${id}">
    <updatecheck codebase="${attribute(url)}" version="${version}" hash_sha256="${sha256(bytes)}" size="${bytes.length}" prodversionmin="${least}"/>
  </app>
</gupdate>
`;
}

export function firefoxUpdates({ id, version, url, bytes, least }: Release): string {
    const update = {
        version, update_link: url, update_hash: `sha256:${sha256(bytes)}`, applications: { gecko: { strict_min_version: least } },
    };
    return `${JSON.stringify({ addons: { [id]: { updates: [update] } } }, null, 4)}\n`;
}
