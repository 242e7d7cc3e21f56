/* SPDX-License-Identifier: MIT */
// The commands for people, the registry and the policy on Windows.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { authenticate, ORIGIN } from "../host/bench.ts";
import { assertFailure } from "../host/verify.ts";
import { ROOT } from "../rig/paths.ts";
import { world } from "./bench.ts";

const it = world();
const HOST_NAME = "org.jpkibridge.host";
// Spelled out, so that a wrong word in the table is noticed.
const KEYS: Record<string, string> = {
    chrome: "Google\\Chrome", chromium: "Chromium", edge: "Microsoft\\Edge", brave: "BraveSoftware\\Brave-Browser", vivaldi: "Vivaldi", firefox: "Mozilla",
};
const POLICY = "HKLM\\Software\\Policies\\JPKI Bridge";
const POLICIES = ["Google\\Chrome", "Microsoft\\Edge", "Mozilla\\Firefox"].map((browser) => `HKLM\\Software\\Policies\\${browser}`) as [string, string, string];
const keyOf = (browser: string, name = HOST_NAME, root = "HKCU"): string => `${root}\\Software\\${KEYS[browser] ?? assert.fail(browser)}\\NativeMessagingHosts\\${name}`;
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

afterEach(() => {
    it.run(["uninstall"]);
    for (const key of [POLICY, ...POLICIES]) it.removeKey(key);
    it.forgetAll();
});

describe("usage", () => {
    test("--version, --help and nonsense", () => {
        assert.deepEqual(it.run(["--version"]), { code: 0, out: `jpki-bridge ${version}\n`, err: "" });
        const help = it.run(["--help"]);
        assert.equal(help.code, 0);
        assert.match(help.out, /install \[--web-eid\]/);
        assert.deepEqual(it.run(["nonsense"]), { code: 2, out: "", err: help.out });
    });
    test("in Japanese, as UTF-8, where that is the language of the session", () => {
        assert.match(it.run(["--help"], { LANG: "ja_JP.UTF-8" }).out, /^マイナンバーカードで、ウェブサイトにログインし、署名します。/);
    });
});

describe("install and uninstall", () => {
    test("every browser finds a manifest that starts this program; nothing is left afterwards", () => {
        const installed = it.run(["install"]);
        assert.equal(installed.code, 0, installed.out + installed.err);
        for (const browser of Object.keys(KEYS)) {
            const path = it.key(keyOf(browser));
            assert.ok(path !== undefined, browser);
            const manifest = JSON.parse(readFileSync(it.fileOf(path), "utf8")) as Record<string, unknown>;
            assert.equal(manifest["name"], HOST_NAME);
            assert.match(String(manifest["path"]), /^Z:\\.*\\test\\jpki-bridge\.exe$/);
            assert.deepEqual(browser === "firefox" ? manifest["allowed_extensions"] : manifest["allowed_origins"],
                browser === "firefox" ? ["extension@jpkibridge.org"] : ["chrome-extension://aejjklpblmgmcmfmpanhdoepepfkpmac/"]);
        }
        assert.match(it.run(["install"]).out, /Google Chrome +already registered/);
        assert.match(it.run(["doctor"]).out, /✓ Browser manifests +Google Chrome, Chromium, Microsoft Edge, Brave,\n +Vivaldi, Firefox/);
        assert.equal(it.run(["uninstall"]).code, 0);
        for (const browser of Object.keys(KEYS)) {
            assert.equal(it.key(keyOf(browser)), undefined, browser);
            assert.equal(it.key(`HKCU\\Software\\${KEYS[browser] ?? ""}\\NativeMessagingHosts`), undefined, browser);
        }
        assert.ok(!it.hasFolder(), "a folder was left");
        assert.match(it.run(["uninstall"]).out, /There is nothing to take back/);
    });

    test("another program under Web eID's name is left alone", () => {
        const other = "C:\\Program Files\\Web eID\\eu.webeid.json";
        it.setValue(keyOf("chrome", "eu.webeid", "HKLM"), "", "REG_SZ", other);
        it.setValue(keyOf("firefox", "eu.webeid"), "", "REG_SZ", other);
        try {
            const { code, out } = it.run(["install", "--web-eid"]);
            assert.equal(code, 1);
            assert.match(out, /Google Chrome +left alone/);
            assert.match(out, /Firefox +left alone/);
            assert.equal(it.key(keyOf("chrome", "eu.webeid")), undefined);
            it.run(["uninstall"]);
            assert.equal(it.key(keyOf("firefox", "eu.webeid")), other);
        } finally {
            it.removeKey(keyOf("chrome", "eu.webeid", "HKLM"));
            it.removeKey(keyOf("firefox", "eu.webeid"));
        }
    });

    test("what an administrator registered is found, and a manifest that is gone is told", () => {
        it.setValue(keyOf("edge", HOST_NAME, "HKLM"), "", "REG_SZ", "C:\\gone\\manifest.json");
        try {
            const { code, out } = it.run(["doctor"]);
            assert.equal(code, 1);
            assert.match(out, /Microsoft Edge: the manifest is damaged\n +C:\\gone\\manifest\.json/);
        } finally {
            it.removeKey(keyOf("edge", HOST_NAME, "HKLM"));
        }
    });

    test("of two registrations the one that browsers obey is named: that of 32-bit programs", () => {
        const ours = keyOf("chrome", HOST_NAME, "HKLM");
        const other = ours.replace("HKLM\\Software\\", "HKLM\\Software\\WOW6432Node\\");
        it.setValue(ours, "", "REG_SZ", "C:\\gone\\64.json");
        try {
            assert.ok(it.run(["doctor"]).out.includes(`C:\\gone\\64.json\n${" ".repeat(23)}${ours}\n`), it.run(["doctor"]).out);
            it.setValue(other, "", "REG_SZ", "C:\\gone\\32.json");
            assert.ok(it.run(["doctor"]).out.includes(`C:\\gone\\32.json\n${" ".repeat(23)}${other}\n`), it.run(["doctor"]).out);
        } finally {
            it.removeKey(ours);
            it.removeKey(other);
        }
    });
});

describe("doctor and status", () => {
    test("doctor checks each layer", () => {
        it.run(["install"]);
        const { code, out } = it.run(["doctor"]);
        assert.match(out, /✓ PC\/SC service +running/);
        assert.match(out, /✓ Card reader +Test Reader 0/);
        assert.match(out, /✓ PIN prompt +this program's own/);
        assert.match(out, /✓ Policy +nothing wrong/);
        assert.ok(code === 0 || code === 1); // a card takes a moment to be seen by a reader that has just begun
    });
    test("without the service it says how to start it", () => {
        const { code, out } = it.run(["doctor"], { JB_WINSCARD: "no-service" });
        assert.equal(code, 1);
        assert.match(out, /✗ PC\/SC service +not running/);
        assert.match(out, /SCardSvr/);
    });
    test("a damaged configuration is told with its path, and left as it is", () => {
        it.configure("{\"unknown\": 1}");
        const { code, out } = it.run(["doctor"]);
        assert.equal(code, 1);
        assert.match(out, /✗ PIN prompt +the configuration file is not valid/);
        assert.ok(existsSync(join(it.folder, "config.json")));
    });
});

describe("the sites that a person trusts", () => {
    test("are kept in the application data, told, and forgotten", () => {
        it.configure(JSON.stringify({ mynaportalOrigins: ["https://a.example.jp", "https://b.example.jp"] }));
        assert.equal(it.run(["sites"]).out, "https://a.example.jp\nhttps://b.example.jp\n");
        assert.equal(it.run(["forget", "https://a.example.jp"]).code, 0);
        assert.deepEqual(it.config(), { mynaportalOrigins: ["https://b.example.jp"] });
    });
});

describe("the policy in the registry", () => {
    test("denied origins are denied, others not", async () => {
        it.setValue(`${POLICY}\\deniedOrigins`, "1", "REG_SZ", "https://*.example.lg.jp");
        it.setValue(`${POLICY}\\mynaportal`, "ask", "REG_DWORD", "0");
        it.setValue(`${POLICY}\\mynaportal\\modes`, "1", "REG_SZ", "01");
        it.setValue(POLICY, "individualNumber", "REG_DWORD", "1");
        assert.match(it.run(["doctor"]).out, /✓ Policy/);
        const host = await it.start();
        assertFailure(await host.request(authenticate({ origin: ORIGIN })), "origin-denied");
    });
    for (const [name, path, value, type, data] of [
        ["an unknown name", POLICY, "unknown", "REG_DWORD", "1"],
        ["a flag that is neither 0 nor 1", POLICY, "individualNumber", "REG_DWORD", "2"],
        ["a flag that is text", POLICY, "individualNumber", "REG_SZ", "1"],
        ["an item that is no origin", `${POLICY}\\allowedOrigins`, "1", "REG_SZ", "http://example.jp"],
        ["an item that is a number", `${POLICY}\\allowedOrigins`, "1", "REG_DWORD", "1"],
        ["an unknown key", `${POLICY}\\unknown`, "1", "REG_SZ", "x"],
    ] as const) {
        test(`${name}: nothing is allowed`, async () => {
            it.setValue(path, value, type, data);
            const host = await it.start();
            assertFailure(await host.request(authenticate()), "policy-invalid");
            const { out } = it.run(["doctor"]);
            assert.match(out, /✗ Policy +HKEY_LOCAL_MACHINE\\Software\\Policies\\JPKI Bridge is not valid/);
        });
    }
    const hex = (text: string): string => [...Buffer.from(text, "utf16le")].map((byte) => byte.toString(16).padStart(2, "0")).join(",");
    for (const [name, lines] of [
        ["more origins than are read", Array.from({ length: 10_001 }, (_, i) => `"${i}"="https://site-${i}.example.jp"`)],
        ["an origin longer than any", [`"1"="https://${"a".repeat(5000)}.example.jp"`]],
        ["an origin with something behind its end", [`"1"=hex(1):${hex("https://a.example.jp\0https://b.example.jp\0")}`]],
    ] as const) {
        test(`${name}: not obeyed in part`, async () => {
            it.importValues(`${POLICY}\\allowedOrigins`, lines);
            const host = await it.start();
            assertFailure(await host.request(authenticate()), "policy-invalid");
        });
    }
});

describe("the browsers' own policies in the registry", () => {
    const [CHROME, EDGE, FIREFOX] = POLICIES;
    const ID = "aejjklpblmgmcmfmpanhdoepepfkpmac";
    const said = (): string => /Browser policies +(.*?)(?=\n[^ ] |\n\n|$)/s.exec(it.run(["doctor"]).out)?.[1] ?? assert.fail("no such check");

    test("none is in the way where there are none", () => {
        assert.match(said(), /^nothing in the way/);
    });
    test("a list that blocks every program but those on another", () => {
        it.setValue(`${CHROME}\\NativeMessagingBlocklist`, "1", "REG_SZ", "*");
        assert.match(said(), /^Google Chrome: may not start this program\n +NativeMessagingBlocklist/);
        it.setValue(`${CHROME}\\NativeMessagingAllowlist`, "1", "REG_SZ", HOST_NAME);
        assert.match(said(), /^nothing in the way/);
    });
    test("programs that a user registered are passed over, those for everybody are not", () => {
        it.run(["install"]);
        it.setValue(EDGE, "NativeMessagingUserLevelHosts", "REG_DWORD", "1");
        assert.match(said(), /^nothing in the way/);
        it.setValue(EDGE, "NativeMessagingUserLevelHosts", "REG_DWORD", "0");
        assert.match(said(), /^Microsoft Edge: passes over what a user registers\n +NativeMessagingUserLevelHosts/);
        it.setValue(keyOf("edge", HOST_NAME, "HKLM"), "", "REG_SZ", it.key(keyOf("edge")) ?? assert.fail("not registered"));
        try {
            assert.match(said(), /^nothing in the way/);
        } finally {
            it.removeKey(keyOf("edge", HOST_NAME, "HKLM"));
        }
    });
    test("extensions are forbidden by keys, and one is let in by its own", () => {
        it.setValue(`${CHROME}\\ExtensionSettings\\*`, "installation_mode", "REG_SZ", "blocked");
        assert.match(said(), /^Google Chrome: may not have the extension\n +ExtensionSettings/);
        it.setValue(`${CHROME}\\ExtensionSettings\\${ID}`, "installation_mode", "REG_SZ", "force_installed");
        assert.match(said(), /^nothing in the way/);
    });
    for (const type of ["REG_SZ", "REG_MULTI_SZ"] as const) {
        test(`extensions are forbidden by JSON in one value (${type})`, () => {
            it.setValue(FIREFOX, "ExtensionSettings", type, "{\"*\": {\"installation_mode\": \"blocked\"}}");
            assert.match(said(), /^Firefox: may not have the extension\n +ExtensionSettings/);
        });
    }
    test("a list that is longer than what is read", () => {
        it.importValues(`${CHROME}\\NativeMessagingBlocklist`, Array.from({ length: 10_001 }, (_, i) => `"${i}"="org.example.host${i}"`));
        assert.match(said(), /^Google Chrome: a policy is not valid JSON, or too large\n +HKLM\\Software\\Policies\\Google\\Chrome/);
    });
    test("what is meant to be JSON and is not", () => {
        it.setValue(FIREFOX, "ExtensionSettings", "REG_SZ", "{\"*\": ");
        assert.match(said(), /^Firefox: a policy is not valid JSON, or too large\n +HKLM\\Software\\Policies\\Mozilla\\Firefox/);
    });
});
