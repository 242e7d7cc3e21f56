/* SPDX-License-Identifier: MIT */
// Web eID's own extension as the caller: it has no window that asks the person, so the host does.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { commands } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { assertFailure, assertToken, failure } from "./verify.ts";

const it = bench();

const callers: Record<string, string[]> = {
    "Chrome's store": ["chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/"],
    "Edge's store": ["chrome-extension://gnmckgbandlkacikdndelhfghdejfido/", "--parent-window=0"],
    "Firefox": ["/usr/lib/mozilla/native-messaging-hosts/eu.webeid.json", "{e68418bc-f2b0-4459-a9ea-3e72b6751b07}"],
};

for (const [name, args] of Object.entries(callers)) {
    describe(`Web eID's extension from ${name}`, () => {
        test("a yes is asked for, then the PIN", async () => {
            const host = await it.start({ args });
            it.home.pinentry.answer("ok", "pin 1234");
            const request = authenticate();
            assertToken(await host.request(request), request);
            const prompts = it.home.pinentry.prompts();
            assert.deepEqual(prompts.map((prompt) => prompt.kind), ["confirm", "pin"]);
            assert.ok(prompts[0]?.description.startsWith(`Site: ${ORIGIN}\n`));
            assert.match(prompts[0]?.description ?? "", /number that identifies you/);
        });

        test("refused: the card is not touched", async () => {
            const host = await it.start({ args });
            for (const no of ["cancel", "no"]) {
                it.home.pinentry.answer(no);
                assertFailure(await host.request(authenticate()), "user-cancelled");
            }
            assert.deepEqual(commands(it.log()), []);
        });

        test("each request is asked for; status and quit are not", async () => {
            const host = await it.start({ args });
            assert.ok("readers" in await host.request({ command: "status", arguments: {} }));
            it.home.pinentry.answer("ok", "pin ABC123", "ok", "pin ABC123");
            const answer = await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN, lang: "en" } });
            const signed = await host.request({
                command: "sign", arguments: { certificate: answer["certificate"], hash: `${"A".repeat(43)}=`, hashFunction: "SHA-256", origin: ORIGIN },
            });
            assert.ok("signature" in signed);
            assert.deepEqual(it.home.pinentry.prompts().map((prompt) => prompt.kind), ["confirm", "pin", "confirm", "pin"]);
            assert.deepEqual(await host.request({ command: "quit", arguments: {} }), {});
            assert.deepEqual(await host.ended, { code: 0, signal: null });
        });
    });
}

test("Web eID's extension gets what it knows, and nothing that is our own extension's", async () => {
    const host = await it.start({ args: callers["Firefox"] ?? [] });
    const ours: Record<string, Message> = {
        "card-info": {}, "card-details": {}, "doctor": {}, "trusted-origins": {}, "change-pin": { pin: "authentication" },
        "distrust-origin": { origin: ORIGIN }, "read-profile": { origin: ORIGIN, fields: ["sex"] },
        "sign-documents": { origin: ORIGIN, hashFunction: "SHA-256", documents: [{ format: "cades", digest: `${"A".repeat(43)}=` }] },
        "mynaportal": { origin: ORIGIN, message: { mode: "05" } },
    };
    for (const [command, given] of Object.entries(ours)) {
        assert.equal(failure(await host.request({ command, arguments: given })).reason, "command-unknown", command);
    }
    assert.deepEqual([commands(it.log()), it.home.pinentry.prompts()], [[], []]);
});

test("our own extension, and one that only looks like Web eID's, are not asked twice", async () => {
    for (const args of [["chrome-extension://ncibgoaomkmdpilpocfeponihegamlicx/"], ["chrome-extension://abcdefghijklmnopabcdefghijklmnop/"]]) {
        const host = await it.start({ args });
        it.home.pinentry.answer("pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
    }
    assert.deepEqual(it.home.pinentry.prompts().map((prompt) => prompt.kind), ["pin", "pin"]);
});

test("the port is closed while the yes is asked for", async () => {
    const host = await it.start({ args: callers["Firefox"] ?? [] });
    host.send(authenticate());
    await it.home.pinentry.shown();
    await it.close(host);
    assert.deepEqual(commands(it.log()), []);
});
