/* SPDX-License-Identifier: MIT */
import { assertDocuments, documents, signDocuments } from "./documents.ts";
import { faults } from "./faults.ts";

const given = documents(3);

faults({
    name: "three documents",
    pin: "sign",
    typed: "ABC123",
    apdus: 12,
    leaving: true,
    selects: [1, 4, 12],
    request: (more) => signDocuments(given, more),
    check: (answer) => { assertDocuments(answer, given); },
});
