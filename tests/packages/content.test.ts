/* SPDX-License-Identifier: MIT */
// What is in the packages for Linux, by the tools of both worlds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BUILD, ROOT } from "../rig/paths.ts";
import { DEB, manifests, OWN, RPM, run, VERSION } from "./packed.ts";

const folder = mkdtempSync(join(tmpdir(), "jb-packages-"));
const [deb, rpm] = [join(folder, "deb"), join(folder, "rpm")];
before(() => {
    run("dpkg-deb", "--extract", DEB, deb);
    run("bash", "-c", 'mkdir "$1" && cd "$1" && rpm2cpio "$0" | cpio --quiet -id', RPM, rpm);
});
after(() => { rmSync(folder, { recursive: true }); });

/** One line each: the mode, the owner and the path of what the package holds. */
function debEntries(): string[] {
    return run("dpkg-deb", "--contents", DEB).trim().split("\n").map((line) => line.split(/\s+/)).map(([mode, owner, , , , path = ""]) => `${mode} ${owner} ${path.slice(1)}`);
}
function rpmEntries(): string[] {
    return run("rpm", "-qp", "--queryformat", "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]", RPM).trim().split("\n");
}
const DOCUMENTS = "/usr/share/doc/jpki-bridge";
const COMMON = ["/usr/share/man/man1/jpki-bridge.1.gz", "/usr/share/man/ja/man1/jpki-bridge.1.gz", `${DOCUMENTS}/README.policy`, `${DOCUMENTS}/examples/policy.json`];
const OF_ITS_KIND = {
    deb: [`${DOCUMENTS}/copyright`, `${DOCUMENTS}/changelog.gz`, "/usr/share/lintian/overrides/jpki-bridge"],
    rpm: ["/usr/share/licenses/jpki-bridge/LICENSE"],
};

describe("Debian's lintian", () => {
    const judge = (file: string): { status: number | null; found: string } => {
        const { status, stdout } = spawnSync("lintian", ["--allow-root", "--pedantic", "--display-info", "--fail-on", "error,warning", file], { encoding: "utf8" });
        return { status, found: stdout };
    };
    test("finds nothing, not even for information", () => {
        assert.deepEqual(judge(DEB), { status: 0, found: "" });
    });
    test("the check itself: it finds a manual that is missing", () => {
        const other = join(folder, "without");
        run("dpkg-deb", "--raw-extract", DEB, other);
        rmSync(join(other, "usr/share/man"), { recursive: true });
        run("dpkg-deb", "--build", other, join(folder, "without.deb"));
        assert.match(judge(join(folder, "without.deb")).found, /no-manual-page/);
    });
});

test("Fedora's rpmlint finds nothing that is not explained in rpmlint.toml", () => {
    const { stdout } = spawnSync("rpmlint", ["--config", join(import.meta.dirname, "rpmlint.toml"), RPM], { encoding: "utf8" });
    assert.match(stdout, /1 packages and 0 specfiles checked; 0 errors, 0 warnings/, stdout);
});

describe("a package for", () => {
    for (const [kind, entries] of [["deb", debEntries], ["rpm", rpmEntries]] as const) {
        test(`${kind} holds the program, its manuals and every browser's manifest, and nothing else`, () => {
            const found = entries();
            const files = ["-rwxr-xr-x root/root /usr/bin/jpki-bridge", ...[...manifests(kind).keys(), ...COMMON, ...OF_ITS_KIND[kind]].map((path) => `-rw-r--r-- root/root ${path}`)];
            assert.deepEqual(found.filter((entry) => !entry.startsWith("d")).sort(), files.sort());
            const directories = found.filter((entry) => entry.startsWith("d"));
            assert.deepEqual(directories.filter((entry) => !entry.startsWith("drwxr-xr-x root/root /")), []);
            assert.ok(directories.some((entry) => /\/etc\/jpki-bridge\/?$/.test(entry)), "no directory for the policy");
        });

        test(`${kind} registers our own extensions, and nobody else's`, () => {
            for (const [path, browser] of manifests(kind)) {
                const ids = browser === "firefox" ? { allowed_extensions: OWN.firefox } : { allowed_origins: OWN.chromium.map((id) => `chrome-extension://${id}/`) };
                const { description, ...rest } = JSON.parse(readFileSync(join(kind === "deb" ? deb : rpm, path), "utf8")) as Record<string, unknown>;
                assert.deepEqual(rest, { name: OWN.name, path: "/usr/bin/jpki-bridge", type: "stdio", ...ids }, path);
                assert.equal(typeof description, "string");
            }
        });
    }

    test("rpm leaves the distribution's own directories to it", () => {
        const owned = rpmEntries().filter((entry) => entry.startsWith("d")).map((entry) => entry.split(" ")[2]);
        for (const path of ["/etc", "/etc/opt", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share/man", "/usr/share/man/man1", "/usr/share/man/ja/man1", "/usr/share/doc", "/usr/share/licenses"]) {
            assert.ok(!owned.includes(path), path);
        }
    });

    test("deb depends on the card service and a graphical pinentry", () => {
        assert.match(run("dpkg-deb", "-f", DEB, "Depends"), /^pcscd, pinentry-gnome3 \| pinentry-x11, .*libc6 \(>= /);
        assert.deepEqual(run("dpkg-deb", "-f", DEB, "Package", "Version", "Architecture").trim().split("\n").sort(), ["Architecture: amd64", "Package: jpki-bridge", `Version: ${VERSION}`]);
    });

    test("rpm depends on the card service and a graphical pinentry", () => {
        const needed = run("rpm", "-qp", "--requires", RPM).split("\n");
        for (const name of ["pcsc-lite", "pinentry-gui", "libcrypto.so.3()(64bit)", "libpcsclite.so.1()(64bit)"]) {
            assert.ok(needed.includes(name), name);
        }
        assert.equal(run("rpm", "-qp", "--queryformat", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{PREFIXES}", RPM), `jpki-bridge ${VERSION} x86_64 MIT (none)`);
    });

    test("either has what stands in /etc as configuration", () => {
        const wanted = [...manifests("deb").keys()].filter((path) => path.startsWith("/etc/")).sort();
        assert.deepEqual(run("dpkg-deb", "--info", DEB, "conffiles").trim().split("\n").sort(), wanted);
        const flags = run("rpm", "-qp", "--queryformat", "[%{FILEFLAGS:fflags} %{FILENAMES}\n]", RPM).trim().split("\n");
        assert.deepEqual(flags.filter((line) => line.startsWith("cn ")).map((line) => line.slice(3)).sort(), wanted); // %config(noreplace)
    });
});

describe("the program in the package", () => {
    const program = join(deb, "usr/bin/jpki-bridge");
    test("is hardened and stripped, and does not tell where it was built", () => {
        assert.match(run("readelf", "-hW", program), /Type: +DYN \(Position-Independent Executable file\)/);
        assert.match(run("readelf", "-dW", program), /\(FLAGS\) +BIND_NOW/);
        const segments = run("readelf", "-lW", program);
        assert.match(segments, /GNU_RELRO/);
        assert.match(segments, /GNU_STACK .* RW /);
        const symbols = run("readelf", "--dyn-syms", "-W", program);
        assert.match(symbols, /__stack_chk_fail@/);
        assert.match(symbols, /__\w+_chk@/);
        const sections = run("readelf", "-SW", program);
        assert.doesNotMatch(sections, /\.symtab|\.debug|\.comment/);
        for (const place of [ROOT, BUILD]) {
            assert.ok(!readFileSync(program).includes(place.replace(/\/$/, "")), place);
        }
    });
    test("is the same in both, and is that of this build", () => {
        assert.ok(readFileSync(program).equals(readFileSync(join(rpm, "usr/bin/jpki-bridge"))));
        assert.equal(run(program, "--version"), run(join(BUILD, "jpki-bridge"), "--version"));
        assert.ok(statSync(program).size < statSync(join(BUILD, "jpki-bridge")).size);
    });
});

describe("the manual", () => {
    const manuals = [["en", "usr/share/man/man1", "en_GB.UTF-8"], ["ja", "usr/share/man/ja/man1", "ja_JP.UTF-8"]] as const;
    for (const [lang, place, locale] of manuals) {
        const source = (): string => run("gzip", "-dc", join(deb, place, "jpki-bridge.1.gz"));

        test(`is well formed (${lang})`, () => {
            const file = join(folder, `${lang}.1`);
            writeFileSync(file, source());
            const groff = spawnSync("groff", ["-man", ...(lang === "ja" ? ["-mja"] : []), "-K", "utf8", "-T", "utf8", "-ww", "-z", file], { encoding: "utf8" });
            assert.deepEqual([groff.status, groff.stderr], [0, ""]);
            const mandoc = spawnSync("mandoc", ["-T", "lint", "-W", "warning", file], { encoding: "utf8" });
            assert.deepEqual([mandoc.status, mandoc.stdout], [0, ""]);
        });

        test(`has the commands, options and exit status of --help, and no others (${lang})`, () => {
            const help = spawnSync(join(BUILD, "jpki-bridge"), ["--help"], { env: { LC_ALL: locale }, encoding: "utf8" }).stdout;
            const section = /^\.SH (?:COMMANDS|コマンド)\n(.*?)^\.SH/ms.exec(source())?.[1] ?? assert.fail("no commands");
            const plain = (text: string): string => text.replaceAll("\\", "").replace(/^\.\w+ /, "").replaceAll('"', "").replace(/\s+/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]");
            const inManual = [...section.matchAll(/^\.TP\n(.*)\n/gm)].map(([, head = ""]) => plain(head));
            const inHelp = [...help.matchAll(/^ {2}(\S+(?: \S+)*)(?: {2,}|$)/gm)].map(([, head = ""]) => head);
            assert.ok(inHelp.length >= 8, help);
            assert.deepEqual(inManual, inHelp);
            const codes = [...source().matchAll(/^\.TP\n\.B (\d)\n/gm)].map(([, code]) => code);
            assert.deepEqual(codes, [...help.matchAll(/(?<![\w-])(\d) /g)].map(([, code]) => code));
        });

        test(`names the version and every manifest (${lang})`, () => {
            const text = source().replaceAll("\\", "");
            assert.ok(text.includes(`"jpki-bridge ${VERSION}"`));
            for (const path of manifests("rpm").keys()) {
                assert.ok(text.includes(path), path);
            }
        });
    }
});

test("the changelog begins with this version, and the licence is the repository's", () => {
    assert.ok(run("gzip", "-dc", join(deb, DOCUMENTS, "changelog.gz")).startsWith(`jpki-bridge (${VERSION}) `));
    const words = (text: string): string => text.replace(/^ \.$/gm, "").replace(/\s+/g, " ");
    const licence = readFileSync(join(ROOT, "LICENSE"), "utf8");
    assert.ok(words(readFileSync(join(deb, DOCUMENTS, "copyright"), "utf8")).includes(words(licence.slice(licence.indexOf("Permission"))).trim()));
    assert.equal(readFileSync(join(rpm, "usr/share/licenses/jpki-bridge/LICENSE"), "utf8"), licence);
});
