/* SPDX-License-Identifier: MIT */
// The program for Windows under Wine: a card, an X server, hosts, and the world that Wine keeps. See run.sh.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { after, afterEach, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Card, PINS } from "../rig/card.ts";
import { Display } from "../rig/display.ts";
import { Home } from "../rig/home.ts";
import { Host, type HostOptions } from "../rig/host.ts";
import { HOST, SCREENSHOTS } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { isVerified } from "../host/apdus.ts";

export const PROGRAM = "jpki-bridge.exe";
export const EXTENSION = "chrome-extension://aejjklpblmgmcmfmpanhdoepepfkpmac/";

function variable(name: string): string {
    return process.env[name] ?? assert.fail(`${name}: run this with tests/windows/run.sh`);
}

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** By its whole path: for a bare name Wine looks in one place after another, and has once started nothing. */
const REG = "C:\\windows\\system32\\reg.exe";

export interface Ran { code: number | null; out: string; err: string }

export class World {
    readonly home = new Home();
    readonly prefix = variable("WINEPREFIX");
    environment: Record<string, string> = {};
    #display: Display | undefined;
    #card: Card | undefined;
    #hosts: Host[] = [];
    #desktop: ChildProcess | undefined;
    #watcher: ChildProcess | undefined;
    /** Windows that came to the screen, and how many there were when the last prompt was seen: the server gives a new one an old one's number. */
    #mapped = 0;
    #seen = 0;

    get display(): Display {
        return this.#display ?? assert.fail("no display");
    }
    get card(): Card {
        return this.#card ?? assert.fail("no card");
    }

    async open(...card: string[]): Promise<void> {
        const port = await freePort();
        this.#display = await Display.open();
        const environment: Record<string, string> = { JB_VPCD_PORT: String(port), DISPLAY: this.#display.name, LANG: "en_US.UTF-8", XDG_CONFIG_HOME: "" };
        for (const name of ["WINEPREFIX", "WINEDEBUG", "WINEDLLOVERRIDES", "WINEARCH", "LOCPATH", "HOME"]) {
            environment[name] = variable(name);
        }
        this.environment = environment;
        this.#watcher = spawn("xev", ["-root", "-event", "substructure"], { env: { ...process.env, DISPLAY: this.#display.name }, stdio: ["ignore", "pipe", "ignore"] });
        this.#watcher.stdout?.on("data", (piece: Buffer) => { this.#mapped += piece.toString().split("MapNotify event").length - 1; });
        // Something runs all the time: Wine would otherwise start its desktop and services anew with every test.
        // And whoever starts them hands its streams down, so that a host's would not close with it.
        const env = { ...this.home.environment, ...environment };
        spawnSync("wine", ["cmd", "/c", "exit"], { env, stdio: "ignore" });
        spawn("wine", ["explorer.exe", "/desktop"], { env, stdio: "ignore" }).unref();
        this.#desktop = spawn("wine", ["cmd", "/c", "pause"], { env, stdio: ["pipe", "ignore", "ignore"] });
        await sleep(2_000);
        // What the reader is, a host brings with it: the card is laid down and waits for one.
        this.#card = await Card.start("--removed", "--unwatched", `--port=${port}`, ...card);
        await this.card.command("insert");
    }
    async close(): Promise<void> {
        this.#watcher?.kill();
        this.#desktop?.stdin?.end();
        spawnSync("wineserver", ["-k"], { env: { ...this.home.environment, ...this.environment } });
        await this.#card?.stop();
        await this.#display?.close();
        this.home.remove();
    }

    async start(options: HostOptions = {}): Promise<Host> {
        const host = new Host(this.home, { args: [EXTENSION, "--parent-window=0"], ...options, under: ["wine"], environment: { ...this.environment, ...options.environment } });
        this.#hosts.push(host);
        this.#seen = this.#mapped;
        assert.equal((await host.next(30_000))["version"], "2.9.0");
        return host;
    }

    /** What holds after every test: no host is left, no PIN was told, and no card is left open. */
    async settle(): Promise<void> {
        await this.card.command("insert"); // if the test took it away
        for (const host of this.#hosts.splice(0)) {
            const { code } = await host.stop();
            assert.equal(code, 0, host.stderr);
            const told = host.stdout.toString("latin1") + host.stderr;
            for (const pin of ["ABC123", "abc123"]) {
                assert.ok(!told.includes(pin), "a PIN was told");
            }
            assert.equal(host.stderr, "");
            assert.ok(!isVerified(this.card.log()), "a verified PIN was left on the card");
        }
        for (const pin of ["auth", "sign", "profile"] as const) {
            await this.card.setTries(pin, pin === "sign" ? 5 : 3);
        }
    }

    /** The program as a command, in the language of the session. */
    run(args: string[], environment: Record<string, string> = {}): Ran {
        const { status, stdout, stderr } = spawnSync("wine", [HOST, ...args], {
            env: { ...this.home.environment, ...this.environment, ...environment }, encoding: "utf8", input: "", timeout: 60_000,
        });
        return { code: status, out: stdout.replaceAll("\r\n", "\n"), err: stderr.replaceAll("\r\n", "\n") };
    }
    #wine(...args: string[]): string {
        return execFileSync("wine", args, { env: { ...this.home.environment, ...this.environment }, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    }

    /** The key's own value; undefined where there is no such key. */
    key(path: string): string | undefined {
        try {
            return /REG_SZ\s+(.*?)\r?\n/.exec(this.#wine(REG, "query", path, "/ve"))?.[1] ?? "";
        } catch {
            return undefined;
        }
    }
    /** A value of the key, by its name. */
    value(path: string, name: string): string | undefined {
        try {
            return /REG_(?:EXPAND_)?SZ\s+(.*?)\r?\n/.exec(this.#wine(REG, "query", path, "/v", name))?.[1];
        } catch {
            return undefined;
        }
    }
    /** The values of a key, in the registry's order. */
    values(path: string): [name: string, value: string][] {
        return this.#query(path).flatMap((line) => {
            const [, name, value] = /^ {4}(\S.*?) {4}REG_\w+ {4}(.*)$/.exec(line) ?? [];
            return name === undefined ? [] : [[name, value ?? ""] as [string, string]];
        });
    }
    /** The whole names of the keys in a key, as they begin with it. */
    names(path: string): string[] {
        const whole = path.replace(/^HKLM/, "HKEY_LOCAL_MACHINE").toLowerCase();
        return this.#query(path).filter((line) => line.toLowerCase().startsWith(`${whole}\\`)).map((line) => path + line.slice(whole.length));
    }
    #query(path: string): string[] {
        try {
            return this.#wine(REG, "query", path).split(/\r?\n/);
        } catch {
            return [];
        }
    }
    removeValue(path: string, name: string): void {
        this.#wine(REG, "delete", path, "/v", name, "/f");
    }
    setValue(path: string, name: string, type: "REG_SZ" | "REG_MULTI_SZ" | "REG_DWORD", value: string): void {
        this.#wine(REG, "add", path, ...(name === "" ? ["/ve"] : ["/v", name]), "/t", type, "/d", value, "/f");
    }
    /** Values of a key as regedit writes them: many at once, and of forms that REG ADD does not make. */
    importValues(path: string, lines: readonly string[]): void {
        const file = join(this.prefix, "drive_c/values.reg");
        const root = path.replace(/^HKLM/, "HKEY_LOCAL_MACHINE").replace(/^HKCU/, "HKEY_CURRENT_USER");
        writeFileSync(file, ["Windows Registry Editor Version 5.00", "", `[${root}]`, ...lines, ""].join("\r\n"));
        this.#wine(REG, "import", "C:\\values.reg");
        rmSync(file);
    }
    removeKey(path: string): void {
        spawnSync("wine", [REG, "delete", path, "/f"], { env: { ...this.home.environment, ...this.environment }, stdio: "ignore" });
    }
    /** The Linux path of a Windows one. */
    fileOf(path: string): string {
        return join(this.prefix, "drive_c", path.replace(/^C:\\/i, "").replaceAll("\\", "/"));
    }
    /** This program's folder in the user's application data. */
    get folder(): string {
        const users = join(this.prefix, "drive_c/users");
        const user = readdirSync(users).find((name) => name !== "Public") ?? assert.fail("no user");
        return join(users, user, "AppData/Roaming/JPKI Bridge");
    }
    configure(text: string): void {
        mkdirSync(this.folder, { recursive: true });
        writeFileSync(join(this.folder, "config.json"), text);
    }
    config(): unknown {
        return JSON.parse(readFileSync(join(this.folder, "config.json"), "utf8"));
    }
    /** Likewise in the part of it that stays on this computer. */
    get localFolder(): string {
        return join(dirname(dirname(this.folder)), "Local/JPKI Bridge");
    }
    forgetAll(): void {
        for (const folder of [this.folder, this.localFolder]) {
            rmSync(folder, { recursive: true, force: true });
        }
    }
    hasFolder(): boolean {
        return existsSync(this.folder) || existsSync(this.localFolder);
    }

    /** Waits for a prompt that was not there before; its picture is kept. */
    async prompt(name: string): Promise<void> {
        await until(`the prompt ${name}`, () => this.#mapped > this.#seen && this.display.isShown(PROGRAM), 20_000);
        await sleep(700); // it takes the keyboard a moment after it is drawn
        this.#seen = this.#mapped;
        this.display.picture(`windows-${name}`);
        assert.ok(statSync(join(SCREENSHOTS, `windows-${name}.png`)).size > 3000, "something is drawn");
    }
    async promptGone(milliseconds = 5_000): Promise<void> {
        await until("the prompt to go", () => !this.display.isShown(PROGRAM), milliseconds);
    }
    async answer(pin: string): Promise<void> {
        this.display.type(pin);
        await this.display.press("Return");
    }
}

/** A world for the tests of one file. */
export function world(...card: string[]): World {
    const it = new World();

    before(() => it.open(...card));
    afterEach(() => it.settle());
    after(() => it.close());
    return it;
}

export { PINS };
