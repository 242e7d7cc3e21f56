/* SPDX-License-Identifier: MIT */
// The MSI by Wine's msiexec: quiet install, upgrade and removal; the optional feature; the signature; and the
// templates of the group policy, whose values are written as they say.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { authenticate } from "../host/bench.ts";
import { assertFailure } from "../host/verify.ts";
import { HOST, ROOT } from "../rig/paths.ts";
import { world } from "./bench.ts";

const it = world();
const folder = mkdtempSync(join(tmpdir(), "jb-msi-"));
const HOST_KEYS = ["Google\\Chrome", "Chromium", "Microsoft\\Edge", "Mozilla"].map((browser) => `HKLM\\Software\\${browser}\\NativeMessagingHosts\\org.jpkibridge.host`);
const FORCED = ["Google\\Chrome", "Microsoft\\Edge"].map((browser) => `HKLM\\Software\\Policies\\${browser}\\ExtensionInstallForcelist`);
const EVENT_SOURCE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\JPKI Bridge";
const PROGRAM_FOLDER = "C:\\Program Files\\JPKI Bridge";

function make(name: string, version: string, environment: Record<string, string> = {}): string {
    const file = join(folder, name);
    execFileSync(join(ROOT, "installers/windows/msi.sh"), [HOST, file, version], { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "ignore"] });
    return file;
}
function msiexec(...words: string[]): void {
    const { status } = spawnSync("wine", ["msiexec", ...words, "/qn"], { env: { ...it.home.environment, ...it.environment }, stdio: "ignore", timeout: 60_000 });
    assert.equal(status, 0, `msiexec ${words.join(" ")}`);
}
/** The command of the installed program. */
function installed(args: string[]): string {
    const { stdout } = spawnSync("wine", [`${PROGRAM_FOLDER}\\jpki-bridge.exe`, ...args], {
        env: { ...it.home.environment, ...it.environment, JB_WINSCARD: "no-service", WINEDLLOVERRIDES: "" }, encoding: "utf8", timeout: 60_000,
    });
    return stdout.replaceAll("\r\n", "\n");
}
function assertNothingLeft(): void {
    for (const key of [...HOST_KEYS, ...FORCED, EVENT_SOURCE]) {
        assert.equal(it.key(key), undefined, key);
    }
    assert.ok(!existsSync(it.fileOf(PROGRAM_FOLDER)), "the program's folder was left");
}

let first: string;
before(() => { first = make("first.msi", "0.1.0"); });
after(() => { rmSync(folder, { recursive: true }); });

describe("the package", () => {
    test("installs quietly for everybody, is seen by doctor, upgrades, and is removed without a trace", () => {
        msiexec("/i", first);
        for (const key of HOST_KEYS) {
            const manifest = it.key(key) ?? assert.fail(key);
            assert.equal(manifest, `${PROGRAM_FOLDER}\\${key.includes("Mozilla") ? "firefox" : "chromium"}.json`);
            const { path, name } = JSON.parse(readFileSync(it.fileOf(manifest), "utf8")) as Record<string, unknown>;
            assert.deepEqual([path, name], ["jpki-bridge.exe", "org.jpkibridge.host"]);
        }
        for (const key of FORCED) {
            assert.equal(it.key(key), undefined, "the extension is forced only where that was asked for");
        }
        assert.equal(it.value(EVENT_SOURCE, "EventMessageFile"), `${PROGRAM_FOLDER}\\jpki-bridge.exe`);
        assert.match(installed(["doctor"]), /✓ Browser manifests +Google Chrome, Chromium, Microsoft Edge, Brave,\n +Vivaldi, Firefox\n +✓ Extension id/);

        const second = make("second.msi", "0.2.0");
        msiexec("/i", second);
        assert.equal(installed(["--version"]), "jpki-bridge 0.1.0\n"); // the same program in a newer package
        assert.equal(it.key(HOST_KEYS[0] ?? ""), `${PROGRAM_FOLDER}\\chromium.json`);
        msiexec("/x", second);
        assertNothingLeft();
    });

    test("forces the extension where that was asked for, beside what an organisation has there", () => {
        const [key = ""] = FORCED;
        it.setValue(key, "1", "REG_SZ", "other;https://example.jp/update.xml");
        msiexec("/i", first, "ADDLOCAL=Program,ForceExtension");
        for (const each of FORCED) {
            assert.match(it.value(each, "7151") ?? "", /^aejjklpblmgmcmfmpanhdoepepfkpmac;https:/);
        }
        assert.match(it.value("HKLM\\Software\\Policies\\Mozilla\\Firefox\\Extensions\\Install", "7151") ?? "", /^https:/);
        msiexec("/x", first);
        assert.equal(it.value(key, "7151"), undefined);
        assert.equal(it.value(key, "1"), "other;https://example.jp/update.xml");
        it.removeKey(key);
        assertNothingLeft();
    });

    test("is signed, with the program in it, by a certificate from outside", () => {
        const [key, certificate, store] = ["key.pem", "certificate.pem", "store.p12"].map((name) => join(folder, name)) as [string, string, string];
        execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test", "-days", "2", "-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", certificate], { stdio: "ignore" });
        execFileSync("openssl", ["pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", store, "-passout", "pass:abc"], { stdio: "ignore" });
        writeFileSync(join(folder, "password"), "abc");
        const signed = make("signed.msi", "0.1.0", { JB_SIGN_PKCS12: store, JB_SIGN_PASSWORD_FILE: join(folder, "password") });
        execFileSync("msiextract", ["-C", folder, signed], { stdio: "ignore" });
        for (const file of [signed, join(folder, "JPKI Bridge/jpki-bridge.exe")]) {
            const { stdout } = spawnSync("osslsigncode", ["verify", "-CAfile", certificate, "-in", file], { encoding: "utf8" });
            assert.match(stdout, /Number of verified signatures: 1|Signature verification: ok/, stdout);
            assert.doesNotMatch(stdout, /MISMATCH/);
        }
    });
});

describe("the group policy's templates", () => {
    const admx = readFileSync(join(ROOT, "installers/windows/policy/jpki-bridge.admx"), "utf8");
    const names = [...admx.matchAll(/<policy name="(\w+)"/g)].map(([, name = ""]) => name);
    afterEach(() => { it.removeKey("HKLM\\Software\\Policies\\JPKI Bridge"); });

    for (const language of ["ja-JP", "en-US"]) {
        test(`are whole in ${language}`, () => {
            const adml = readFileSync(join(ROOT, `installers/windows/policy/${language}/jpki-bridge.adml`), "utf8");
            for (const [, kind = "", id = ""] of admx.matchAll(/\$\((string|presentation)\.(\w+)\)/g)) {
                assert.ok(adml.includes(`<${kind} id="${id}">`), `${kind} ${id}`);
            }
        });
    }
    test("are for all that policy.json knows", () => {
        const members = [...admx.matchAll(/valueName="(\w+)"|<list id="\w+" key="[^"]*\\(\w+)"/g)].map(([, value, list]) => value ?? list);
        assert.deepEqual(members.sort(), ["allowedOrigins", "ask", "deniedOrigins", "individualNumber", "logging", "modes", "origins"]);
        assert.equal(names.length, members.length);
    });
    test("write what the program reads", async () => {
        for (const [, name = "", key = "", value] of admx.matchAll(/<policy name="(\w+)"[^>]* key="([^"]+)"(?: valueName="(\w+)")?/g)) {
            const list = new RegExp(`<list id="${name}_List" key="([^"]+)"`).exec(admx)?.[1];
            if (list === undefined) {
                it.setValue(`HKLM\\${key}`, value ?? assert.fail(name), "REG_DWORD", "1");
            } else {
                it.setValue(`HKLM\\${list}`, "1", "REG_SZ", name === "MynaportalModes" ? "01" : "https://www.example.jp");
            }
        }
        assert.match(it.run(["doctor"]).out, /✓ Policy +nothing wrong/);
        const host = await it.start();
        assertFailure(await host.request(authenticate()), "origin-denied");
    });
    test("a list that was switched off is none", async () => {
        it.setValue("HKLM\\Software\\Policies\\JPKI Bridge\\allowedOrigins", "1", "REG_SZ", "https://www.example.jp");
        it.removeValue("HKLM\\Software\\Policies\\JPKI Bridge\\allowedOrigins", "1");
        await it.card.setTries("auth", 0);
        const host = await it.start();
        assertFailure(await host.request(authenticate()), "pin-locked");
    });
});
