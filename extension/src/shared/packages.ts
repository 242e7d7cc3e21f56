// SPDX-License-Identifier: MIT
// Which package brings the program to which system, and the file that a person looks for.

import type { MessageKey } from "./i18n.ts";

export interface Package {
    readonly name: MessageKey;
    /** The file, or the command that takes it. */
    readonly command: string;
}

const PACKAGES: Readonly<Partial<Record<chrome.runtime.PlatformInfo["os"], readonly Package[]>>> = {
    linux: [
        { name: "packageDeb", command: "sudo apt install ./jpki-bridge_*.deb" },
        { name: "packageRpm", command: "sudo dnf install ./jpki-bridge-*.rpm" },
    ],
    win: [{ name: "packageMsi", command: "jpki-bridge-*.msi" }],
    mac: [{ name: "packagePkg", command: "jpki-bridge-*.pkg" }],
};

/** None where there is none yet. */
export function packagesFor(os: chrome.runtime.PlatformInfo["os"]): readonly Package[] {
    return PACKAGES[os] ?? [];
}
