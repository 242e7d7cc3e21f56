/* SPDX-License-Identifier: MIT */
// The packages in clean systems, by the README's own commands: installed, used, upgraded, removed, purged. Each test goes on
// from where the one before it ended.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { Home } from "../rig/home.ts";
import { Host, type Message } from "../rig/host.ts";
import { BUILD, ROOT } from "../rig/paths.ts";
import { DEB, manifests, OWN, RPM, run, VERSION } from "./packed.ts";

const SYSTEM = process.env["JB_ROOT"] ?? assert.fail("JB_ROOT names the clean system");
const HOME = "/root"; // in it
const ENTER = [join(import.meta.dirname, "root.sh"), "in", SYSTEM];
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const [POLICY, MANIFEST] = ["/etc/jpki-bridge/policy.json", `/etc/chromium/native-messaging-hosts/${OWN.name}.json`];

function inside(command: string, environment: Record<string, string> = {}): { status: number | null; text: string } {
    const words = Object.entries({ LC_ALL: "en_GB.UTF-8", HOME, PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...environment }).map(([name, value]) => `${name}=${value}`);
    const [program = "", ...rest] = ENTER;
    const { status, stdout } = spawnSync(program, [...rest, "env", "-i", ...words, "sh", "-c", `cd /root; exec 2>&1; ${command}`], { encoding: "utf8", input: "" });
    return { status, text: stdout };
}
/** A command of the README, with `as` for the package's name, done without a question. */
function administer(command: string, as?: string): void {
    assert.ok(README.includes(`\`${command}\``), `the README does not tell: ${command}`);
    const { status, text } = inside(as === undefined ? command : command.replace(basename(DEB), as), { LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" });
    assert.equal(status, 0, text.slice(-3000));
}
const INSTALL = `apt-get install -y -o Dpkg::Options::=--force-confold ./${basename(DEB)}`;

/** What the installed program answers to a browser. */
async function asked(request: Message): Promise<Message> {
    const home = new Home();
    const environment = { PATH: process.env["PATH"] ?? "", HOME, XDG_CONFIG_HOME: join(HOME, ".config"), XDG_RUNTIME_DIR: "/run" };
    const host = await Host.start(home, { under: ENTER, args: [`chrome-extension://${OWN.chromium[0] ?? ""}/`], environment });
    const answer = await host.request(request);
    assert.equal((await host.stop()).code, 0);
    home.remove();
    return answer;
}

function at(path: string): string {
    return join(SYSTEM, path);
}
/** Everything in the system but what its package manager keeps for itself. */
function everything(system = SYSTEM): string[] {
    const own = ["proc", "dev", "sys", "tmp", "root", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg/*-old"].flatMap((path) => ["-path", `./${path}`, "-o"]);
    return run("bash", "-c", 'cd "$0" && find . \\( "$@" \\) -prune -o -print', system, ...own.slice(0, -1)).trim().split("\n").map((path) => path.slice(1)).sort();
}
function ours(paths: string[]): string[] {
    return paths.filter((path) => path.includes("jpki"));
}

describe("the .deb", () => {
    const before = everything();
    let held: string[] = []; // what the package has that was not there before

    test("is installed with all that it needs", () => {
        assert.deepEqual(ours(before), []);
        copyFileSync(DEB, at(`root/${basename(DEB)}`));
        administer(INSTALL);
        assert.equal(inside("dpkg-query -W -f '${Status}' jpki-bridge").text, "install ok installed");
        assert.deepEqual(inside("dpkg --audit; dpkg --verify jpki-bridge"), { status: 0, text: "" });
        held = inside("dpkg -L jpki-bridge").text.trim().split("\n").filter((path) => path !== "/." && !before.includes(path));
        assert.ok(held.includes("/usr/bin/jpki-bridge") && held.includes("/etc/opt/chrome"), held.join("\n"));
    });

    test("has a program that runs, with the service and the prompt there", () => {
        assert.deepEqual(inside("jpki-bridge --version"), { status: 0, text: `jpki-bridge ${VERSION}\n` });
        const { status, text } = inside("mkdir -p /run/pcscd && pcscd && for i in 1 2 3 4 5 6 7 8 9; do [ -S /run/pcscd/pcscd.comm ] && break; sleep 0.2; done; jpki-bridge doctor");
        assert.equal(status, 1, text);
        assert.match(text, /✓ PC\/SC service +running\n +✗ Card reader +none is connected\n/);
        assert.match(text, /✓ PIN prompt +\/usr\/bin\/pinentry/);
        assert.match(text, /✓ Policy/);
        assert.match(text, /First problem: Card reader\n/);
    });

    test("is found by doctor in every browser, and says in Japanese what to mend", () => {
        const { text } = inside("jpki-bridge doctor");
        assert.match(text, /✓ Browser manifests +Google Chrome, Chromium, Microsoft Edge, Brave,\n +Vivaldi, Firefox\n +✓ Extension id/);
        assert.match(inside("jpki-bridge doctor", { LC_ALL: "ja_JP.UTF-8" }).text, /✓ ブラウザー登録 +Google Chrome/);
    });

    test("speaks to a browser that starts what a manifest names", async () => {
        const manifest = JSON.parse(readFileSync(at(MANIFEST), "utf8")) as { path: string };
        assert.equal(manifest.path, process.env["JB_HOST"]); // what the rig starts
        assert.deepEqual(await asked({ command: "quit", arguments: {} }), {});
    });

    test("brings a policy that can be used as it is, and one of the administrator's is obeyed", () => {
        copyFileSync(at("usr/share/doc/jpki-bridge/examples/policy.json"), at("root/policy.json"));
        assert.ok(!existsSync(at(POLICY)));
        administer(`install -m 644 policy.json ${POLICY}`);
        assert.match(inside("jpki-bridge doctor").text, /✓ Policy +nothing wrong/);
        writeFileSync(at(POLICY), '{"allowedOrigin": []}');
        assert.match(inside("jpki-bridge doctor").text, /✗ Policy +\/etc\/jpki-bridge\/policy\.json is not valid/);
        administer(`install -m 644 policy.json ${POLICY}`);
    });

    test("shows a person's own registration that is in the way, and how to be rid of it", async () => {
        const own = `root/.config/chromium/NativeMessagingHosts/${OWN.name}.json`;
        mkdirSync(join(at(own), ".."), { recursive: true });
        writeFileSync(at(own), readFileSync(at(MANIFEST), "utf8").replace("/usr/bin", "/opt/gone"));
        const { text } = inside("jpki-bridge doctor");
        assert.match(text, /✗ Browser manifests +Chromium: names a program that is gone\n +~\/\.config\/chromium\/NativeMessagingHosts\/org\.jpkibridge\.host\.json\n/);
        const { checks } = await asked({ command: "doctor", arguments: { lang: "en" } }) as { checks: { name: string; result: string; advice?: string }[] };
        const { result, advice } = checks.find(({ name }) => name === "browser") ?? assert.fail("no browser");
        assert.equal(result, "problem");
        assert.match(advice ?? "", /^Your own registration hides the one for everybody.* {2}\/usr\/bin\/jpki-bridge uninstall$/s);
        assert.equal(inside("jpki-bridge uninstall").status, 0);
        assert.ok(!existsSync(at(own)));
        assert.match(inside("jpki-bridge doctor").text, /✓ Browser manifests/);
    });

    test("is upgraded, and what the administrator changed stays", () => {
        const changed = readFileSync(at(MANIFEST), "utf8").replace('"description": "', '"description": "Ours: ');
        writeFileSync(at(MANIFEST), changed);
        const policy = readFileSync(at(POLICY), "utf8");
        const newer = mkdtempSync(join(BUILD, "newer-"));
        run("dpkg-deb", "--raw-extract", DEB, join(newer, "files"));
        const control = join(newer, "files/DEBIAN/control");
        writeFileSync(control, readFileSync(control, "utf8").replace(`Version: ${VERSION}`, "Version: 99.0"));
        for (const path of manifests("deb").keys()) {
            const file = join(newer, "files", path);
            writeFileSync(file, readFileSync(file, "utf8").replace('"description": "', '"description": "Newer: '));
        }
        run("dpkg-deb", "--root-owner-group", "--build", join(newer, "files"), at("root/newer.deb"));
        rmSync(newer, { recursive: true });

        administer(INSTALL, "newer.deb");
        assert.equal(inside("dpkg-query -W -f '${Version}' jpki-bridge").text, "99.0");
        assert.equal(readFileSync(at(MANIFEST), "utf8"), changed);
        assert.equal(readFileSync(at(POLICY), "utf8"), policy);
        assert.match(readFileSync(at(MANIFEST.replace("chromium", "opt/edge")), "utf8"), /Newer: /);
        assert.match(inside("jpki-bridge doctor").text, /✓ Browser manifests/);
    });

    test("is removed, and the configuration stays", () => {
        administer("apt-get remove -y jpki-bridge");
        const left = ours(everything()).filter((path) => !path.startsWith("/var/lib/dpkg/info/"));
        const configuration = [...manifests("deb").keys()].filter((path) => path.startsWith("/etc/"));
        assert.deepEqual(left, ["/etc/jpki-bridge", POLICY, ...configuration, `${MANIFEST}.dpkg-dist`].sort());
    });

    test("is purged, and nothing is left of it", () => {
        administer("apt-get purge -y jpki-bridge");
        const left = everything();
        assert.deepEqual(ours(left), []);
        assert.deepEqual(held.filter((path) => left.includes(path)), []);
    });

    test("leaves exactly what was there when it is installed and purged again, but an administrator's own files", () => {
        const earlier = everything();
        administer(INSTALL);
        writeFileSync(at("etc/jpki-bridge/notes.txt"), "ours");
        administer("apt-get purge -y jpki-bridge");
        assert.deepEqual(everything(), [...earlier, "/etc/jpki-bridge", "/etc/jpki-bridge/notes.txt"].sort());
    });
});

describe("the .rpm", () => {
    const system = mkdtempSync(join(BUILD, "rpm-root-"));
    after(() => { rmSync(system, { recursive: true }); });
    const rpm = (...words: string[]): { status: number | null; text: string } => {
        const { status, stdout, stderr } = spawnSync("rpm", ["--root", system, ...words], { encoding: "utf8" });
        // Debian's rpm prefers to be no package manager.
        return { status, text: stdout + stderr.replace(/^rpm: (RPM should not be used directly|However assuming you know).*\n/gm, "") };
    };
    const files = (): string[] => everything(system).filter((path) => !path.startsWith("/var"));

    test("is installed whole, and erased without a trace", () => {
        assert.deepEqual(rpm("--initdb"), { status: 0, text: "" });
        const empty = files();
        assert.deepEqual(rpm("--install", "--nodeps", RPM), { status: 0, text: "" });
        assert.deepEqual(rpm("--verify", "--nodeps", "jpki-bridge"), { status: 0, text: "" });
        for (const path of ["/usr/bin/jpki-bridge", ...manifests("rpm").keys()]) {
            assert.ok(files().includes(path), path);
        }
        assert.deepEqual(rpm("--erase", "jpki-bridge"), { status: 0, text: "" });
        // Directories of the distribution, which are in no package here.
        const others = ["/etc", "/etc/opt", "/usr", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share", "/usr/share/doc", "/usr/share/licenses", "/usr/share/man", "/usr/share/man/ja", "/usr/share/man/ja/man1", "/usr/share/man/man1"];
        assert.deepEqual(files().filter((path) => !empty.includes(path) && !others.includes(path)), []);
    });
});
