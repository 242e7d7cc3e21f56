/* SPDX-License-Identifier: MIT */
// A locked PIN, by each of the status words that cards use for it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifies } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { assertFailure } from "./verify.ts";

for (const sw of ["6983", "6984", "63c0"]) {
    describe(`locked with ${sw}`, () => {
        const it = bench([`--locked-sw=${sw}`]);

        test("no prompt, and told so", async () => {
            await it.card.setTries("auth", 0);
            await it.card.setTries("sign", 0);
            const host = await it.start();
            assertFailure(await host.request(authenticate()), "pin-locked", 0);
            assertFailure(await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN } }), "pin-locked", 0);
            assert.deepEqual(it.home.pinentry.prompts(), []);
            assert.deepEqual(verifies(it.log()), []);
        });

        test("locked by the last wrong one", async () => {
            await it.card.setTries("auth", 1);
            const host = await it.start();
            it.home.pinentry.answer("ok", "pin 9999");
            assertFailure(await host.request(authenticate()), "pin-locked", 0);
            assert.equal(verifies(it.log()).length, 1);
        });

        test("one PIN locked does not lock the other", async () => {
            await it.card.setTries("auth", 0);
            const host = await it.start();
            it.home.pinentry.answer("pin ABC123");
            assert.ok("certificate" in await host.request({ command: "get-signing-certificate", arguments: { origin: ORIGIN } }));
        });
    });
}
