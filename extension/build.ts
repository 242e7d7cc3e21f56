// SPDX-License-Identifier: MIT
// Builds the unpacked extension and, unless --no-client is there, the client library: build.ts [--out DIR] [--no-client]
// [--site https://host]…, by default build/ in the project root. A site of an organisation's own has the extension from the start, as the government's have.
// --brisk builds what tests use: the same but the waits that exist for people (src/shared/pace.ts).

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import type { BuildOptions, Metafile, PluginBuild } from "esbuild";
import ts from "typescript";
import { matchOf, parseSitePattern } from "./src/shared/pattern.ts";

const source = import.meta.dirname;
const root = join(source, "..");
const { values } = parseArgs({
    options: {
        "out": { type: "string", default: join(root, "build") },
        "no-client": { type: "boolean", default: false },
        "site": { type: "string", multiple: true, default: [] },
        "brisk": { type: "boolean", default: false },
    },
});
const extension = join(values.out, "extension");
const client = join(values.out, "client");
const modules = join(root, "node_modules");
const WINDOWS = ["session", "popup", "options", "card", "welcome", "sites"];
const SETTINGS = ["ja", "en", "no-mynaportal"];
/** The same bytes wherever the folder lies. */
const COMMON = {
    absWorkingDir: root,
    preserveSymlinks: true,
    bundle: true,
    target: ["chrome148", "firefox142"],
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    plugins: values.brisk ? [{ name: "brisk", setup: beBrisk }] : [],
} satisfies BuildOptions;
const FONT = "@expo-google-fonts/noto-sans-jp";

/** The tests' pace in the place of people's: when it is built, so that nothing can shorten a wait of what is shipped. */
function beBrisk(bundling: PluginBuild): void {
    bundling.onResolve({ filter: /\/pace\.ts$/ }, () => ({ path: join(root, "tests/rig/pace.ts") }));
}

async function buildExtension(): Promise<void> {
    await rm(extension, { recursive: true, force: true });
    await mkdir(extension, { recursive: true });
    const scripts = await build({
        ...COMMON,
        entryPoints: {
            background: join(source, "src/background/main.ts"),
            content: join(source, "src/content/main.ts"),
            disguise: join(source, "src/disguise/main.ts"),
            ...Object.fromEntries(SETTINGS.map((name) => [`settings/${name}`, join(source, `src/content/settings/${name}.ts`)])),
        },
        outdir: extension,
        format: "iife",
    });
    const windows = await build({
        ...COMMON,
        entryPoints: Object.fromEntries(WINDOWS.map((name) => [`ui/${name}/${name}`, join(source, `src/ui/${name}/main.ts`)])),
        outdir: extension,
        format: "esm",
    });
    await shipLicences(scripts.metafile, windows.metafile, await buildMark());
    await writeManifest();
    for (const name of ["managed_schema.json", "_locales"]) {
        await cp(join(source, name), join(extension, name), { recursive: true });
    }
    for (const size of ["16", "32", "48", "128"]) {
        await cp(join(source, `icons/${size}.png`), join(extension, `icons/${size}.png`));
    }
    for (const name of ["style.css", "glance.css"]) await cp(join(source, "src/ui", name), join(extension, "ui", name));
    for (const name of WINDOWS) {
        for (const kind of ["html", "css"]) {
            await cp(join(source, `src/ui/${name}/${name}.${kind}`), join(extension, `ui/${name}/${name}.${kind}`));
        }
    }
    await cp(join(source, "src/ui/session/documents/documents.css"), join(extension, "ui/session/documents.css"));
    await copyPdfjs(join(extension, "ui/session/pdfjs"));
    await cp(join(root, "LICENSE"), join(extension, "LICENSE"));
}

async function writeManifest(): Promise<void> {
    const text = await readFile(join(source, "manifest.json"), "utf8");
    const manifest = JSON.parse(text) as { host_permissions: string[] };
    for (const site of values.site) {
        const pattern = parseSitePattern(site);
        if (pattern === null) throw new Error(`${site} is no site: https://host, or https://*.host`);
        manifest.host_permissions.push(matchOf(pattern));
    }
    await writeFile(join(extension, "manifest.json"), values.site.length === 0 ? text : JSON.stringify(manifest, null, 4));
}

/** What the review of documents draws PDFs with: just as it was released, and nothing that needs WebAssembly. */
async function copyPdfjs(to: string): Promise<void> {
    const from = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
    const parts = {
        "LICENSE": "LICENSE",
        "build/pdf.min.mjs": "pdf.min.mjs",
        "build/pdf.worker.min.mjs": "pdf.worker.min.mjs",
        "cmaps": "cmaps",
        "standard_fonts": "standard_fonts",
        ...Object.fromEntries(
            ["jbig2_nowasm_fallback.js", "LICENSE_JBIG2", "LICENSE_PDFJS_JBIG2"]
                .concat("openjpeg_nowasm_fallback.js", "LICENSE_OPENJPEG", "LICENSE_PDFJS_OPENJPEG")
                .map((name) => [`wasm/${name}`, `decoders/${name}`]),
        ),
    };
    for (const [part, place] of Object.entries(parts)) await cp(join(from, part), join(to, place), { recursive: true });
}

/** What draws a visible mark on a PDF is loaded only when there is one. */
async function buildMark(): Promise<Metafile> {
    const { metafile } = await build({
        ...COMMON,
        entryPoints: [join(source, "src/documents/pdf/mark.ts")],
        outdir: join(extension, "documents"),
        minify: true,
        format: "esm",
    });
    await cp(join(modules, FONT, "400Regular/NotoSansJP_400Regular.ttf"), join(extension, "documents/NotoSansJP-Regular.ttf"));
    await cp(join(modules, FONT, "LICENSE_FONT"), join(extension, "licences/NotoSansJP.txt"));
    return metafile;
}

/** The licence of every package whose code is in one of the bundles; and the names of all that is shipped, for the SBOM. */
async function shipLicences(...bundles: readonly Metafile[]): Promise<void> {
    const inside = bundles.flatMap(({ outputs }) => Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs)));
    const used = inside.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const packages = new Set(used.flatMap(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
    for (const name of packages) {
        const licence = (await readdir(join(modules, name))).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
        if (licence === undefined) throw new Error(`${name} has no licence to ship`);
        await cp(join(modules, name, licence), join(extension, `licences/${name.replace("/", "-")}.txt`));
    }
    const shipped = [...packages, "pdfjs-dist", FONT].sort();
    await writeFile(join(values.out, "extension-packages.json"), `${JSON.stringify(shipped)}\n`);
}

async function buildClient(): Promise<void> {
    await rm(client, { recursive: true, force: true });
    const entry = join(source, "src/client/jpki-bridge.ts");
    await build({
        entryPoints: [entry],
        outdir: client,
        bundle: true,
        format: "esm",
        target: "es2022",
        charset: "utf8",
        banner: { js: "// SPDX-License-Identifier: MIT" },
    });
    const program = ts.createProgram([entry], {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        strict: true,
        declaration: true,
        emitDeclarationOnly: true,
        allowImportingTsExtensions: true,
        types: [],
    });
    program.emit(undefined, (path, text) => {
        if (path.endsWith("jpki-bridge.d.ts")) ts.sys.writeFile(join(client, "jpki-bridge.d.ts"), text);
    });
}

await Promise.all([buildExtension(), values["no-client"] ? undefined : buildClient()]);
