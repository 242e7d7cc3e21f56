// SPDX-License-Identifier: MIT
// The templates of manifests/policies, filled in, and what they are in the registry of Windows.

/** Each @NAME@ in the text, once and from left to right; the values are inside JSON's strings. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
    return template.replace(/@(\w+)@/g, (hole, name: string) => {
        const value = values[name];
        if (value === undefined) throw new Error(`nothing to put for ${hole}`);
        return JSON.stringify(value).slice(1, -1);
    });
}

type Json = string | number | boolean | null | Json[] | Members;
// An interface, as a type cannot name itself in a Record.
interface Members {
    [name: string]: Json;
}

function quoted(text: string): string {
    return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function isObject(value: Json): value is Members {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lists are keys of their own, with values named 1, 2, …; what is an object, and no key, is JSON in a string. */
function keysOf(key: string, members: Members): string[] {
    const lists: string[] = [];
    const lines = Object.entries(members).flatMap(([name, value]) => {
        if (Array.isArray(value)) {
            lists.push(...keysOf(`${key}\\${name}`, Object.fromEntries(value.map((each, index) => [String(index + 1), each]))));
            return [];
        }
        if (typeof value === "boolean") return [`${quoted(name)}=dword:0000000${value ? 1 : 0}`];
        return [`${quoted(name)}=${quoted(typeof value === "string" ? value : JSON.stringify(value))}`];
    });
    return [...(lines.length === 0 ? [] : [`[${key}]`, ...lines, ""]), ...lists];
}

/** What Edge calls a button that stays on the toolbar: ExtensionSettings, toolbar_state. Chrome says toolbar_pin. */
export function forEdge(policies: string): string {
    const settings = JSON.parse(policies) as Members;
    const extensions = settings["ExtensionSettings"];
    for (const extension of extensions !== undefined && isObject(extensions) ? Object.values(extensions) : []) {
        if (isObject(extension) && extension["toolbar_pin"] === "force_pinned") {
            delete extension["toolbar_pin"];
            extension["toolbar_state"] = "force_shown";
        }
    }
    return JSON.stringify(settings, null, 4) + "\n";
}

/** A file for `reg import` that says for Chrome and Edge what this JSON does on Linux. */
export function toRegistry(policies: string): string {
    const keys = [["Google\\Chrome", policies], ["Microsoft\\Edge", forEdge(policies)]].flatMap(([browser = "", text = ""]) => {
        const { "3rdparty": others = {}, ...own } = JSON.parse(text) as Members;
        const extensions = isObject(others) ? others["extensions"] : undefined;
        const managed = extensions !== undefined && isObject(extensions) ? Object.entries(extensions) : [];
        const key = `HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${browser}`;
        return [
            ...keysOf(key, own),
            ...managed.flatMap(([id, set]) => (isObject(set) ? keysOf(`${key}\\3rdparty\\extensions\\${id}\\policy`, set) : [])),
        ];
    });
    return ["Windows Registry Editor Version 5.00", "", ...keys].join("\r\n");
}
