// SPDX-License-Identifier: MIT
// What the page protocols have in common: the same fields, the same checks, the same line.

import type { Language } from "../shared/errors.ts";
import { fail } from "../shared/failure.ts";
import type { Outcome } from "../shared/failure.ts";
import { isFields } from "../shared/guards.ts";
import type { Fields } from "../shared/guards.ts";
import type { NativeVersion } from "../shared/messages.ts";
import { parseLanguage, parseOperation, parseProfile } from "../shared/request.ts";
import type { OperationResult, OwnOperation } from "../shared/request.ts";
import { checkLibrary } from "../shared/version.ts";
import { parseFiles } from "./files.ts";
import type { Line, Watcher } from "./line.ts";
import type { Page } from "./page.ts";

export interface Deal {
    readonly page: Page;
    readonly line: Line;
    /** For requests that name none. */
    readonly ownLanguage: Language;
}

export interface Status {
    readonly library: string;
    readonly native: NativeVersion;
}

export async function status({ page, line }: Deal, data: Fields): Promise<Outcome<Status>> {
    if (!page.secure) return fail("origin-invalid");
    const library = checkLibrary(data["libraryVersion"]);
    if (!library.ok) return library;
    const native = await line.status();
    return native.ok ? { ok: true, value: { library: library.value, native: native.value } } : native;
}

export async function perform(
    { page, line }: Deal,
    operation: OwnOperation,
    data: Fields,
    watcher?: Watcher,
): Promise<Outcome<OperationResult>> {
    if (!page.secure) return fail("origin-invalid");
    const library = checkLibrary(data["libraryVersion"]);
    if (!library.ok) return library;
    if (operation === "sign-documents") {
        const asked = parseFiles(data);
        return asked.ok ? line.run(asked.value.request, watcher, asked.value.blobs) : asked;
    }
    const request = operation === "read-profile" ? parseProfile(data) : parseOperation(operation, data);
    return request.ok ? line.run(request.value, watcher) : request;
}

export function languageOf({ ownLanguage }: Deal, { options }: Fields): Language {
    return (isFields(options) ? parseLanguage(options["lang"]) : null) ?? ownLanguage;
}
