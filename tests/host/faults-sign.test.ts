/* SPDX-License-Identifier: MIT */
import { randomBytes } from "node:crypto";
import { faults } from "./faults.ts";
import { ORIGIN } from "./bench.ts";
import { assertSignature, certificate } from "./verify.ts";

const digest = randomBytes(32);

faults({
    name: "signature",
    pin: "sign",
    typed: "ABC123",
    apdus: 9,
    leaving: true,
    selects: [1, 4, 9],
    request: (more) => ({ command: "sign", arguments: { hash: digest.toString("base64"), hashFunction: "SHA-256", origin: ORIGIN }, ...more }),
    check: (answer) => { assertSignature(answer["signature"], digest, "SHA-256", certificate("sign")); },
});
