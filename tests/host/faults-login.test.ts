/* SPDX-License-Identifier: MIT */
import { faults } from "./faults.ts";
import { authenticate } from "./bench.ts";
import { assertToken } from "./verify.ts";
import type { Message } from "../rig/host.ts";

let last: Message = {};

faults({
    name: "log-in",
    pin: "auth",
    typed: "1234",
    apdus: 8,
    leaving: true,
    selects: [1, 4, 8],
    request: (more) => last = authenticate({}, more),
    check: (answer) => { assertToken(answer, last); },
});
