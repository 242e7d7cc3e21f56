// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAsWindows } from "../src/disguise/windows.ts";

const CHROMIUM = "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36";
const HIGH = { architecture: "arm", bitness: "32", brands: [{ brand: "Chromium", version: "148" }], fullVersionList: [{ brand: "Chromium", version: "148.0.1.2" }], mobile: false, platform: "Linux", platformVersion: "6.12.0", uaFullVersion: "148.0.1.2" };

/** Getters on the prototypes that refuse other objects, as a browser's do. */
function chromium(userAgent = `Mozilla/5.0 ${CHROMIUM}`, appVersion = `5.0 ${CHROMIUM}`) {
    class NavigatorUAData {
        #own = true;
        get brands() { return HIGH.brands; }
        get platform() { return this.#own ? "Linux" : ""; }
        toJSON() { return { brands: this.brands, mobile: false, platform: this.platform }; }
        getHighEntropyValues(hints: string[]): Promise<object> {
            const always = ["brands", "mobile", "platform"];
            const told = Object.entries(HIGH).filter(([name]) => [...always, ...hints].includes(name));
            return this.#own ? Promise.resolve(Object.fromEntries(told)) : Promise.reject(new TypeError());
        }
    }
    class Navigator {
        #data = new NavigatorUAData();
        get userAgent() { return this.#data.brands.length > 0 ? userAgent : ""; }
        get appVersion() { return appVersion; }
        get platform() { return this.#data.platform === "Linux" ? "Linux x86_64" : ""; }
        get userAgentData() { return this.#data; }
    }
    return { navigator: new Navigator(), Navigator, NavigatorUAData };
}

test("Chromium on Linux reads as itself on Windows", async () => {
    const { navigator } = chromium();
    readAsWindows(navigator);
    const windows = CHROMIUM.replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64");
    assert.equal(navigator.userAgent, `Mozilla/5.0 ${windows}`);
    assert.equal(navigator.appVersion, `5.0 ${windows}`);
    assert.equal(navigator.platform, "Win32");
    assert.equal(navigator.userAgentData.platform, "Windows");
    assert.deepEqual(JSON.parse(JSON.stringify(navigator.userAgentData)), { brands: HIGH.brands, mobile: false, platform: "Windows" });
    assert.deepEqual(await navigator.userAgentData.getHighEntropyValues(Object.keys(HIGH)), {
        ...HIGH, architecture: "x86", bitness: "64", platform: "Windows", platformVersion: "19.0.0",
    });
    assert.deepEqual(await navigator.userAgentData.getHighEntropyValues([]), { brands: HIGH.brands, mobile: false, platform: "Windows" });
});

test("Firefox has no userAgentData, before and after", () => {
    for (const system of ["X11; Linux x86_64", "X11; Ubuntu; Linux x86_64", "X11; Linux aarch64"]) {
        const navigator = Object.create({
            get userAgent() { return `Mozilla/5.0 (${system}; rv:140.0) Gecko/20100101 Firefox/140.0`; },
            get appVersion() { return "5.0 (X11)"; },
            get platform() { return "Linux x86_64"; },
            get oscpu() { return "Linux x86_64"; },
        }) as { userAgent: string; appVersion: string; platform: string; oscpu: string };
        readAsWindows(navigator);
        assert.equal(navigator.userAgent, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0");
        assert.equal(navigator.appVersion, "5.0 (Windows)");
        assert.equal(navigator.platform, "Win32");
        assert.equal(navigator.oscpu, "Windows NT 10.0; Win64; x64");
        assert.equal("userAgentData" in navigator, false);
    }
});

test("nothing else tells of it", () => {
    const { navigator, Navigator, NavigatorUAData } = chromium();
    const shape = (owner: object) => Object.entries(Object.getOwnPropertyDescriptors(owner)).map(([name, descriptor]) => {
        const native = Reflect.get(descriptor, "value" in descriptor ? "value" : "get") as { name: string; length: number };
        return [name, Object.keys(descriptor), native.name, native.length, typeof native, descriptor.enumerable, descriptor.configurable];
    });
    const before = [shape(Navigator.prototype), shape(NavigatorUAData.prototype)];
    readAsWindows(navigator);
    assert.deepEqual([shape(Navigator.prototype), shape(NavigatorUAData.prototype)], before);
    assert.deepEqual(Object.getOwnPropertyNames(navigator), []);
    assert.throws(() => Reflect.get(Navigator.prototype, "platform", {}), TypeError, "a stranger is still refused");
    const getter = Reflect.get(Object.getOwnPropertyDescriptor(Navigator.prototype, "userAgent") ?? {}, "get") as unknown;
    assert.match(Function.prototype.toString.call(getter), /\[native code\]/);
    const ask = Reflect.get(NavigatorUAData.prototype, "getHighEntropyValues") as () => Promise<unknown>;
    assert.throws(() => Reflect.apply(ask, {}, [[]]), TypeError);
});
