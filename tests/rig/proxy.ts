/* SPDX-License-Identifier: MIT */
// Leads a browser to this machine for the host names that a test maps, and nowhere for all others.
import { createServer, request as ask, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { listen } from "./site.ts";

export interface Proxy {
    readonly port: number;
    close(): void;
}

/** `hosts` maps names to ports of 127.0.0.1, whatever port the browser asks for. */
export async function openProxy(hosts: Record<string, number>): Promise<Proxy> {
    const lines = new Set<Duplex>();
    const portOf = (host: string): number | undefined => (Object.hasOwn(hosts, host) ? hosts[host] : undefined);
    const server: Server = createServer((request, response) => {
        const url = URL.parse(request.url ?? "");
        const port = portOf(url?.hostname ?? "");
        if (url === null || port === undefined) {
            response.writeHead(502).end();
            return;
        }
        const { method, headers } = request;
        const onward = ask({ host: "127.0.0.1", port, path: url.pathname + url.search, method, headers }, (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
        });
        onward.on("error", () => response.destroy());
        request.pipe(onward);
    });
    server.on("connect", ({ url = "" }, line: Duplex) => {
        const port = portOf(url.replace(/:\d+$/, ""));
        if (port === undefined) {
            line.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
            return;
        }
        const onward = connect(port, "127.0.0.1", () => {
            line.write("HTTP/1.1 200 Connection established\r\n\r\n");
            line.pipe(onward).pipe(line);
        });
        lines.add(line);
        line.on("close", () => {
            lines.delete(line);
            onward.destroy();
        }).on("error", () => undefined);
        onward.on("close", () => line.destroy()).on("error", () => undefined);
    });
    const port = await listen(server);
    return {
        port,
        close: () => {
            for (const line of lines) {
                line.destroy();
            }
            server.closeAllConnections();
            server.close();
        },
    };
}
