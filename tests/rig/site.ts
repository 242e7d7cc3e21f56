/* SPDX-License-Identifier: MIT */
// A web site of a test's own: pages of plain HTML under an https origin that the browser maps to this machine.
import { execFileSync } from "node:child_process";
import type { Server as PlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

let keys: { key: string; cert: string } | undefined;

function selfSigned(): { key: string; cert: string } {
    if (keys === undefined) {
        const pem = execFileSync("openssl", [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=test", "-keyout", "-", "-out", "-",
        ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        keys = { key: pem, cert: pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----")) };
    }
    return keys;
}

/** Listens on a free port of 127.0.0.1 and returns it. */
export function listen(server: Server | PlainServer): Promise<number> {
    return new Promise((resolve, reject) => {
        server.on("error", reject).listen(0, "127.0.0.1", () => { resolve((server.address() as AddressInfo).port); });
    });
}

export type SitePage = string | { html: string; headers: Record<string, string> };

/** Serves `pages` by path to any host name; every other path answers 404. A page may be changed while it runs. */
export function createSite(pages: Record<string, SitePage>): Server {
    return createServer(selfSigned(), (request, response) => {
        const path = (request.url ?? "/").split("?")[0] ?? "/";
        const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
        const { html, headers } = typeof page === "object" ? page : { html: page ?? "", headers: {} };
        response.writeHead(page === undefined ? 404 : 200, { "Content-Type": "text/html; charset=utf-8", ...headers });
        response.end(html);
    });
}
