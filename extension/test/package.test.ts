// SPDX-License-Identifier: MIT
// The packages of the extension as one command makes them, twice under other circumstances.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import browsers from "../../manifests/browsers.json" with { type: "json" };
import source from "../manifest.json" with { type: "json" };
import { crx, idOf } from "../packaging/crx.ts";
import { fill, toRegistry } from "../packaging/policies.ts";
import { chromiumUpdates } from "../packaging/updates.ts";

const PACKAGE = join(import.meta.dirname, "../package.ts");
const BASE = "https://ext.city.example.jp/jpki?a=1&b=<2>/";
const folder = mkdtempSync(join(tmpdir(), "jb-package-"));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const id = idOf(publicKey.export({ type: "spki", format: "der" }));
const name = `jpki-bridge-${source.version}`;

async function make(out: string, options: readonly string[], place: { cwd: string; TZ: string }): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", PACKAGE, "--out", join(folder, out), ...options],
        { cwd: place.cwd, env: { ...process.env, TZ: place.TZ } });
    return stdout;
}
function read(file: string): Buffer {
    return readFileSync(join(folder, "first", file));
}
function json(file: string): unknown {
    return JSON.parse(read(file).toString());
}
/** What a package holds; a CRX is a zip behind its header. */
function manifestIn(bytes: Uint8Array): Record<string, unknown> {
    const manifest = unzipSync(bytes)["manifest.json"] ?? assert.fail("no manifest");
    return JSON.parse(Buffer.from(manifest).toString()) as Record<string, unknown>;
}

before(async () => {
    writeFileSync(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const options = ["--key", join(folder, "key.pem"), "--base-url", BASE, "--site", "https://intranet.example.jp", "--site", "https://*.city.example.jp"];
    await make("first", options, { cwd: tmpdir(), TZ: "Asia/Tokyo" });
    await make("second", options, { cwd: join(import.meta.dirname, ".."), TZ: "America/Los_Angeles" });
});
after(() => { rmSync(folder, { recursive: true }); });

test("the same sources make the same bytes, wherever and in whatever zone", () => {
    const all = (readdirSync(join(folder, "first"), { recursive: true }) as string[]).filter((each) => /\.\w+$/.test(each)).sort();
    assert.deepEqual(all, [
        "policies/chromium.json", "policies/edge.json", "policies/firefox-managed-storage.json", "policies/firefox.json", "policies/windows.reg",
        "updates.json", "updates.xml", `${name}-chromium.zip`, `${name}.crx`, `${name}.xpi`,
    ].sort());
    for (const file of all) assert.ok(read(file).equals(readFileSync(join(folder, "second", file))), file);
});

test("each browser gets the manifest that it takes, without the key of the unpacked extension", () => {
    const chromium = manifestIn(read(`${name}-chromium.zip`));
    const firefox = manifestIn(read(`${name}.xpi`));
    assert.deepEqual(chromium["background"], { service_worker: "background.js" });
    assert.deepEqual(firefox["background"], { scripts: ["background.js"] });
    assert.deepEqual([chromium["key"], firefox["key"], chromium["browser_specific_settings"]], [undefined, undefined, undefined]);
    assert.equal(chromium["update_url"], new URL("updates.xml", BASE).href);
    const { gecko } = firefox["browser_specific_settings"] as { gecko: Record<string, unknown> };
    assert.equal(gecko["update_url"], new URL("updates.json", BASE).href);
    assert.equal(gecko["id"], "extension@jpkibridge.org");
});

test("a site of the organisation's own is there from the start, in all packages", () => {
    const wanted = [...source.host_permissions, "https://intranet.example.jp/*", "https://*.city.example.jp/*"];
    for (const file of [`${name}-chromium.zip`, `${name}.xpi`]) assert.deepEqual(manifestIn(read(file))["host_permissions"], wanted, file);
});

test("the CRX is signed over all of its bytes by the key that its id comes from", () => {
    const bytes = read(`${name}.crx`);
    assert.equal(bytes.subarray(0, 4).toString(), "Cr24");
    assert.equal(bytes.readUInt32LE(4), 3);
    const archive = bytes.subarray(12 + bytes.readUInt32LE(8));
    assert.ok(archive.equals(read(`${name}-chromium.zip`)));
    const spki = publicKey.export({ type: "spki", format: "der" });
    const header = bytes.subarray(12, 12 + bytes.readUInt32LE(8));
    const at = header.indexOf(spki);
    assert.ok(at > 0, "the key is inside");
    // The proof's second field: tag 0x12, a length of 256, the signature.
    const signature = header.subarray(at + spki.length + 3, at + spki.length + 3 + 256);
    const digest = createHash("sha256").update(spki).digest().subarray(0, 16);
    const signed = Buffer.concat([Buffer.from("CRX3 SignedData\0"), Buffer.from([18, 0, 0, 0, 0x0a, 16]), digest, archive]);
    assert.ok(verify("sha256", signed, createPublicKey(publicKey.export({ type: "spki", format: "pem" })), signature));
});

test("the update manifests name what lies beside them, by its hash", () => {
    // A parser of somebody else's.
    const parse = "import json, sys, xml.etree.ElementTree as tree; print(json.dumps([[each.tag, each.attrib] for each in tree.parse(sys.stdin).getroot().iter()]))";
    const elements = JSON.parse(execFileSync("python3", ["-c", parse], { input: read("updates.xml"), encoding: "utf8" })) as [string, Record<string, string>][];
    const space = "{http://www.google.com/update2/response}";
    const crxBytes = read(`${name}.crx`);
    assert.deepEqual(elements, [
        [`${space}gupdate`, { protocol: "2.0" }], [`${space}app`, { appid: id }],
        [`${space}updatecheck`, {
            codebase: new URL(`${name}.crx`, BASE).href, version: source.version, size: String(crxBytes.length),
            hash_sha256: createHash("sha256").update(crxBytes).digest("hex"), prodversionmin: source.minimum_chrome_version,
        }],
    ]);
    const hash = createHash("sha256").update(read(`${name}.xpi`)).digest("hex");
    const { gecko } = source.browser_specific_settings;
    assert.deepEqual(json("updates.json"), {
        addons: { [gecko.id]: { updates: [{
            version: source.version, update_link: new URL(`${name}.xpi`, BASE).href, update_hash: `sha256:${hash}`,
            applications: { gecko: { strict_min_version: gecko.strict_min_version } },
        }] } },
    });
});

test("an address keeps the XML well-formed, whatever is in it", () => {
    const xml = chromiumUpdates({ id, version: "1", url: `https://a.example/?a=1&b="<'>`, bytes: new Uint8Array(), least: "148" });
    assert.match(xml, /codebase="https:\/\/a\.example\/\?a=1&#38;b=&#34;&#60;'&#62;"/);
});

test("the policies are for the id that signed, and ask for what is hosted", () => {
    const chromium = json("policies/chromium.json") as { "ExtensionSettings": object; "NativeMessagingAllowlist": unknown; "3rdparty": { extensions: object } };
    assert.deepEqual(Object.entries(chromium.ExtensionSettings), [[id, {
        installation_mode: "force_installed", update_url: new URL("updates.xml", BASE).href, toolbar_pin: "force_pinned",
    }]]);
    const edge = json("policies/edge.json") as typeof chromium;
    assert.deepEqual(Object.entries(edge.ExtensionSettings), [[id, {
        installation_mode: "force_installed", update_url: new URL("updates.xml", BASE).href, toolbar_state: "force_shown",
    }]]);
    assert.deepEqual({ ...edge, ExtensionSettings: {} }, { ...chromium, ExtensionSettings: {} });
    assert.deepEqual(chromium.NativeMessagingAllowlist, ["org.jpkibridge.host"]);
    assert.deepEqual(Object.keys(chromium["3rdparty"].extensions), [id]);
    const { policies } = json("policies/firefox.json") as { policies: { ExtensionSettings: Record<string, { install_url: string }> } };
    assert.equal(policies.ExtensionSettings["extension@jpkibridge.org"]?.install_url, new URL(`${name}.xpi`, BASE).href);
});

test("what the templates set for the extension is what its schema knows", () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../managed_schema.json"), "utf8")) as { properties: Record<string, { type: string }> };
    const chromium = json("policies/chromium.json") as { "3rdparty": { extensions: Record<string, Record<string, unknown>> } };
    const firefox = json("policies/firefox.json") as { policies: { "3rdparty": { Extensions: Record<string, Record<string, unknown>> } } };
    const storage = json("policies/firefox-managed-storage.json") as { name: string; data: Record<string, unknown> };
    assert.equal(storage.name, "extension@jpkibridge.org");
    for (const set of [chromium["3rdparty"].extensions[id], firefox.policies["3rdparty"].Extensions["extension@jpkibridge.org"], storage.data]) {
        assert.deepEqual(Object.keys(set ?? {}).sort(), Object.keys(schema.properties).filter((each) => each in storage.data).sort());
        for (const [member, value] of Object.entries(set ?? {})) {
            assert.equal(Array.isArray(value) ? "array" : typeof value, schema.properties[member]?.type, member);
        }
    }
});

test("the README names every member of the schema, where browsers look for policies, and what is made", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    const section = readme.slice(readme.indexOf("### Browsers and the extension"), readme.indexOf("### Windows"));
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../managed_schema.json"), "utf8")) as { properties: object };
    for (const member of Object.keys(schema.properties)) assert.ok(section.includes(`| \`${member}\` |`), member);
    for (const { id: browser, linux } of browsers.browsers) {
        const [place] = linux.policies;
        if (!["brave", "vivaldi"].includes(browser)) assert.ok(place !== undefined && section.includes(place), browser);
    }
    for (const file of readdirSync(join(folder, "first")).filter((each) => !/-chromium\.zip$|^policies$/.test(each))) assert.ok(section.includes(file), file);
});

test("the registry says the same for Chrome and Edge", () => {
    const text = toRegistry(JSON.stringify({
        "ExtensionSettings": { abc: { update_url: 'https://a.example/"\\' } }, "NativeMessagingAllowlist": ["one", "two"], "NativeMessagingUserLevelHosts": false,
        "3rdparty": { extensions: { abc: { welcomePage: true, language: "ja", sites: ["https://a.example"] } } },
    }));
    const key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Google\\Chrome";
    const half = [
        `[${key}]`, String.raw`"ExtensionSettings"="{\"abc\":{\"update_url\":\"https://a.example/\\\"\\\\\"}}"`, '"NativeMessagingUserLevelHosts"=dword:00000000', "",
        `[${key}\\NativeMessagingAllowlist]`, '"1"="one"', '"2"="two"', "",
        `[${key}\\3rdparty\\extensions\\abc\\policy]`, '"welcomePage"=dword:00000001', '"language"="ja"', "",
        `[${key}\\3rdparty\\extensions\\abc\\policy\\sites]`, '"1"="https://a.example"', "",
    ];
    const edge = half.map((line) => line.replace("Google\\Chrome", "Microsoft\\Edge"));
    assert.equal(text, ["Windows Registry Editor Version 5.00", "", ...half, ...edge].join("\r\n"));
    assert.match(read("policies/windows.reg").toString(), /Google\\Chrome\]\r\n.*toolbar_pin[^]*Microsoft\\Edge\]\r\n.*toolbar_state/);
    assert.match(read("policies/windows.reg").toString(), new RegExp(`\\\\${id}\\\\policy\\]\r\n`));
});

test("a template with a hole that nothing fills is refused, and a value cannot break out of its string", () => {
    assert.throws(() => fill('{"@NAME@": 1}', {}), /@NAME@/);
    assert.equal(fill('{"@A@": 1}', { A: '"@A@\\' }), '{"\\"@A@\\\\": 1}');
});

test("a key that Chromium would not take is refused", () => {
    for (const { privateKey: weak } of [generateKeyPairSync("rsa", { modulusLength: 1024 }), generateKeyPairSync("ec", { namedCurve: "P-256" })]) {
        assert.throws(() => crx(new Uint8Array(), weak), /RSA key of at least 2048 bits/);
    }
    assert.throws(() => crx(new Uint8Array(), publicKey), /private RSA key/);
});

test("a site or an address that no browser would take is refused", async () => {
    const refused = (options: string[]): Promise<void> => assert.rejects(make("refused", options, { cwd: tmpdir(), TZ: "UTC" }), (error: { stderr: string }) => {
        assert.match(error.stderr, /is no site: https:\/\/host|is not https/);
        return true;
    });
    await refused(["--site", "http://intranet.example.jp"]);
    await refused(["--base-url", "http://ext.city.example.jp/"]);
});
