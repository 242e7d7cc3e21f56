/* SPDX-License-Identifier: MIT */
// The example portal: log in and sign with a MyNumber card. `node tests/portal/main.ts --help` runs it.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { bytesOf, partOf } from "./content.ts";
import { digestsOf, judge, prepare, type Asked } from "./mynaportal.ts";
import { languageOf, page, PAGES } from "./pages.ts";
import { Sessions, type Session } from "./sessions.ts";
import { Refused, verifyDocument, verifyLogin, type Check } from "./verify.ts";
import { UPLOAD_MOST, Uploads } from "./uploads.ts";
import { verifyCades, verifyPades, type DocumentSignature } from "./verify-documents.ts";
import { readAttributes } from "./verify-mynaportal.ts";

export interface PortalOptions {
    /** As the browser serialises it, `https://host[:port]`: from the site's configuration, never from a request. */
    origin: string;
    /** PEM files: the user-authentication CA alone, and the signing CA alone. */
    authCa: string;
    signCa: string;
    /** The built client library, served as /jpki-bridge.js. */
    clientLibrary: string;
    now?: () => number;
    mostSessions?: number;
    /** Milliseconds that a small body, and an upload, may take to arrive. */
    patience?: { body: number; upload: number };
}

const COOKIE = "__Host-session"; // the prefix makes the browser insist on Secure, Path=/ and this host
const BODY_MOST = 64 * 1024;
const PATIENCE = { body: 10_000, upload: 120_000 };
const TEXT_MOST = 2_000; // sessions times texts is the memory that strangers can take
const HEADERS = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
};
const FILES: Record<string, string> = {
    "/portal.css": "text/css", "/icon.svg": "image/svg+xml", "/common.js": "text/javascript",
    "/login.js": "text/javascript", "/login-web-eid.js": "text/javascript", "/web-eid.js": "text/javascript",
    "/sign.js": "text/javascript", "/mynaportal.js": "text/javascript", "/documents.js": "text/javascript",
    "/profile.js": "text/javascript",
};

/** A refusal that the page is told about. */
class Problem extends Error {
    readonly status: number;
    readonly code: string;
    constructor(status: number, code: string) {
        super(code);
        this.status = status;
        this.code = code;
    }
}

interface Exchange { request: IncomingMessage; response: ServerResponse; session: Session | undefined }
type Route = (exchange: Exchange, body: unknown) => object | Promise<object>;

export function createPortal(options: PortalOptions): Server {
    const authCas = readCertificates(options.authCa);
    const signCas = readCertificates(options.signCa);
    const now = options.now ?? Date.now;
    const sessions = new Sessions(now, options.mostSessions);
    const patience = options.patience ?? PATIENCE;
    const uploads = new Uploads(patience.upload);

    function sessionFor({ session, response }: Exchange): Session {
        const found = session ?? sessions.create();
        if (found === undefined) {
            throw new Problem(503, "busy");
        }
        setCookie(response, found);
        return found;
    }

    const routes: Record<string, Route> = {
        "/api/nonce": (exchange) => {
            const nonce = randomBytes(32).toString("base64"); // 44 characters
            sessions.keep(sessionFor(exchange), "nonce", nonce);
            return { nonce };
        },

        "/api/login": ({ session, response }, body) => {
            const nonce = text(body, "nonce");
            const taken = sessions.take(session, "nonce", nonce);
            const checks: Check[] = [];
            if (session === undefined || "missing" in taken) {
                throw new Refused(checks, "nonce", "missing" in taken ? taken.missing : "no session");
            }
            checks.push({ name: "nonce", ok: true, detail: nonce });
            const verified = verifyLogin(field(body, "token"), options.origin, nonce, authCas, new Date(now()), checks);
            const fresh = sessions.logIn(session, verified);
            if (fresh === undefined) {
                throw new Problem(503, "busy");
            }
            setCookie(response, fresh);
            return verified;
        },

        "/api/logout": ({ session, response }) => {
            if (session !== undefined) {
                sessions.end(session);
            }
            response.setHeader("Set-Cookie", `${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`);
            return {};
        },

        // The server keeps the text, so that what is verified later is what it hashed, whatever the page says then.
        "/api/document": (exchange, body) => {
            const document = text(body, "text");
            if (document.length === 0 || document.length > TEXT_MOST || !document.isWellFormed()) {
                throw new Problem(400, "text");
            }
            const hash = createHash("sha256").update(document, "utf8").digest("base64");
            sessions.keep(sessionFor(exchange), "document", hash, document);
            return { hash, hashFunction: "SHA-256" };
        },

        "/api/signature": ({ session }, body) => {
            const document = sessions.take(session, "document", text(body, "hash"));
            if ("missing" in document) {
                throw new Problem(400, "document");
            }
            const bytes = Buffer.from(document.value, "utf8");
            return { text: document.value, ...verifyDocument(field(body, "answer"), bytes, signCas, new Date(now())) };
        },

        // As with the document: the page learns the digests, and by their name the server knows what they stand for.
        "/api/mynaportal/digests": (exchange, body) => {
            const asked = prepare(text(body, "mode"), Number(field(body, "count") ?? 1));
            if (asked === undefined) {
                throw new Problem(400, "mode");
            }
            const name = randomBytes(16).toString("hex");
            sessions.keep(sessionFor(exchange), "mynaportal", name, JSON.stringify(asked));
            return { name, digests: digestsOf(asked) };
        },

        "/api/mynaportal/answer": ({ session, response }, body) => {
            const kept = sessions.take(session, "mynaportal", text(body, "name"));
            if (session === undefined || "missing" in kept) {
                throw new Problem(400, "name");
            }
            const asked = JSON.parse(kept.value) as Asked;
            const verified = judge(asked, field(body, "answer"), authCas, signCas, new Date(now()));
            if (asked.mode !== "01") {
                return { texts: asked.texts, ...verified };
            }
            const fresh = sessions.logIn(session, verified);
            if (fresh === undefined) {
                throw new Problem(503, "busy");
            }
            setCookie(response, fresh);
            return verified;
        },

        "/api/mynaportal/attributes": (_, body) => readAttributes(field(body, "answer")),
    };

    // `?signature=N`: the first N bytes are the CMS, the rest is the document; without it, a signed PDF.
    async function verifyUpload(request: IncomingMessage, signature: string | null): Promise<{ signatures: DocumentSignature[] }> {
        if (request.headers["content-type"] !== "application/octet-stream") {
            throw new Problem(415, "content-type");
        }
        const [size, length] = [announcedLength(request, UPLOAD_MOST), signature === null ? 0 : Number(signature)];
        if (!Number.isInteger(length) || length < 0 || length > Math.min(BODY_MOST, size)) {
            throw new Problem(400, "signature");
        }
        const at = new Date(now());
        const signatures = await uploads.with(request, size, async (content) => signature === null
            ? verifyPades(content, signCas, at)
            : [await verifyCades(await bytesOf(content, 0, length), partOf(content, length), signCas, at)]);
        if (signatures === undefined) {
            throw new Problem(503, "busy");
        }
        return { signatures };
    }

    async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = URL.parse(request.url ?? "/", options.origin);
        if (url === null) {
            throw new Problem(400, "url");
        }
        const session = sessions.find(readCookie(request));
        const upload = url.pathname === "/api/verify-document";
        const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
        if (route !== undefined || upload) {
            if (request.method !== "POST") {
                throw new Problem(405, "method");
            }
            // Another site's page can post here with the person's cookie; only ours names this origin.
            if (request.headers.origin !== options.origin) {
                throw new Problem(403, "origin");
            }
            const answer = route === undefined
                ? await verifyUpload(request, url.searchParams.get("signature"))
                : await route({ request, response, session }, await readJson(request, patience.body));
            send(response, 200, "application/json", JSON.stringify(answer));
        } else if (request.method !== "GET") {
            throw new Problem(405, "method");
        } else if (url.pathname === "/jpki-bridge.js") {
            send(response, 200, "text/javascript", readFileSync(options.clientLibrary));
        } else if (Object.hasOwn(FILES, url.pathname)) {
            send(response, 200, FILES[url.pathname] ?? "", readFileSync(new URL(`public${url.pathname}`, import.meta.url)));
        } else if (url.pathname === "/account" && session?.login === undefined) {
            response.setHeader("Location", "/login");
            send(response, 303, "text/plain", "");
        } else if (Object.hasOwn(PAGES, url.pathname)) {
            const html = page(url.pathname, languageOf(url.searchParams.get("lang"), request.headers["accept-language"]), session?.login);
            send(response, 200, "text/html", html);
        } else {
            throw new Problem(404, "not-found");
        }
    }

    function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
        const cutOff = request.destroyed && !request.complete; // by whoever sent it, or for being too slow
        if (response.headersSent || cutOff) {
            response.destroy();
        } else if (error instanceof Refused) {
            send(response, 403, "application/json", JSON.stringify({ error: error.check, checks: error.checks }));
        } else if (error instanceof Problem) {
            send(response, error.status, "application/json", JSON.stringify({ error: error.code }));
        } else {
            console.error(error);
            send(response, 500, "application/json", JSON.stringify({ error: "internal" }));
        }
    }

    const server = createServer({ ...selfSigned(new URL(options.origin).hostname), maxHeaderSize: 16 * 1024 }, (request, response) => {
        handle(request, response).catch((error: unknown) => { refuse(request, response, error); });
    });
    server.requestTimeout = patience.upload; // a large document on a slow line; what is small has a shorter time of its own
    server.headersTimeout = 5_000;
    server.maxConnections = 1_000;
    return server;
}

function setCookie(response: ServerResponse, session: Session): void {
    response.setHeader("Set-Cookie", `${COOKIE}=${session.id}; Path=/; Secure; HttpOnly; SameSite=Lax`);
}

function readCookie(request: IncomingMessage): string | undefined {
    const pairs = (request.headers.cookie ?? "").split(";").map((each) => each.trim());
    return pairs.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
    const charset = type.startsWith("image/") ? "" : "; charset=utf-8";
    response.writeHead(status, { ...HEADERS, "Content-Type": `${type}${charset}`, "Content-Length": Buffer.byteLength(body) });
    response.end(body);
}

/** Node takes no more bytes than the header announces, so capping that caps what is kept. */
function announcedLength(request: IncomingMessage, most: number): number {
    const length = Number(request.headers["content-length"] ?? NaN);
    if (!(length <= most)) {
        throw new Problem(413, "too-large");
    }
    return length;
}

async function readJson(request: IncomingMessage, patience: number): Promise<unknown> {
    if (request.headers["content-type"] !== "application/json") {
        throw new Problem(415, "content-type");
    }
    announcedLength(request, BODY_MOST);
    const body = await buffer(addAbortSignal(AbortSignal.timeout(patience), request));
    try {
        return JSON.parse(body.toString("utf8"));
    } catch {
        throw new Problem(400, "json");
    }
}

function field(body: unknown, name: string): unknown {
    return typeof body === "object" && body !== null && Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
}

function text(body: unknown, name: string): string {
    const value = field(body, name);
    if (typeof value !== "string") {
        throw new Problem(400, name);
    }
    return value;
}

function readCertificates(file: string): X509Certificate[] {
    const pems = readFileSync(file, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (pems.length === 0) {
        throw new Error(`no certificate in ${file}`);
    }
    return pems.map((pem) => new X509Certificate(pem));
}

/** A throw-away certificate for this run; a real site has one from a public CA. */
function selfSigned(host: string): { key: string; cert: string } {
    const pem = execFileSync("openssl", [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`, "-keyout", "-", "-out", "-",
    ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return { key: pem, cert: pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----")) };
}
