// SPDX-License-Identifier: MIT
// The software bill of materials (CycloneDX 1.6, JSON) of what was built, on standard output:
//   sbom.ts VERSION [--linux PROGRAM] [--windows PROGRAM --libraries DIR] [--extension LIST]
// For Linux it names the packages of the shared libraries that the program was linked with on this Debian; for Windows
// what installers/windows/libraries.sh built, and the compiler's runtime; for the extension the npm packages that are in it.
// The same inputs give the same bytes: the time is SOURCE_DATE_EPOCH.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

interface Component {
    "type": "application" | "library";
    "bom-ref": string;
    "name": string;
    "version": string;
    "scope"?: "required";
    "licenses": [{ expression: string }];
    "purl": string;
    "cpe"?: string;
    "properties"?: { name: string; value: string }[];
}

/** What Debian's packages do not say in a form for programs: by their source package. */
const LICENCES: Record<string, string> = {
    "openssl": "Apache-2.0",
    "cjson": "MIT",
    "pcsc-lite": "BSD-3-Clause",
    "libassuan": "LGPL-2.1-or-later",
    "libgpg-error": "LGPL-2.1-or-later",
    "glibc": "LGPL-2.1-or-later",
    "mingw-w64": "ZPL-2.1 AND MIT",
    "gcc-mingw-w64": "GPL-3.0-or-later WITH GCC-exception-3.1",
};
const VENDORS: Record<string, string> = { openssl: "openssl:openssl", cjson: "davegamble:cjson" };

function licence(source: string): [{ expression: string }] {
    const expression = LICENCES[source];
    if (expression === undefined) throw new Error(`installers/sbom.ts knows no licence of ${source}`);
    return [{ expression }];
}

/** The release without Debian's epoch and revision. */
function upstream(version: string): string {
    return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "").replace(/\+dfsg.*$/, "");
}

/** The name by which vulnerabilities are listed (CPE 2.3). */
function cpe(source: string, version: string): Pick<Component, "cpe"> {
    const vendor = VENDORS[source];
    return vendor === undefined ? {} : { cpe: `cpe:2.3:a:${vendor}:${upstream(version)}:*:*:*:*:*:*:*` };
}

function linking(value: "static" | "dynamic" | "bundled", ...more: string[]): { name: string; value: string }[] {
    return [{ name: "jpki-bridge:linking", value }, ...more.map((note) => ({ name: "jpki-bridge:note", value: note }))];
}

/** Debian, or what is made of it. */
const DISTRIBUTION = /^ID=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "debian";

function debian(name: string, how: "static" | "dynamic"): Component {
    const told = execFileSync("dpkg-query", ["-W", "-f", "${source:Package}|${Version}|${Architecture}\n", name], { encoding: "utf8" });
    const [source = "", version = "", architecture = ""] = (told.split("\n")[0] ?? "").split("|");
    const purl = `pkg:deb/${DISTRIBUTION}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
    return {
        type: "library", "bom-ref": `${how}/${name}`, name, version, scope: "required", licenses: licence(source), purl, ...cpe(source, version), properties: linking(how),
    };
}

/** The packages of the libraries that the program asks the loader for. */
function sharedLibraries(program: string): Component[] {
    const needed = [...execFileSync("readelf", ["-d", program], { encoding: "utf8" }).matchAll(/\(NEEDED\)[^[]*\[([^\]]+)\]/g)];
    const architecture = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();
    const names = needed.map(([, library = ""]) => {
        const owners = execFileSync("dpkg-query", ["-S", `*/${library}`], { encoding: "utf8" }).split("\n");
        const owner = owners.map((line) => /^([^ :]+):([^ :]+): .*\/lib\/.*-linux-gnu\/[^/]+$/.exec(line)).find((found) => found?.[2] === architecture);
        if (owner?.[1] === undefined) throw new Error(`${library} belongs to no package`);
        return owner[1];
    });
    return [...new Set(names)].sort().map((name) => debian(name, "dynamic"));
}

/** OpenSSL and cJSON as libraries.sh built them, by what it wrote down; and the compiler's runtime. */
function staticLibraries(folder: string): Component[] {
    const lines = readFileSync(join(folder, "versions.txt"), "utf8").split("\n").filter((line) => line !== "");
    const notes = lines.filter((line) => line.includes(": "));
    const built = lines.filter((line) => !line.includes(": ")).map((line): Component => {
        const [name = "", packaged = ""] = line.split(" ");
        // Where Debian's patches were not to be had, it is the release that was built.
        const own = notes.filter((note) => note.startsWith(`${name}: `)).map((note) => note.slice(name.length + 2));
        const version = own.length === 0 ? packaged : upstream(packaged);
        const purl = own.length === 0 ? `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=source` : `pkg:generic/${name}@${encodeURIComponent(version)}`;
        return {
            type: "library", "bom-ref": `static/${name}`, name, version, scope: "required", licenses: licence(name), purl, ...cpe(name, packaged), properties: linking("static", ...own),
        };
    });
    return [...built, debian("gcc-mingw-w64-x86-64-posix-runtime", "static"), debian("mingw-w64-x86-64-dev", "static")];
}

function bundledPackages(list: string): Component[] {
    const modules = join(import.meta.dirname, "../node_modules");
    return (JSON.parse(readFileSync(list, "utf8")) as string[]).map((name) => {
        const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as { version: string; license: string };
        return {
            type: "library", "bom-ref": `npm/${name}`, name, version, scope: "required", licenses: [{ expression: license.replace(/^\((.*)\)$/, "$1") }],
            purl: `pkg:npm/${name.replace("@", "%40")}@${version}`, properties: linking("bundled"),
        };
    });
}

/** Reads the arguments and gives the whole bill. */
function bill(): object {
    const { values, positionals: [version = ""] } = parseArgs({
        allowPositionals: true,
        options: { linux: { type: "string" }, windows: { type: "string" }, libraries: { type: "string" }, extension: { type: "string" } },
    });
    if (!/^\d+(\.\d+)*$/.test(version)) throw new Error("sbom.ts VERSION …: see its head");
    const epoch = Number(process.env["SOURCE_DATE_EPOCH"]);
    if (!Number.isInteger(epoch)) throw new Error("SOURCE_DATE_EPOCH is not set");
    const parts: [name: string, what: string, libraries: Component[]][] = [];
    if (values.linux !== undefined) parts.push(["linux", "the program for Linux", sharedLibraries(values.linux)]);
    if (values.windows !== undefined && values.libraries !== undefined) {
        if (!existsSync(values.windows)) throw new Error(`${values.windows} is not there`);
        parts.push(["windows", "the program for Windows", staticLibraries(values.libraries)]);
    }
    if (values.extension !== undefined) parts.push(["extension", "the browser extension", bundledPackages(values.extension)]);

    const own = (ref: string, name: string): Component => ({
        type: "application", "bom-ref": ref, name, version, licenses: [{ expression: "MIT" }], purl: `pkg:generic/jpki-bridge@${version}${ref === "product" ? "" : `#${ref}`}`,
    });
    const content = {
        metadata: {
            timestamp: new Date(epoch * 1000).toISOString().replace(".000Z", "Z"),
            component: own("product", "JPKI Bridge"),
        },
        components: parts.flatMap(([ref, what, libraries]) => [own(ref, `JPKI Bridge: ${what}`), ...libraries]),
        dependencies: [
            { ref: "product", dependsOn: parts.map(([ref]) => ref) },
            ...parts.flatMap(([ref, , libraries]) => [{ ref, dependsOn: libraries.map((each) => each["bom-ref"]) }, ...libraries.map((each) => ({ ref: each["bom-ref"] }))]),
        ],
    };
    // A name made of the content (RFC 9562, version 8), so that another bill has another one.
    const digest = createHash("sha256").update(JSON.stringify(content)).digest("hex");
    const serial = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
    return { $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: `urn:uuid:${serial}`, version: 1, ...content };
}

process.stdout.write(`${JSON.stringify(bill(), null, 2)}\n`);
