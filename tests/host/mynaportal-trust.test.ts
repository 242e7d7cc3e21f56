/* SPDX-License-Identifier: MIT */
// Who may have signed what he likes: the shipped hosts, what an administrator adds, and what the holder says yes to.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import { commands } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { assertAttributes, assertLogin, assertSigned, attributes, configuration, digestInfo, login, SERVICE, sign, unpadded } from "./mynaportal.ts";
import { canSetPolicy, underPolicy } from "./policy.ts";
import { assertFailure, assertToken, failure } from "./verify.ts";

const it = bench();
const STRANGER = "https://portal.example.go.jp";
const given = digestInfo();
const digest = unpadded(given);

beforeEach(() => { it.home.configure({ pinentry: it.home.pinentry.program }); });

function kinds(): string[] {
    return it.home.pinentry.prompts().map((prompt) => prompt.kind);
}

describe("an unknown site", () => {
    test("is asked for once, by a prompt that says what it could do; the yes is kept", async () => {
        const host = await it.start();
        const events: Message[] = [];
        it.home.pinentry.answer("ok", "pin 1234");
        assertLogin(await host.request(login(digest, { origin: STRANGER }, { events: true }), (event) => events.push(event)), given);
        assert.deepEqual(events.map(({ event, confirm }) => [event, confirm]), [["pin-prompt", true], ["pin-prompt", undefined], ["card-working", undefined]]);
        const [first] = it.home.pinentry.prompts();
        assert.deepEqual(kinds(), ["confirm", "pin"]);
        assert.equal(first?.title, "Do you trust this site?");
        assert.ok(first.description.startsWith(`Site: ${STRANGER}\n`));
        assert.match(first.description, /log in to other sites as you/);
        assert.deepEqual(configuration(it.home), { pinentry: it.home.pinentry.program, mynaportalOrigins: [STRANGER] });
        assert.equal(statSync(join(it.home.path, ".config/jpki-bridge/config.json")).mode & 0o777, 0o600);

        // once for both modes, in this process and the next
        it.home.pinentry.answer("pin ABC123", "pin 1234");
        assertSigned(await host.request(sign(digest, { origin: STRANGER })), [given]);
        const next = await it.start();
        assertLogin(await next.request(login(digest, { origin: STRANGER })), given);
        assert.deepEqual(kinds(), ["confirm", "pin", "pin", "pin"]);
    });

    test("in Japanese, too", async () => {
        const host = await it.start();
        it.home.pinentry.answer("cancel");
        assertFailure(await host.request(login(digest, { origin: STRANGER, lang: "ja" })), "user-cancelled");
        const [prompt] = it.home.pinentry.prompts();
        assert.equal(prompt?.title, "このサイトを信頼しますか");
        assert.match(prompt.description, /ほかのサイト/);
    });

    for (const no of ["no", "cancel", "timeout", "crash"]) {
        test(`refused (${no}): the card is not touched, and nothing is kept`, async () => {
            const host = await it.start();
            it.home.pinentry.answer(no);
            const { reason } = failure(await host.request(login(digest, { origin: STRANGER })));
            assert.ok(["user-cancelled", "timeout", "prompt-unavailable"].includes(reason));
            assert.deepEqual(commands(it.log()), []);
            assert.deepEqual(configuration(it.home), { pinentry: it.home.pinentry.program });
            it.home.pinentry.reset();
            it.home.pinentry.answer("no");
            assertFailure(await host.request(sign(digest, { origin: STRANGER })), "user-cancelled");
            assert.deepEqual(kinds(), ["confirm"]);
        });
    }

    test("the port is closed, or time runs out, while it is asked: nothing is kept", async () => {
        const host = await it.start();
        assertFailure(await host.request(login(digest, { origin: STRANGER }, { timeout: 1000 })), "timeout");
        host.send(login(digest, { origin: STRANGER }));
        await it.home.pinentry.shown(2);
        await it.close(host);
        assert.deepEqual(commands(it.log()), []);
        assert.deepEqual(configuration(it.home), { pinentry: it.home.pinentry.program });
    });

    for (const origin of ["https://go.jp.example.com", "https://xgo.jp", "https://xmyna.go.jp", "https://myna.go.jp.evil.example", "https://www.myna.go.jp:8443", "https://e-tax.nta.go.jp.example", "https://xn--myna-y63b.go.jp", "https://city.example.lg.jp"]) {
        test(`so is ${origin}`, async () => {
            const host = await it.start();
            it.home.pinentry.answer("no", "no");
            assertFailure(await host.request(login(digest, { origin })), "user-cancelled");
            assertFailure(await host.request(sign(digest, { origin })), "user-cancelled");
            assert.deepEqual(kinds(), ["confirm", "confirm"]);
            assert.deepEqual(commands(it.log()), []);
        });
    }

    test("trust is the site's alone: another port or a name below is asked for", async () => {
        it.home.configure({ pinentry: it.home.pinentry.program, mynaportalOrigins: [STRANGER] });
        const host = await it.start();
        for (const origin of [`${STRANGER}:8443`, "https://x.portal.example.go.jp", "https://portal.example.go.jp.evil.example"]) {
            it.home.pinentry.answer("no");
            assertFailure(await host.request(login(digest, { origin })), "user-cancelled");
        }
        assert.deepEqual(kinds(), ["confirm", "confirm", "confirm"]);
    });

    test("hands over attributes, which sign nothing, without that question", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        assertAttributes(await host.request(attributes({ origin: STRANGER })));
        assert.deepEqual(kinds(), ["pin"]);
        assert.equal("mynaportalOrigins" in configuration(it.home), false);
    });

    test("a configuration that cannot be written is told, and nothing is signed", async () => {
        const folder = join(it.home.path, ".config/jpki-bridge");
        const host = await it.start();
        host.send(login(digest, { origin: STRANGER }));
        await it.home.pinentry.shown();
        const kept = readFileSync(join(folder, "config.json"));
        rmSync(folder, { recursive: true });
        writeFileSync(folder, "a file where the folder belongs");
        it.home.pinentry.answer("ok");
        assertFailure(await host.next(), "config-invalid");
        assert.deepEqual(commands(it.log()), []);
        rmSync(folder);
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, "config.json"), kept);
    });
});

test("trust is listed and taken back through the port", async () => {
    const host = await it.start();
    assert.deepEqual(await host.request({ command: "trusted-origins", arguments: {} }), { origins: [] });
    it.home.configure({ pinentry: it.home.pinentry.program, mynaportalOrigins: [STRANGER, "https://b.example"] });
    assert.deepEqual(await host.request({ command: "trusted-origins", arguments: {} }), { origins: [STRANGER, "https://b.example"] });
    assert.deepEqual(await host.request({ command: "distrust-origin", arguments: { origin: STRANGER } }), {});
    assert.deepEqual(await host.request({ command: "distrust-origin", arguments: { origin: STRANGER } }), {});
    assert.deepEqual(await host.request({ command: "trusted-origins", arguments: {} }), { origins: ["https://b.example"] });
    it.home.pinentry.answer("no");
    assertFailure(await host.request(login(digest, { origin: STRANGER })), "user-cancelled");
    assertFailure(await host.request({ command: "distrust-origin", arguments: { origin: "https://B.example" } }), "origin-invalid");
    it.home.configure("{");
    assertFailure(await host.request({ command: "trusted-origins", arguments: {} }), "config-invalid");
    assertFailure(await host.request({ command: "distrust-origin", arguments: { origin: "https://b.example" } }), "config-invalid");
});

describe("an administrator", { skip: !canSetPolicy && "no private mounts here" }, () => {
    test("adds sites: nothing is asked there", async () => {
        await underPolicy({ mynaportal: { origins: ["https://*.example.go.jp", "https://intranet.example:8443"] } }, async () => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234", "pin ABC123");
            assertLogin(await host.request(login(digest, { origin: STRANGER })), given);
            assertSigned(await host.request(sign(digest, { origin: "https://intranet.example:8443" })), [given]);
            assert.deepEqual(kinds(), ["pin", "pin"]);
        });
    });

    test("forbids the question: what would be asked for is refused, also where a yes was kept", async () => {
        it.home.configure({ pinentry: it.home.pinentry.program, mynaportalOrigins: [STRANGER] });
        await underPolicy({ mynaportal: { ask: false } }, async () => {
            const host = await it.start();
            assertFailure(await host.request(login(digest, { origin: STRANGER })), "origin-denied");
            assertFailure(await host.request(sign(digest, { origin: "https://b.example" })), "origin-denied");
            assert.deepEqual(kinds(), []);
            it.home.pinentry.answer("pin 1234", "pin 1234");
            assertLogin(await host.request(login(digest)), given);
            assertAttributes(await host.request(attributes({ origin: STRANGER })));
        });
    });

    for (const [mode, request, pin] of [["01", login, "1234"], ["02", sign, "ABC123"], ["04", attributes, "1234"]] as const) {
        test(`allows mode ${mode} alone`, async () => {
            await underPolicy({ mynaportal: { modes: [mode] } }, async () => {
                const host = await it.start();
                for (const [other, refused] of Object.entries({ "01": login(digest), "02": sign(digest), "04": attributes() })) {
                    if (other !== mode) {
                        assertFailure(await host.request(refused), "origin-denied");
                    }
                }
                assert.deepEqual(kinds(), []);
                assert.deepEqual(commands(it.log()), []);
                it.home.pinentry.answer(`pin ${pin}`);
                assert.equal((await host.request(mode === "04" ? attributes() : request(digest as never)))["result"], "0");
            });
        });
    }

    test("denies sites, shipped ones too, and allows none but these", async () => {
        await underPolicy({ deniedOrigins: ["https://*.myna.go.jp"] }, async () => {
            const host = await it.start();
            assertFailure(await host.request(login(digest)), "origin-denied");
            assertFailure(await host.request(attributes()), "origin-denied");
        });
        await underPolicy({ allowedOrigins: [SERVICE], mynaportal: { origins: [STRANGER] } }, async () => {
            const host = await it.start();
            assertFailure(await host.request(login(digest, { origin: STRANGER })), "origin-denied");
            it.home.pinentry.answer("pin 1234");
            assertLogin(await host.request(login(digest)), given);
        });
    });

    test("may switch the individual number on; no operation reads it even so", async () => {
        await underPolicy({ individualNumber: true }, async () => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234");
            assertAttributes(await host.request(attributes()));
            assert.ok(!commands(it.log()).some((each) => each === "00 A4 02 0C 02 00 01" || each.startsWith("00 B0 81")));
        });
    });

    for (const policy of ["{", '{"mynaportal":{"mode":["01"]}}', '{"mynaportal":{"ask":"no"}}', '{"individualNumber":1}']) {
        test(`who wrote ${policy} allows nothing`, async () => {
            await underPolicy(policy, async () => {
                const host = await it.start();
                assertFailure(await host.request(login(digest)), "policy-invalid");
                assertFailure(await host.request(authenticate()), "policy-invalid");
                assert.deepEqual(kinds(), []);
            });
        });
    }

    test("and without a policy all is as before", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
        assertLogin(await host.request(login(digest)), given);
    });
});
