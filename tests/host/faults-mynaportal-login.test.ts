/* SPDX-License-Identifier: MIT */
import { faults } from "./faults.ts";
import { assertLogin, digestInfo, login, unpadded } from "./mynaportal.ts";

const given = digestInfo();

faults({
    name: "Mynaportal mode 01",
    pin: "auth",
    typed: "1234",
    apdus: 9,
    leaving: false,
    selects: [1, 4, 8],
    request: (more) => login(unpadded(given), {}, more),
    check: (answer) => { assertLogin(answer, given); },
});
