/* SPDX-License-Identifier: MIT */
import { faults } from "./faults.ts";
import { assertAttributes, attributes } from "./mynaportal.ts";

faults({
    name: "Mynaportal mode 04",
    pin: "profile",
    typed: "1234",
    apdus: 10,
    leaving: false,
    selects: [1, 2, 4, 7, 9],
    request: (more) => attributes({}, more),
    check: (answer) => { assertAttributes(answer); },
});
