/* SPDX-License-Identifier: MIT */
// The log for administrators: every operation that asks a person, once, with its outcome; and nothing that identifies one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { afterEach, describe, test } from "node:test";
import { Journal, JOURNALD } from "../rig/journal.ts";
import type { Host, Message } from "../rig/host.ts";
import { until } from "../rig/wait.ts";
import { authenticate, bench, ORIGIN } from "./bench.ts";
import { cardDetails, cardInfo, changePin, readProfile } from "./care.ts";
import { documents, signDocuments } from "./documents.ts";
import { attributes, digestInfo, HOLDER, login, SERVICE, sign as signMynaportal, unpadded } from "./mynaportal.ts";
import { canSetPolicy, underPolicy } from "./policy.ts";
import { assertFailure, certificate } from "./verify.ts";

const digest = createHash("sha256").update(randomBytes(32)).digest();
const SIGN: Message = { command: "sign", arguments: { hash: digest.toString("base64"), hashFunction: "SHA-256", origin: ORIGIN, lang: "en" } };
const READ: Message = { command: "get-signing-certificate", arguments: { origin: ORIGIN, lang: "en" } };
const STRANGER = "https://stranger.example.go.jp";
const info = digestInfo();
const FRESH = "Q7X2M9K4";

describe("the journal", { skip: !canSetPolicy && "no namespaces here" }, () => {
    const it = bench();
    let journal: Journal | undefined;

    afterEach(async () => {
        await journal?.close();
        journal = undefined;
        rmSync(JOURNALD, { force: true });
    });

    /** What was logged under the policy while the work was done. */
    async function logged(policy: object | string | null, work: (host: Host) => Promise<unknown>): Promise<string[]> {
        journal = await Journal.listen();
        const host = await it.start();
        if (policy === null) {
            await work(host);
        } else {
            await underPolicy(policy, async () => { await work(host); });
        }
        return journal.entries();
    }

    function entry(origin: string, operation: string, outcome: string): string {
        return `MESSAGE=origin=${origin} operation=${operation} outcome=${outcome}\nPRIORITY=${outcome === "ok" ? 6 : 5}\nSYSLOG_FACILITY=1\nSYSLOG_IDENTIFIER=jpki-bridge\n`
            + `JPKI_BRIDGE_ORIGIN=${origin}\nJPKI_BRIDGE_OPERATION=${operation}\nJPKI_BRIDGE_OUTCOME=${outcome}\n`;
    }

    const operations: [name: string, request: () => Message, answers: string[], origin: string][] = [
        ["authenticate", authenticate, ["pin 1234"], ORIGIN],
        ["get-signing-certificate", () => READ, ["pin ABC123"], ORIGIN],
        ["sign", () => SIGN, ["pin ABC123"], ORIGIN],
        ["sign-documents", () => signDocuments(documents(3)), ["pin ABC123"], ORIGIN],
        ["read-profile", () => readProfile(["name", "address", "birthDate", "sex"]), ["pin 1234"], ORIGIN],
        ["card-details", cardDetails, ["pin ABC123"], "extension"],
        ["change-pin", () => changePin("signing"), ["pin ABC123", `pin ${FRESH}`, `pin ${FRESH}`], "extension"],
        ["mynaportal-01", () => login(unpadded(info)), ["pin 1234"], SERVICE],
        ["mynaportal-02", () => signMynaportal(unpadded(info)), ["pin ABC123"], SERVICE],
        ["mynaportal-04", attributes, ["pin 1234"], SERVICE],
    ];
    for (const [name, request, answers, origin] of operations) {
        test(`has ${name}, whole and called off, and nothing personal`, async () => {
            it.secrets.push(FRESH);
            const given = request();
            const answer: Message[] = [];
            const entries = await logged({}, async (host) => {
                it.home.pinentry.answer(...answers);
                answer.push(await host.request(given));
                assert.ok(!("error" in (answer[0] ?? {})), JSON.stringify(answer));
                await it.card.command("set-pin sign ABC123");
                it.home.pinentry.answer("cancel");
                await host.request(request());
            });
            assert.deepEqual(entries, [entry(origin, name, "ok"), entry(origin, name, "user-cancelled")]);
            assertImpersonal(entries.join(), given, answer);
        });
    }

    /** Neither PINs, nor what the card says of its holder, its certificates and itself, nor anything that was asked or given. */
    function assertImpersonal(text: string, ...messages: unknown[]): void {
        const told: string[] = [FRESH, "ABC123", "1234", ...Object.values(HOLDER), "Virtual", "PCD", "AB12345678901"];
        for (const name of ["auth", "sign"]) {
            const { serialNumber, subject, fingerprint256 } = certificate(name);
            told.push(serialNumber, ...subject.split(/[\n=]/), fingerprint256, fingerprint256.replaceAll(":", ""));
        }
        for (const bytes of [digest, info]) {
            told.push(bytes.toString("base64"), bytes.toString("hex"));
        }
        const collect = (value: unknown): void => {
            if (typeof value === "string" && value.length > 4 && value !== ORIGIN && value !== SERVICE) {
                told.push(value);
            } else if (typeof value === "object" && value !== null) {
                Object.entries(value).forEach(([key, below]) => { if (key !== "command") { collect(below); } });
            }
        };
        messages.forEach(collect);
        for (const each of told.filter((word) => word.length > 2)) {
            assert.ok(!text.toLowerCase().includes(each.toLowerCase()), `${each} is in the log`);
        }
    }

    const endings: [outcome: string, work: (host: Host) => Promise<Message>, entries: string[], policy?: object | string][] = [
        ["origin-denied", (host) => host.request(authenticate()), [entry(ORIGIN, "authenticate", "origin-denied")], { deniedOrigins: [ORIGIN] }],
        ["policy-invalid", (host) => host.request(authenticate()), [entry(ORIGIN, "authenticate", "policy-invalid")], "{"],
        ["timeout", (host) => host.request(authenticate({}, { timeout: 3000 })), [entry(ORIGIN, "authenticate", "timeout")]],
        ["pin-locked", async (host) => { await it.card.setTries("auth", 0); return host.request(authenticate()); }, [entry(ORIGIN, "authenticate", "pin-locked")]],
        ["user-cancelled", async (host) => { it.home.pinentry.answer("cancel"); return host.request(login(unpadded(info), { origin: STRANGER })); },
            [entry(STRANGER, "mynaportal-01", "user-cancelled")]],
        ["operation-pending", async (host) => {
            host.send(authenticate());
            await it.home.pinentry.shown();
            const answer = await host.request(SIGN);
            it.home.pinentry.answer("cancel");
            assertFailure(await host.next(), "user-cancelled");
            return answer;
        }, [entry(ORIGIN, "sign", "operation-pending"), entry(ORIGIN, "authenticate", "user-cancelled")]],
    ];
    for (const [outcome, work, entries, policy = {}] of endings) {
        test(`says ${outcome}: ${entries[0]?.split(" ")[0] ?? ""}`, async () => {
            const answer: Message[] = [];
            assert.deepEqual(await logged(policy, async (host) => { answer.push(await work(host)); }), entries);
            assert.equal((answer[0]?.["error"] as Message)["reason"], outcome);
        });
    }

    test("says that a port was closed in the middle, whether the prompt or the card was waited for", async () => {
        const entries = await logged({}, async (host) => {
            host.send(authenticate());
            await it.home.pinentry.shown();
            await it.close(host);
        });
        assert.deepEqual(entries, [entry(ORIGIN, "authenticate", "user-cancelled")]);
    });

    test("says so, too, where the card does not come back before the process ends", async () => {
        const entries = await logged({}, async (host) => {
            host.send(authenticate());
            await it.home.pinentry.shown();
            await it.card.command("delay-apdu 3000");
            it.home.pinentry.answer("pin 1234");
            await until("the card's work", () => it.home.pinentry.log().includes("answered pin"));
            await it.close(host);
            await it.card.command("delay-apdu 0");
        });
        assert.deepEqual(entries, [entry(ORIGIN, "authenticate", "user-cancelled")]);
    });

    test("has nothing of what asks nobody, or is malformed", async () => {
        assert.deepEqual(await logged({}, async (host) => {
            for (const command of ["status", "trusted-origins", "doctor"]) {
                await host.request({ command, arguments: {} });
            }
            await host.request(cardInfo());
            await host.request({ command: "mynaportal", arguments: { message: "{\"mode\":\"05\"}", origin: SERVICE } });
            await host.request(authenticate({ origin: "http://example.jp" }));
            await host.request({ command: "sign", arguments: {} });
            await host.request({ command: "quit", arguments: {} });
        }), []);
    });

    for (const [policy, entries] of [[null, 0], [{ logging: false }, 0], [{ logging: true }, 1], [{ deniedOrigins: [] }, 1], [{ logging: "yes" }, 1]] as const) {
        test(`${JSON.stringify(policy)}: ${entries} entries`, async () => {
            it.home.pinentry.answer("cancel");
            assert.equal((await logged(policy, (host) => host.request(authenticate()))).length, entries);
        });
    }

    test("is not waited for when its daemon does not read", async () => {
        journal = await Journal.listen(JOURNALD, true);
        await underPolicy({ deniedOrigins: [STRANGER] }, async () => {
            const host = await it.start();
            for (let i = 0; i < 600; i++) { // more than its socket holds
                assertFailure(await host.request(authenticate({ origin: STRANGER }), undefined, 2_000), "origin-denied");
            }
        });
    });

    test("is syslog's where there is no journald", async () => {
        execFileSync("sh", ["-c", "mkdir -p /run/dev && mount --rbind /dev /run/dev && mount -t tmpfs tmpfs /dev && for f in /run/dev/*; do ln -s $f /dev/; done && rm -f /dev/log"]);
        journal = await Journal.listen("/dev/log");
        await underPolicy({}, async () => {
            const host = await it.start();
            it.home.pinentry.answer("pin 1234");
            assert.ok("signature" in await host.request(authenticate()));
        });
        const [text = "", ...more] = await journal.entries();
        assert.match(text, /^<14>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d jpki-bridge\[\d+\]: origin=https:\/\/portal\.example\.lg\.jp operation=authenticate outcome=ok$/);
        assert.deepEqual(more, []);
    });
});
