/* SPDX-License-Identifier: MIT */
import { faults } from "./faults.ts";
import { assertSigned, digestInfo, sign, unpadded } from "./mynaportal.ts";

const given = [digestInfo(), digestInfo()];

faults({
    name: "Mynaportal mode 02",
    pin: "sign",
    typed: "ABC123",
    apdus: 11,
    leaving: false,
    selects: [1, 4, 10],
    request: (more) => sign(given.map(unpadded), {}, more),
    check: (answer) => { assertSigned(answer, given); },
});
