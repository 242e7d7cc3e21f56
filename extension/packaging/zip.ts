// SPDX-License-Identifier: MIT
// A zip archive that depends on nothing but names and bytes: fixed times, modes and order.

import { zipSync } from "fflate";
import type { Zippable } from "fflate";

export type Files = ReadonlyMap<string, Uint8Array>;

/** The earliest time that a zip can hold; it is written in local terms, whatever the zone. */
const MTIME = new Date(1980, 0, 1);
const UNIX = 3;
const REGULAR = 0o100644 << 16;

export function zip(files: Files): Uint8Array {
    const entries: Zippable = {};
    for (const name of [...files.keys()].sort()) {
        const bytes = files.get(name);
        if (bytes !== undefined) entries[name] = [bytes, { mtime: MTIME, os: UNIX, attrs: REGULAR, level: 9 }];
    }
    return zipSync(entries);
}
