// SPDX-License-Identifier: MIT
// Which scripts are registered where, and what the options page asks of the host.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { distrust, trustedOrigins } from "../src/ui/options/trust.ts";
import { settle } from "./fakes/clock.ts";
import { FakePort } from "./fakes/port.ts";
import { originOf, reasonOf } from "./fakes/samples.ts";

interface Registration {
    readonly id: string;
    readonly matches: string[];
    readonly excludeMatches?: string[];
    readonly js: string[];
    readonly world: string;
    readonly allFrames: boolean;
    readonly runAt: string;
}

const GOVERNMENT = ["https://*.go.jp/*", "https://*.lg.jp/*"];
let registered: Registration[];
let origins: string[];
let os: string;
let stored: Record<string, unknown>;
let managed: Record<string, unknown>;
let changes: number;

const chrome = {
    permissions: { getAll: () => Promise.resolve({ origins }) },
    runtime: { getPlatformInfo: () => Promise.resolve({ os }) },
    storage: {
        managed: { get: () => Promise.resolve(managed) },
        local: {
            get: (key: string) => Promise.resolve(key in stored ? { [key]: stored[key] } : {}),
            set: (items: object) => Promise.resolve(Object.assign(stored, items)),
        },
    },
    scripting: {
        getRegisteredContentScripts: ({ ids }: { ids: string[] }) => Promise.resolve(registered.filter(({ id }) => ids.includes(id))),
        unregisterContentScripts: ({ ids }: { ids: string[] }) => {
            registered = registered.filter(({ id }) => !ids.includes(id));
            return Promise.resolve();
        },
        registerContentScripts: (scripts: Registration[]) => {
            for (const { id } of scripts) assert.ok(!registered.some((each) => each.id === id), "browsers refuse a second one");
            changes++;
            registered.push(...scripts.map((each) => ({ ...each, matches: each.matches.toSorted() })));
            return Promise.resolve();
        },
    },
};
Object.assign(globalThis, { chrome });
const { follow } = await import("../src/background/sites.ts");
const { localStore, Settings } = await import("../src/shared/settings.ts");

beforeEach(() => {
    registered = [];
    origins = [...GOVERNMENT];
    os = "linux";
    stored = {};
    managed = {};
    changes = 0;
});

const registration = (name: string): Registration | undefined => registered.find(({ id }) => id === name);
const disguise = (): Registration | undefined => registration("disguise");

test("the disguise is for the service hosts' top documents alone, in their own world", async () => {
    await follow();
    const { matches, ...rest } = disguise() ?? { matches: [] };
    assert.deepEqual(rest, {
        id: "disguise", js: ["disguise.js"], world: "MAIN", runAt: "document_start", allFrames: false, persistAcrossSessions: true,
    });
    assert.deepEqual(matches, ["https://*.e-tax.nta.go.jp/*", "https://*.keisan.nta.go.jp/*", "https://*.myna.go.jp/*", "https://myna.go.jp/*"]);
    assert.deepEqual(registered.map(({ id }) => id), ["sites", "disguise"]);
});

test("only Linux needs it", async () => {
    for (os of ["win", "mac", "cros", "android"]) {
        await follow();
        assert.equal(disguise(), undefined, os);
    }
});

test("it follows its switch, and stands until somebody says no", async () => {
    const settings = new Settings(localStore());
    assert.equal(await settings.disguise(), true);
    await follow();
    await settings.setDisguise(false);
    await follow();
    assert.equal(disguise(), undefined);
    stored = { disguise: "no" };
    await follow();
    assert.ok(disguise(), "what is not a no is none");
});

test("sites that are switched on have the content script, whatever the switch says", async () => {
    origins.push("https://shop.example/*");
    stored = { disguise: false };
    await Promise.all([follow(), follow(), follow()]);
    assert.deepEqual(registered.map(({ id, matches, world }) => [id, matches, world]), [["sites", [...GOVERNMENT, "https://shop.example/*"], "ISOLATED"]]);
});

test("what is registered rightly is left alone, and what is not is changed", async () => {
    await follow();
    await follow();
    assert.equal(changes, 2, "the sites and the disguise, once each");
    origins.push("https://shop.example/*");
    await follow();
    await follow();
    assert.equal(changes, 3);
    origins.push("https://other.example/*");
    await follow();
    assert.deepEqual(registration("sites")?.matches, [...GOVERNMENT, "https://other.example/*", "https://shop.example/*"]);
    origins.splice(0);
    await follow();
    assert.deepEqual(registered.map(({ id }) => id), ["disguise"]);
});

test("an administrator's denial takes sites from every script, and a name below stays apart from the name itself", async () => {
    managed = { deniedOrigins: ["https://*.myna.go.jp"] };
    await follow();
    assert.deepEqual(registration("sites")?.excludeMatches, ["https://*.myna.go.jp/*"]);
    assert.deepEqual(registration("disguise")?.excludeMatches, ["https://*.myna.go.jp/*"]);
    assert.deepEqual(registration("sites-apexes")?.matches, ["https://myna.go.jp/*"], "which the browser's pattern takes along");
    managed = { allowedOrigins: ["https://www.city.lg.jp"], disguise: true, language: "en", mynaportal: false };
    await follow();
    assert.deepEqual(registered.map(({ id, matches, js }) => [id, matches, js]), [
        ["sites", ["https://www.city.lg.jp/*"], ["settings/no-mynaportal.js", "settings/en.js", "content.js"]],
    ]);
    managed = { deniedOrigins: "https://www.city.lg.jp" };
    await follow();
    assert.deepEqual(registered, [], "what is not valid allows nothing");
});

/** Asks the host, which says hello and then the answer. */
async function told<T>(ask: (port: () => FakePort) => Promise<T>, answer: object | null): Promise<{ outcome: T; port: FakePort }> {
    const port = new FakePort();
    const asked = ask(() => port);
    if (answer === null) port.drop();
    else {
        port.say({ version: "2.9.0" });
        await settle();
        port.say({ ...answer, id: 1 });
    }
    return { outcome: await asked, port };
}

test("the trusted sites come from the host, and what is no origin is left out", async () => {
    const { outcome, port } = await told(trustedOrigins, { origins: ["https://a.example", "javascript:1", 5, "https://b.example:8443"] });
    assert.deepEqual(outcome, { ok: true, value: ["https://a.example", "https://b.example:8443"] });
    assert.deepEqual([port.last["command"], port.last["arguments"], port.closed], ["trusted-origins", {}, true]);
    assert.equal(reasonOf((await told(trustedOrigins, { origins: "all" })).outcome), "native-reply-malformed");
    assert.equal(reasonOf((await told(trustedOrigins, null)).outcome), "native-unavailable");
});

test("trust is taken back by its origin", async () => {
    const origin = originOf("https://a.example");
    const { outcome, port } = await told((connect) => distrust(origin, connect), {});
    assert.equal(outcome.ok, true);
    assert.deepEqual([port.last["command"], port.last["arguments"], port.closed], ["distrust-origin", { origin }, true]);
    const error = { code: "ERR_WEBEID_NATIVE_FATAL", reason: "config-invalid", message: "" };
    assert.equal(reasonOf((await told((connect) => distrust(origin, connect), { error })).outcome), "config-invalid");
});
