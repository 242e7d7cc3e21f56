/* SPDX-License-Identifier: MIT */
// The packages of a release, all from one command: sums, and a bill of materials that says what is really inside.
import assert from "node:assert/strict";
import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { BUILD, ROOT } from "../rig/paths.ts";

interface Component { "bom-ref": string; "name": string; "version": string; "purl": string; "licenses": [{ expression: string }]; "properties"?: { name: string; value: string }[] }
interface Bill { metadata: { timestamp: string }; components: Component[]; dependencies: { ref: string; dependsOn?: string[] }[] }

const PACKAGES = join(BUILD, "packages");
const folder = mkdtempSync(join(tmpdir(), "jb-release-"));
after(() => { rmSync(folder, { recursive: true }); });

function make(environment: Record<string, string> = {}): SpawnSyncReturns<string> {
    return spawnSync(join(ROOT, "installers/package.sh"), [BUILD], { env: { ...process.env, ...environment }, encoding: "utf8", maxBuffer: 1 << 26 });
}
function names(): string[] {
    return readdirSync(PACKAGES, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => relative(PACKAGES, join(each.parentPath, each.name))).sort();
}
function bill(): string {
    return readFileSync(join(PACKAGES, names().find((name) => name.endsWith(".cdx.json")) ?? assert.fail("no bill")), "utf8");
}
function parsed(): Bill {
    return JSON.parse(bill()) as Bill;
}
/** What a part, by its name in the bill, is made with. */
function partsOf(ref: string): Component[] {
    const { components, dependencies } = parsed();
    return (dependencies.find((each) => each.ref === ref)?.dependsOn ?? assert.fail(ref)).map((each) => components.find((component) => component["bom-ref"] === each) ?? assert.fail(each));
}
/** All of the program's tools but these, in a folder for PATH. */
function without(...tools: string[]): string {
    const bin = mkdtempSync(join(folder, "bin-"));
    for (const place of (process.env["PATH"] ?? "").split(":").reverse()) {
        for (const name of tryRead(place).filter((each) => !tools.includes(each))) {
            rmSync(join(bin, name), { force: true });
            symlinkSync(join(place, name), join(bin, name));
        }
    }
    return bin;
}
function tryRead(place: string): string[] {
    try {
        return readdirSync(place);
    } catch {
        return [];
    }
}

describe("a release", () => {
    let made: SpawnSyncReturns<string>;
    before(() => { made = make({ SOURCE_DATE_EPOCH: "1800000000" }); });

    test("has a package of every kind", () => {
        assert.equal(made.status, 0, made.stderr.slice(-3000));
        for (const pattern of [/^jpki-bridge_[\d.]+(-\d+)?_amd64\.deb$/, /^jpki-bridge-[\d.]+(-\d+)?\.x86_64\.rpm$/, /^jpki-bridge-[\d.]+-x64\.msi$/, /policy-templates\.zip$/]) {
            assert.equal(names().filter((name) => pattern.test(name)).length, 1, `${pattern}: ${names().join()}`);
        }
    });

    test("has sums of all that is in it, which hold", () => {
        const listed = readFileSync(join(PACKAGES, "SHA256SUMS"), "utf8").trim().split("\n").map((line) => line.slice(66));
        assert.deepEqual(listed.sort(), names().filter((name) => name !== "SHA256SUMS"));
        execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: PACKAGES, stdio: "ignore" });
    });

    test("has a bill of materials that CycloneDX's validator takes", () => {
        const judge = (text: string): string => execFileSync(join(BUILD, "cyclonedx/bin/python"), ["-c", `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print("bad" if JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()) else "good")`], { input: text, encoding: "utf8" }).trim();
        assert.equal(judge(bill()), "good");
        assert.equal(judge(bill().replace('"purl"', '"pURL"')), "bad", "the check itself");
        assert.equal(parsed().metadata.timestamp, "2027-01-15T08:00:00Z");
    });

    test("whose OpenSSL and cJSON are those in the program for Windows", () => {
        // The cache names the archives that were linked; the headers beside them say what they are.
        const cache = readFileSync(join(BUILD, "windows-package/CMakeCache.txt"), "utf8");
        const libraries = /^JB_WINDOWS_LIBRARIES:\w+=(.*)$/m.exec(cache)?.[1] ?? assert.fail("no libraries");
        for (const archive of ["LIB_EAY", "CJSON_LIBRARY"]) { // the first is CMake's name for libcrypto with MinGW
            assert.ok(new RegExp(`^${archive}:\\w+=(.*)/lib/lib(crypto|cjson)\\.a$`, "m").exec(cache)?.[1] === libraries, archive);
        }
        const macro = (header: string, name: string): string => new RegExp(`${name}\\s+"?([\\d.]+)"?`).exec(readFileSync(join(libraries, "include", header), "utf8"))?.[1] ?? assert.fail(name);
        const [openssl, cjson] = ["openssl", "cjson"].map((name) => partsOf("windows").find((each) => each.name === name) ?? assert.fail(name)) as [Component, Component];
        assert.equal(openssl.version.replace(/-.*/, ""), macro("openssl/opensslv.h", "OPENSSL_VERSION_STR"));
        assert.equal(cjson.version.replace(/-.*/, ""), ["MAJOR", "MINOR", "PATCH"].map((part) => macro("cjson/cJSON.h", `CJSON_VERSION_${part}`)).join("."));
        for (const each of [openssl, cjson]) {
            assert.deepEqual(each.properties?.[0], { name: "jpki-bridge:linking", value: "static" });
        }
        assert.deepEqual([openssl.licenses, cjson.licenses], [[{ expression: "Apache-2.0" }], [{ expression: "MIT" }]]);
    });

    test("whose libraries for Linux are what the package depends on", () => {
        const depends = execFileSync("dpkg-deb", ["-f", join(PACKAGES, names().find((name) => name.endsWith(".deb")) ?? ""), "Depends"], { encoding: "utf8" });
        const libraries = partsOf("linux");
        assert.ok(libraries.length >= 5);
        for (const { name, properties } of libraries) {
            assert.ok(depends.includes(name), `${name} in ${depends}`);
            assert.equal(properties?.[0]?.value, "dynamic");
        }
        for (const name of ["libssl3", "libcjson1"]) {
            assert.ok(libraries.some((each) => each.name.startsWith(name)), name);
        }
    });

    test("whose npm packages are those that the extension ships licences of", () => {
        const inside = partsOf("extension");
        const licences = readdirSync(join(BUILD, "extension/licences")).filter((name) => name !== "NotoSansJP.txt").map((name) => name.replace(/\.txt$/, ""));
        assert.deepEqual(inside.map(({ name }) => name.replace("/", "-")).filter((name) => !/noto-sans-jp|^pdfjs-dist$/.test(name)).sort(), licences.sort());
        for (const { name, version, licenses } of inside) {
            const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, { version?: string; license?: string }> };
            const locked = packages[`node_modules/${name}`];
            assert.equal(version, locked?.version, name);
            assert.equal(licenses[0].expression, locked?.license?.replace(/^\((.*)\)$/, "$1"), name);
        }
    });

    test("is the same when it is made again", () => {
        const first = bill();
        const sums = readFileSync(join(PACKAGES, "SHA256SUMS"), "utf8");
        const again = make({ SOURCE_DATE_EPOCH: "1800000000" });
        assert.equal(again.status, 0, again.stderr.slice(-3000));
        assert.equal(bill(), first);
        assert.equal(readFileSync(join(PACKAGES, "SHA256SUMS"), "utf8"), sums);
    });

    test("leaves out what there is no tool for, and says so; but not what was asked for", () => {
        const PATH = without("wixl");
        const asked = make({ PATH, JB_PACKAGES: "msi" });
        assert.equal(asked.status, 1);
        assert.match(asked.stderr, /package\.sh: msi left out: there is no wixl here/);
        const { status, stderr } = make({ PATH: without("wixl", "rpmbuild") });
        assert.equal(status, 0, stderr.slice(-3000));
        assert.match(stderr, /package\.sh: msi left out: there is no wixl here/);
        assert.match(stderr, /package\.sh: rpm left out: there is no rpmbuild here/);
        assert.deepEqual(names().filter((name) => /\.(msi|rpm)$/.test(name)), []);
        assert.ok(names().some((name) => name.endsWith(".deb")));
        assert.ok(!bill().includes("static/openssl"), "a program that was not made is in the bill");
    });
});
