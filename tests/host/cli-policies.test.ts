/* SPDX-License-Identifier: MIT */
// An organisation's own extension in the manifests, and browsers' policies as doctor reads them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Home } from "../rig/home.ts";
import { HOST, ROOT } from "../rig/paths.ts";

const OURS = "aejjklpblmgmcmfmpanhdoepepfkpmac";
const THEIRS = "abcdefghijklmnopabcdefghijklmnop";
const MORE = "ponmlkjihgfedcbaponmlkjihgfedcba";
const NAME = "org.jpkibridge.host";

let home: Home;
beforeEach(() => { home = new Home(); });
afterEach(() => { home.remove(); });

interface Result {
    code: number | null;
    out: string;
    err: string;
}
function run(args: string[], LANG = "en_US.UTF-8"): Result {
    const { status, stdout, stderr } = spawnSync(HOST, args, { env: { ...home.environment, LANG }, encoding: "utf8", input: "", timeout: 60_000 });
    return { code: status, out: stdout, err: stderr };
}
function manifest(folder: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(home.path, folder, `${NAME}.json`), "utf8")) as Record<string, unknown>;
}
const CHROMIUM = ".config/chromium/NativeMessagingHosts";
const FIREFOX = ".mozilla/native-messaging-hosts";
const origins = (): unknown => manifest(CHROMIUM)["allowed_origins"];
const addons = (): unknown => manifest(FIREFOX)["allowed_extensions"];
const origin = (id: string): string => `chrome-extension://${id}/`;

/** What follows a layer's name, with its further lines joined. */
function layer(out: string, label: string): { mark: string; found: string } {
    const match = new RegExp(`^ {2}(\\S) ${label} {2,}(.*(?:\\n {10,}.*)*)$`, "m").exec(out);
    assert.ok(match, `no "${label}" in:\n${out}`);
    return { mark: match[1] ?? "", found: (match[2] ?? "").replace(/\s+/g, " ") };
}

describe("install --extension-id", () => {
    test("lets in further extensions beside ours, each in the browsers of its kind", () => {
        const { code, out } = run(["install", "--extension-id", THEIRS, "--extension-id", "addon@city.example.lg.jp", "--extension-id", THEIRS]);
        assert.equal(code, 0);
        assert.deepEqual(origins(), [origin(OURS), origin(THEIRS)]);
        assert.deepEqual(addons(), ["extension@jpkibridge.org", "addon@city.example.lg.jp"]);
        assert.match(out, new RegExp(`Chromium +registered\\n.*\\n {4}further extension: ${THEIRS}\\n`));
        const doctor = layer(run(["doctor"]).out, "Extension id");
        assert.equal(doctor.mark, "✓");
        assert.match(doctor.found, new RegExp(`${OURS}.*further extensions: ${THEIRS} addon@city\\.example\\.lg\\.jp`));
    });
    test("keeps them when it is run again, and adds to them", () => {
        run(["install", "--extension-id", THEIRS]);
        const again = run(["install", "--extension-id", THEIRS]);
        assert.match(again.out, /Chromium +already registered/);
        writeFileSync(join(home.path, CHROMIUM, `${NAME}.json`), JSON.stringify({ ...manifest(CHROMIUM), description: "older" }));
        run(["install", "--extension-id", MORE]);
        assert.deepEqual(origins(), [origin(OURS), origin(THEIRS), origin(MORE)]);
        run(["install"]);
        assert.deepEqual(origins(), [origin(OURS), origin(THEIRS), origin(MORE)]);
    });
    test("does not take over what another program's manifest lets in", () => {
        const file = join(home.path, CHROMIUM, `${NAME}.json`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify({ name: NAME, description: "", path: "/bin/sh", type: "stdio", allowed_origins: [origin(THEIRS)] }));
        run(["install"]);
        assert.deepEqual(origins(), [origin(OURS)]);
    });
    test("names ours once, and Web eID's name stays Web eID's", () => {
        run(["install", "--web-eid", "--extension-id", OURS, "--extension-id", THEIRS]);
        assert.deepEqual(origins(), [origin(OURS), origin(THEIRS)]);
        const webEid = readFileSync(join(home.path, CHROMIUM, "eu.webeid.json"), "utf8");
        assert.ok(!webEid.includes(THEIRS) && webEid.includes("ncibgoaomkmdpilpocfeponihegamlic"));
    });
    test("takes a GUID for Firefox", () => {
        assert.equal(run(["install", "--extension-id", "{01234567-89ab-cdef-0123-456789ABCDEF}"]).code, 0);
        assert.deepEqual(addons(), ["extension@jpkibridge.org", "{01234567-89ab-cdef-0123-456789ABCDEF}"]);
    });
    test("refuses what is no id, says what one looks like, and writes nothing", () => {
        for (const id of ["", "abc", `${THEIRS}a`, THEIRS.replace("a", "q"), THEIRS.toUpperCase(), origin(THEIRS), "*", "a@", "a b@example", "{0-1-2-3-4}", `${"a".repeat(80)}@b`, "a@b\u001b[31m"]) {
            const { code, out, err } = run(["install", "--extension-id", THEIRS, "--extension-id", id]);
            assert.deepEqual([code, out], [2, ""], id);
            assert.match(err, /no extension's id.*32 letters from a to p/s);
            assert.ok(!err.includes("\u001b"));
        }
        assert.throws(() => readdirSync(join(home.path, CHROMIUM)));
    });
    test("uninstall takes all of it back", () => {
        run(["install", "--extension-id", THEIRS]);
        assert.equal(run(["uninstall"]).code, 0);
        assert.throws(() => readdirSync(join(home.path, CHROMIUM)));
        run(["install"]);
        assert.deepEqual(origins(), [origin(OURS)]);
    });
});

// Root's mounts are private already inside with-pcscd.sh, where a changed root lets unshare not make them so.
const isRoot = process.getuid?.() === 0;
const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";
const unshared = [...(isRoot ? [] : ["--user", "--map-root-user"]), "--mount", ...(isRoot && isPrivate ? ["--propagation", "unchanged"] : [])];
const namespaces = spawnSync("unshare", [...unshared, "mount", "-t", "tmpfs", "none", "/etc"]).status === 0;
const skip = namespaces ? false : "needs namespaces of its own";

/** Runs doctor where /etc holds these files and no others. */
function doctor(files: Record<string, unknown>, LANG = "en_US.UTF-8"): Result & { mark: string; found: string } {
    const script = 'mount -t tmpfs none /etc && cp -a "$1"/. /etc && exec "$0" doctor';
    const source = join(home.path, "etc");
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source);
    for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(source, dirname(path)), { recursive: true });
        writeFileSync(join(source, path), typeof content === "string" ? content : JSON.stringify(content));
    }
    const { status, stdout, stderr } = spawnSync("unshare", [...unshared, "sh", "-c", script, HOST, source], {
        env: { ...home.environment, LANG }, encoding: "utf8", input: "", timeout: 60_000,
    });
    assert.equal(stderr, "");
    return { code: status, out: stdout, err: stderr, ...layer(stdout, LANG.startsWith("ja") ? "ブラウザーの管理" : "Browser policies") };
}
const chromium = (policies: unknown, name = "jpki.json"): Record<string, unknown> => ({ [`chromium/policies/managed/${name}`]: policies });
const firefox = (policies: unknown): Record<string, unknown> => ({ "firefox/policies/policies.json": { policies } });

describe("doctor reads browsers' policies", { skip }, () => {
    beforeEach(() => { run(["install"]); });

    test("and has nothing to say of the templates that this project gives, once they are filled in", () => {
        const template = (name: string): string => readFileSync(join(ROOT, "manifests/policies", name), "utf8")
            .replaceAll("@HOST@", NAME).replaceAll("@EXTENSION_ID@", name.startsWith("chromium") ? OURS : "extension@jpkibridge.org");
        const { found } = doctor({
            ...chromium(template("chromium.json")), "firefox/policies/policies.json": template("firefox.json"),
            "chromium/native-messaging-hosts/org.jpkibridge.host.json": manifest(CHROMIUM),
        });
        assert.equal(found, "nothing in the way");
    });
    test("that block native hosts, unless ours is allowed", () => {
        for (const list of [["*"], [NAME], ["org.example", "*"]]) {
            const { mark, found, out } = doctor(chromium({ NativeMessagingBlocklist: list }));
            assert.equal(mark, "✗");
            assert.match(found, /^Chromium: may not start this program NativeMessagingBlocklist/);
            assert.doesNotMatch(found, /Google Chrome|Firefox|Brave/);
            assert.match(out, /First problem/);
        }
        assert.equal(doctor(chromium({ NativeMessagingBlocklist: ["org.example"] })).mark, "✓");
        assert.equal(doctor(chromium({ NativeMessagingBlocklist: ["*"], NativeMessagingAllowlist: ["org.example", NAME] })).mark, "✓");
        assert.equal(doctor(chromium({ NativeMessagingBlocklist: ["*"], NativeMessagingAllowlist: ["*"] })).mark, "✗", "no star in that list");
    });
    test("that pass over what a user registers, unless it is registered for everybody", () => {
        const policies = chromium({ NativeMessagingUserLevelHosts: false });
        const { mark, found } = doctor(policies);
        assert.equal(mark, "✗");
        assert.match(found, /Chromium: passes over what a user registers NativeMessagingUserLevelHosts/);
        const both = doctor({ ...policies, "chromium/native-messaging-hosts/org.jpkibridge.host.json": manifest(CHROMIUM) });
        assert.equal(both.mark, "✓");
        assert.equal(doctor(chromium({ NativeMessagingUserLevelHosts: true })).mark, "✓");
    });
    test("of which the last file by name counts, each policy by itself", () => {
        const files = (first: unknown, last: unknown): string =>
            doctor({ ...chromium(first, "10-a.json"), ...chromium(last, "20-b.json") }).mark;
        assert.equal(files({ NativeMessagingBlocklist: ["*"] }, { NativeMessagingBlocklist: [] }), "✓");
        assert.equal(files({ NativeMessagingBlocklist: [] }, { NativeMessagingBlocklist: ["*"] }), "✗");
        assert.equal(files({ NativeMessagingBlocklist: ["*"] }, { NativeMessagingAllowlist: [NAME] }), "✓");
    });
    test("that forbid the extension in Chromium, by each of the ways", () => {
        const blocked: unknown[] = [
            { ExtensionSettings: { "*": { installation_mode: "blocked" } } },
            { ExtensionSettings: { [OURS]: { installation_mode: "removed" } } },
            { ExtensionSettings: { [`${THEIRS},${OURS}`]: { installation_mode: "blocked" } } },
            { ExtensionInstallBlocklist: ["*"] },
            { ExtensionInstallBlocklist: [OURS], ExtensionSettings: { "*": { installation_mode: "allowed" } } },
        ];
        for (const policies of blocked) {
            assert.match(doctor(chromium(policies)).found, /Chromium: may not have the extension Extension/, JSON.stringify(policies));
        }
        const free: unknown[] = [
            { ExtensionSettings: { "*": { installation_mode: "blocked" }, [OURS]: { installation_mode: "force_installed", update_url: "https://a.example/" } } },
            { ExtensionInstallBlocklist: ["*"], ExtensionInstallAllowlist: [OURS] },
            { ExtensionInstallBlocklist: ["*"], ExtensionInstallForcelist: [`${OURS};https://a.example/updates.xml`] },
            { ExtensionInstallBlocklist: [THEIRS] },
            { ExtensionSettings: { "*": { blocked_permissions: ["nativeMessaging"] }, [OURS]: { blocked_permissions: [] } } },
        ];
        for (const policies of free) {
            assert.equal(doctor(chromium(policies)).mark, "✓", JSON.stringify(policies));
        }
    });
    test("that forbid one of the permissions that it needs", () => {
        const { permissions } = JSON.parse(readFileSync(join(ROOT, "extension/manifest.json"), "utf8")) as { permissions: string[] };
        for (const permission of permissions) {
            assert.equal(doctor(chromium({ ExtensionSettings: { "*": { blocked_permissions: ["usb", permission] } } })).mark, "✗", permission);
        }
        assert.equal(doctor(chromium({ ExtensionSettings: { "*": { blocked_permissions: ["usb"] } } })).mark, "✓");
    });
    test("that forbid ours, but not the organisation's own", () => {
        const policies = chromium({ ExtensionSettings: { "*": { installation_mode: "blocked" }, [THEIRS]: { installation_mode: "allowed" } } });
        assert.equal(doctor(policies).mark, "✗");
        run(["install", "--extension-id", THEIRS]);
        const found = doctor(policies);
        assert.doesNotMatch(found.found, /Chromium/);
    });
    test("that forbid the extension in Firefox", () => {
        assert.match(doctor(firefox({ ExtensionSettings: { "*": { installation_mode: "blocked" } } })).found, /^Firefox: may not have the extension ExtensionSettings$/);
        const own = { "*": { installation_mode: "blocked" }, "extension@jpkibridge.org": { installation_mode: "force_installed" } };
        assert.equal(doctor(firefox({ ExtensionSettings: own })).mark, "✓");
    });
    test("of every browser in its own folder", () => {
        for (const [folder, name] of [["opt/chrome", "Google Chrome"], ["opt/edge", "Microsoft Edge"], ["brave", "Brave"], ["vivaldi", "Vivaldi"]] as const) {
            const { found } = doctor({ [`${folder}/policies/managed/a.json`]: { NativeMessagingBlocklist: ["*"] } });
            assert.match(found, new RegExp(`^${name}: may not start`));
        }
    });
    test("and says which is no JSON, without failing for it", () => {
        const { mark, found } = doctor({ ...chromium("{", "a.json"), ...chromium({ NativeMessagingBlocklist: [] }, "b.json") });
        assert.equal(mark, "!");
        assert.match(found, /Chromium: a policy is not valid JSON, or too large \/etc\/chromium\/policies\/managed\/a\.json/);
        assert.equal(doctor({ "firefox/policies/policies.json": "[]" }).mark, "!");
    });
    test("without being held up by what is large, odd or many", () => {
        const odd = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`chromium/policies/managed/${index}.json`, "{}"]));
        assert.equal(doctor({ ...odd, "chromium/policies/managed/deeper/x.json": { NativeMessagingBlocklist: ["*"] } }).mark, "✓");
        assert.equal(doctor({ ...odd, ...chromium({ NativeMessagingBlocklist: ["*"] }, "z.json") }).mark, "✗"); // nothing is passed over
        const more = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`chromium/policies/managed/${index}.json`, "{}"]));
        assert.equal(doctor(more).mark, "!");
        assert.equal(doctor({ ...chromium(" ".repeat(2 << 20)) }).mark, "!");
        for (const policies of [{ NativeMessagingBlocklist: "*" }, { ExtensionSettings: [] }, { ExtensionSettings: { [OURS]: 5 } }, { ExtensionInstallBlocklist: [5, null, {}] }]) {
            assert.ok(["✓", "✗"].includes(doctor(chromium(policies)).mark));
        }
    });
    test("in Japanese, in 80 columns", () => {
        const { out } = doctor({ ...chromium({ NativeMessagingBlocklist: ["*"], ExtensionInstallBlocklist: ["*"] }), ...firefox({ ExtensionSettings: { "*": { installation_mode: "blocked" } } }) }, "ja_JP.UTF-8");
        assert.match(out, /プログラムの起動が禁止されています/);
        const width = (line: string): number => Array.from(line).reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uff01-\uff60]/.test(letter) ? 2 : 1), 0);
        assert.deepEqual(out.split("\n").filter((line) => width(line) > 80), []);
    });
});
