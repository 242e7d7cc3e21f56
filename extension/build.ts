// SPDX-License-Identifier: MIT
// Builds the unpacked extension and the client library: build.ts [--out DIR], by default build/ in the project root.

import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import ts from "typescript";

const source = import.meta.dirname;
const { values } = parseArgs({ options: { out: { type: "string", default: join(source, "..", "build") } } });
const extension = join(values.out, "extension");
const client = join(values.out, "client");
const WINDOWS = ["session", "popup", "options"];

async function buildExtension(): Promise<void> {
    await rm(extension, { recursive: true, force: true });
    await mkdir(extension, { recursive: true });
    await build({
        entryPoints: {
            background: join(source, "src/background/main.ts"),
            content: join(source, "src/content/main.ts"),
            disguise: join(source, "src/disguise/main.ts"),
            ...Object.fromEntries(WINDOWS.map((name) => [`ui/${name}/${name}`, join(source, `src/ui/${name}/main.ts`)])),
        },
        outdir: extension,
        bundle: true,
        format: "iife",
        target: ["chrome148", "firefox140"],
        charset: "utf8",
        legalComments: "none",
    });
    for (const name of ["manifest.json", "_locales"]) {
        await cp(join(source, name), join(extension, name), { recursive: true });
    }
    for (const size of ["16", "32", "48", "128"]) {
        await cp(join(source, `icons/${size}.png`), join(extension, `icons/${size}.png`));
    }
    await cp(join(source, "src/ui/style.css"), join(extension, "ui/style.css"));
    for (const name of WINDOWS) {
        for (const kind of ["html", "css"]) {
            await cp(join(source, `src/ui/${name}/${name}.${kind}`), join(extension, `ui/${name}/${name}.${kind}`));
        }
    }
    await cp(join(source, "..", "LICENSE"), join(extension, "LICENSE"));
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

await Promise.all([buildExtension(), buildClient()]);
