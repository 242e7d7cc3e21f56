/* SPDX-License-Identifier: MIT */
// What a broken or hostile client may send: a clear error or a clean end, never a crash, a hang, a prompt or an APDU.
import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { frame, type Host, type Message } from "../rig/host.ts";
import { authenticate, bench, nonce, ORIGIN } from "./bench.ts";
import { assertFailure, certificate, failure } from "./verify.ts";

const it = bench();

function raw(length: number, body: Uint8Array | string = ""): Buffer {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(length);
    return Buffer.concat([header, Buffer.from(body)]);
}

function bytes(body: Uint8Array): Buffer {
    return raw(body.length, body);
}

afterEach(() => {
    // None of this came as far as a person or the card.
    assert.deepEqual(it.home.pinentry.prompts(), []);
});

/** The host still serves: what came before has left nothing behind. */
async function assertServes(host: Host): Promise<void> {
    const answer = await host.request({ command: "status", arguments: {}, id: "still there" });
    assert.equal(answer["id"], "still there");
    assert.ok("readers" in answer);
}

describe("what is not a request", () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const texts: Record<string, string | Uint8Array> = {
        "nothing": "", "white space": " \n\t ", "a NUL": "\0", "no JSON": "hello", "half an object": '{"command":"status"',
        "an array": "[]", "null": "null", "true": "true", "a number": "1", "a string": '"status"',
        "two values": '{"command":"status","arguments":{}}{}', "bytes after it": '{"command":"status","arguments":{}}x',
        "a NUL after it": '{"command":"status","arguments":{}}\0', "a byte order mark": '\uFEFF{"command":"status","arguments":{}}',
        "single quotes": "{'command':'status','arguments':{}}", "a comment": '{"command":"status",/**/"arguments":{}}',
        "a comma too many": '{"command":"status","arguments":{},}', "a control character in a string": '{"command":"sta\ntus","arguments":{}}',
        "the same name twice": '{"command":"status","arguments":{},"arguments":{}}',
        "the same name twice, once escaped": '{"command":"status","arguments":{},"\\u0061rguments":{}}',
        "the same name twice inside": '{"command":"authenticate","arguments":{"origin":"https://a.example","origin":"https://b.example"}}',
        "\\u0000 in a string": '{"command":"status\\u0000","arguments":{}}', "\\u0000 in a name": '{"command":"status","arguments":{},"id\\u0000":1}',
        "half a surrogate pair": '{"command":"status","arguments":{},"id":"\\ud800"}',
        "an octal number": '{"command":"status","arguments":{},"id":01}', "a plus": '{"command":"status","arguments":{},"id":+1}',
        "NaN": '{"command":"status","arguments":{},"id":NaN}', "Infinity": '{"command":"status","arguments":{},"id":1e999}',
        "a number that no double holds": '{"command":"status","arguments":{},"id":9007199254740993}',
        "hexadecimal": '{"command":"status","arguments":{},"id":0x10}', "a dot without digits": '{"command":"status","arguments":{},"id":1.}',
        "nesting": nested(17), "deep nesting": nested(100_000), "objects in objects": `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
        "an unfinished string": '{"command":"', "invalid UTF-8": Buffer.from('{"command":"status","arguments":{},"id":"\xff"}', "latin1"),
        "an overlong form": Buffer.from('{"command":"status","arguments":{},"id":"\xc0\xaf"}', "latin1"),
        "a surrogate in UTF-8": Buffer.from('{"command":"status","arguments":{},"id":"\xed\xa0\x80"}', "latin1"),
        "UTF-8 cut short": Buffer.from('{"command":"status","arguments":{},"id":"\xe3\x81"}', "latin1"),
        "UTF-16": Buffer.from('{"command":"status","arguments":{}}', "utf16le"), "random bytes": randomBytes(4096),
        "a megabyte of spaces": " ".repeat(1024 * 1024), "a megabyte of brackets": "[".repeat(1024 * 1024),
    };
    test("each is told so, and the next request is served", async (t) => {
        const host = await it.start();
        for (const [name, body] of Object.entries(texts)) {
            await t.test(name, async () => {
                host.sendBytes(bytes(Buffer.from(body)));
                const answer = await host.next();
                assertFailure(answer, "request-malformed");
                assert.ok(!("id" in answer));
            });
        }
        await assertServes(host);
    });
});

describe("requests with something wrong in them", () => {
    const pem = certificate("sign").raw.toString("base64");
    const hash = randomBytes(32).toString("base64");
    const signing = { hash, hashFunction: "SHA-256", origin: ORIGIN };
    const login = { challengeNonce: nonce(), origin: ORIGIN };
    const cases: [reason: string, argument: string, request: Message][] = [
        ["argument-missing", "command", {}],
        ["argument-missing", "command", { arguments: {} }],
        ["argument-invalid", "command", { command: 1, arguments: {} }],
        ["argument-invalid", "command", { command: null, arguments: {} }],
        ["command-unknown", "command", { command: "", arguments: {} }],
        ["command-unknown", "command", { command: "Status", arguments: {} }],
        ["command-unknown", "command", { command: "status ", arguments: {} }],
        ["command-unknown", "command", { command: "x".repeat(100_000), arguments: {} }],
        ["command-unknown", "command", { command: "__proto__", arguments: {} }],
        ["argument-missing", "arguments", { command: "status" }],
        ["argument-invalid", "arguments", { command: "status", arguments: null }],
        ["argument-invalid", "arguments", { command: "status", arguments: [] }],
        ["argument-invalid", "arguments", { command: "status", arguments: "" }],
        ["argument-unknown", "arguments", { command: "status", arguments: { origin: ORIGIN } }],
        ["argument-unknown", "arguments", { command: "quit", arguments: { now: true } }],
        ["argument-unknown", "request", { command: "status", arguments: {}, pin: "x" }],
        ["argument-unknown", "request", { command: "status", Arguments: {}, arguments: {} }],
        ["argument-invalid", "events", { command: "status", arguments: {}, events: 1 }],
        ["argument-invalid", "events", { command: "status", arguments: {}, events: "true" }],
        ...[999, 600_001, -1, 0, "1000", null, 1e9].map((timeout): [string, string, Message] => ["argument-invalid", "timeout", { command: "status", arguments: {}, timeout }]),
        ...[null, true, {}, [], 0.5, 2147483648, -2147483649, 1e12, "x".repeat(65), "日".repeat(22)]
            .map((id): [string, string, Message] => ["argument-invalid", "id", { command: "status", arguments: {}, id }]),

        ["argument-missing", "origin", { command: "authenticate", arguments: { challengeNonce: nonce() } }],
        ["argument-missing", "challengeNonce", { command: "authenticate", arguments: { origin: ORIGIN } }],
        ["argument-invalid", "origin", { command: "authenticate", arguments: { ...login, origin: 1 } }],
        ["argument-invalid", "origin", { command: "authenticate", arguments: { ...login, origin: [ORIGIN] } }],
        ["argument-invalid", "challengeNonce", { command: "authenticate", arguments: { ...login, challengeNonce: 44 } }],
        ["argument-invalid", "challengeNonce", { command: "authenticate", arguments: { ...login, challengeNonce: "n".repeat(43) } }],
        ["argument-invalid", "challengeNonce", { command: "authenticate", arguments: { ...login, challengeNonce: "n".repeat(129) } }],
        ["argument-invalid", "challengeNonce", { command: "authenticate", arguments: { ...login, challengeNonce: "n".repeat(500_000) } }],
        ["argument-unknown", "arguments", { command: "authenticate", arguments: { ...login, pin: "x" } }],
        ["argument-unknown", "arguments", { command: "authenticate", arguments: { ...login, hash } }],
        ["argument-invalid", "lang", { command: "authenticate", arguments: { ...login, lang: 1 } }],
        ["argument-invalid", "lang", { command: "authenticate", arguments: { ...login, lang: "x".repeat(36) } }],
        ["argument-invalid", "lang", { command: "authenticate", arguments: { ...login, lang: null } }],

        ["argument-missing", "origin", { command: "get-signing-certificate", arguments: {} }],
        ["argument-unknown", "arguments", { command: "get-signing-certificate", arguments: signing }],
        ["argument-missing", "hashFunction", { command: "sign", arguments: { origin: ORIGIN, hash } }],
        ["argument-missing", "hash", { command: "sign", arguments: { origin: ORIGIN, hashFunction: "SHA-256" } }],
        ["argument-invalid", "hashFunction", { command: "sign", arguments: { ...signing, hashFunction: 256 } }],
        ["algorithm-unsupported", "hashFunction", { command: "sign", arguments: { ...signing, hashFunction: "" } }],
        ["algorithm-unsupported", "hashFunction", { command: "sign", arguments: { ...signing, hashFunction: "SHA-256x" } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: "" } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: 0 } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hashFunction: "SHA-384" } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: randomBytes(31).toString("base64") } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: randomBytes(33).toString("base64") } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: hash.slice(0, -1) } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: `${hash}\n` } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: Buffer.alloc(32, 255).toString("base64url") } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: `${"A".repeat(42)}B=` } }],
        ["argument-invalid", "hash", { command: "sign", arguments: { ...signing, hash: "A".repeat(900_000) } }],
        ["argument-invalid", "certificate", { command: "sign", arguments: { ...signing, certificate: null } }],
        ["argument-invalid", "certificate", { command: "sign", arguments: { ...signing, certificate: "?" } }],
        ["argument-invalid", "certificate", { command: "sign", arguments: { ...signing, certificate: `${pem.slice(0, -4)}====` } }],
        ["argument-invalid", "certificate", { command: "sign", arguments: { ...signing, certificate: randomBytes(8193).toString("base64") } }],
    ];
    test("each is told with the member at fault, and the next request is served", async () => {
        const host = await it.start();
        for (const [reason, argument, request] of cases) {
            const found = failure(await host.request(request));
            assert.deepEqual([found.reason, found.argument], [reason, argument], JSON.stringify(request).slice(0, 300));
        }
        await assertServes(host);
    });

    test("origins that no browser serialises, or that are not secure", async () => {
        const host = await it.start();
        const origins = [
            "", "null", "http://portal.example", "file://", "ftp://a.example", "https://", "https://a.example/", "https://a.example/path", "https://a.example?q",
            "https://a.example#f", "https://user@a.example", "https://a.example:443", "https://a.example:0", "https://a.example:65536", "https://a.example:",
            "https://A.example", "HTTPS://a.example", "https://a.example.", "https://a..example", "https://日本.example", "https://a.example\n", " https://a.example",
            "https://a b.example", "https://a%20b.example", "https://[::1", "https://[::1]x", "https://[zz::1]", "https://a.example:08443", "https://a_\u202Eb.example",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop", `https://${"a".repeat(400)}.example`, `https://${"a.".repeat(100_000)}example`, "javascript:alert(1)", "https:a.example", "https:///a.example",
        ];
        for (const origin of origins) {
            const found = failure(await host.request(authenticate({ origin }, { timeout: 1000 })));
            assert.deepEqual([found.reason, found.code, found.argument], ["origin-invalid", "ERR_WEBEID_CONTEXT_INSECURE", "origin"], origin.slice(0, 100));
        }
    });

    test("the sentence is in the language of the request", async () => {
        const host = await it.start();
        const text = async (lang: string): Promise<string> => {
            const answer = await host.request(authenticate({ lang, origin: "http://a.example" }));
            return String((answer["error"] as Message)["message"]);
        };
        assert.match(await text("ja-JP"), /安全な接続/);
        assert.match(await text("en"), /not secure/);
        assert.match(await text("et"), /not secure/);
    });
});

describe("frames", () => {
    test("of no bytes", async () => {
        const host = await it.start();
        host.sendBytes(raw(0));
        assertFailure(await host.next(), "request-malformed");
        host.sendBytes(Buffer.concat([raw(0), raw(0), raw(0)]));
        for (let i = 0; i < 3; i++) {
            assertFailure(await host.next(), "request-malformed");
        }
        await assertServes(host);
    });

    for (const [name, length] of [["a byte too long", 1024 * 1024 + 1], ["64 MiB", 64 * 1024 * 1024], ["2 GiB", 0x80000000], ["4 GiB", 0xffffffff]] as const) {
        test(`a length of ${name}: told, ended, and no memory taken for it`, async () => {
            const host = await it.start();
            host.sendBytes(raw(length, "x".repeat(100)));
            assertFailure(await host.next(), "request-malformed");
            assert.deepEqual(await host.ended, { code: 0, signal: null });
        });
    }

    test("text in place of a length", async () => {
        const host = await it.start();
        host.sendBytes(Buffer.from('{"command":"status","arguments":{}}'));
        assertFailure(await host.next(), "request-malformed");
        assert.deepEqual(await host.ended, { code: 0, signal: null });
    });

    test("a length that nothing follows takes no more memory than a page of it", async () => {
        const host = await it.start();
        const before = residentKiB(host);
        host.sendBytes(raw(1024 * 1024));
        await sleep(100);
        assert.ok(residentKiB(host) - before < 512);
    });

    const whole = frame({ command: "status", arguments: {} });
    for (const [name, part] of [
        ["a length of one byte", whole.subarray(0, 1)], ["a length of three bytes", whole.subarray(0, 3)], ["a length alone", whole.subarray(0, 4)],
        ["half a message", whole.subarray(0, 20)], ["a message less one byte", whole.subarray(0, -1)],
    ] as const) {
        test(`cut short after ${name}: a clean end without an answer`, async () => {
            const host = await it.start();
            host.sendBytes(Buffer.from(part));
            host.closeInput();
            assert.deepEqual(await host.ended, { code: 0, signal: null });
            assert.ok(host.allTaken(), "nothing was said after hello");
        });
    }

    test("byte by byte", async () => {
        const host = await it.start();
        for (const byte of frame({ command: "status", arguments: {}, id: "slow" })) {
            host.sendBytes(Buffer.from([byte]));
            await sleep(1);
        }
        assert.equal((await host.next())["id"], "slow");
    });

    test("two requests cut at every place", async () => {
        const host = await it.start();
        const two = Buffer.concat([frame({ command: "nothing", arguments: {}, id: 1 }), frame({ command: "nothing", arguments: {}, id: 2 })]);
        for (let cut = 1; cut < two.length; cut += 5) {
            host.sendBytes(two.subarray(0, cut));
            await sleep(2);
            host.sendBytes(two.subarray(cut));
            assert.equal((await host.next())["id"], 1);
            assert.equal((await host.next())["id"], 2);
        }
    });

    test("nobody reads the answers: no hang once the port is closed", async () => {
        const host = it.spawn();
        host.process.stdout.pause();
        for (let id = 0; id < 1000; id++) {
            host.send({ command: "nothing", arguments: {}, id });
        }
        host.closeInput();
        await sleep(300);
        host.process.stdout.resume();
    });

    test("the browser is gone on both sides", async () => {
        it.expect.exit = false; // it may end as failed, but not by a signal
        const host = await it.start();
        host.process.stdout.destroy();
        host.send({ command: "status", arguments: {} });
        host.closeInput();
        assert.equal((await host.ended).signal, null);
    });
});

test("random damage to good requests: always an answer or a clean end", async () => {
    const seeds = [
        { command: "status", arguments: {}, id: 1, events: true }, { command: "quit", arguments: {} },
        authenticate({ origin: "http://no.example" }), { command: "sign", arguments: { hash: "AAAA", hashFunction: "SHA-256", origin: ORIGIN } },
    ].map((message) => Buffer.from(JSON.stringify(message)));
    let host = await it.start();
    for (let round = 0; round < 300; round++) {
        const body = Buffer.from(seeds[round % seeds.length] ?? "");
        for (let damage = 0; damage < 1 + round % 3; damage++) {
            body[randomInt(body.length)] = randomInt(256);
        }
        host.sendBytes(bytes(body));
        const answer = await host.next();
        assert.ok("error" in answer || "readers" in answer || Object.keys(answer).every((key) => key === "id"), body.toString("latin1"));
        if (!("error" in answer) && !("readers" in answer)) {
            await host.ended;
            host = await it.start();
        }
    }
});

function residentKiB(host: Host): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${host.process.pid ?? 0}/status`, "utf8"))?.[1]);
}
