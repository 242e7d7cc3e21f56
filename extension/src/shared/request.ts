// SPDX-License-Identifier: MIT
// What a page can ask for, and what the host can answer, whatever protocol carries it.

import { parseDocumentHeaders, parseDocumentsResult } from "./documents.ts";
import type { DocumentHeader, DocumentsResult } from "./documents.ts";
import type { Language } from "./errors.ts";
import { fail, succeed } from "./failure.ts";
import type { Outcome } from "./failure.ts";
import { base64Bytes, isBase64, isFields, isText } from "./guards.ts";
import type { Fields } from "./guards.ts";
import { parseMynaportal, parseMynaportalResult } from "./mynaportal.ts";
import type { MynaportalFields, MynaportalResult } from "./mynaportal.ts";
import { parseProfileFields, parseProfileResult } from "./profile.ts";
import type { ProfileField, ProfileResult } from "./profile.ts";

/** What the page protocols that name their operations share. */
export const NAMED_OPERATIONS = ["authenticate", "get-signing-certificate", "sign"] as const;
export type NamedOperation = (typeof NAMED_OPERATIONS)[number];
/** What our own page protocol asks for. */
export type OwnOperation = NamedOperation | "sign-documents" | "read-profile";
export type Operation = OwnOperation | "mynaportal";

export const DEFAULT_TIMEOUT = 120_000;
export const SHORTEST_TIMEOUT = 1_000;
export const LONGEST_TIMEOUT = 600_000;

/** The hash functions of the Web eID protocol and the bytes that each gives. */
export const HASH_BYTES = {
    "SHA-224": 28,
    "SHA-256": 32,
    "SHA-384": 48,
    "SHA-512": 64,
    "SHA3-224": 28,
    "SHA3-256": 32,
    "SHA3-384": 48,
    "SHA3-512": 64,
} as const;
export type HashFunction = keyof typeof HASH_BYTES;

export interface Common {
    /** What the page asked for; null leaves it to the browser's language. */
    readonly lang: Language | null;
    /** Milliseconds for the whole operation, from its arrival. */
    readonly timeout: number;
}

export interface AuthenticateRequest extends Common {
    readonly operation: "authenticate";
    readonly challengeNonce: string;
}

export interface CertificateRequest extends Common {
    readonly operation: "get-signing-certificate";
}

export interface SignRequest extends Common {
    readonly operation: "sign";
    /** Null: the host reads the certificate under the same PIN entry and answers it too. */
    readonly certificate: string | null;
    readonly hash: string;
    readonly hashFunction: HashFunction;
}

export interface MynaportalRequest extends Common, MynaportalFields {
    readonly operation: "mynaportal";
}

/** The bytes are no part of it: they are asked for one document at a time. */
export interface DocumentsRequest extends Common {
    readonly operation: "sign-documents";
    readonly documents: readonly DocumentHeader[];
}

export interface ProfileRequest extends Common {
    readonly operation: "read-profile";
    readonly fields: readonly ProfileField[];
}

export type OperationRequest =
    | AuthenticateRequest
    | CertificateRequest
    | SignRequest
    | DocumentsRequest
    | ProfileRequest
    | MynaportalRequest;

export function isNamedOperation(value: unknown): value is NamedOperation {
    return NAMED_OPERATIONS.some((operation) => operation === value);
}

export function isOwnOperation(value: unknown): value is OwnOperation {
    return isNamedOperation(value) || value === "sign-documents" || value === "read-profile";
}

export function isOperation(value: unknown): value is Operation {
    return isOwnOperation(value) || value === "mynaportal";
}

function isHashFunction(value: unknown): value is HashFunction {
    return typeof value === "string" && Object.hasOwn(HASH_BYTES, value);
}

export function parseLanguage(value: unknown): Language | null {
    const primary = typeof value === "string" ? value.slice(0, 3).toLowerCase().split(/[-_]/)[0] : undefined;
    return primary === "ja" || primary === "en" ? primary : null;
}

export function parseOptions(options: unknown): Common | null {
    if (options === undefined || options === null) return { lang: null, timeout: DEFAULT_TIMEOUT };
    if (!isFields(options)) return null;
    const { lang } = options;
    // As web-eid.js has it, no time at all is no wish.
    const userInteractionTimeout = options["userInteractionTimeout"] ?? 0;
    if (typeof userInteractionTimeout !== "number" || Number.isNaN(userInteractionTimeout)) return null;
    const wished = userInteractionTimeout === 0 ? DEFAULT_TIMEOUT : Math.trunc(userInteractionTimeout);
    const timeout = Math.min(Math.max(wished, SHORTEST_TIMEOUT), LONGEST_TIMEOUT);
    return { lang: parseLanguage(lang), timeout };
}

/** Reads the fields that every page protocol names alike. Fields that it does not know are not passed on. */
export function parseOperation(operation: NamedOperation, fields: Fields): Outcome<OperationRequest> {
    const common = parseOptions(fields["options"]);
    if (common === null) return fail("argument-invalid");
    switch (operation) {
        case "authenticate": {
            const { challengeNonce } = fields;
            if (challengeNonce === undefined || challengeNonce === "") return fail("argument-missing");
            if (!isText(challengeNonce, 44, 128)) return fail("argument-invalid");
            return succeed({ operation, challengeNonce, ...common });
        }
        case "get-signing-certificate":
            return succeed({ operation, ...common });
        case "sign": {
            const { certificate = null, hash, hashFunction } = fields;
            if (hash === undefined || hash === "" || hashFunction === undefined || hashFunction === "") {
                return fail("argument-missing");
            }
            if (certificate !== null && !isBase64(certificate, 32_768)) return fail("argument-invalid");
            if (!isBase64(hash, 128) || !isHashFunction(hashFunction)) return fail("argument-invalid");
            if (base64Bytes(hash) !== HASH_BYTES[hashFunction]) return fail("argument-invalid");
            return succeed({ operation, certificate, hash, hashFunction, ...common });
        }
    }
}

export function parseProfile(fields: Fields): Outcome<ProfileRequest> {
    const common = parseOptions(fields["options"]);
    if (fields["fields"] === undefined) return fail("argument-missing");
    const asked = parseProfileFields(fields["fields"]);
    if (common === null || asked === null) return fail("argument-invalid");
    return succeed({ operation: "read-profile", fields: asked, ...common });
}

/** Reads a request back after it crossed from the content script to the window. */
export function parseOperationRequest(value: unknown): OperationRequest | null {
    if (!isFields(value)) return null;
    const { operation } = value;
    const options = { lang: value["lang"], userInteractionTimeout: value["timeout"] };
    if (operation === "mynaportal") {
        const common = parseOptions(options);
        const fields = parseMynaportal(value);
        return common && fields && { operation, ...fields, ...common };
    }
    if (operation === "sign-documents") {
        const common = parseOptions(options);
        const documents = parseDocumentHeaders(value["documents"]);
        return common && documents && { operation, documents, ...common };
    }
    if (operation === "read-profile") {
        const outcome = parseProfile({ ...value, options });
        return outcome.ok ? outcome.value : null;
    }
    if (!isNamedOperation(operation)) return null;
    const outcome = parseOperation(operation, { ...value, options });
    return outcome.ok ? outcome.value : null;
}

export interface SignatureAlgorithm {
    readonly cryptoAlgorithm: string;
    readonly hashFunction: string;
    readonly paddingScheme: string;
}

export interface AuthenticationToken {
    readonly unverifiedCertificate: string;
    readonly algorithm: string;
    readonly signature: string;
    readonly format: string;
    readonly appVersion: string;
}

export interface SigningCertificate {
    readonly certificate: string;
    readonly supportedSignatureAlgorithms: readonly SignatureAlgorithm[];
}

export interface Signature {
    readonly signature: string;
    readonly signatureAlgorithm: SignatureAlgorithm;
    /** Only when the request gave none. */
    readonly certificate?: string;
}

export type OperationResult =
    | AuthenticationToken
    | SigningCertificate
    | Signature
    | DocumentsResult
    | ProfileResult
    | MynaportalResult;

const LONGEST_VALUE = 32_768;

function parseAlgorithm(value: unknown): SignatureAlgorithm | null {
    if (!isFields(value)) return null;
    const { cryptoAlgorithm, hashFunction, paddingScheme } = value;
    return isText(cryptoAlgorithm, 1, 32) && isText(hashFunction, 1, 32) && isText(paddingScheme, 1, 32)
        ? { cryptoAlgorithm, hashFunction, paddingScheme }
        : null;
}

/** Null when the host's answer does not have the shape of the operation's result. */
export function parseResult(operation: Operation, value: unknown): OperationResult | null {
    if (!isFields(value)) return null;
    switch (operation) {
        case "authenticate": {
            const { unverifiedCertificate, algorithm, signature, format, appVersion } = value;
            if (!isBase64(unverifiedCertificate, LONGEST_VALUE) || !isBase64(signature, LONGEST_VALUE)) return null;
            if (!isText(algorithm, 5, 5) || !isText(format, 1, 32) || !isText(appVersion, 1, 256)) return null;
            return { unverifiedCertificate, algorithm, signature, format, appVersion };
        }
        case "get-signing-certificate": {
            const { certificate, supportedSignatureAlgorithms: given } = value;
            if (!isBase64(certificate, LONGEST_VALUE) || !Array.isArray(given) || given.length > 32) return null;
            const algorithms = given.map(parseAlgorithm).filter((algorithm) => algorithm !== null);
            return algorithms.length === given.length ? { certificate, supportedSignatureAlgorithms: algorithms } : null;
        }
        case "sign": {
            const { signature, certificate } = value;
            const signatureAlgorithm = parseAlgorithm(value["signatureAlgorithm"]);
            if (!isBase64(signature, LONGEST_VALUE) || signatureAlgorithm === null) return null;
            if (certificate === undefined) return { signature, signatureAlgorithm };
            return isBase64(certificate, LONGEST_VALUE) ? { signature, signatureAlgorithm, certificate } : null;
        }
        case "sign-documents":
            return parseDocumentsResult(value);
        case "read-profile":
            return parseProfileResult(value);
        case "mynaportal":
            return parseMynaportalResult(value);
    }
}
