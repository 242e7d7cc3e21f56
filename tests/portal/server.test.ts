/* SPDX-License-Identifier: MIT */
// The portal over real HTTPS, as a browser would talk to it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Server } from "node:https";
import * as make from "./fixtures.ts";
import { createPortal } from "./server.ts";

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), "portal-"));
let clock = Date.now();
let portal: Server;

interface Reply { status: number; json: Record<string, unknown>; cookie?: string; headers: NodeJS.Dict<string | string[]>; text: string }
interface Ask { method?: string; body?: string; headers?: Record<string, string> }

function ask(path: string, { method = "GET", body, headers = {} }: Ask): Promise<Reply> {
    const address = portal.address();
    assert.ok(typeof address === "object" && address !== null);
    return new Promise((resolve, reject) => {
        const outgoing = request({ host: "127.0.0.1", port: address.port, path, method, headers, rejectUnauthorized: false }, (incoming) => {
            const pieces: Buffer[] = [];
            incoming.on("data", (piece: Buffer) => pieces.push(piece)).on("end", () => {
                const text = Buffer.concat(pieces).toString();
                const isJson = incoming.headers["content-type"]?.startsWith("application/json") === true;
                const cookie = incoming.headers["set-cookie"]?.[0];
                resolve({
                    status: incoming.statusCode ?? 0, text, headers: incoming.headers,
                    json: isJson ? JSON.parse(text) as Record<string, unknown> : {}, ...(cookie === undefined ? {} : { cookie }),
                });
            });
        });
        outgoing.on("error", reject).end(body);
    });
}

/** One browser: keeps the cookie and posts JSON from the portal's own pages. */
class Browser {
    cookie = "";
    async post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply> {
        const text = JSON.stringify(body);
        const reply = await ask(path, {
            method: "POST", body: text,
            headers: { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)), "origin": make.ORIGIN, "cookie": this.cookie, ...headers },
        });
        this.cookie = reply.cookie?.split(";")[0] ?? this.cookie;
        return reply;
    }
    get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
        return ask(path, { headers: { cookie: this.cookie, ...headers } });
    }
    /** Posts a token for a nonce. */
    logIn(nonce: string, token: unknown = make.token(make.authCard, nonce), headers?: Record<string, string>): Promise<Reply> {
        return this.post("/api/login", { nonce, token }, headers);
    }
    /** Posts what the card answered for a text that the server has been given. */
    async signed(text: string, answer: unknown): Promise<Reply> {
        return this.post("/api/signature", { hash: createHash("sha256").update(text).digest("base64"), answer });
    }
    async nonce(): Promise<string> {
        return String((await this.post("/api/nonce")).json["nonce"]);
    }
}

function open(mostSessions?: number): Promise<void> {
    writeFileSync(join(folder, "auth-ca.pem"), make.authCa.certificate.toString());
    writeFileSync(join(folder, "sign-ca.pem"), make.signCa.certificate.toString());
    writeFileSync(join(folder, "client.js"), "export {};");
    portal = createPortal({
        origin: make.ORIGIN, authCa: join(folder, "auth-ca.pem"), signCa: join(folder, "sign-ca.pem"),
        clientLibrary: join(folder, "client.js"), now: () => clock, ...(mostSessions === undefined ? {} : { mostSessions }),
    });
    return new Promise((resolve) => { portal.listen(0, "127.0.0.1", resolve); });
}

describe("portal", () => {
    let browser: Browser;
    before(() => open());
    beforeEach(() => { browser = new Browser(); clock = Date.now(); });
    after(() => { portal.close(); });

    const refused = (reply: Reply, check: string): void => {
        assert.equal(reply.status, 403);
        assert.equal(reply.json["error"], check);
    };

    it("logs a person in, under a new session id", async () => {
        const nonce = await browser.nonce();
        assert.equal(Buffer.from(nonce, "base64").length, 32);
        const before = browser.cookie;
        const reply = await browser.logIn(nonce);
        assert.equal(reply.status, 200);
        assert.notEqual(browser.cookie, before);
        assert.match(reply.cookie ?? "", /^__Host-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
        const account = await browser.get("/account?lang=en");
        assert.match(account.text, /CN=0123456789ABCDEF/);
        assert.equal(account.text.match(/data-ok="true"/g)?.length, 10);
        const planted = new Browser();
        planted.cookie = before;
        assert.equal((await planted.get("/account")).status, 303);
    });
    it("logs out", async () => {
        await browser.logIn(await browser.nonce());
        const loggedIn = browser.cookie;
        await browser.post("/api/logout");
        browser.cookie = loggedIn;
        assert.equal((await browser.get("/account")).status, 303);
    });
    it("ends a log-in after half an hour", async () => {
        await browser.logIn(await browser.nonce());
        clock += 31 * MINUTE;
        assert.equal((await browser.get("/account")).status, 303);
    });

    it("refuses a nonce used before", async () => {
        const nonce = await browser.nonce();
        const same = new Browser();
        same.cookie = browser.cookie;
        assert.equal((await browser.logIn(nonce)).status, 200);
        refused(await browser.logIn(nonce), "nonce");
        refused(await same.logIn(nonce), "nonce");
    });
    it("refuses a nonce that a failed log-in used up", async () => {
        const nonce = await browser.nonce();
        refused(await browser.logIn(nonce, "garbage"), "format");
        refused(await browser.logIn(nonce), "nonce");
    });
    it("takes the nonces of two tabs, each for its own token", async () => {
        const [one, two] = [await browser.nonce(), await browser.nonce()];
        refused(await browser.logIn(one, make.token(make.authCard, two)), "signature");
        assert.equal((await browser.logIn(two)).status, 200);
    });
    it("keeps no more than a few nonces for one session", async () => {
        const first = await browser.nonce();
        for (let n = 0; n < 4; n++) {
            await browser.nonce();
        }
        refused(await browser.logIn(first), "nonce");
    });
    it("refuses a nonce after five minutes, and takes it just before", async () => {
        const late = await browser.nonce();
        clock += 5 * MINUTE;
        refused(await browser.logIn(late), "nonce");
        const inTime = await browser.nonce();
        clock += 5 * MINUTE - 1;
        assert.equal((await browser.logIn(inTime)).status, 200);
    });
    it("refuses a nonce of another session, and one that it never gave", async () => {
        const nonce = await browser.nonce();
        const other = new Browser();
        refused(await other.logIn(nonce), "nonce");
        await other.nonce();
        refused(await other.logIn(nonce), "nonce");
        refused(await browser.logIn("A".repeat(44)), "nonce");
    });
    it("takes no text's hash for a nonce, though it gave that to this session", async () => {
        const hash = String((await browser.post("/api/document", { text: "chosen by the client" })).json["hash"]);
        refused(await browser.logIn(hash), "nonce");
    });
    it("takes no nonce for a text's hash, and leaves the nonce in use", async () => {
        const nonce = await browser.nonce();
        const reply = await browser.post("/api/signature", { hash: nonce, answer: make.signedDocument(make.signCard, Buffer.alloc(0)) });
        assert.deepEqual([reply.status, reply.json["error"]], [400, "document"]);
        assert.equal((await browser.logIn(nonce)).status, 200);
    });
    it("refuses a token made with the signing certificate", async () => {
        const nonce = await browser.nonce();
        refused(await browser.logIn(nonce, make.token(make.signCard, nonce)), "chain");
    });
    it("refuses a token for another origin, whatever the request's Host says", async () => {
        const nonce = await browser.nonce();
        refused(await browser.logIn(nonce, make.token(make.authCard, nonce, "https://evil.example"), { host: "evil.example" }), "signature");
    });

    it("takes requests from its own pages only", async () => {
        for (const origin of ["https://evil.example", "null", `${make.ORIGIN}:8443`]) {
            const reply = await browser.post("/api/nonce", {}, { origin });
            assert.deepEqual([reply.status, reply.json["error"]], [403, "origin"]);
        }
        assert.equal((await ask("/api/nonce", { method: "POST", headers: { "content-length": "0" } })).status, 403);
        assert.equal((await browser.get("/api/nonce")).status, 405);
    });
    it("answers nonsense with an error and goes on", async () => {
        const own = { "origin": make.ORIGIN, "content-type": "application/json" };
        const post = async (path: string, body: string, headers: Record<string, string>): Promise<number> =>
            (await ask(path, { method: "POST", body, headers: { ...headers, "content-length": String(body.length) } })).status;
        assert.equal(await post("/api/login", "{", own), 400);
        assert.equal(await post("/api/login", "{}", { ...own, "content-type": "text/plain" }), 415);
        assert.equal(await post("/api/login", JSON.stringify({ token: "A".repeat(70_000) }), own), 413);
        assert.equal((await ask("/api/login", { method: "POST", body: "{}", headers: { ...own, "transfer-encoding": "chunked" } })).status, 413);
        assert.equal((await browser.post("/api/__proto__")).status, 405);
        assert.equal((await browser.get("/constructor")).status, 404);
        assert.equal((await browser.get("/../server.ts")).status, 404);
        assert.equal((await browser.get("//")).status, 400);
        for (const body of [null, [], 1, "text"]) {
            assert.equal((await browser.post("/api/document", body)).status, 400);
            assert.equal((await browser.post("/api/login", body)).status, 400);
            assert.equal((await browser.post("/api/signature", body)).status, 400);
        }
        assert.equal((await browser.get("/")).status, 200);
    });

    it("verifies a signature over the text that it kept", async () => {
        const text = "申請します。";
        const { json } = await browser.post("/api/document", { text });
        assert.equal(json["hashFunction"], "SHA-256");
        const answer = make.signedDocument(make.signCard, Buffer.from(text));
        const reply = await browser.signed(text, answer);
        assert.equal(reply.status, 200, reply.text);
        assert.equal(reply.json["text"], text);
        assert.equal(reply.json["name"], "番号 花子");
        const again = await browser.signed(text, answer);
        assert.deepEqual([again.status, again.json["error"]], [400, "document"]);
    });
    it("refuses a signature over another text, and one by the log-in key", async () => {
        await browser.post("/api/document", { text: "one" });
        refused(await browser.signed("one", make.signedDocument(make.signCard, Buffer.from("two"))), "signature");
        await browser.post("/api/document", { text: "one" });
        refused(await browser.signed("one", make.signedDocument(make.authCard, Buffer.from("one"))), "chain");
    });
    it("keeps one text for one session, and its nonces beside it", async () => {
        const nonce = await browser.nonce();
        await browser.post("/api/document", { text: "one" });
        await browser.post("/api/document", { text: "two" });
        const gone = await browser.signed("one", make.signedDocument(make.signCard, Buffer.from("one")));
        assert.deepEqual([gone.status, gone.json["error"]], [400, "document"]);
        assert.equal((await browser.signed("two", make.signedDocument(make.signCard, Buffer.from("two")))).status, 200);
        assert.equal((await browser.logIn(nonce)).status, 200);
    });
    it("refuses texts that are empty, too long or not well-formed", async () => {
        for (const text of ["", "x".repeat(2_001), "\ud800", 1]) {
            assert.equal((await browser.post("/api/document", { text })).status, 400);
        }
    });

    it("speaks Japanese and English", async () => {
        assert.match((await browser.get("/")).text, /<html lang="ja">/);
        assert.match((await browser.get("/", { "accept-language": "fr,en-GB;q=0.9" })).text, /<html lang="en">/);
        assert.match((await browser.get("/?lang=ja", { "accept-language": "en" })).text, /<html lang="ja">/);
        assert.match((await browser.get("/?lang=%22%3E%3Cscript%3E")).text, /<html lang="ja">/);
    });
    it("sends the headers that keep other sites out", async () => {
        const { headers } = await browser.get("/login");
        assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.equal(headers["cache-control"], "no-store");
    });
});

describe("portal with a full store", () => {
    before(() => { clock = Date.now(); return open(2); });
    after(() => { portal.close(); });
    it("turns newcomers away, keeps those who are in, and has room again later", async () => {
        const [first, second, third] = [new Browser(), new Browser(), new Browser()];
        const nonce = await first.nonce();
        await second.nonce();
        const reply = await third.post("/api/nonce");
        assert.deepEqual([reply.status, reply.json["error"]], [503, "busy"]);
        assert.equal((await first.logIn(nonce)).status, 200);
        clock += 6 * MINUTE;
        assert.equal((await third.post("/api/nonce")).status, 200);
        assert.equal((await first.get("/account")).status, 200);
    });
});

after(() => { rmSync(folder, { recursive: true }); });
