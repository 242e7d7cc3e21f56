// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSender } from "../src/background/sender.ts";
import { isGovernment, parseOrigin, partsOf, patternOf, switchedOn } from "../src/shared/origin.ts";
import { originOf } from "./fakes/samples.ts";

test("an origin is taken only as a browser writes it, and only https", () => {
    assert.equal(parseOrigin("https://portal.example"), "https://portal.example");
    assert.equal(parseOrigin("https://portal.example:8443"), "https://portal.example:8443");
    for (const bad of [
        "null", "", null, undefined, 1, "portal.example", "http://portal.example", "http://localhost",
        "https://portal.example/", "https://portal.example:443", "https://Portal.example",
        "https://user@portal.example", "https://日本.example", "file://", "chrome-extension://abc", "https://portal.example.",
    ]) {
        assert.equal(parseOrigin(bad), null, String(bad));
    }
});

test("government is what ends in go.jp or lg.jp, and nothing that looks so", () => {
    for (const yes of ["https://www.e-tax.nta.go.jp", "https://city.example.lg.jp:8443", "https://go.jp"]) {
        assert.equal(isGovernment(originOf(yes)), true, yes);
    }
    for (const no of ["https://evilgo.jp", "https://go.jp.example", "https://nta-go.jp", "https://example.jp"]) {
        assert.equal(isGovernment(originOf(no)), false, no);
    }
});

test("a site is a host with all its ports", () => {
    assert.equal(patternOf(originOf("https://portal.example:8443")), "https://portal.example/*");
    const granted = ["https://b.example/*", "https://*.go.jp/*", "http://c.example/*", "https://a.example/*"];
    assert.deepEqual(switchedOn(granted), ["https://a.example/*", "https://b.example/*"]);
});

test("punycode is told", () => {
    assert.equal(partsOf(originOf("https://www.xn--wgv71a.example")).international, true);
    assert.equal(partsOf(originOf("https://www.example")).international, false);
});

const good = { id: "us", origin: "https://a.example", frameId: 0, documentLifecycle: "active", tab: { id: 4 } };

test("a sender is taken by the browser's word alone", () => {
    assert.deepEqual(parseSender(good, "us"), { tabId: 4, origin: "https://a.example" });
});

const bad = {
    "another extension": { ...good, id: "them" },
    "a sub-frame": { ...good, frameId: 3 },
    "a sandboxed page, whatever its address": { ...good, origin: "null", url: "https://a.example/" },
    "no origin at all": { id: "us", frameId: 0, tab: { id: 4 }, url: "https://a.example/" },
    "an insecure page": { ...good, origin: "http://a.example" },
    "a prerendered page": { ...good, documentLifecycle: "prerender" },
    "a page in the cache": { ...good, documentLifecycle: "cached" },
    "no tab": { id: "us", origin: "https://a.example", frameId: 0 },
};
for (const [name, sender] of Object.entries(bad)) {
    test(`refused as a sender: ${name}`, () => {
        assert.equal(parseSender(sender, "us"), null);
    });
}
