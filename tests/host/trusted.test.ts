/* SPDX-License-Identifier: MIT */
// What decides whom the program trusts is refused where another user could have written it; and doctor says which, and how to mend it.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { HOST } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { commands, verifies } from "./apdus.ts";
import { authenticate, bench } from "./bench.ts";
import { assertLogin, digestInfo, login, unpadded } from "./mynaportal.ts";
import { canSetPolicy, underPolicy } from "./policy.ts";
import { assertFailure, assertToken } from "./verify.ts";

const it = bench();
const STRANGER = 65534;
const folder = (): string => join(it.home.path, ".config/jpki-bridge");
const file = (): string => join(folder(), "config.json");
const program = (): string => it.home.pinentry.program;

/** Whether there is another user that files can be given to. */
const hasStranger = ((): boolean => {
    try {
        execFileSync("setpriv", [`--reuid=${STRANGER}`, "--clear-groups", "true"], { stdio: "ignore" });
        return true;
    } catch {
        return false;
    }
})();

function doctor(LANG = "en_US.UTF-8", uid?: number): string {
    const { stdout } = spawnSync(HOST, ["doctor"], { env: { ...it.home.environment, LANG }, encoding: "utf8", input: "", timeout: 60_000, ...(uid === undefined ? {} : { uid, gid: uid }) });
    return stdout;
}
/** What doctor says is the first problem and its remedy. */
const mend = (out: string): string => out.slice(out.search(/^(First problem|最初の問題)/m));

interface Case {
    spoil: () => void;
    found: () => string;
    ja: () => string;
    command: () => string;
    mended?: () => void;
}
const cases: Record<string, Case> = {
    "config.json that everybody may write": {
        spoil: () => { chmodSync(file(), 0o666); }, mended: () => { chmodSync(file(), 0o644); },
        found: () => `somebody else may write to ${file()}`, ja: () => `${file()} に、ほかの人が書き込めます`, command: () => `sudo chmod go-w ${file()}`,
    },
    "a folder that everybody may write to": {
        spoil: () => { chmodSync(folder(), 0o777); }, mended: () => { chmodSync(folder(), 0o700); },
        found: () => `somebody else may write to ${folder()}`, ja: () => `${folder()} に、ほかの人が書き込めます`, command: () => `sudo chmod go-w ${folder()}`,
    },
    "a prompt program that everybody may write": {
        spoil: () => { chmodSync(program(), 0o757); }, mended: () => { chmodSync(program(), 0o755); },
        found: () => `somebody else may write to ${program()}`, ja: () => `${program()} に、ほかの人が書き込めます`, command: () => `sudo chmod go-w ${program()}`,
    },
    "a prompt program in a folder that everybody may write to": {
        spoil: () => {
            const open = join(it.home.path, "it's open");
            mkdirSync(open);
            chmodSync(open, 0o777);
            copyFileSync(program(), join(open, "pinentry"));
            it.home.configure({ pinentry: join(open, "pinentry") });
        },
        found: () => `somebody else may write to ${it.home.path}/it's open`, ja: () => "に、ほかの人が書き込めます",
        command: () => `sudo chmod go-w '${it.home.path}/it'\\''s open'`,
        mended: () => { rmSync(join(it.home.path, "it's open"), { recursive: true }); it.home.configure({ pinentry: program() }); },
    },
    "a link that leads nowhere": {
        spoil: () => { rmSync(file()); symlinkSync(join(it.home.path, "gone"), file()); },
        mended: () => { rmSync(file()); it.home.configure({ pinentry: program() }); },
        found: () => `${file()} is a link that leads nowhere`, ja: () => `${file()} のリンク先がありません`, command: () => `ls -l ${file()}`,
    },
    "a byte-order mark": {
        spoil: () => { it.home.configure(`\ufeff${JSON.stringify({ pinentry: program() })}`); }, mended: () => { it.home.configure({ pinentry: program() }); },
        found: () => "it begins with a byte-order mark (BOM)", ja: () => "バイト順マーク", command: () => "\"mynaportalOrigins\"",
    },
};
if (hasStranger) {
    Object.assign(cases, {
        "config.json of another user": {
            spoil: () => { chownSync(file(), STRANGER, STRANGER); }, mended: () => { chownSync(file(), 0, 0); },
            found: () => `${file()} belongs to somebody else`, ja: () => `${file()} の所有者が、ほかの人です`, command: () => `sudo chown "$(id -un)" ${file()}`,
        },
        "a folder of another user": {
            spoil: () => { chownSync(folder(), STRANGER, STRANGER); }, mended: () => { chownSync(folder(), 0, 0); },
            found: () => `${folder()} belongs to somebody else`, ja: () => `${folder()} の所有者が、ほかの人です`, command: () => `sudo chown "$(id -un)" ${folder()}`,
        },
        "a prompt program of another user": {
            spoil: () => { chownSync(program(), STRANGER, STRANGER); }, mended: () => { chownSync(program(), 0, 0); },
            found: () => `${program()} belongs to somebody else`, ja: () => `${program()} の所有者が、ほかの人です`, command: () => `sudo chown "$(id -un)" ${program()}`,
        },
    } satisfies Record<string, Case>);
}

describe("the configuration", () => {
    for (const [name, { spoil, found, ja, command, mended }] of Object.entries(cases)) {
        test(`${name}: no prompt opens and the card is left alone until it is mended`, async () => {
            const host = await it.start();
            spoil();
            try {
                assertFailure(await host.request(authenticate()), "config-invalid");
                assert.deepEqual([it.home.pinentry.prompts(), commands(it.log())], [[], []]);
                const out = doctor();
                assert.ok(out.replace(/\n */g, " ").includes(found()), out);
                assert.ok(mend(out).includes(command()), out);
                const said = doctor("ja_JP.UTF-8");
                assert.ok(said.includes(ja()), said);
                assert.ok(mend(said).includes(command()), said);
            } finally {
                mended?.();
            }
            it.home.pinentry.answer("pin 1234");
            const request = authenticate();
            assertToken(await host.request(request), request);
        });
    }

    test("the command that doctor names mends it", { skip: process.getuid?.() === 0 ? false : "sudo" }, async () => {
        chmodSync(folder(), 0o777);
        const command = /^ +sudo (chmod .*)$/m.exec(doctor())?.[1] ?? assert.fail("no command");
        execFileSync("sh", ["-c", command]);
        assert.match(doctor(), /✓ PIN prompt/);
        it.home.pinentry.answer("pin 1234");
        const host = await it.start();
        const request = authenticate();
        assertToken(await host.request(request), request);
    });

    test("a link to a file of one's own is followed, as people keep their configuration elsewhere", async () => {
        const elsewhere = join(it.home.path, "dotfiles");
        mkdirSync(elsewhere);
        renameSync(file(), join(elsewhere, "config.json"));
        symlinkSync("../../dotfiles/config.json", file());
        it.home.pinentry.answer("pin 1234");
        const host = await it.start();
        const request = authenticate();
        assertToken(await host.request(request), request);
        rmSync(file());
        renameSync(join(elsewhere, "config.json"), file());
    });
});

describe("the administrator's policy", { skip: canSetPolicy ? false : "needs namespaces of its own" }, () => {
    const POLICY = "/etc/jpki-bridge/policy.json";
    // So that the policy is the first problem.
    before(() => { spawnSync(HOST, ["install"], { env: it.home.environment }); });
    const FORBIDS = { deniedOrigins: ["https://portal.example.go.jp"] };

    async function refused(spoil: () => void, found: RegExp, ja: RegExp, remedy: RegExp, uid?: number): Promise<void> {
        await underPolicy(FORBIDS, async () => {
            spoil();
            if (uid === undefined) {
                const host = await it.start();
                assertFailure(await host.request(authenticate()), "policy-invalid");
                assert.deepEqual([it.home.pinentry.prompts(), commands(it.log())], [[], []]);
            }
            const out = doctor("en_US.UTF-8", uid);
            assert.match(out, /✗ Policy +\/etc\/jpki-bridge\/policy\.json is not valid:\n/);
            assert.match(out, found);
            assert.match(doctor("ja_JP.UTF-8", uid), ja);
            if (uid === undefined) { // who cannot even read his own home folder has problems before this one
                assert.match(mend(out), remedy);
            }
        });
    }

    test("a link that leads nowhere is not no policy", () => refused(() => { rmSync(POLICY); symlinkSync("/etc/jpki-bridge/gone.json", POLICY); },
        /policy\.json is a link that leads nowhere/, /policy\.json のリンク先がありません/, /Tell your administrator\. .*\n +ls -l \/etc\/jpki-bridge\/policy\.json/));
    test("neither is one whose folder is such a link", () => refused(() => { rmSync("/etc/jpki-bridge", { recursive: true }); symlinkSync("/etc/gone", "/etc/jpki-bridge"); },
        /\/etc\/jpki-bridge is a link that leads nowhere/, /\/etc\/jpki-bridge のリンク先がありません/, /ls -l \/etc\/jpki-bridge\n/));
    for (const [name, mark] of [["UTF-8's", "\ufeff"], ["UTF-16's", "\u00ff\u00fe"]] as const) {
        test(`one with ${name} byte-order mark`, () => refused(() => { writeFileSync(POLICY, Buffer.concat([Buffer.from(mark, mark.length === 1 ? "utf8" : "latin1"), readFileSync(POLICY)])); },
            /it begins with a byte-order mark \(BOM\)/, /先頭にバイト順マーク/, /Tell your administrator/));
    }
    test("one that others may write", () => refused(() => { chmodSync(POLICY, 0o666); },
        /somebody else may write to \/etc\/jpki-bridge\/policy\.json/, /policy\.json に、ほかの人が書き込めます/, /sudo chmod go-w \/etc\/jpki-bridge\/policy\.json/));
    test("one in a folder that others may write to", () => refused(() => { chmodSync("/etc/jpki-bridge", 0o775); },
        /somebody else may write to \/etc\/jpki-bridge\n/, /\/etc\/jpki-bridge に、ほかの人が書き込めます/, /sudo chmod go-w \/etc\/jpki-bridge\n/));
    test("one of another user", { skip: hasStranger ? false : "needs another user" }, () => refused(() => { chownSync(POLICY, STRANGER, 0); },
        /policy\.json belongs to somebody else/, /policy\.json の所有者が、ほかの人です/, /sudo chown root \/etc\/jpki-bridge\/policy\.json/));
    for (const [name, spoil, what] of [
        ["one that only root may read", () => { chmodSync(POLICY, 0o600); }, /\/etc\/jpki-bridge\/policy\.json cannot be read/],
        ["one in a folder that only root may look into", () => { chmodSync("/etc/jpki-bridge", 0o700); }, /\/etc\/jpki-bridge cannot be read/],
    ] as const) {
        test(name, { skip: hasStranger ? false : "needs another user" }, () => refused(spoil, what, /を読み取れません/, /./, STRANGER));
    }
    for (const [policy, found, ja] of [
        ['{"deniedOrigin": []}', /there is no member "deniedOrigin"/, /「deniedOrigin」という項目はありません/],
        ['{"mynaportal": {"modes": ["3"]}}', /"mynaportal\.modes" is not a list of "01", "02", "04"/, /「mynaportal\.modes」が "01"/],
        ['{"allowedOrigins": ["www.example.jp"]}', /"allowedOrigins" is not a list of https origins/, /「allowedOrigins」が https のオリジン/],
        ['{"logging": "no"}', /"logging" is neither true nor false/, /「logging」が true でも false でもありません/],
    ] as const) {
        test(`one with a mistake: ${policy}`, () => refused(() => { writeFileSync(POLICY, policy); }, found, ja, /Tell your administrator/));
    }
});

describe("another user who may look into every folder", { skip: hasStranger ? false : "needs another user" }, () => {
    /** Locks what this user can open, and says what that was. */
    async function hold(): Promise<{ held: string[]; letGo: () => Promise<void> }> {
        const script = `for path; do (flock --exclusive --nonblock 9 && echo "held $path" && exec sleep 1000) 9<"$path" 2>/dev/null || echo "not $path" & done; wait`;
        const paths = [folder(), file(), join(it.home.path, "run"), ...["config.json.lock", "installation.json.lock", "jpki-bridge.lock"].map((name) => join(folder(), name)), join(it.home.path, "run/jpki-bridge.lock")];
        const process = spawn("setpriv", [`--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups", "bash", "-c", script, "bash", ...paths], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
        const gone = once(process, "exit");
        let said = "";
        process.stdout.on("data", (data: Buffer) => { said += data.toString(); });
        await until("the other user to have tried everything", () => said.split("\n").length > paths.length);
        return {
            held: paths.filter((path) => said.includes(`held ${path}\n`)),
            letGo: async () => {
                globalThis.process.kill(-(process.pid ?? assert.fail("no process")), "SIGKILL");
                await gone;
            },
        };
    }

    test("cannot hold up a log-in, a question that is kept, or a command", async () => {
        for (const path of [it.home.path, join(it.home.path, ".config"), folder(), join(it.home.path, "run")]) {
            chmodSync(path, 0o755);
        }
        chmodSync(file(), 0o644);
        const work = async (): Promise<void> => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234");
            const request = authenticate();
            assertToken(await host.request(request), request);
            it.home.pinentry.answer("ok", "pin 1234");
            const given = digestInfo();
            assertLogin(await host.request(login(unpadded(given), { origin: "https://portal.example.go.jp" })), given);
            assert.equal(spawnSync(HOST, ["forget", "https://portal.example.go.jp"], { env: it.home.environment, timeout: 10_000 }).status, 0);
        };
        await work(); // so that all files are there
        chmodSync(file(), 0o644);
        const { held, letGo } = await hold();
        try {
            assert.deepEqual(held, [folder(), file(), join(it.home.path, "run")], "the locks' own files cannot even be opened");
            await work();
        } finally {
            await letGo();
        }
    });
});

describe("the home folder", () => {
    const run = (args: string[], environment: Record<string, string | undefined>, under: string[] = []): { code: number | null; out: string; err: string } => {
        const [program = HOST, ...rest] = [...under, HOST, ...args];
        const { status, stdout, stderr } = spawnSync(program, rest, { env: { ...it.home.environment, XDG_CONFIG_HOME: undefined, LANG: "en_US.UTF-8", ...environment }, encoding: "utf8", input: "", timeout: 60_000 });
        return { code: status, out: stdout, err: stderr };
    };
    const COMMANDS = [["install"], ["install", "--web-eid"], ["uninstall"], ["sites"], ["forget", "https://a.example"]];

    test("is not there: each command says so, and makes none", () => {
        const HOME = join(it.home.path, "nowhere");
        for (const args of COMMANDS) {
            assert.deepEqual(run(args, { HOME }), { code: 1, out: "", err: "Your home folder cannot be found. Check that HOME names a folder that exists, then try again.\n" });
            assert.match(run(args, { HOME, LANG: "ja_JP.UTF-8" }).err, /^ホームフォルダーが見つかりません。/);
        }
        assert.match(run(["doctor"], { HOME }).out, /✗ PIN prompt +no home folder\n/);
        assert.equal(existsSync(HOME), false);
    });

    test("is not there: a log-in goes on as long as there is a folder of the session", async () => {
        const HOME = join(it.home.path, "nowhere");
        const host = await it.start({ environment: { HOME, XDG_CONFIG_HOME: join(HOME, ".config"), XDG_RUNTIME_DIR: "" } });
        assertFailure(await host.request(authenticate()), "home-absent");
        const message = login(unpadded(digestInfo()), { origin: "https://www.myna.go.jp" });
        const other = await it.start({ environment: { HOME, XDG_CONFIG_HOME: join(HOME, ".config") } });
        assertFailure(await other.request(message), "home-absent"); // which has to keep its identifier there
        assert.deepEqual([existsSync(HOME), it.home.pinentry.prompts(), commands(it.log())], [false, [], []]);
    });

    test("is another user's: root makes nothing in it", { skip: hasStranger ? false : "needs another user" }, () => {
        const HOME = join(it.home.path, "theirs");
        mkdirSync(HOME);
        chownSync(HOME, STRANGER, STRANGER);
        for (const args of COMMANDS) {
            const result = run(args, { HOME });
            assert.deepEqual([result.code, result.out], [1, ""]);
            assert.match(result.err, /This home folder is another user's\. .*\nRun this again without sudo\.\n/);
            assert.match(run(args, { HOME, LANG: "ja_JP.UTF-8" }).err, /sudo を付けずに/);
        }
        assert.deepEqual(readdirSync(HOME), []);
        // and its owner does, as always
        for (const path of [it.home.path, HOME]) {
            chmodSync(path, 0o755);
        }
        assert.equal(run(["install"], { HOME }, ["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"]).code, 0);
        assert.ok(readdirSync(HOME).length > 0);
    });

    test("is another user's: a host of root's puts no lock there, and its owner is not kept out later", { skip: hasStranger ? false : "needs another user" }, async () => {
        const HOME = join(it.home.path, "theirs-too");
        mkdirSync(HOME);
        chownSync(HOME, STRANGER, STRANGER);
        const host = await it.start({ environment: { HOME, XDG_CONFIG_HOME: join(HOME, ".config"), XDG_RUNTIME_DIR: "" } });
        assertFailure(await host.request(authenticate()), "lock-unavailable");
        assert.deepEqual(readdirSync(HOME), []);
    });
});

describe("memory that cannot be locked", () => {
    // Who is root may lock all there is, and so may not be.
    const under = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-ipc_lock", "prlimit", "--memlock=4096:4096"] : ["prlimit", "--memlock=4096:4096"];

    test("is told with what to do, before a PIN is asked for, and by doctor", async () => {
        const host = await it.start({ under });
        const answer = await host.request(authenticate());
        assertFailure(answer, "memory-unlocked", 3);
        assert.match(JSON.stringify(answer), /ulimit -l/);
        assert.deepEqual([it.home.pinentry.prompts(), verifies(it.log())], [[], []]);
        const { stdout } = spawnSync(under[0] ?? "", [...under.slice(1), HOST, "doctor"], { env: { ...it.home.environment, LANG: "en_US.UTF-8" }, encoding: "utf8" });
        assert.match(stdout, /✗ PIN prompt +memory cannot be locked\n/);
        assert.match(mend(stdout), /Raise the limit of locked memory \(ulimit -l\)/);
    });
});
