// SPDX-License-Identifier: MIT
// A navigator on Linux that reads as one on Windows and keeps the browser's own versions. Native functions are wrapped
// and not replaced, so that their names, their errors and their text stay what they were.

type Change = (answer: unknown) => unknown;

function wrap(owner: object, name: string, change: Change): void {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor === undefined) return;
    const part = "value" in descriptor ? "value" : "get";
    const native: unknown = Reflect.get(descriptor, part);
    if (typeof native !== "function") return;
    const apply = (target: typeof native, self: unknown, given: unknown[]): unknown =>
        change(Reflect.apply(target, self, given));
    Object.defineProperty(owner, name, { ...descriptor, [part]: new Proxy(native, { apply }) });
}

/** `X11; Linux x86_64` of every browser; Firefox has `(X11)` alone in appVersion. */
function toWindows(text: unknown): unknown {
    if (typeof text !== "string") return text;
    return text.replace(/X11;(?: [^;)]+;)*? Linux [^;)]+/, "Windows NT 10.0; Win64; x64").replace("(X11)", "(Windows)");
}

/** What userAgentData says of the system. The platform version is that of Windows 11. */
const SYSTEM: Readonly<Record<string, unknown>> = {
    platform: "Windows",
    platformVersion: "19.0.0",
    architecture: "x86",
    bitness: "64",
};

/** Only what was asked for is answered. */
function describeWindows(values: unknown): unknown {
    if (typeof values !== "object" || values === null) return values;
    const told = Object.entries(SYSTEM).filter(([name]) => name in values);
    return Object.assign(values, Object.fromEntries(told));
}

/** Changes the prototypes, as an own property of the navigator would be a trace. */
export function readAsWindows(navigator: object): void {
    const prototype = Object.getPrototypeOf(navigator) as object;
    wrap(prototype, "userAgent", toWindows);
    wrap(prototype, "appVersion", toWindows);
    wrap(prototype, "platform", () => "Win32");
    // Only Firefox has it.
    wrap(prototype, "oscpu", () => "Windows NT 10.0; Win64; x64");
    // Only Chromium has it.
    const data = "userAgentData" in navigator ? navigator.userAgentData : undefined;
    if (typeof data !== "object" || data === null) return;
    const dataPrototype = Object.getPrototypeOf(data) as object;
    wrap(dataPrototype, "platform", () => "Windows");
    wrap(dataPrototype, "toJSON", describeWindows);
    wrap(dataPrototype, "getHighEntropyValues", (answer) =>
        answer instanceof Promise ? answer.then(describeWindows) : answer,
    );
}
