/* SPDX-License-Identifier: MIT */
// Signed documents uploaded to the portal to be verified: right ones, wrong ones, and those that mean harm.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request, type RequestOptions, type Server } from "node:https";
import type { ClientRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "../rig/wait.ts";
import * as documents from "./document-fixtures.ts";
import * as make from "./fixtures.ts";
import { createPortal } from "./server.ts";
import { UPLOAD_MOST } from "./uploads.ts";

const PATH = "/api/verify-document";
const folder = mkdtempSync(join(tmpdir(), "uploads-"));
const kept = join(folder, "tmp");
const [temporary, logged] = [process.env["TMPDIR"], console.error];
const DOCUMENT = Buffer.from("申請します。\n");
const CMS = documents.signCms(make.signCard, documents.sha256(DOCUMENT));
const PDF = documents.signPdf(documents.smallPdf(), make.signCard);

interface Reply { status: number; json: { error?: string; signatures?: { name: string; checks: { name: string; ok: boolean }[] }[]; checks?: unknown[] } }

describe("documents uploaded to be verified", () => {
    let portal: Server;
    const complaints: unknown[] = [];

    before(async () => {
        writeFileSync(join(folder, "auth-ca.pem"), make.authCa.certificate.toString());
        writeFileSync(join(folder, "sign-ca.pem"), make.signCa.certificate.toString());
        writeFileSync(join(folder, "client.js"), "export {};");
        mkdirSync(kept);
        process.env["TMPDIR"] = kept;
        console.error = (...said: unknown[]) => { complaints.push(...said); };
        portal = createPortal({
            origin: make.ORIGIN, authCa: join(folder, "auth-ca.pem"), signCa: join(folder, "sign-ca.pem"),
            clientLibrary: join(folder, "client.js"), patience: { body: 400, upload: 1_500 },
        });
        await new Promise<void>((resolve) => { portal.listen(0, "127.0.0.1", resolve); });
    });
    after(() => {
        portal.closeAllConnections();
        portal.close();
        console.error = logged;
        process.env["TMPDIR"] = temporary ?? "";
        if (temporary === undefined) {
            delete process.env["TMPDIR"];
        }
        rmSync(folder, { recursive: true });
        assert.deepEqual(complaints, [], "a stranger's connection must not fill the log");
    });

    /** Begins a request that announces this many bytes. */
    function begin(length: number, path = PATH, headers: Record<string, string> = {}): { outgoing: ClientRequest; reply: Promise<Reply> } {
        const options: RequestOptions = {
            host: "127.0.0.1", port: (portal.address() as AddressInfo).port, path, method: "POST", rejectUnauthorized: false, agent: false,
            headers: { "content-type": "application/octet-stream", "content-length": length, "origin": make.ORIGIN, ...headers },
        };
        const { promise, resolve, reject } = Promise.withResolvers<Reply>();
        const outgoing = request(options, (incoming) => {
            const pieces: Buffer[] = [];
            incoming.on("data", (piece: Buffer) => pieces.push(piece)).on("end", () => {
                resolve({ status: incoming.statusCode ?? 0, json: JSON.parse(Buffer.concat(pieces).toString()) as Reply["json"] });
            });
        });
        outgoing.on("error", reject);
        outgoing.flushHeaders();
        return { outgoing, reply: promise };
    }
    function post(body: Buffer, path = PATH, headers: Record<string, string> = {}): Promise<Reply> {
        const { outgoing, reply } = begin(body.length, path, headers);
        outgoing.end(body);
        return reply;
    }
    const beside = (signature: Buffer, document = DOCUMENT): Promise<Reply> =>
        post(Buffer.concat([signature, document]), `${PATH}?signature=${signature.length}`);
    const files = (): string[] => readdirSync(kept);

    it("are verified with a signature beside them, and inside a PDF", async () => {
        for (const [reply, name] of [[await beside(CMS), "message-digest"], [await post(PDF), "whole-file"]] as const) {
            assert.equal(reply.status, 200, JSON.stringify(reply.json));
            const [one, ...more] = reply.json.signatures ?? [];
            assert.equal(more.length, 0);
            assert.equal(one?.name, "番号 花子");
            assert.ok(one.checks.every(({ ok }) => ok) && one.checks.some((each) => each.name === name));
        }
        assert.equal((await post(documents.signPdf(PDF, make.signCard))).json.signatures?.length, 2);
        assert.deepEqual(files(), []);
    });
    it("are refused with the check that failed when they were tampered with", async () => {
        const changed = Buffer.from(PDF);
        changed.write("X", 200, "latin1");
        const cases: [() => Promise<Reply>, string][] = [
            [() => beside(CMS, Buffer.from("申請しません。\n")), "message-digest"],
            [() => post(changed), "message-digest"],
            [() => post(Buffer.concat([PDF, Buffer.from("\n")])), "whole-file"],
            [() => beside(documents.signCms(make.authCard, documents.sha256(DOCUMENT))), "chain"],
            [() => beside(CMS.subarray(0, -1)), "format"],
            [() => post(documents.smallPdf()), "byte-range"],
            [() => post(Buffer.alloc(0)), "format"],
        ];
        for (const [asked, check] of cases) {
            const { status, json } = await asked();
            assert.deepEqual([status, json.error], [403, check]);
            assert.ok((json.checks?.length ?? 0) > 0, check);
        }
        assert.deepEqual(files(), []);
    });
    it("are refused before a byte is taken when the request is not right", async () => {
        const cases: [Promise<Reply>, number, string][] = [
            [begin(UPLOAD_MOST + 1).reply, 413, "too-large"],
            [post(PDF, PATH, { "content-type": "multipart/form-data" }), 415, "content-type"],
            [post(PDF, PATH, { "origin": "https://evil.example" }), 403, "origin"],
            [post(PDF, `${PATH}?signature=-1`), 400, "signature"],
            [post(PDF, `${PATH}?signature=${PDF.length + 1}`), 400, "signature"],
            [post(PDF, `${PATH}?signature=1e1000`), 400, "signature"],
            [begin(UPLOAD_MOST, `${PATH}?signature=${64 * 1024 + 1}`).reply, 400, "signature"],
        ];
        for (const [asked, status, error] of cases) {
            const reply = await asked;
            assert.deepEqual([reply.status, reply.json.error], [status, error]);
        }
        assert.deepEqual(files(), []);
    });
    it("are gone when the upload is broken off", async () => {
        const { outgoing, reply } = begin(10_000);
        const lost = assert.rejects(reply);
        outgoing.write(Buffer.alloc(5_000));
        await until("the file", () => files().length === 1);
        outgoing.destroy();
        await lost;
        await until("an empty folder", () => files().length === 0);
    });
    it("are gone when they come too slowly, and so are small requests", async () => {
        const [upload, small] = [begin(10_000), begin(100, "/api/nonce", { "content-type": "application/json" })];
        const started = Date.now();
        await assert.rejects(small.reply);
        assert.ok(Date.now() - started < 1_400, "a small one has less time");
        upload.outgoing.write(Buffer.alloc(10));
        await assert.rejects(upload.reply);
        await until("an empty folder", () => files().length === 0);
    });
    it("wait for room when too many come at once", async () => {
        const open = Array.from({ length: 4 }, () => begin(PDF.length));
        await until("four files", () => files().length === 4);
        const fifth = await post(PDF);
        assert.deepEqual([fifth.status, fifth.json.error], [503, "busy"]);
        for (const { outgoing } of open) {
            outgoing.end(PDF);
        }
        for (const { reply } of open) {
            assert.equal((await reply).status, 200);
        }
        assert.equal((await post(PDF)).status, 200);
    });
});
