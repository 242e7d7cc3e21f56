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
import { BUILD, HOST, ROOT } from "../rig/paths.ts";
import { world } from "./bench.ts";

const it = world();
const folder = mkdtempSync(join(tmpdir(), "jb-msi-"));
const HOST_KEYS = ["Google\\Chrome", "Chromium", "Microsoft\\Edge", "Mozilla"].map((browser) => `HKLM\\Software\\${browser}\\NativeMessagingHosts\\org.jpkibridge.host`);
const FORCED = ["Google\\Chrome", "Microsoft\\Edge"].map((browser) => `HKLM\\Software\\Policies\\${browser}\\ExtensionInstallForcelist`);
const EVENT_SOURCE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\JPKI Bridge";
const PROGRAM_FOLDER = "C:\\Program Files\\JPKI Bridge";

const FIREFOX = "HKLM\\Software\\Policies\\Mozilla\\Firefox\\ExtensionSettings";
const FIREFOX_ID = "extension@jpkibridge.org";
/** The program of the first and of the second build of one version. */
const BUILDS = [1, 2].map((number) => join(BUILD, `windows/build-${number}.exe`));

function make(name: string, version: string, environment: Record<string, string> = {}, program: string = HOST): string {
    const file = join(folder, name);
    execFileSync(join(ROOT, "installers/windows/msi.sh"), [program, file, version], { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "ignore"] });
    return file;
}
function runMsiexec(...words: string[]): number | null {
    return spawnSync("wine", ["msiexec", ...words, "/qn"], { env: { ...it.home.environment, ...it.environment }, stdio: "ignore", timeout: 60_000 }).status;
}
function msiexec(...words: string[]): void {
    assert.equal(runMsiexec(...words), 0, `msiexec ${words.join(" ")}`);
}
/** A table of an MSI: its rows, by the names of its columns. */
function table(file: string, name: string): Record<string, string>[] {
    const [columns = [], , , ...rows] = execFileSync("msiinfo", ["export", file, name], { encoding: "utf8" }).trimEnd().split(/\r?\n/).map((line) => line.split("\t"));
    return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? ""])));
}
/** How many products of ours Windows Installer knows. */
function products(): number {
    return it.names("HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall").filter((name) => it.value(name, "DisplayName") === "JPKI Bridge").length;
}
/** The command of the installed program. */
function installed(args: string[]): string {
    const { stdout } = spawnSync("wine", [`${PROGRAM_FOLDER}\\jpki-bridge.exe`, ...args], {
        env: { ...it.home.environment, ...it.environment, JB_WINSCARD: "no-service", WINEDLLOVERRIDES: "" }, encoding: "utf8", timeout: 60_000,
    });
    return stdout.replaceAll("\r\n", "\n");
}
function assertNothingLeft(): void {
    for (const key of [...HOST_KEYS, ...FORCED, FIREFOX, EVENT_SOURCE, "HKLM\\Software\\JPKI Bridge"]) {
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
        msiexec("/x", first);
        assert.equal(it.value(key, "7151"), undefined);
        assert.equal(it.value(key, "1"), "other;https://example.jp/update.xml");
        it.removeKey(key);
        assertNothingLeft();
    });

    test("of the same version, another build takes the place of the first", () => {
        const builds = BUILDS.map((program, at) => make(`build-${at + 1}.msi`, "0.1.0", {}, program));
        const versions = builds.map((file) => table(file, "File").find((row) => row["File"] === "ProgramFile")?.["Version"]);
        assert.deepEqual(versions, ["0.1.0.1", "0.1.0.2"]);
        const [one = "", two = ""] = builds;
        msiexec("/i", one);
        msiexec("/i", two);
        assert.equal(products(), 1);
        assert.ok(readFileSync(it.fileOf(`${PROGRAM_FOLDER}\\jpki-bridge.exe`)).equals(readFileSync(BUILDS[1] ?? "")));
        msiexec("/x", two);
        assertNothingLeft();
    });

    test("an older version does not replace a newer one", () => {
        const newer = make("newer.msi", "0.10.0");
        msiexec("/i", newer);
        assert.notEqual(runMsiexec("/i", first), 0);
        assert.equal(products(), 1);
        assert.ok(existsSync(it.fileOf(`${PROGRAM_FOLDER}\\jpki-bridge.exe`)));
        msiexec("/x", newer);
        assertNothingLeft();
    });

    test("an upgrade keeps the extension forced where it was, and forces it nowhere else", () => {
        const second = make("kept.msi", "0.2.0");
        for (const forced of [true, false]) {
            msiexec("/i", first, ...(forced ? ["ADDLOCAL=Program,ForceExtension"] : []));
            msiexec("/i", second);
            for (const key of FORCED) {
                assert.equal(it.value(key, "7151") !== undefined, forced, key);
            }
            assert.equal(it.value(`${FIREFOX}\\${FIREFOX_ID}`, "installation_mode"), forced ? "force_installed" : undefined);
            msiexec("/x", second);
            assertNothingLeft();
        }
    });

    // Wine does not undo a removal, so this is what Windows Installer goes by.
    test("removes the old version inside the transaction, so that an upgrade that fails brings it back", () => {
        const sequence = table(first, "InstallExecuteSequence");
        const order = ["FindRelatedProducts", "LaunchConditions", "InstallInitialize", "RemoveExistingProducts", "ProcessComponents"]
            .map((action) => Number(sequence.find((row) => row["Action"] === action)?.["Sequence"]));
        assert.ok(order.every((each, at) => at === 0 || each > (order[at - 1] ?? NaN)), JSON.stringify(order));
        const attributes = table(first, "Upgrade").map((row) => `${row["ActionProperty"]} ${row["Attributes"]}`);
        assert.deepEqual(attributes.sort(), ["NEWER_VERSION 2", `OLDER_VERSION ${1 + 256 + 512}`]);
    });

    test("is refused with a version that Windows Installer would not compare whole", () => {
        for (const version of ["1.2", "1.2.3.4", "1.2.x", "256.0.0", "0.0.65536", ""]) {
            const { status, stderr } = spawnSync(join(ROOT, "installers/windows/msi.sh"), [HOST, join(folder, "refused.msi"), version], { encoding: "utf8" });
            assert.equal(status, version === "" ? 0 : 2, `${version}: ${stderr}`);
        }
    });

    test("is the same when it is made again", () => {
        const again = make("again.msi", "0.1.0");
        assert.ok(readFileSync(again).equals(readFileSync(first)));
        assert.notEqual(table(make("other.msi", "0.1.1"), "Property").find((row) => row["Property"] === "ProductCode")?.["Value"],
            table(first, "Property").find((row) => row["Property"] === "ProductCode")?.["Value"]);
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

/** A key of the registry as Firefox reads it (WindowsGPOParser.sys.mjs): a list where the first value is called 1. */
function asFirefoxReads(key: string): unknown {
    const values = it.values(key);
    if (values[0]?.[0] === "1") {
        return values.map(([, value]) => value);
    }
    return Object.fromEntries([...values, ...it.names(key).map((child) => [child.slice(key.length + 1), asFirefoxReads(child)] as const)]);
}
interface Schema { type?: string; enum?: unknown[]; properties?: Record<string, Schema>; patternProperties?: Record<string, Schema>; items?: Schema }
/** Whether a value is what this part of Firefox's own schema of policies says. */
function assertFits(value: unknown, schema: Schema, where: string): void {
    assert.equal(Array.isArray(value) ? "array" : typeof value, schema.type, where);
    assert.ok(schema.enum === undefined || schema.enum.includes(value), where);
    for (const [at, each] of Array.isArray(value) ? value.entries() : []) {
        assertFits(each, schema.items ?? assert.fail(where), `${where}[${at}]`);
    }
    for (const [name, each] of typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []) {
        const pattern = Object.entries(schema.patternProperties ?? {}).find(([expression]) => new RegExp(expression).test(name))?.[1];
        assertFits(each, schema.properties?.[name] ?? pattern ?? assert.fail(`${where}.${name} is not known`), `${where}.${name}`);
    }
}

describe("what forces the extension", () => {
    const inFirefox = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read('modules/policies/policies-schema.json'))";
    before(() => { msiexec("/i", first, "ADDLOCAL=Program,ForceExtension"); });
    after(() => { msiexec("/x", first); });

    test("is a policy by Firefox's own rules and schema, beside an organisation's", () => {
        it.setValue(`${FIREFOX}\\other@example.jp`, "installation_mode", "REG_SZ", "blocked");
        const schema = JSON.parse(execFileSync("python3", ["-c", inFirefox, "/usr/lib/firefox-esr/browser/omni.ja"], { encoding: "utf8", maxBuffer: 4 << 20 })) as Schema;
        const policies = asFirefoxReads("HKLM\\Software\\Policies\\Mozilla\\Firefox") as { ExtensionSettings: Record<string, Record<string, string>> };
        assertFits(policies, schema, "policies");
        assert.deepEqual(policies.ExtensionSettings["other@example.jp"], { installation_mode: "blocked" });
        assert.equal(policies.ExtensionSettings[FIREFOX_ID]?.["installation_mode"], "force_installed");
        assert.match(policies.ExtensionSettings[FIREFOX_ID]["install_url"] ?? "", /^https:\/\/.*\.xpi$/);
        it.removeKey(`${FIREFOX}\\other@example.jp`);
    });

    test("is an entry of Chromium's list: a number, an id, and where it is updated from (registry_dict.cc, extension_management)", () => {
        for (const key of FORCED) {
            const [[name, entry] = assert.fail(key), ...others] = it.values(key);
            assert.deepEqual(others, []);
            assert.match(name, /^\d+$/);
            assert.match(entry, /^[a-p]{32};https:\/\/\S+$/);
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
    test("ask for no namespace that an import would have to bring along", () => {
        for (const [, prefix = ""] of admx.matchAll(/<using prefix="(\w+)"/g)) {
            assert.match(admx, new RegExp(`"${prefix}:`), prefix);
        }
    });
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
