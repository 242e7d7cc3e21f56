/* SPDX-License-Identifier: MIT */
// The command line tool as a person uses it: install, uninstall, status, doctor, each in a home folder of its own.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Card } from "../rig/card.ts";
import { Home } from "../rig/home.ts";
import { HOST, ROOT } from "../rig/paths.ts";
import { Stopwatch } from "../rig/wait.ts";
import { startPcscd, stopPcscd } from "../rig/pcscd.ts";

interface Result {
    code: number | null;
    out: string;
    err: string;
}
interface Browser {
    id: string;
    name: string;
    kind: "chromium" | "firefox";
    linux: { user: string; system: string[]; snap?: string; flatpak?: string };
}
interface Ids {
    name: string;
    chromium: string[];
    firefox: string[];
}
interface Table {
    hosts: { own: Ids; webEid: Ids };
    browsers: Browser[];
}

const table = JSON.parse(readFileSync(join(ROOT, "manifests/browsers.json"), "utf8")) as Table;
const OWN = "org.jpkibridge.host";
const WEB_EID = "eu.webeid";
// Spelled out, so that a wrong word in the table is noticed.
const FOLDERS: Record<string, string> = {
    chrome: ".config/google-chrome/NativeMessagingHosts",
    chromium: ".config/chromium/NativeMessagingHosts",
    edge: ".config/microsoft-edge/NativeMessagingHosts",
    brave: ".config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
    vivaldi: ".config/vivaldi/NativeMessagingHosts",
    firefox: ".mozilla/native-messaging-hosts",
};
const isPrivate = process.env["JB_PCSC_PRIVATE"] === "1";

let home: Home;

function run(args: string[], environment: Record<string, string> = {}, program = HOST): Result {
    const { status, stdout, stderr } = spawnSync(program, args, {
        env: { ...home.environment, LANG: "en_US.UTF-8", ...environment }, encoding: "utf8", input: "", timeout: 60_000,
    });
    return { code: status, out: stdout, err: stderr };
}
function path(browser: string, name = OWN): string {
    return join(home.path, FOLDERS[browser] ?? assert.fail(browser), `${name}.json`);
}
function manifest(browser: string, name = OWN): Record<string, unknown> {
    return JSON.parse(readFileSync(path(browser, name), "utf8")) as Record<string, unknown>;
}
function put(file: string, value: unknown): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
}
/** Everything below the home folder, to see that nothing is left behind. */
function files(): string[] {
    return readdirSync(home.path, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name)).sort();
}
/** The mark before the line of a layer, and what the line says. */
function layer(out: string, label: string): { mark: string; found: string } {
    const match = new RegExp(`^ {2}(\\S) ${label} {2,}(.*)$`, "m").exec(out);
    assert.ok(match, `no line "${label}" in:\n${out}`);
    return { mark: match[1] ?? "", found: match[2] ?? "" };
}
const LAYERS = ["PC/SC service", "Card reader", "Card", "PIN prompt", "Browser manifests", "Extension id", "Browser policies", "Policy"];
function marks(out: string): string {
    return LAYERS.map((label) => layer(out, label).mark).join("");
}

beforeEach(() => { home = new Home(); });
afterEach(() => { home.remove(); });

describe("the table of browsers", () => {
    test("names our own extension by the ids that its manifest gives it", () => {
        const extension = JSON.parse(readFileSync(join(ROOT, "extension/manifest.json"), "utf8")) as {
            key: string; browser_specific_settings: { gecko: { id: string } };
        };
        const digest = createHash("sha256").update(Buffer.from(extension.key, "base64")).digest("hex").slice(0, 32);
        const id = digest.replace(/./g, (digit) => "abcdefghijklmnop"[parseInt(digit, 16)] ?? "");
        assert.ok(table.hosts.own.chromium.includes(id), `${id} is missing`);
        assert.deepEqual(table.hosts.own.firefox, [extension.browser_specific_settings.gecko.id]);
    });
    test("has every browser of which the test knows the folder, and no other", () => {
        assert.deepEqual(table.browsers.map((browser) => browser.id).sort(), Object.keys(FOLDERS).sort());
    });
});

describe("usage", () => {
    test("--version and --help speak on stdout and succeed", () => {
        const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
        assert.deepEqual(run(["--version"]), { code: 0, out: `jpki-bridge ${version}\n`, err: "" });
        const help = run(["--help"]);
        assert.equal(help.code, 0);
        for (const word of ["status", "doctor", "install [--web-eid] [--extension-id ID]...", "uninstall [--web-eid]", "sites", "forget ORIGIN", "--version", "--help"]) {
            assert.ok(help.out.includes(`  ${word} `) || help.out.includes(`  ${word}\n`), word);
        }
        assert.equal(run(["install", "--help"]).out, help.out);
        assert.equal(existsSync(path("chromium")), false);
    });
    test("the language is the session's", () => {
        assert.match(run(["--help"], { LANG: "ja_JP.UTF-8" }).out, /使い方/);
        assert.match(run(["--help"], { LANG: "C" }).out, /使い方/);
        assert.match(run(["--help"], { LANG: "ja_JP.UTF-8", LC_ALL: "en_GB.UTF-8" }).out, /Usage/);
    });
    test("what is not known is refused with the help on stderr", () => {
        for (const args of [["instal"], ["install", "--all"], ["install", "--web-eid", "x"], ["install", "--extension-id"], ["status", "--extension-id", "x"], ["status", "x"], ["sites", "x"], ["forget"], ["forget", "--all"], ["forget", "x", "y"], ["--version", "1"], ["-h"], [""]]) {
            const result = run(args);
            assert.equal(result.code, 2, args.join(" "));
            assert.equal(result.out, "");
            assert.match(result.err, /Usage/);
        }
        assert.deepEqual(files().filter((file) => file.includes("NativeMessagingHosts")), []);
    });
    test("output that cannot be written is a failure", () => {
        const { status } = spawnSync("sh", ["-c", `"${HOST}" --help >/dev/full`], { env: home.environment });
        assert.equal(status, 1);
    });
});

describe("install", () => {
    test("writes a right manifest for each browser, and says so line by line", () => {
        const result = run(["install"]);
        assert.equal(result.code, 0, result.err);
        for (const { id, name, kind } of table.browsers) {
            const { description, ...rest } = manifest(id);
            assert.equal(typeof description, "string");
            assert.deepEqual(rest, {
                name: OWN, path: HOST, type: "stdio",
                ...(kind === "firefox" ? { allowed_extensions: ["extension@jpkibridge.org"] }
                    : { allowed_origins: table.hosts.own.chromium.map((extension) => `chrome-extension://${extension}/`) }),
            });
            assert.equal(statSync(path(id)).mode & 0o777, 0o644);
            const lines = result.out.split("\n");
            const line = lines.findIndex((text) => text.includes(`✓ ${name} `));
            assert.equal(lines[line + 1]?.trim(), path(id).replace(home.path, "~"), name);
            assert.equal(existsSync(path(id, WEB_EID)), false);
        }
    });
    test("does nothing the second time", () => {
        run(["install"]);
        const before = statSync(path("chromium")).ino;
        const again = run(["install"]);
        assert.equal(again.code, 0);
        assert.equal(again.out.match(/already registered/g)?.length, table.browsers.length);
        assert.equal(statSync(path("chromium")).ino, before);
    });
    test("mends what is damaged and leaves the rest of the folder alone", () => {
        put(path("chromium"), "{");
        put(path("edge"), { name: OWN, path: "/elsewhere/jpki-bridge" });
        put(path("chromium", "org.example.other"), "untouched");
        assert.equal(run(["install"]).code, 0);
        assert.equal(manifest("chromium")["path"], HOST);
        assert.equal(manifest("edge")["path"], HOST);
        assert.equal(readFileSync(path("chromium", "org.example.other"), "utf8"), "untouched");
        assert.deepEqual(readdirSync(dirname(path("chromium"))).sort(), ["org.example.other.json", `${OWN}.json`]);
    });
    test("keeps a strange path intact", () => {
        const folder = join(home.path, "a \"b\" \\ 日本 @JB_HOST_NAME@");
        const copy = join(folder, "jpki-bridge");
        mkdirSync(folder);
        copyFileSync(HOST, copy);
        chmodSync(copy, 0o755);
        assert.equal(run(["install"], {}, copy).code, 0);
        assert.equal(manifest("chromium")["path"], copy);
        assert.equal(manifest("firefox")["path"], copy);
    });
    test("goes by XDG_CONFIG_HOME, and ignores a relative one", () => {
        const elsewhere = join(home.path, "elsewhere");
        run(["install"], { XDG_CONFIG_HOME: elsewhere });
        assert.ok(existsSync(join(elsewhere, "google-chrome/NativeMessagingHosts", `${OWN}.json`)));
        assert.equal(existsSync(path("chrome")), false);
        assert.ok(existsSync(path("firefox")));
        run(["install"], { XDG_CONFIG_HOME: "elsewhere" });
        assert.ok(existsSync(path("chrome")));
    });
    test("tells which browser failed, does the others, and fails", () => {
        put(join(home.path, ".config/vivaldi"), "a file where a folder belongs");
        const result = run(["install"]);
        assert.equal(result.code, 1);
        assert.match(result.out, /✗ Vivaldi/);
        assert.equal(manifest("firefox")["path"], HOST);
    });
    test("names a flatpak browser and what to do", () => {
        mkdirSync(join(home.path, ".local/share/flatpak/app/org.chromium.Chromium"), { recursive: true });
        const result = run(["install"]);
        assert.match(result.out, /✓ Chromium .*\n.*\n {4}As a snap or flatpak it cannot/);
        assert.equal(result.out.match(/flatpak/g)?.length, 1);
    });
});

describe("install --web-eid", () => {
    test("stands in for Web eID with Web eID's ids", () => {
        assert.equal(run(["install", "--web-eid"]).code, 0);
        assert.deepEqual(manifest("chrome", WEB_EID)["allowed_origins"],
            ["chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/", "chrome-extension://gnmckgbandlkacikdndelhfghdejfido/"]);
        assert.deepEqual(manifest("firefox", WEB_EID)["allowed_extensions"], ["{e68418bc-f2b0-4459-a9ea-3e72b6751b07}"]);
        assert.equal(manifest("firefox", WEB_EID)["path"], HOST);
        assert.equal(manifest("firefox", WEB_EID)["name"], WEB_EID);
        assert.equal(manifest("firefox")["name"], OWN);
    });
    test("never takes the place of another program, or of what it cannot read", () => {
        const theirs = JSON.stringify({ name: WEB_EID, description: "x", path: "/usr/bin/web-eid", type: "stdio", allowed_origins: [] });
        put(path("chrome", WEB_EID), theirs);
        put(path("edge", WEB_EID), "not JSON");
        const result = run(["install", "--web-eid"]);
        assert.equal(result.code, 1);
        assert.equal(readFileSync(path("chrome", WEB_EID), "utf8"), theirs);
        assert.equal(readFileSync(path("edge", WEB_EID), "utf8"), "not JSON");
        assert.match(result.out, /! Google Chrome +left alone/);
        assert.equal(manifest("chromium", WEB_EID)["path"], HOST);
        assert.equal(manifest("chrome")["path"], HOST);
        run(["uninstall"]);
        assert.equal(readFileSync(path("chrome", WEB_EID), "utf8"), theirs);
        assert.equal(readFileSync(path("edge", WEB_EID), "utf8"), "not JSON");
        assert.equal(existsSync(path("chromium", WEB_EID)), false);
        assert.equal(existsSync(path("chrome")), false);
    });
    test("sees a program that is installed for everybody", { skip: !isPrivate || process.getuid?.() !== 0 }, () => {
        // /etc is the machine's: in a mount namespace of its own, whose mounts are private as those around it are
        const script = 'mount -t tmpfs tmpfs /etc/chromium 2>/dev/null || { mkdir -p /etc/chromium && mount -t tmpfs tmpfs /etc/chromium; } && ' +
            'mkdir -p /etc/chromium/native-messaging-hosts && ' +
            `echo '{"name":"${WEB_EID}","path":"/usr/bin/web-eid"}' > /etc/chromium/native-messaging-hosts/${WEB_EID}.json && "$0" install --web-eid`;
        const { status, stdout, stderr } = spawnSync("unshare", ["--mount", "--propagation", "unchanged", "sh", "-c", script, HOST],
            { env: { ...home.environment, LANG: "en_US.UTF-8", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }, encoding: "utf8" });
        assert.equal(status, 1, stderr);
        // Brave and Vivaldi read Chromium's folder too
        for (const id of ["chromium", "brave", "vivaldi"]) {
            assert.equal(existsSync(path(id, WEB_EID)), false, id);
        }
        assert.match(stdout, /! Chromium +left alone .*\n {4}\/etc\/chromium\/native-messaging-hosts\/eu\.webeid\.json/);
        assert.equal(manifest("firefox", WEB_EID)["path"], HOST);
    });
});

describe("uninstall", () => {
    test("leaves the home folder as it was", () => {
        const before = files();
        run(["install", "--web-eid"]);
        assert.notDeepEqual(files(), before);
        const result = run(["uninstall"]);
        assert.equal(result.code, 0);
        assert.equal(result.out.match(/removed/g)?.length, 2 * table.browsers.length);
        assert.deepEqual(files(), before);
        assert.equal(existsSync(join(home.path, ".mozilla")), false);
        assert.equal(existsSync(join(home.path, ".config/BraveSoftware")), false);
        assert.equal(existsSync(join(home.path, ".config")), true);
        const again = run(["uninstall"]);
        assert.equal(again.code, 0);
        assert.match(again.out, /nothing/);
    });
    test("--web-eid takes back that part only", () => {
        run(["install", "--web-eid"]);
        assert.equal(run(["uninstall", "--web-eid"]).code, 0);
        assert.equal(existsSync(path("chrome", WEB_EID)), false);
        assert.equal(manifest("chrome")["path"], HOST);
    });
    test("keeps the browser's own files", () => {
        put(join(home.path, ".config/chromium/Local State"), "theirs");
        put(path("firefox", "org.example.other"), "theirs");
        run(["install"]);
        run(["uninstall"]);
        assert.ok(existsSync(join(home.path, ".config/chromium/Local State")));
        assert.ok(existsSync(path("firefox", "org.example.other")));
        assert.equal(existsSync(path("firefox")), false);
    });
});

describe("status and doctor without the service", { skip: !isPrivate }, () => {
    test("say so, and doctor goes on with the layers that can be checked", async () => {
        await stopPcscd();
        try {
            run(["install"]);
            const status = run(["status"]);
            assert.equal(status.code, 1);
            assert.match(status.err, /PC\/SC/);
            const doctor = run(["doctor"]);
            assert.equal(doctor.code, 1);
            assert.equal(marks(doctor.out), "✗--✓✓✓✓✓");
            assert.match(doctor.out, /First problem: PC\/SC service\n {2}(Start|Install) the service/);
        } finally {
            await startPcscd();
        }
    });
});

describe("status and doctor with the service", () => {
    test("without a reader", { skip: !isPrivate }, async () => {
        await stopPcscd();
        await startPcscd({ readers: false });
        try {
            const status = run(["status"]);
            assert.equal(status.code, 0);
            assert.match(status.out, /No card reader/);
            const doctor = run(["doctor"]);
            assert.equal(marks(doctor.out).slice(0, 3), "✓✗-");
            assert.match(doctor.out, /First problem: Card reader\n {2}Connect/);
        } finally {
            await stopPcscd();
            await startPcscd();
        }
    });
    test("without a card", () => {
        const status = run(["status"]);
        assert.equal(status.code, 0);
        assert.match(status.out, /^Virtual PCD 00 00 +no card$/m);
        const doctor = run(["doctor"]);
        assert.equal(doctor.code, 1);
        assert.equal(marks(doctor.out).slice(0, 3), "✓✓✗");
        assert.match(doctor.out, /First problem: Card\n {2}Lay your MyNumber card/);
    });
    for (const [options, words, found] of [
        [["--other-card"], "not a MyNumber card", "not a MyNumber card"],
        [["--phone"], "certificates on a phone", "certificates on a phone"],
        [["--juki"], "Basic Resident Registration Card", "a Basic Resident Registration Card (住民基本台帳カード)"],
    ] as const) {
        test(`with ${options.join(" ")}`, async () => {
            const card = await Card.start(...options);
            try {
                assert.match(run(["status"]).out, new RegExp(`^Virtual PCD 00 00 +${words}$`, "m"));
                const doctor = run(["doctor"]);
                assert.equal(doctor.code, 1);
                assert.deepEqual(layer(doctor.out, "Card"), { mark: "✗", found });
            } finally {
                await card.stop();
            }
        });
    }
    test("with a MyNumber card: all is well, nothing personal is shown and no PIN is tried", async () => {
        const card = await Card.start();
        try {
            run(["install"]);
            const status = run(["status"]);
            assert.equal(status.code, 0);
            assert.match(status.out, /^Virtual PCD 00 00 +MyNumber card\n {2}certificate for logging in: valid until \d{4}-05-04\n {2}certificate for signing: present\n {2}PIN for logging in: tries left: 3\n {2}signing password: tries left: 5\n {2}PIN for your details: tries left: 3$/m);
            assert.match(run(["status"], { LANG: "ja_JP.UTF-8" }).out, /利用者証明用電子証明書: \d{4}-05-04 まで有効\n[^]*署名用パスワード: 残り5回/);
            const doctor = run(["doctor"]);
            assert.equal(doctor.code, 0, doctor.out);
            assert.equal(marks(doctor.out), "✓✓✓✓✓✓✓✓");
            assert.match(doctor.out, /No problem was found\.\n$/);
            assert.equal(await card.triesLeft("auth"), 3);
            assert.equal(card.apdus().some(({ command }) => command.startsWith("00 20") && command.includes("**")), false);
            const japanese = run(["doctor"], { LANG: "ja_JP.UTF-8" });
            assert.equal(japanese.code, 0);
            assert.match(japanese.out, /マイナンバーカードがあります/);
        } finally {
            await card.stop();
        }
    });
    test("come back when the card never answers", async () => {
        const card = await Card.start("--silent-at", "1");
        try {
            const watch = new Stopwatch();
            const doctor = run(["doctor"]);
            assert.ok(watch.elapsed() < 25_000);
            assert.equal(doctor.code, 1);
            assert.match(doctor.out, /First problem: Card/);
        } finally {
            await card.stop();
        }
    });
});

describe("doctor finds", () => {
    const found = (label: string): { mark: string; found: string; out: string } => {
        const { out } = run(["doctor"]);
        return { ...layer(out, label), out };
    };
    test("a prompt program that is gone, and a configuration that is not valid", () => {
        assert.equal(found("PIN prompt").mark, "✓");
        home.configure({ pinentry: "/nonexistent/pinentry" });
        assert.match(found("PIN prompt").found, /\/nonexistent\/pinentry cannot be started/);
        home.configure('{"pinentry": "pinentry-qt"}');
        const bad = found("PIN prompt");
        assert.equal(bad.mark, "✗");
        assert.match(bad.out, /"pinentry" is not an absolute path/);
    });
    test("that no browser knows the program", () => {
        assert.deepEqual([found("Browser manifests").mark, found("Extension id").mark], ["✗", "-"]);
        run(["install"]);
        assert.deepEqual([found("Browser manifests").mark, found("Extension id").mark], ["✓", "✓"]);
    });
    test("that one of the browsers in use does not know it", () => {
        run(["install"]);
        rmSync(path("firefox"));
        assert.match(found("Browser manifests").found, /Firefox: not registered/);
        rmSync(join(home.path, ".mozilla"), { recursive: true });
        assert.equal(found("Browser manifests").mark, "✓");
    });
    test("a manifest that names another program, one that is gone, or one that cannot be executed", () => {
        run(["install"]);
        const good = manifest("chrome");
        put(path("chrome"), { ...good, path: "/bin/sh" });
        assert.match(found("Browser manifests").found, /Google Chrome: names another program/);
        put(path("chrome"), { ...good, path: "/nonexistent/jpki-bridge" });
        assert.match(found("Browser manifests").found, /Google Chrome: names a program that is gone/);
        put(path("chrome"), "{");
        assert.match(found("Browser manifests").found, /Google Chrome: the manifest is damaged/);
        put(path("chrome"), { ...good, name: "org.example" });
        assert.match(found("Browser manifests").found, /Google Chrome: the manifest is damaged/);
        put(path("chrome"), good);
        assert.equal(found("Browser manifests").mark, "✓");
    });
    test("a program that was moved away after it was registered", () => {
        const old = join(home.path, "old-jpki-bridge");
        copyFileSync(HOST, old);
        chmodSync(old, 0o755);
        run(["install"], {}, old);
        renameSync(old, `${old}.moved`);
        assert.match(found("Browser manifests").found, /names a program that is gone/);
    });
    test("another extension's id in place of ours, and what is no id", () => {
        run(["install"]);
        const good = manifest("chromium");
        const ours = (good["allowed_origins"] as string[])[0] ?? "";
        for (const list of [["chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"], [], [ours, "chrome-extension://aaaa/"], [ours, "https://example.jp/"], [ours, 5],
            [ours.slice(0, -1)], [ours.replace("chrome-extension", "moz-extension")], "x", undefined]) {
            put(path("chromium"), { ...good, allowed_origins: list });
            const result = found("Extension id");
            assert.equal(result.mark, "✗", JSON.stringify(list));
            assert.match(result.found, /^Chromium: lists other/);
        }
        put(path("chromium"), good);
        put(path("firefox"), { ...manifest("firefox"), allowed_extensions: ["{e68418bc-f2b0-4459-a9ea-3e72b6751b07}"] });
        assert.match(found("Extension id").found, /^Firefox: lists other/);
    });
    test("a name from outside cannot paint on the terminal", () => {
        home.configure({ pinentry: "/nonexistent/\u001b[31mred\u202e" });
        const { out } = run(["doctor"]);
        assert.ok(!out.includes("\u001b") && !out.includes("\u202e"));
    });
});

describe("on a terminal", () => {
    /** What a terminal of 80 columns gets to see. */
    function onTerminal(environment: Record<string, string>): Promise<string> {
        return new Promise((resolve) => {
            let seen = "";
            const child = spawn("script", ["-qec", `"${HOST}" doctor`, "/dev/null"], { env: { ...home.environment, TERM: "xterm", ...environment } });
            child.stdout.on("data", (piece: Buffer) => { seen += piece.toString(); });
            child.on("close", () => { resolve(seen); });
        });
    }
    test("the marks are coloured, unless NO_COLOR or a dumb terminal asks for none", async () => {
        assert.ok((await onTerminal({ LANG: "en" })).includes("\u001b[31;1m✗"));
        assert.equal((await onTerminal({ LANG: "en", NO_COLOR: "1" })).includes("\u001b"), false);
        assert.equal((await onTerminal({ LANG: "en", TERM: "dumb" })).includes("\u001b"), false);
        assert.equal(run(["doctor"], { TERM: "xterm" }).out.includes("\u001b"), false);
    });
    test("Japanese and Latin columns line up and fit 80 columns", async () => {
        const width = (text: string): number => Array.from(text).reduce((sum, c) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff01-\uff60]/.test(c) ? 2 : 1), 0);
        run(["install"]);
        mkdirSync(join(home.path, ".local/share/flatpak/app/org.chromium.Chromium"), { recursive: true });
        mkdirSync(join(home.path, ".local/share/flatpak/app/org.mozilla.firefox"), { recursive: true });
        for (const [LANG, count] of [["ja_JP.UTF-8", 8], ["en_US.UTF-8", 8]] as const) {
            const lines = (await onTerminal({ LANG, NO_COLOR: "1" })).split("\r\n");
            const columns = lines.flatMap((line) => {
                const match = /^( {2}[✓✗-] .*? {2,})\S/.exec(line);
                return match ? [width(match[1] ?? "")] : [];
            });
            assert.equal(columns.length, count, lines.join("\n"));
            assert.equal(new Set(columns).size, 1, columns.join(" "));
            for (const line of lines) {
                assert.ok(width(line) <= 80, line);
            }
        }
    });
});
