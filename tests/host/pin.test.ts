/* SPDX-License-Identifier: MIT */
// The PIN: no try is wasted, and the person knows how many there are.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Message } from "../rig/host.ts";
import type { Prompt } from "../rig/pinentry.ts";
import { until, within } from "../rig/wait.ts";
import { verifies } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { assertFailure, assertToken } from "./verify.ts";

const it = bench();

const readCertificate: Message = { command: "get-signing-certificate", arguments: { origin: ORIGIN, lang: "en" } };

function prompts(): Prompt[] {
    return it.home.pinentry.prompts();
}

describe("the form comes before the card", () => {
    for (const wrong of ["", "123", "12345", "123a", "１２３４", " 123", "123 ", "12345678901234567890", "-123", "9".repeat(70), "9".repeat(900)]) {
        test(`of the 4-digit PIN: "${wrong.slice(0, 20)}" (${wrong.length}) is asked for again`, async () => {
            const host = await it.start();
            it.home.pinentry.answer(`pin ${wrong}`, "cancel");
            assertFailure(await host.request(authenticate()), "user-cancelled");
            assert.deepEqual(verifies(it.log()), []);
            assert.match(prompts()[1]?.error ?? "", /4 digits.*No try was used/);
            assert.match(prompts()[1]?.description ?? "", /3 tries left/);
        });
    }

    for (const wrong of ["ABC12", "ABC12!", "ABCDEFGHIJKLMNOPQ", "ＡＢＣ１２３", "ABC 123", "パスワード"]) {
        test(`of the signing password: "${wrong}" is asked for again`, async () => {
            const host = await it.start();
            it.home.pinentry.answer(`pin ${wrong}`, "cancel");
            assertFailure(await host.request(readCertificate), "user-cancelled");
            assert.deepEqual(verifies(it.log()), []);
            assert.match(prompts()[1]?.error ?? "", /6 to 16 letters and digits/);
        });
    }

    test("small letters of the signing password are folded", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin abc123");
        assert.ok("certificate" in await host.request(readCertificate));
        it.home.pinentry.answer("pin aBc123");
        assert.ok("certificate" in await host.request(readCertificate));
        assert.equal(verifies(it.log()).length, 2);
    });

    test("a PIN that was escaped on its way is taken as it is", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin %31%32%33%34");
        const request = authenticate();
        assertToken(await host.request(request), request);
    });
});

describe("wrong, and then right", () => {
    test("the second prompt tells the new count", async () => {
        const host = await it.start();
        const events: Message[] = [];
        it.home.pinentry.answer("pin 9999", "pin 1234");
        const request = authenticate({}, { events: true });
        assertToken(await host.request(request, (event) => events.push(event)), request);
        assert.deepEqual(prompts().map((prompt) => prompt.description.split("\n")[1]?.slice(0, 12)), ["3 tries left", "2 tries left"]);
        assert.equal(prompts()[0]?.error, "");
        assert.match(prompts()[1]?.error ?? "", /PIN is wrong/);
        assert.deepEqual(events.filter((event) => event["event"] === "pin-prompt").map((event) => event["triesLeft"]), [3, 2]);
        assert.equal(verifies(it.log()).length, 2);
        assert.equal(await it.card.triesLeft("auth"), 3, "a right one gives all tries back");
    });

    test("the same for the signing password, twice", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin WRONG1", "pin WRONG2", "pin ABC123");
        assert.ok("certificate" in await host.request(readCertificate));
        assert.deepEqual(prompts().map((prompt) => prompt.description.split("\n")[1]?.slice(0, 12)), ["5 tries left", "4 tries left", "3 tries left"]);
        assert.match(prompts()[2]?.error ?? "", /password is wrong/);
    });

    test("cancelled after a wrong one: the answer tells what is left", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 9999", "cancel");
        assertFailure(await host.request(authenticate()), "user-cancelled", 2);
        assert.equal(await it.card.triesLeft("auth"), 2);
    });
});

describe("the last try", () => {
    test("refused: nothing is sent to the card", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        const events: Message[] = [];
        it.home.pinentry.answer("cancel");
        assertFailure(await host.request(authenticate({}, { events: true }), (event) => events.push(event)), "user-cancelled", 1);
        assert.deepEqual(prompts().map((prompt) => prompt.kind), ["confirm"]);
        assert.match(prompts()[0]?.description ?? "", /1 try left/);
        assert.deepEqual(events, [{ event: "pin-prompt", triesLeft: 1, confirm: true }]);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("no is a refusal too", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        it.home.pinentry.answer("no");
        assertFailure(await host.request(authenticate()), "user-cancelled", 1);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("confirmed, and right", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        it.home.pinentry.answer("ok", "pin 1234");
        const request = authenticate();
        assertToken(await host.request(request), request);
        assert.deepEqual(prompts().map((prompt) => prompt.kind), ["confirm", "pin"]);
        assert.match(prompts()[1]?.description ?? "", /1 try left/);
    });

    test("confirmed, and wrong: locked, told, and not asked again", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        it.home.pinentry.answer("ok", "pin 9999");
        assertFailure(await host.request(authenticate()), "pin-locked", 0);
        assert.equal(prompts().length, 2);
        assert.equal(await it.card.triesLeft("auth"), 0);
    });

    test("confirmed, and of the wrong form: asked again, confirmation included", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        it.home.pinentry.answer("ok", "pin 12", "cancel");
        assertFailure(await host.request(authenticate()), "user-cancelled", 1);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("reached by wrong ones: three mistakes need a yes in between", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 9998", "pin 9999", "cancel");
        assertFailure(await host.request(authenticate()), "user-cancelled", 1);
        assert.deepEqual(prompts().map((prompt) => prompt.kind), ["pin", "pin", "confirm"]);
        assert.equal(await it.card.triesLeft("auth"), 1);
    });
});

describe("tries that fall while the prompt is open", () => {
    test("the person is asked again, and nothing typed before is sent", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.card.setTries("auth", 2);
        it.home.pinentry.answer("pin 1234");
        const second = await it.home.pinentry.shown(2);
        assert.match(second.description, /2 tries left/);
        assert.match(second.error, /Another program used the card/);
        assert.deepEqual(verifies(it.log()), []);
        it.home.pinentry.answer("pin 1234");
        assert.ok("signature" in await host.next());
    });

    test("to the last one: a yes is asked first", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.card.setTries("auth", 1);
        it.home.pinentry.answer("pin 1234", "cancel");
        assertFailure(await host.next(), "user-cancelled", 1);
        assert.deepEqual(prompts().map((prompt) => prompt.kind), ["pin", "confirm"]);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("to none: told as locked", async () => {
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.card.setTries("auth", 0);
        it.home.pinentry.answer("pin 1234");
        assertFailure(await host.next(), "pin-locked", 0);
        assert.deepEqual(verifies(it.log()), []);
    });

    test("during the confirmation of the last one: the count that was shown is not outlived", async () => {
        await it.card.setTries("auth", 1);
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.card.setTries("auth", 0);
        it.home.pinentry.answer("ok", "pin 1234");
        assertFailure(await host.next(), "pin-locked", 0);
        assert.deepEqual(verifies(it.log()), []);
    });
});

describe("no answer", () => {
    test("cancel", async () => {
        assertFailure(await it.login("cancel"), "user-cancelled", 3);
    });

    test("the program's own time limit", async () => {
        assertFailure(await it.login("timeout"), "timeout");
    });

    test("the program dies with the dialog open", async () => {
        assertFailure(await it.login("crash"), "prompt-unavailable");
        it.home.pinentry.reset();
        assertFailure(await it.login("exit"), "prompt-unavailable");
        assert.deepEqual(verifies(it.log()), []);
    });

    test("the program talks nonsense", async () => {
        assertFailure(await it.login("garbage"), "prompt-unavailable");
        assert.deepEqual(verifies(it.log()), []);
    });

    test("the program wants not to go", async () => {
        const host = await it.start();
        it.home.pinentry.answer("stubborn");
        assertFailure(await within("an answer soon after time is over", 4500, host.request(authenticate({}, { timeout: 3000 }))), "timeout");
    });
});

describe("the prompt program", () => {
    const program = (text: string): string => {
        const path = join(it.home.path, "program");
        writeFileSync(path, text);
        chmodSync(path, 0o755);
        return path;
    };
    const cases: [name: string, path: () => string][] = [
        ["is missing", () => join(it.home.path, "nowhere")],
        ["is a folder", () => join(it.home.path, "run")],
        ["cannot be run", () => join(it.home.path, ".config/jpki-bridge/config.json")],
        ["ends at once", () => "/bin/false"],
        ["is not a pinentry", () => "/bin/echo"],
        ["refuses to begin", () => program("#!/bin/sh\necho 'ERR 1 no display'\n")],
        ["refuses to ask", () => program("#!/bin/sh\necho OK\nwhile read -r line; do case $line in GETPIN*) echo 'ERR 83886163 No GPG';; *) echo OK;; esac; done\n")],
        ["refuses the first command", () => program("#!/bin/sh\necho OK\nread -r line\nexit 3\n")],
        ["talks for ever", () => program("#!/bin/sh\necho OK\nwhile read -r line; do case $line in GETPIN*) while :; do echo 'D 99999999999999999999999999999999'; done;; *) echo OK;; esac; done\n")],
        ["says a line without end", () => program("#!/bin/sh\nhead -c 100000 /dev/zero | tr '\\0' x\n")],
    ];
    for (const [name, path] of cases) {
        test(`${name}: told, and no try spent`, async () => {
            it.home.configure({ pinentry: path() });
            try {
                const host = await it.start();
                assertFailure(await host.request(authenticate()), "prompt-unavailable", 3);
                assert.deepEqual(verifies(it.log()), []);
            } finally {
                it.home.configure({ pinentry: it.home.pinentry.program });
            }
        });
    }

    test("says nothing at all: time runs out, and it is gone", async () => {
        it.home.configure({ pinentry: program(`#!/bin/sh\necho $$ >${it.home.path}/silent\nexec sleep 1000\n`) });
        try {
            const host = await it.start();
            assertFailure(await host.request(authenticate({}, { timeout: 3000 })), "timeout");
            await until("the program to be gone", async () => {
                const { readFile } = await import("node:fs/promises");
                const pid = (await readFile(`${it.home.path}/silent`, "utf8")).trim();
                return readFile(`/proc/${pid}/cmdline`).then(() => false, () => true);
            });
        } finally {
            it.home.configure({ pinentry: it.home.pinentry.program });
        }
    });

    for (const [name, text] of [["no JSON", "{"], ["a relative path", '{"pinentry":"pinentry"}'], ["an unknown name", '{"pinentri":"/usr/bin/pinentry"}'], ["no object", "[]"], ["another type", '{"pinentry":1}']] as const) {
        test(`config.json with ${name} is told before anything is asked`, async () => {
            it.home.configure(text);
            try {
                const host = await it.start();
                assertFailure(await host.request(authenticate()), "config-invalid");
                assert.deepEqual(it.log().filter((line) => line.startsWith(">")), []);
            } finally {
                it.home.configure({ pinentry: it.home.pinentry.program });
            }
        });
    }
});

describe("what a page chose", () => {
    test("a long origin leaves its end, its beginning, and the tries in sight", async () => {
        const labels = Array.from({ length: 3 }, (_, i) => String.fromCharCode(97 + i).repeat(60)).join(".");
        for (const origin of [`https://login.go.jp.${labels}.evil.example`, `https://${"a".repeat(63)}.${"b".repeat(63)}.lg.jp:65535`]) {
            it.home.pinentry.reset();
            const host = await it.start();
            it.home.pinentry.answer("cancel");
            assertFailure(await host.request(authenticate({ origin })), "user-cancelled");
            const [first = "", second = ""] = (prompts()[0]?.description ?? "").split("\n");
            assert.ok(first.length <= 110, "it does not fill the window");
            assert.ok(first.startsWith(`Site: ${origin.slice(0, 20)}`));
            assert.ok(first.endsWith(origin.slice(-20)), "the registered domain is seen");
            assert.match(second, /^3 tries left/);
        }
    });

    test("no line that a pinentry is told is so long that it would be cut", async () => {
        const host = await it.start();
        for (const lang of ["ja", "en"]) {
            it.home.pinentry.answer("cancel");
            await host.request({ command: "sign", arguments: { hash: "A".repeat(43) + "=", hashFunction: "SHA-256", origin: `https://${"a".repeat(63)}.${"b".repeat(63)}.lg.jp`, lang } });
        }
        for (const line of it.home.pinentry.log().split("\n")) {
            assert.ok(Buffer.byteLength(line) < 950, line);
        }
        assert.equal(prompts().length, 2);
    });

    test("characters with a meaning to the prompt stay text", async () => {
        const host = await it.start();
        it.home.pinentry.answer("cancel");
        assertFailure(await host.request(authenticate({ origin: "https://xn--fsq.example:8080" })), "user-cancelled");
        assert.match(prompts()[0]?.description ?? "", /^Site: https:\/\/xn--fsq\.example:8080\n/);
        assert.ok(!it.home.pinentry.log().includes("external-password-cache"));
    });
});
