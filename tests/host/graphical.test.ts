/* SPDX-License-Identifier: MIT */
// The desktop's own pinentry in a real X server, typed into. Pictures are kept in build/screenshots/.
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { randomInt } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";
import type { Host } from "../rig/host.ts";
import { SCREENSHOTS } from "../rig/paths.ts";
import { until } from "../rig/wait.ts";
import { verifies } from "./apdus.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { readProfile } from "./care.ts";
import { assertFailure, assertToken } from "./verify.ts";

/** An empty frame has a handful; letters have soft edges. */
const COLOURS_OF_LETTERS = 24;

const it = bench();
const display = `:${randomInt(200, 60000)}`;
let server: ChildProcess;

function run(program: string, ...args: string[]): string {
    return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, DISPLAY: display }, stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** The number of a window, which the next program's window may have again, and the program's. */
interface Window {
    id: string;
    pid: string;
}

/** The windows that are seen. */
function windows(): Window[] {
    try {
        const ids = run("xdotool", "search", "--onlyvisible", "--name", ".+").split("\n").filter((line) => line !== "");
        return ids.map((id) => ({ id, pid: run("xdotool", "getwindowpid", id) }));
    } catch {
        return []; // none, or gone in this moment
    }
}

/** Waits for a dialog to be drawn and to have the keyboard. */
async function dialog(host: Host): Promise<Window> {
    const found = await until("a dialog", () => {
        assert.ok(host.allTaken(), `an answer instead: ${host.stdout.toString().slice(-500)}`);
        return windows()[0];
    }, 15_000);
    run("xdotool", "mousemove", "--window", found.id, "20", "20");
    // It asks for the keyboard itself; what is typed before that is lost. And its buttons' keys come with their letters.
    await until("the dialog to have the keyboard", () => run("xdotool", "getwindowfocus", "-f") === found.id);
    let before = "";
    await until("the dialog to be drawn", () => {
        const now = run("import", "-silent", "-window", "root", "-format", "%k %#", "info:");
        const stands = now === before && Number.parseInt(now, 10) >= COLOURS_OF_LETTERS;
        before = now;
        return stands;
    });
    return found;
}

function picture(name: string): void {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const file = join(SCREENSHOTS, `${name}.png`);
    run("import", "-window", "root", file);
    assert.ok(statSync(file).size > 2000, "something is drawn");
}

async function gone(window: Window): Promise<void> {
    await until("the dialog to go", () => !windows().some((each) => each.id === window.id && each.pid === window.pid));
}

before(async () => {
    server = spawn("Xvfb", [display, "-screen", "0", "720x480x24", "-nolisten", "tcp", "-noreset"], { stdio: "ignore" });
    await until("the X server", () => existsSync(`/tmp/.X11-unix/X${display.slice(1)}`));
});

after(async () => {
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
});

for (const program of ["/usr/bin/pinentry-gtk-2", "/usr/bin/pinentry-qt"]) {
    const name = program.replace("/usr/bin/", "");
    describe(name, { skip: !existsSync(program) && `${program} is not installed` }, () => {
        for (const lang of ["ja", "en"]) {
            test(`in ${lang}: wrong, then right`, async () => {
                it.home.configure({ pinentry: program });
                it.expect.spentVerifies = false; // this one keeps no record
                const host = await it.start({ environment: { DISPLAY: display } });
                const request = authenticate({ lang });
                host.send(request);

                const first = await dialog(host);
                assert.equal(run("xdotool", "getwindowname", first.id), lang === "ja" ? "マイナンバーカードでログイン" : "Log in with your MyNumber card");
                picture(`${name}-${lang}-login`);
                run("xdotool", "type", "--delay", "20", "9999");
                picture(`${name}-${lang}-typed`);
                run("xdotool", "key", "Return");
                await gone(first);

                const second = await dialog(host);
                picture(`${name}-${lang}-wrong`);
                run("xdotool", "type", "--delay", "20", "1234");
                run("xdotool", "key", "Return");
                assertToken(await host.next(20_000), request);
                await gone(second);
                assert.equal(verifies(it.log()).length, 2);
            });

            test(`in ${lang}: the last try, and Escape`, async () => {
                await it.card.setTries("sign", 1);
                it.home.configure({ pinentry: program });
                const host = await it.start({ environment: { DISPLAY: display } });
                host.send({ command: "sign", arguments: { hash: `${"A".repeat(43)}=`, hashFunction: "SHA-256", origin: ORIGIN, lang } });
                const window = await dialog(host);
                picture(`${name}-${lang}-last-try`);
                run("xdotool", "key", "Escape");
                assertFailure(await host.next(), "user-cancelled", 1);
                await gone(window);
                assert.equal(verifies(it.log()).length, 0);
            });

            test(`in ${lang}: a PIN is changed for an easy one, and the answer is lost`, async () => {
                it.home.configure({ pinentry: program });
                it.expect.spentVerifies = false;
                const host = await it.start({ environment: { DISPLAY: display } });
                await it.card.command("garbage-kind badsw");
                await it.card.command("garbage-at 10"); // the CHANGE
                host.send({ command: "change-pin", arguments: { pin: "authentication", lang } });
                const steps = [["old", "1234"], ["new", "0000"], ["weak", ""], ["again", "0000"], ["unknown", ""]] as const;
                for (const [step, typed] of steps) {
                    const window = await dialog(host);
                    picture(`${name}-${lang}-change-${step}`);
                    if (typed !== "") {
                        run("xdotool", "type", "--delay", "20", typed);
                    }
                    // Return means no there: what is asked is not to be said yes to by habit.
                    run("xdotool", "key", step === "unknown" ? "Escape" : step === "weak" ? "alt+u" : "Return");
                    await gone(window);
                }
                assertFailure(await host.next(20_000), "pin-change-unknown", 3);
                assert.equal(verifies(it.log()).length, 1);
            });

            test(`in ${lang}: some of the details, and the holder's own look`, async () => {
                it.home.configure({ pinentry: program });
                const host = await it.start({ environment: { DISPLAY: display } });
                for (const [step, request] of [["profile", readProfile(["name", "birthDate"], { lang })], ["details", { command: "card-details", arguments: { lang } }]] as const) {
                    host.send(request);
                    const window = await dialog(host);
                    picture(`${name}-${lang}-${step}`);
                    run("xdotool", "key", "Escape");
                    assertFailure(await host.next(), "user-cancelled");
                    await gone(window);
                }
            });
        }

        test("goes with the port", async () => {
            it.home.configure({ pinentry: program });
            const host = await it.start({ environment: { DISPLAY: display } });
            host.send(authenticate());
            const window = await dialog(host);
            await it.close(host);
            await gone(window);
        });

        test("without a display: told", async () => {
            it.home.configure({ pinentry: program });
            const host = await it.start({ environment: { DISPLAY: "" } });
            assertFailure(await host.request(authenticate()), "prompt-unavailable");
        });
    });
}
