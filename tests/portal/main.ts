/* SPDX-License-Identifier: MIT */
import { parseArgs } from "node:util";
import { createPortal } from "./server.ts";

const USAGE = `node tests/portal/main.ts [options]
  --origin URL       what the browser calls this site (default https://localhost:8443)
  --port N           where to listen on 127.0.0.1 (default 8443; 0 takes a free port)
  --auth-ca FILE     PEM of the user-authentication CA
  --sign-ca FILE     PEM of the signing CA
  --client FILE      the client library (default build/client/jpki-bridge.js)
`;
const { values } = parseArgs({
    options: {
        "origin": { type: "string", default: "https://localhost:8443" },
        "port": { type: "string", default: "8443" },
        "auth-ca": { type: "string", default: "build/virtual-card-data/auth-ca.pem" },
        "sign-ca": { type: "string", default: "build/virtual-card-data/sign-ca.pem" },
        "client": { type: "string", default: "build/client/jpki-bridge.js" },
        "help": { type: "boolean", default: false },
    },
});

if (values.help) {
    process.stdout.write(USAGE);
} else {
    const server = createPortal({
        origin: values.origin, authCa: values["auth-ca"], signCa: values["sign-ca"], clientLibrary: values.client,
    });
    server.listen(Number(values.port), "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : values.port;
        process.stdout.write(`${values.origin} listens on 127.0.0.1:${String(port)}\n`);
    });
}
