// SPDX-License-Identifier: MIT
// A document whose bytes have come: the one copy that is shown, hashed and signed.

import type { DocumentHeader } from "../shared/documents.ts";
import type { DocumentKind } from "./kind.ts";

export interface LoadedDocument {
    readonly header: DocumentHeader;
    /** Read once. Nobody writes to it, hands it to a worker or lets go of it while it is reviewed. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** Lower-case hex. */
    readonly sha256: string;
    /** By the bytes alone. */
    readonly kind: DocumentKind;
}
