// SPDX-License-Identifier: MIT
// Says whether the program on the computer is there, in the popup and on the options page.

import { connectNative, Host } from "../native/host.ts";
import type { Language } from "../shared/errors.ts";
import { sentencesOf } from "../shared/errors.ts";
import { translator } from "../shared/i18n.ts";

export async function showProgram(element: HTMLElement, language: Language): Promise<void> {
    const host = new Host(connectNative);
    const hello = await host.hello;
    host.close();
    element.dataset["state"] = hello.ok ? "ready" : "missing";
    element.textContent = hello.ok
        ? translator(language)("programReady", { version: hello.value.appVersion ?? hello.value.version })
        : sentencesOf(hello.failure.reason, hello.failure.code)[language];
}
