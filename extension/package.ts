// SPDX-License-Identifier: MIT
// Makes every package of the extension, the same bytes from the same sources:
//   package.ts [--out DIR] [--key FILE] [--base-url URL] [--site https://host]…
// DIR (build/packages) gets jpki-bridge-VERSION.xpi for Firefox, …-chromium.zip for the stores of Chrome and Edge, and
// policies/ for administrators; with --key (PEM, RSA; its owner's id) a signed .crx, and with --base-url, where the files
// will lie, the update manifests updates.xml and updates.json. A --site has the extension from the start, as the government's have.

import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs, promisify } from "node:util";
import table from "../manifests/browsers.json" with { type: "json" };
import { crx, idOf } from "./packaging/crx.ts";
import { chromiumManifest, firefoxManifest } from "./packaging/manifest.ts";
import type { Manifest } from "./packaging/manifest.ts";
import { fill, forEdge, toRegistry } from "./packaging/policies.ts";
import { chromiumUpdates, firefoxUpdates, sha256 } from "./packaging/updates.ts";
import { zip } from "./packaging/zip.ts";
import type { Files } from "./packaging/zip.ts";

const root = join(import.meta.dirname, "..");
const STORES = {
    chromium: "https://clients2.google.com/service/update2/crx",
    firefox: "https://addons.mozilla.org/firefox/downloads/latest/extension@jpkibridge.org/latest.xpi",
};
const { values } = parseArgs({
    options: {
        "out": { type: "string", default: join(root, "build", "packages") },
        "key": { type: "string" },
        "base-url": { type: "string" },
        "site": { type: "string", multiple: true, default: [] },
    },
});

async function read(folder: string): Promise<Map<string, Uint8Array>> {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
    const files = await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path)] as const));
    return new Map(files);
}

async function build(): Promise<Map<string, Uint8Array>> {
    const folder = await mkdtemp(join(tmpdir(), "jb-package-"));
    try {
        const sites = values.site.flatMap((site) => ["--site", site]);
        await promisify(execFile)(process.execPath, [join(import.meta.dirname, "build.ts"), "--out", folder, "--no-client", ...sites]);
        return await read(join(folder, "extension"));
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

function parseBase(text: string): URL {
    const base = new URL(text.endsWith("/") ? text : `${text}/`);
    if (base.protocol !== "https:" && base.hostname !== "127.0.0.1") {
        throw new Error(`${text} is not https: Firefox takes no extension whose updates come otherwise`);
    }
    return base;
}

const base = values["base-url"] === undefined ? null : parseBase(values["base-url"]);

function under(name: string): string | null {
    return base === null ? null : new URL(name, base).href;
}

function withManifest(files: Files, manifest: object): Files {
    return new Map([...files, ["manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 4)}\n`)]]);
}

async function put(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(values.out, name), content);
    console.log(`${sha256(Buffer.from(content))}  ${name}`);
}

async function template(name: string): Promise<string> {
    return readFile(join(root, "manifests", "policies", name), "utf8");
}

const files = await build();
const manifest = JSON.parse(Buffer.from(files.get("manifest.json") ?? []).toString()) as Manifest;
const { version } = manifest;
const { gecko } = manifest.browser_specific_settings;
const name = `jpki-bridge-${version}`;
await mkdir(join(values.out, "policies"), { recursive: true });

const archive = zip(withManifest(files, chromiumManifest(manifest, under("updates.xml"))));
await put(`${name}-chromium.zip`, archive);
let chromiumId = idOf(Buffer.from(manifest.key, "base64"));
let updateUrl: string = STORES.chromium;
if (values.key !== undefined) {
    const { id, bytes } = crx(archive, createPrivateKey(await readFile(values.key)));
    const url = under(`${name}.crx`);
    chromiumId = id;
    await put(`${name}.crx`, bytes);
    if (url !== null) {
        updateUrl = under("updates.xml") ?? updateUrl;
        await put("updates.xml", chromiumUpdates({ id, version, url, bytes, least: manifest.minimum_chrome_version }));
    }
}

const xpi = zip(withManifest(files, firefoxManifest(manifest, under("updates.json"))));
const xpiUrl = under(`${name}.xpi`);
await put(`${name}.xpi`, xpi);
if (xpiUrl !== null) {
    await put("updates.json", firefoxUpdates({ id: gecko.id, version, url: xpiUrl, bytes: xpi, least: gecko.strict_min_version }));
}

const host = table.hosts.own.name;
const forChromium = fill(await template("chromium.json"), { EXTENSION_ID: chromiumId, UPDATE_URL: updateUrl, HOST: host });
await put("policies/chromium.json", forChromium);
await put("policies/edge.json", forEdge(forChromium));
await put("policies/windows.reg", toRegistry(forChromium));
await put("policies/firefox.json", fill(await template("firefox.json"), { EXTENSION_ID: gecko.id, XPI_URL: xpiUrl ?? STORES.firefox }));
await put("policies/firefox-managed-storage.json", fill(await template("firefox-managed-storage.json"), { EXTENSION_ID: gecko.id }));
