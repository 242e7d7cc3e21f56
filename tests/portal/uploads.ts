/* SPDX-License-Identifier: MIT */
// A document that was uploaded to be verified: on disk while that lasts, and then gone.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { inFile, type Content } from "./content.ts";

/** What the bridge can sign, and what its signature adds to a PDF with the font of a mark. */
export const UPLOAD_MOST = 64 * 1024 * 1024 + 16 * 1024 * 1024;
const AT_ONCE = 4; // times UPLOAD_MOST is the disk that strangers can take

export class Uploads {
    readonly #patience: number;
    #running = 0;

    /** Milliseconds that one may take to arrive. */
    constructor(patience: number) {
        this.#patience = patience;
    }

    /** Undefined when too many others are being verified. The folder is the server's own, and its name cannot be guessed. */
    async with<T>(request: IncomingMessage, size: number, work: (content: Content) => Promise<T>): Promise<T | undefined> {
        if (this.#running >= AT_ONCE) {
            return undefined;
        }
        this.#running++;
        let folder: string | undefined;
        try {
            folder = await mkdtemp(join(tmpdir(), "portal-document-"));
            const path = join(folder, "document");
            await pipeline(request, createWriteStream(path, { mode: 0o600 }), { signal: AbortSignal.timeout(this.#patience) });
            return await work(inFile(path, size));
        } finally {
            if (folder !== undefined) {
                await rm(folder, { recursive: true, force: true });
            }
            this.#running--;
        }
    }
}
