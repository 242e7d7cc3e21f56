// SPDX-License-Identifier: MIT
// What an administrator has set, as far as a content script needs it from its first moment: small scripts, registered
// before it by the background, say it (settings/*.ts).

import type { Language } from "../shared/errors.ts";

export interface Declared {
    readonly mynaportal?: false;
    readonly language?: Language;
}

const DECLARED = Symbol.for("jpki-bridge-declared");
const scope: { [DECLARED]?: Declared } = globalThis as object;

export function declare(what: Declared): void {
    scope[DECLARED] = { ...scope[DECLARED], ...what };
}

/** Once: a script that comes later to the same document has its own. */
export function takeDeclared(): Declared {
    const declared = scope[DECLARED] ?? {};
    scope[DECLARED] = {};
    return declared;
}
