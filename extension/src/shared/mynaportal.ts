// SPDX-License-Identifier: MIT
// The messages of the Mynaportal page protocol: what a site asks for, what the host answers, and how a failure reads.

import type { Language } from "./errors.ts";
import { sentencesOf } from "./errors.ts";
import { fail, succeed } from "./failure.ts";
import type { Failure, Outcome } from "./failure.ts";
import { isBase64, isFields, isText } from "./guards.ts";
import type { Fields } from "./guards.ts";
import type { System } from "./platform.ts";

/** The modes that want the card; `05` only takes back what was asked. */
export const MODES = ["01", "02", "04"] as const;
export type Mode = (typeof MODES)[number];
const CLOSE = "05";

/** A page's message, in characters. The longest that is of any use has a quarter of this. */
export const LONGEST_MESSAGE = 65_536;
const MOST_DIGESTS = 100;
const LONGEST_VALUE = 32_768;

export interface MynaportalFields {
    readonly mode: Mode;
    readonly serviceId: string;
    /** One for mode 01, as many as there are documents for 02, none for 04; as the site wrote them. */
    readonly digests: readonly string[];
}

export type Asked = MynaportalFields | { readonly mode: typeof CLOSE };

/** What came from a page, and the mode by which it will know the answer. */
export interface Message {
    readonly mode: string | null;
    readonly asked: Outcome<Asked>;
}

function isMode(value: unknown): value is Mode {
    return MODES.some((mode) => mode === value);
}

const BARE_HASHES: readonly number[] = [20, 32, 48, 64];
/** What comes before the hash in a DigestInfo (RFC 8017, 9.2): SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. */
const DIGEST_INFOS: readonly (readonly [prefix: string, bytes: number])[] = [
    ["3021300906052b0e03021a05000414", 20],
    ["302d300d06096086480165030402040500041c", 28],
    ["3031300d060960864801650304020105000420", 32],
    ["3041300d060960864801650304020205000430", 48],
    ["3051300d060960864801650304020305000440", 64],
];

/** Base64 with or without its padding, of a DigestInfo or of a bare hash. */
export function isDigest(value: unknown): value is string {
    if (!isText(value, 4, 128)) return false;
    if (value.endsWith("=") && value.length % 4 !== 0) return false;
    const padded = value.padEnd(Math.ceil(value.length / 4) * 4, "=");
    if (!isBase64(padded, 128)) return false;
    const hex = toHex(padded);
    return (
        BARE_HASHES.includes(hex.length / 2) ||
        DIGEST_INFOS.some(([prefix, bytes]) => hex.startsWith(prefix) && hex.length === prefix.length + bytes * 2)
    );
}

/** The bytes of a digest, to be shown. */
export function toHex(base64: string): string {
    return Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

function parseFields(mode: unknown, serviceId: unknown, digest: unknown): Outcome<Asked> {
    if (mode === undefined) return fail("argument-missing");
    if (mode === CLOSE) return succeed({ mode });
    if (!isMode(mode)) return fail("argument-invalid");
    if (serviceId === undefined) return fail("argument-missing");
    // "01" is the one service of mode 01; which the others have is not published.
    const services = mode === "01" ? /^01$/ : /^0[1-9]$/;
    if (typeof serviceId !== "string" || !services.test(serviceId)) return fail("argument-invalid");
    if (mode === "04") return succeed({ mode, serviceId, digests: [] });
    if (digest === undefined) return fail("argument-missing");
    const digests: readonly unknown[] = mode === "02" && Array.isArray(digest) ? digest : [digest];
    if (digests.length < 1 || digests.length > MOST_DIGESTS || !digests.every(isDigest)) return fail("argument-invalid");
    return succeed({ mode, serviceId, digests });
}

function parseJson(text: string): Outcome<unknown> {
    try {
        return succeed(JSON.parse(text) as unknown);
    } catch {
        return fail("request-malformed");
    }
}

export function parseMessage(detail: unknown): Message {
    const json = isText(detail, 0, LONGEST_MESSAGE) ? parseJson(detail) : fail("request-malformed");
    if (!json.ok) return { mode: null, asked: json };
    if (!isFields(json.value)) return { mode: null, asked: fail("request-malformed") };
    const { mode, service_id: serviceId, digest } = json.value;
    return { mode: isText(mode, 0, 64) ? mode : null, asked: parseFields(mode, serviceId, digest) };
}

/** Reads the fields back after they crossed from the content script to the window. */
export function parseMynaportal({ mode, serviceId, digests }: Fields): MynaportalFields | null {
    if (!Array.isArray(digests)) return null;
    const asked = parseFields(mode, serviceId, mode === "02" ? digests : digests[0]);
    return asked.ok && asked.value.mode !== CLOSE ? asked.value : null;
}

/** The message for the host, made anew, so that what the person is shown is what the host reads. */
export function toMessage({ mode, serviceId, digests }: MynaportalFields): string {
    const digest = mode === "02" ? digests : digests[0];
    return JSON.stringify({ mode, service_id: serviceId, digest });
}

interface Common {
    readonly result: "0";
    readonly uuid: string;
    readonly combination_code: string;
}

/** The answers, by the protocol's own names. */
export type MynaportalResult =
    | (Common & { readonly mode: "01"; readonly signature: string; readonly certificate: string })
    | (Common & { readonly mode: "02"; readonly signature: readonly string[]; readonly certificate: string })
    | (Common & {
          readonly mode: "04";
          readonly name: string;
          readonly sex: string;
          readonly address: string;
          readonly birthday: string;
      });

/** Lower-case hex of whole bytes. */
function isHex(value: unknown, shortest: number, longest: number): value is string {
    return isText(value, shortest, longest) && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value);
}

function isUnpadded(value: unknown): value is string {
    return isText(value, 4, LONGEST_VALUE) && /^[A-Za-z0-9+/]+$/.test(value);
}

/** Null when the host's answer does not have the shape of the mode's. */
export function parseMynaportalResult(value: Fields): MynaportalResult | null {
    const { mode, result, uuid, combination_code: code, certificate, signature } = value;
    if (result !== "0" || !isHex(uuid, 32, 32) || !isHex(code, 64, 64)) return null;
    const common = { result, uuid, combination_code: code } as const;
    switch (mode) {
        case "01":
            if (!isBase64(signature, LONGEST_VALUE) || !isUnpadded(certificate)) return null;
            return { mode, ...common, signature, certificate };
        case "02": {
            if (!Array.isArray(signature) || !isUnpadded(certificate)) return null;
            const signatures = signature.filter((each) => isBase64(each, LONGEST_VALUE));
            if (signatures.length !== signature.length || signatures.length > MOST_DIGESTS) return null;
            return { mode, ...common, signature: signatures, certificate };
        }
        case "04": {
            const { name, sex, address, birthday } = value;
            if (!isHex(name, 0, LONGEST_VALUE) || !isHex(sex, 0, LONGEST_VALUE)) return null;
            if (!isHex(address, 0, LONGEST_VALUE) || !isHex(birthday, 0, LONGEST_VALUE)) return null;
            return { mode, ...common, name, sex, address, birthday };
        }
        default:
            return null;
    }
}

/** Whether an answer is one to this very request. */
export function answers(result: MynaportalResult, { mode, digests }: MynaportalFields): boolean {
    return result.mode === mode && (result.mode !== "02" || result.signature.length === digests.length);
}

/** The sites' own code for an application that gave no answer. */
const NO_ANSWER: Readonly<Record<System, string>> = { windows: "EW044-C300", macos: "EM044-C300" };

export interface FailureAnswer {
    readonly mode?: string;
    readonly result: "1";
    readonly errcode?: string;
    readonly message?: string;
}

export function toFailureAnswer(mode: string | null, what: Failure, system: System, language: Language): FailureAnswer {
    const why =
        what.code === "ERR_WEBEID_NATIVE_UNAVAILABLE"
            ? { errcode: NO_ANSWER[system] }
            : { message: sentencesOf(what.reason, what.code)[language] };
    return { ...(mode === null ? {} : { mode }), result: "1", ...why };
}
