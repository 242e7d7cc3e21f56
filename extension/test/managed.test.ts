// SPDX-License-Identifier: MIT
// What an administrator sets in managed storage, and what is made of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import schema from "../managed_schema.json" with { type: "json" };
import { offered, parseManaged, permits, readManaged, scopeOf } from "../src/shared/managed.ts";
import { intersection, matchOf, nameOf, parseSitePattern } from "../src/shared/pattern.ts";
import { originOf } from "./fakes/samples.ts";

const GOVERNMENT = ["https://*.go.jp/*", "https://*.lg.jp/*"];

test("every member of the schema is taken, in its type alone, and nothing else", () => {
    const samples: Record<string, unknown> = { array: ["https://a.example"], boolean: false, string: "ja" };
    for (const [name, { type }] of Object.entries(schema.properties)) {
        assert.ok(parseManaged({ [name]: samples[type] }).valid, name);
        for (const other of [5, null, {}, "x", [5], ...Object.values(samples).filter((each) => each !== samples[type])]) {
            const parsed = parseManaged({ [name]: other });
            assert.equal(parsed.valid, false, `${name}: ${JSON.stringify(other)}`);
            assert.equal(permits(parsed, originOf("https://www.go.jp")), false);
        }
    }
    assert.equal(parseManaged({ deniedOrigin: [] }).valid, false, "a misspelt denial must not be passed over");
});

test("where no administrator set anything all is as usual, also where the browser rejects", async () => {
    for (const get of [() => Promise.resolve({}), () => Promise.reject(new Error("no manifest"))]) {
        const managed = await readManaged(get);
        assert.deepEqual([managed.valid, managed.allowed, managed.mynaportal, managed.welcomePage, managed.disguise], [true, null, true, true, null]);
    }
});

test("a denial comes before what is allowed, and *. is for names below alone", () => {
    const managed = parseManaged({ allowedOrigins: ["https://*.city.jp", "https://city.jp"], deniedOrigins: ["https://*.old.city.jp"] });
    const cases = { "https://www.city.jp": true, "https://city.jp": true, "https://a.old.city.jp": false, "https://old.city.jp": true, "https://www.go.jp": false, "https://xcity.jp": false };
    for (const [origin, permitted] of Object.entries(cases)) assert.equal(permits(managed, originOf(origin)), permitted, origin);
});

test("patterns with a port, a path, another scheme or an address are none", () => {
    for (const text of ["https://a.jp:8443", "https://a.jp/", "http://a.jp", "a.jp", "https://*", "https://*.", "https://*.192.0.2.1", "https://a.*.jp", "https://A.jp", 5]) {
        assert.equal(parseSitePattern(text), null, String(text));
    }
    const below = parseSitePattern("https://*.city.jp") ?? assert.fail();
    assert.deepEqual([matchOf(below), nameOf(matchOf(below))], ["https://*.city.jp/*", "*.city.jp"]);
});

test("people are not asked about what is denied anyway", () => {
    const sites = ["https://a.example", "https://a.example", "https://b.example", "https://*.c.example"];
    assert.deepEqual(offered(parseManaged({ sites, deniedOrigins: ["https://b.example"] })), ["https://a.example/*", "https://*.c.example/*"]);
    assert.deepEqual(offered(parseManaged({ sites, allowedOrigins: ["https://b.example"] })), ["https://b.example/*"]);
    assert.deepEqual(offered(parseManaged({ sites: "https://a.example" })), []);
});

test("scripts go to what is granted and permitted alone", () => {
    assert.deepEqual(scopeOf(parseManaged({}), [...GOVERNMENT, "http://a.example/*"]), { matches: GOVERNMENT, excludeMatches: [], apexes: [] });
    assert.deepEqual(scopeOf(parseManaged({ allowedOrigins: ["https://www.city.lg.jp", "https://shop.example"] }), GOVERNMENT).matches, ["https://www.city.lg.jp/*"]);
    assert.deepEqual(scopeOf(parseManaged({ allowedOrigins: ["https://*.city.lg.jp"] }), GOVERNMENT), {
        matches: ["https://*.city.lg.jp/*"], excludeMatches: ["https://city.lg.jp/*"], apexes: [],
    });
    assert.deepEqual(scopeOf(parseManaged({ deniedOrigins: ["https://*.city.lg.jp"] }), GOVERNMENT), {
        matches: GOVERNMENT, excludeMatches: ["https://*.city.lg.jp/*"], apexes: ["https://city.lg.jp/*"],
    });
    assert.deepEqual(scopeOf(parseManaged({ allowedOrigins: [] }), GOVERNMENT).matches, []);
});

test("the narrower of two patterns is what they share", () => {
    assert.equal(intersection("https://*.lg.jp/*", "https://*.city.lg.jp/*"), "https://*.city.lg.jp/*");
    assert.equal(intersection("https://a.city.lg.jp/*", "https://*.lg.jp/*"), "https://a.city.lg.jp/*");
    assert.equal(intersection("https://*/*", "https://a.jp/*"), "https://a.jp/*");
    assert.equal(intersection("https://xlg.jp/*", "https://*.lg.jp/*"), null);
});

test("a browser that does not answer while it starts: what was set last holds until it does, and what it then says is kept", async () => {
    const kept: Record<string, unknown> = { managed: { deniedOrigins: ["https://old.city.jp"] } };
    const store = {
        get: (key: string) => Promise.resolve(key in kept ? { [key]: kept[key] } : {}),
        set: (items: Record<string, unknown>) => Promise.resolve(void Object.assign(kept, items)),
        remove: () => Promise.reject(new Error("nothing is removed")),
    };
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const meanwhile = await readManaged(() => promise, store);
    assert.equal(permits(meanwhile, originOf("https://old.city.jp")), false);
    assert.equal(permits(meanwhile, originOf("https://new.city.jp")), true);
    const said = { deniedOrigins: ["https://new.city.jp"] };
    resolve(said);
    await new Promise((done) => setTimeout(done, 10));
    assert.deepEqual(kept["managed"], said);
    assert.equal(permits(await readManaged(() => new Promise(() => undefined), store), originOf("https://new.city.jp")), false);
    // Neither is it written again when nothing changed, nor does a store that fails stand in the way.
    const still = { ...store, set: () => Promise.reject(new Error("unchanged")), get: store.get };
    assert.equal(permits(await readManaged(() => Promise.resolve(said), still), originOf("https://old.city.jp")), true);
    const failing = { ...store, get: () => Promise.reject(new Error("no disk")) };
    assert.equal(permits(await readManaged(() => Promise.resolve(said), failing), originOf("https://new.city.jp")), false);
});
