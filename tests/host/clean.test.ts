/* SPDX-License-Identifier: MIT */
// The card is left clean after an operation, and untouched by one that verified nothing; and no PIN is left anywhere.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, readdirSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Host, Message } from "../rig/host.ts";
import { HOST } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { commands, isVerified, verifies } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { cardDetails, cardInfo, changePin, readProfile } from "./care.ts";
import { Peer, SIGN_APDU, signWithoutPin } from "./peer.ts";
import { assertFailure, assertToken } from "./verify.ts";

const SIGN: Message = { command: "sign", arguments: { hash: randomBytes(32).toString("base64"), hashFunction: "SHA-256", origin: ORIGIN } };
const READ: Message = { command: "get-signing-certificate", arguments: { origin: ORIGIN } };

describe("another program cannot sign afterwards", () => {
    const it = bench();

    test("the check itself: it can while a PIN is verified", async () => {
        await Peer.use(async (peer) => {
            await peer.must("connect 0 shared", "begin", "send 00A4040C0AD392F000260100000001");
            assert.equal(await peer.must("send 0020009804" + Buffer.from("1234").toString("hex")), "9000");
            assert.ok(isVerified(it.card.log()));
            await peer.must("send 00A4020C020017");
            assert.match(await peer.must(SIGN_APDU), /9000$/);
            // Neither a reset nor the same application again ends it; another application does.
            await peer.must("end reset", "reconnect leave", "begin", "send 00A4040C0AD392F000260100000001", "send 00A4020C020017");
            assert.match(await peer.must(SIGN_APDU), /9000$/);
            await peer.must("send 00A4040C0AD3921000310001010100", "end reset", "disconnect leave");
        });
        it.expect.spentVerifies = false;
    });

    const operations: [name: string, request: () => Message, answers: string[], good: boolean][] = [
        ["a log-in", authenticate, ["pin 1234"], true],
        ["a signature", () => SIGN, ["pin ABC123"], true],
        ["a certificate read", () => READ, ["pin ABC123"], true],
        ["a look at the details", cardDetails, ["pin ABC123"], true],
        ["the handing over of a name", () => readProfile(["name"]), ["pin 1234"], true],
        ["a change of PIN", () => changePin("profile"), ["pin 1234", "pin 7391", "pin 7391"], true],
        ["a wrong PIN", authenticate, ["pin 9999", "cancel"], false],
        ["another certificate than asked for", () => ({ ...SIGN, arguments: { ...SIGN["arguments"] as Message, certificate: randomBytes(64).toString("base64") } }), ["pin ABC123"], false],
    ];
    for (const [name, request, answers, good] of operations) {
        test(`after ${name}`, async () => {
            const host = await it.start();
            it.home.pinentry.answer(...answers);
            assert.equal("error" in await host.request(request()), !good);
            await it.card.command("set-pin profile 1234");
            assert.equal(it.log().filter((line) => line === "reset").length, 1, "one reset for one VERIFY");
            for (const key of ["0017", "001A"]) {
                assert.equal(await signWithoutPin(0, key), "6982");
            }
        });
    }

    test("after a log-in, with OpenSC's tool", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234");
        assert.ok("signature" in await host.request(authenticate()));
        const digestInfo = `30:31:30:0D:06:09:60:86:48:01:65:03:04:02:01:05:00:04:20${":AB".repeat(32)}`;
        const told = execFileSync("opensc-tool", [
            "--reader", "0", "-s", "00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01", "-s", "00:A4:02:0C:02:00:17", "-s", `80:2A:00:80:33:${digestInfo}:00`,
        ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        assert.match(told, /Sending: 80 2A [^]*SW1=0x69, SW2=0x82/);
        it.expect.spentVerifies = false;
    });
});

describe("a card on which nothing was verified is left alone", () => {
    const it = bench();
    const resets = (): string[] => it.log().filter((line) => /^(reset|power-)/.test(line));

    const operations: [name: string, run: (host: Host) => Promise<Message>][] = [
        ["status", (host) => host.request({ command: "status", arguments: {} })],
        ["card-info", (host) => host.request(cardInfo())],
        ["doctor", (host) => host.request({ command: "doctor", arguments: {} })],
        ["a change called off", (host) => { it.home.pinentry.answer("pin 1234", "pin 7391", "cancel"); return host.request(changePin("authentication")); }],
        ["a cancelled prompt", (host) => { it.home.pinentry.answer("cancel"); return host.request(authenticate()); }],
        ["time that ran out", (host) => host.request(authenticate({}, { timeout: 1000 }))],
        ["wrong forms", (host) => { it.home.pinentry.answer("pin 1", "pin abcd", "cancel"); return host.request(authenticate()); }],
        ["a locked PIN", async (host) => { await it.card.setTries("auth", 0); return host.request(authenticate()); }],
        ["a refused last try", async (host) => { await it.card.setTries("auth", 1); it.home.pinentry.answer("no"); return host.request(authenticate()); }],
    ];
    for (const [name, run] of operations) {
        test(name, async () => {
            // Another program that is connected keeps the daemon from powering the card down by itself.
            await Peer.use(async (peer) => {
                await peer.must("connect 0 shared", "send 00A4040C0AD3921000310001010408", "send 00A4020C020005");
                const before = resets().length;
                const host = await it.start();
                await run(host);
                await it.close(host);
                assert.equal(resets().length, before);
                assert.notEqual(await peer.tell("begin"), "error 80100068", "the other program's connection saw no reset");
                await peer.must("end leave", "disconnect leave");
            });
        });
    }
});

describe("the PIN is nowhere but in the prompt and on the card", () => {
    const PASSWORD = "QZXJ7K9W4M";
    const it = bench([`--sign-pin=${PASSWORD}`, "--auth-pin=7391"]);

    /** All that a process could leak: where the bytes are found. Only root may look, and the host forbids it to others. */
    function places(pid: number, secret: string): string[] {
        const found: string[] = [];
        for (const file of ["environ", "cmdline"]) {
            if (readFileSync(`/proc/${pid}/${file}`).includes(secret)) {
                found.push(file);
            }
        }
        const memory = openSync(`/proc/${pid}/mem`, "r");
        for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
            const [, from = "", to = "", name = ""] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
            if (from === "" || name.startsWith("[v")) {
                continue;
            }
            const bytes = Buffer.alloc(Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)));
            try {
                readSync(memory, bytes, 0, bytes.length, BigInt(`0x${from}`));
            } catch {
                continue; // a guard page
            }
            if (bytes.includes(secret)) {
                found.push(name === "" ? "memory" : name);
            }
        }
        closeSync(memory);
        return found;
    }

    /** The process that is the host, under whatever it runs. */
    function hostPid(host: Host): number {
        return host.process.pid ?? 0;
    }

    const plain = (process.env["JB_UNDER"] ?? "") === "" && process.env["JB_SANITIZED"] !== "1";

    test("not in the process once the VERIFY is sent", { skip: !plain && "memory of another program's making" }, async () => {
        it.secrets.push(PASSWORD, PASSWORD.toLowerCase());
        const host = await it.start();
        host.send({ ...SIGN });
        await it.home.pinentry.shown();
        await it.card.command("delay-apdu 150");
        it.home.pinentry.answer(`pin ${PASSWORD}`);
        await until("the VERIFY", () => verifies(it.log()).length === 1);
        const during = places(hostPid(host), PASSWORD);
        assert.ok("signature" in await host.next());
        await it.card.command("delay-apdu 0");
        // While the card has not answered, the exchange may hold it; afterwards nothing does.
        assert.ok(during.every((place) => place === "memory" || place === "[stack]"), during.join());
        assert.deepEqual(places(hostPid(host), PASSWORD), []);
    });

    test("nor one that was wrong, of the wrong form, or folded", { skip: !plain && "memory of another program's making" }, async () => {
        it.secrets.push(PASSWORD);
        const host = await it.start();
        for (const typed of ["qzxj7k9w4n", "QZXJ7K9W4M!", "QZXJ7K9W4MQZXJ7K9W4M", PASSWORD.toLowerCase()]) {
            it.home.pinentry.answer(`pin ${typed}`);
        }
        assert.ok("signature" in await host.request(SIGN));
        for (const secret of ["QZXJ7K9W", "qzxj7k9w"]) {
            assert.deepEqual(places(hostPid(host), secret), []);
        }
        assert.equal(it.home.pinentry.prompts().length, 4);
    });

    test("nor an old or a new one, once it was changed, or not", { skip: !plain && "memory of another program's making" }, async () => {
        const fresh = "ZRV5H2T8YB";
        it.secrets.push(PASSWORD, fresh);
        const host = await it.start();
        it.home.pinentry.answer(`pin ${PASSWORD}`, `pin ${fresh}`, `pin ${fresh.slice(0, 9)}C`, `pin ${fresh.toLowerCase()}`, `pin ${fresh}`);
        assert.deepEqual(await host.request(changePin("signing")), { changed: true });
        for (const secret of [PASSWORD, "ZRV5H2T8", "zrv5h2t8"]) {
            assert.deepEqual(places(hostPid(host), secret), []);
        }
        it.home.pinentry.answer(`pin ${PASSWORD}`, `pin ${PASSWORD.slice(1)}Q`, "cancel");
        assertFailure(await host.request(changePin("signing")), "user-cancelled");
        for (const secret of [PASSWORD.slice(1), fresh]) {
            assert.deepEqual(places(hostPid(host), secret), []);
        }
        await it.card.command(`set-pin sign ${PASSWORD}`);
    });

    test("nor one typed into a prompt that was taken away", { skip: !plain && "memory of another program's making" }, async () => {
        it.secrets.push(PASSWORD);
        const host = await it.start();
        host.send(SIGN);
        await it.home.pinentry.shown();
        await it.card.setTries("sign", 4);
        it.home.pinentry.answer(`pin ${PASSWORD}`, "cancel");
        assertFailure(await host.next(), "user-cancelled");
        assert.deepEqual(places(hostPid(host), PASSWORD), []);
    });

    test("the check itself: the origin, which is no secret, is found", { skip: !plain && "memory of another program's making" }, async () => {
        const host = await it.start();
        host.send(authenticate({ origin: "https://zq7.findme.example" }));
        await it.home.pinentry.shown();
        assert.ok(places(hostPid(host), "zq7.findme").length > 0);
    });

    test("not in the host's arguments and environment, nor the prompt's", async () => {
        const host = await it.start();
        host.send(authenticate());
        const { pid } = await it.home.pinentry.shown();
        it.home.pinentry.answer("after 0.3 pin 7391");
        for (const each of [hostPid(host), pid]) {
            for (const file of ["cmdline", "environ"]) {
                assert.ok(!readFileSync(`/proc/${each}/${file}`).includes("7391"), `${file} of ${each}`);
            }
        }
        assert.ok("signature" in await host.next());
    });

    test("other processes of the person cannot look into it", { skip: !plain && "the host runs under another program" }, () => {
        // What cannot be dumped has files in /proc that are root's: seen from an ordinary user's process.
        const { stdout, stderr } = spawnSync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, "-e", `
            const { spawn } = require("node:child_process");
            const fs = require("node:fs");
            const look = (pid) => {
                try { fs.closeSync(fs.openSync("/proc/" + pid + "/mem", "r")); return true; } catch { return false; }
            };
            const other = spawn("/bin/cat");
            const host = spawn(${JSON.stringify(HOST)}, ["chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"]);
            host.stdout.once("data", () => {
                console.log(JSON.stringify({ other: look(other.pid), host: look(host.pid) }));
                other.kill();
                host.kill();
            });
        `], { encoding: "utf8", cwd: "/", env: { PATH: process.env["PATH"] ?? "" } });
        if (/EACCES|setpriv/.test(stderr)) {
            return; // the build lies where that user cannot read
        }
        assert.equal(stdout, '{"other":true,"host":false}\n');
    });

    test("killed in the prompt, it leaves no core file where another program leaves one", { skip: !plain && "the host runs under another program" }, async (t) => {
        it.expect.exit = false;
        const unlimited = ["/bin/sh", "-c", 'ulimit -c unlimited; exec "$0" "$@"'];
        const cores = (): string[] => readdirSync(it.home.path).filter((name) => name.startsWith("core"));
        spawnSync("/bin/sh", ["-c", "ulimit -c unlimited; kill -ABRT $$"], { cwd: it.home.path });
        if (cores().length === 0) {
            t.skip("this machine writes no core files");
        }
        cores().forEach((name) => { rmSync(join(it.home.path, name)); });
        const host = await it.start({ under: unlimited });
        host.send(authenticate());
        await it.home.pinentry.shown();
        host.process.kill("SIGABRT");
        assert.equal((await host.ended).signal, "SIGABRT");
        assert.deepEqual(cores(), []);
        assert.ok(await it.home.pinentry.closed(), "the prompt went with it");
    });

    test("killed while a PIN is verified: the card forgets it", async () => {
        it.expect.exit = false;
        const host = await it.start();
        host.send(authenticate());
        await it.home.pinentry.shown();
        await it.card.command("delay-apdu 100");
        it.home.pinentry.answer("pin 7391");
        await until("the verified PIN", () => isVerified(it.card.log()));
        host.process.kill("SIGKILL");
        await host.ended;
        await until("the card to forget", () => !isVerified(it.card.log()), 3000);
        await it.card.command("delay-apdu 0");
        assert.ok(commands(it.log()).filter((command) => command.startsWith("80 2A")).length <= 1);
        const next = await it.start();
        it.home.pinentry.answer("pin 7391");
        const request = authenticate();
        assertToken(await next.request(request), request);
    });

    test("a log-in with events and every kind of answer shows none", async () => {
        it.secrets.push("7391", "7392", PASSWORD);
        const host = await it.start();
        it.home.pinentry.answer("pin 7392", "pin 7391");
        const request = authenticate({}, { events: true });
        assertToken(await host.request(request), request);
    });
});
