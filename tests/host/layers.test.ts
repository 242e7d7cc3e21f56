/* SPDX-License-Identifier: MIT */
// Which layer fails, truly: what lies between a person and the card is told apart, and what to do about it is what helps.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Home } from "../rig/home.ts";
import { Host } from "../rig/host.ts";
import { BUILD, HOST } from "../rig/paths.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";
import { authenticate, bench } from "./bench.ts";
import { verifies } from "./apdus.ts";
import { assertFailure, assertToken } from "./verify.ts";

const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";

let home: Home;
beforeEach(() => { home = new Home(); });
afterEach(() => { home.remove(); });

function doctor(LANG = "en_US.UTF-8", environment: Record<string, string> = {}): string {
    const { stdout } = spawnSync(HOST, ["doctor"], { env: { ...home.environment, LANG, ...environment }, encoding: "utf8", input: "", timeout: 60_000 });
    return stdout;
}
function put(file: string, text: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
}

describe("a session that polkit does not let use card readers", () => {
    // A sanitizer's own library wants to be the first.
    const DENIED = { LD_PRELOAD: join(BUILD, "pcsc-denied.so"), ASAN_OPTIONS: `${process.env["ASAN_OPTIONS"] ?? ""}:verify_asan_link_order=0` };

    test("is told so at once, and not that a service is not running", async () => {
        const host = await Host.start(home, { environment: DENIED });
        for (const request of [authenticate(), { command: "status", arguments: {} }, { command: "card-info", arguments: { lang: "ja" } }]) {
            assertFailure(await host.request(request), "pcsc-denied");
        }
        assert.deepEqual(home.pinentry.prompts(), []);
        await host.stop();
    });
    test("doctor says what an administrator can do", () => {
        const out = doctor("en_US.UTF-8", DENIED);
        assert.match(out, /✗ PC\/SC service +not allowed from this session\n {2}- Card reader +cannot be checked yet\n/);
        assert.match(out, /First problem: PC\/SC service\n[\s\S]* {4}org\.debian\.pcsc-lite\.access_pcsc\n/);
        assert.ok(!out.includes("systemctl"), out);
        assert.match(doctor("ja_JP.UTF-8", DENIED), /このセッションからの使用が許可されていません/);
    });
});

describe("the service", { skip: isPrivate ? false : "the daemon is not ours" }, () => {
    const it = bench();

    test("is started anew while the prompt is open: the PIN is asked for again, and it goes on", async () => {
        const host = await it.start();
        const request = authenticate();
        host.send(request);
        await it.home.pinentry.shown();
        host.process.kill("SIGSTOP"); // so that it cannot look while there is none
        await stopPcscd();
        await startPcscd();
        await it.card.insert();
        host.process.kill("SIGCONT");
        it.home.pinentry.answer("pin 1234", "pin 1234");
        const answer = await host.next(20_000);
        assertToken(answer, request);
        assert.equal(verifies(it.log()).length, 1);
    });
    test("that is not running is not told as one that is not installed", async () => {
        await stopPcscd();
        try {
            assert.match(doctor(), /✗ PC\/SC service +not running\n/);
        } finally {
            await startPcscd();
            await it.card.insert();
        }
    });
});

describe("what doctor reads of the system", { skip: isPrivate ? false : "needs namespaces of its own" }, () => {
    const mounted: string[] = [];
    /** An empty folder in the place of the system's, in this namespace alone. */
    function replace(folder: string): void {
        execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
        mounted.push(folder);
    }
    afterEach(() => {
        for (const folder of mounted.splice(0)) {
            execFileSync("umount", [folder]);
        }
    });

    const USB = "/sys/bus/usb/devices";
    for (const [product, name] of [["06c1", "RC-S380"], ["06c3", "RC-S380"], ["01bb", "RC-S320"]] as const) {
        test(`${name} (054c:${product}) has no driver on Linux`, async () => {
            await stopPcscd();
            await startPcscd({ readers: false });
            try {
                replace("/sys");
                put(`${USB}/usb1/idVendor`, "1d6b\n");
                put(`${USB}/1-1/idVendor`, "054c\n");
                put(`${USB}/1-1/idProduct`, `${product}\n`);
                const out = doctor();
                assert.match(out, new RegExp(`✗ Card reader +${name}, which has no PC/SC driver\\n`));
                assert.match(out, /This model cannot be used on Linux/);
                assert.match(doctor("ja_JP.UTF-8"), new RegExp(`${name} には、PC/SC のドライバーがありません`));
                put(`${USB}/1-1/idProduct`, "0dc8\n"); // RC-S300, which has
                assert.match(doctor(), /✗ Card reader +none is connected\n/);
            } finally {
                await stopPcscd();
                await startPcscd();
            }
        });
    }

    test("an AppArmor profile that confines a browser, and says nothing of this program", () => {
        replace("/sys");
        put("/sys/module/apparmor/parameters/enabled", "Y\n");
        execFileSync("mkdir", ["-p", "/etc/apparmor.d"]);
        replace("/etc/apparmor.d");
        const said = /! Firefox\n {4}AppArmor's profile \/etc\/apparmor\.d\/usr\.lib\.firefox\.firefox may keep it/;
        const PROFILE = "profile firefox /usr/lib/firefox/firefox {\n  /usr/lib/firefox/** ix,\n}\n";
        put("/etc/apparmor.d/usr.lib.firefox.firefox", PROFILE);
        put("/etc/apparmor.d/usr.bin.firefoxes", PROFILE);
        const out = doctor();
        assert.match(out, said);
        assert.ok(out.includes(`echo '"${HOST}" Ux,' | sudo tee -a /etc/apparmor.d/local/usr.lib.firefox.firefox\n`), out);
        assert.match(doctor("ja_JP.UTF-8"), /AppArmor のプロファイル \/etc\/apparmor\.d\/usr\.lib\.firefox\.firefox/);
        // what does not confine
        for (const [file, text] of [
            ["/sys/module/apparmor/parameters/enabled", "N\n"],
            ["/etc/apparmor.d/disable/usr.lib.firefox.firefox", ""],
            ["/etc/apparmor.d/local/usr.lib.firefox.firefox", `"${HOST}" Ux,\n/usr/bin/jpki-bridge Ux,\n`],
        ] as const) {
            put(file, text);
            assert.doesNotMatch(doctor(), /AppArmor/, file);
            execFileSync("rm", [file]);
            put("/sys/module/apparmor/parameters/enabled", "Y\n");
        }
        put("/etc/apparmor.d/usr.lib.firefox.firefox", "profile firefox /usr/lib/firefox/firefox flags=(unconfined) {\n  userns,\n}\n");
        assert.doesNotMatch(doctor(), /AppArmor/);
    });
});

describe("Firefox", () => {
    test("is one in use where its profiles are in the configuration folder, as since 147", () => {
        const install = (): void => { spawnSync(HOST, ["install"], { env: home.environment }); };
        install();
        spawnSync("rm", ["-r", join(home.path, ".mozilla")]);
        assert.match(doctor(), /✓ Browser manifests/);
        mkdirSync(join(home.path, ".config/mozilla/firefox"), { recursive: true });
        assert.match(doctor(), /✗ Browser manifests +Firefox: not registered/);
        install(); // which puts it where every Firefox looks
        assert.match(doctor(), /✓ Browser manifests/);
    });
});
