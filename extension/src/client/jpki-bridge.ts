// SPDX-License-Identifier: MIT
// The client library for pages. It only speaks to the extension by messages on the page's own window.

import { Countdown } from "../shared/countdown.ts";
import { assemble, handOver } from "./documents.ts";
import { LOCAL_ERRORS } from "./local-errors.ts";

const PREFIX = "jpki-bridge:";
const LIBRARY_VERSION = "2.9.0";
/** An extension that is there answers within this time. */
const ACK_TIMEOUT = 1_000;
const STATUS_TIMEOUT = 6_000;
const DEFAULT_TIMEOUT = 120_000;
/** The extension keeps the time; this is for one that was taken away meanwhile. */
const ANSWER_GRACE = 10_000;

export type Language = "ja" | "en";

/** The codes of the Web eID protocol. */
const ERROR_CODES = [
    "ERR_WEBEID_ACTION_TIMEOUT",
    "ERR_WEBEID_USER_TIMEOUT",
    "ERR_WEBEID_VERSION_MISMATCH",
    "ERR_WEBEID_VERSION_INVALID",
    "ERR_WEBEID_EXTENSION_UNAVAILABLE",
    "ERR_WEBEID_NATIVE_UNAVAILABLE",
    "ERR_WEBEID_UNKNOWN_ERROR",
    "ERR_WEBEID_CONTEXT_INSECURE",
    "ERR_WEBEID_USER_CANCELLED",
    "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
    "ERR_WEBEID_NATIVE_FATAL",
    "ERR_WEBEID_ACTION_PENDING",
    "ERR_WEBEID_MISSING_PARAMETER",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

const STAGES = [
    "loading",
    "review",
    "preparing",
    "waiting-for-reader",
    "waiting-for-card",
    "other-card",
    "pin-prompt",
    "card-working",
] as const;
export type Stage = (typeof STAGES)[number];

/** How far the card is with documents. */
export interface Count {
    signed: number;
    count: number;
}

export type HashFunction =
    | "SHA-224"
    | "SHA-256"
    | "SHA-384"
    | "SHA-512"
    | "SHA3-224"
    | "SHA3-256"
    | "SHA3-384"
    | "SHA3-512";

export interface Options {
    /** The language of the windows and of `error.message`; by default the browser's and the page's. */
    lang?: Language;
    /** Milliseconds for the whole operation, by default two minutes, at most ten. Reviewing documents takes none of it. */
    userInteractionTimeout?: number;
    /** Withdraws the request and closes its windows. The promise is rejected with the signal's reason. */
    signal?: AbortSignal;
    /** What the person is being asked to do just now; with a count while the card signs documents. */
    onProgress?: (stage: Stage, count?: Count) => void;
}

export interface Status {
    library: string;
    extension: string;
    nativeApp: string;
}

/** A `web-eid:1.0` token, to be sent to the server as it is and checked there. */
export interface AuthenticationToken {
    unverifiedCertificate: string;
    algorithm: string;
    signature: string;
    format: string;
    appVersion: string;
}

export interface SignatureAlgorithm {
    cryptoAlgorithm: string;
    hashFunction: string;
    paddingScheme: string;
}

export interface SigningCertificate {
    certificate: string;
    supportedSignatureAlgorithms: SignatureAlgorithm[];
}

export interface Signature {
    signature: string;
    signatureAlgorithm: SignatureAlgorithm;
    /** The signing certificate, when the request gave none. */
    certificate?: string;
}

/** `cades`: a signature beside the document (CAdES-B-B, detached). `pades`: one inside a PDF (PAdES-B-B). */
export type SignatureFormat = "cades" | "pades";

/** A mark to be seen in the PDF. The person sees, moves, changes or drops it before anything is signed. */
export interface MarkWish {
    /** From 1; the last one by default. */
    page?: number;
    /** What to suggest, at most 200 characters; the person confirms it, or types it where there is none. */
    text?: string;
}

/** One document: fewer than 64 MiB. */
export interface FileToSign {
    /** A File or Blob is read when it is signed and must not change until then; bytes are copied at once. */
    data: Blob | Uint8Array | ArrayBuffer;
    /** As the person reads it, at most 255 characters; a File has one of its own. */
    name?: string;
    /** The media type, for the person to read; by default that of the File or Blob. */
    type?: string;
    format: SignatureFormat;
    /** Only with `pades`. */
    mark?: MarkWish;
}

export interface SignedDocument {
    name: string;
    format: SignatureFormat;
    /** With `cades` the signature (CMS, DER) and not the document; with `pades` the whole signed PDF. */
    data: Blob;
}

export interface SignedDocuments {
    /** The signer's certificate, base64 of its DER. It names the holder, with address, date of birth and sex. */
    certificate: string;
    /** In the order of the files. */
    documents: SignedDocument[];
}

/** What a failure says beyond its reason, where it says it. */
export interface ErrorDetails {
    triesLeft?: number;
    document?: number;
    signed?: number;
}

export type ProfileField = "name" | "address" | "birthDate" | "sex";

/**
 * What the person agreed to of what was asked for, as it is on the card: the birth date `YYYYMMDD`; the sex `1` male,
 * `2` female, `3` other or unknown. No signature stands behind it: it fills in forms, and proves nothing.
 */
export type Profile = Partial<Record<ProfileField, string>>;

/** Says what happened and what to do next, in words that a page can show as they are. */
export class JpkiBridgeError extends Error {
    override readonly name = "JpkiBridgeError";
    readonly code: ErrorCode;
    /** Finer than the code and as stable, for example `pin-locked`. */
    readonly reason: string;
    readonly messages: Readonly<Record<Language, string>>;
    /** PIN tries that are left, where the card has said so. */
    readonly triesLeft: number | undefined;
    /** Which document is at fault: its place in the request, from 0. */
    readonly document: number | undefined;
    /** Signatures that the card had made of a batch, none of which was handed out. */
    readonly signed: number | undefined;

    constructor(
        code: ErrorCode,
        reason: string,
        messages: Readonly<Record<Language, string>>,
        language: Language,
        { triesLeft, document, signed }: ErrorDetails = {},
    ) {
        super(messages[language]);
        this.code = code;
        this.reason = reason;
        this.messages = messages;
        this.triesLeft = triesLeft;
        this.document = document;
        this.signed = signed;
    }
}

type Answer = Readonly<Record<string, unknown>>;

function isAnswer(value: unknown): value is Answer {
    return typeof value === "object" && value !== null;
}

/** The named fields, when they are all there and all text. */
function texts<N extends string>(value: unknown, ...names: N[]): Record<N, string> | null {
    if (!isAnswer(value)) return null;
    const found = names.map((name) => [name, value[name]] as const);
    return found.every(([, text]) => typeof text === "string") ? (Object.fromEntries(found) as Record<N, string>) : null;
}

/** The named fields, as far as they are numbers. */
function numbers<N extends string>(value: Answer, ...names: N[]): Partial<Record<N, number>> {
    const found = names.map((name) => [name, value[name]] as const);
    return Object.fromEntries(found.filter(([, number]) => typeof number === "number")) as Partial<Record<N, number>>;
}

function countIn({ signed, count }: Answer): Count | undefined {
    return typeof signed === "number" && typeof count === "number" ? { signed, count } : undefined;
}

const parseStatus = (answer: Answer): Status | null => texts(answer, "library", "extension", "nativeApp");

const parseToken = (answer: Answer): AuthenticationToken | null =>
    texts(answer, "unverifiedCertificate", "algorithm", "signature", "format", "appVersion");

const parseAlgorithm = (value: unknown): SignatureAlgorithm | null =>
    texts(value, "cryptoAlgorithm", "hashFunction", "paddingScheme");

function parseCertificate(answer: Answer): SigningCertificate | null {
    const { certificate, supportedSignatureAlgorithms: given } = answer;
    if (typeof certificate !== "string" || !Array.isArray(given)) return null;
    const algorithms = given.map(parseAlgorithm).filter((each) => each !== null);
    return algorithms.length === given.length ? { certificate, supportedSignatureAlgorithms: algorithms } : null;
}

/** A request that gave no certificate must be answered with one. */
function parseSignature(answer: Answer, withCertificate: boolean): Signature | null {
    const { signature, certificate } = answer;
    const signatureAlgorithm = parseAlgorithm(answer["signatureAlgorithm"]);
    if (typeof signature !== "string" || signatureAlgorithm === null) return null;
    if (!withCertificate) return { signature, signatureAlgorithm };
    return typeof certificate === "string" ? { signature, signatureAlgorithm, certificate } : null;
}

/** Nothing that was not asked for, and at least one field. */
function parseProfile(answer: Answer, asked: readonly ProfileField[]): Profile | null {
    const given = asked.filter((field) => answer[field] !== undefined);
    return given.length === 0 ? null : texts(answer, ...given);
}

function languageOf({ lang }: Options): Language {
    if (lang !== undefined) return lang;
    const shown = document.documentElement.lang || navigator.language;
    return shown.toLowerCase().startsWith("ja") ? "ja" : "en";
}

function local(reason: keyof typeof LOCAL_ERRORS, options: Options, details: ErrorDetails = {}): JpkiBridgeError {
    const { code, ja, en } = LOCAL_ERRORS[reason];
    const error = new JpkiBridgeError(code, reason, { ja, en }, languageOf(options), details);
    // Whoever has no extension may read either language: one text covers both.
    if (reason === "extension-unavailable") error.message = `${ja}\n${en}`;
    return error;
}

function remote(error: unknown, options: Options): JpkiBridgeError {
    if (!isAnswer(error)) return local("internal-error", options);
    const { code, reason, message, messages } = error;
    const text = typeof message === "string" ? message : "";
    const sentences = isAnswer(messages) ? messages : {};
    const sentence = (language: Language): string => {
        const given = sentences[language];
        return typeof given === "string" ? given : text;
    };
    return new JpkiBridgeError(
        ERROR_CODES.find((known) => known === code) ?? "ERR_WEBEID_UNKNOWN_ERROR",
        typeof reason === "string" ? reason : "internal-error",
        { ja: sentence("ja"), en: sentence("en") },
        languageOf(options),
        numbers(error, "triesLeft", "document", "signed"),
    );
}

function ask<T>(
    name: string,
    fields: object,
    options: Options,
    timeout: number,
    parse: (answer: Answer) => T | null,
    untimed?: Stage,
): Promise<T> {
    const { signal, onProgress, lang, userInteractionTimeout } = options;
    if (!window.isSecureContext) {
        return Promise.reject(local("origin-invalid", options));
    }
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));

    const id = crypto.randomUUID();
    const action = PREFIX + name;
    return new Promise((resolve, reject) => {
        const listening = new AbortController();
        const end = (settle: () => void): void => {
            clock.stop();
            listening.abort();
            settle();
        };
        let clock = new Countdown(ACK_TIMEOUT, () => {
            end(() => { reject(local("extension-unavailable", options)); });
        });
        const acknowledged = (): void => {
            clock.stop();
            clock = new Countdown(timeout, () => {
                end(() => { reject(local("action-timeout", options)); });
            });
        };

        const succeeded = (answer: Answer): void => {
            const result = parse(answer);
            if (result === null) reject(local("internal-error", options));
            else resolve(result);
        };
        const progressed = (answer: Answer): void => {
            const stage = STAGES.find((each) => each === answer["stage"]);
            if (stage === undefined) return;
            if (stage === untimed) clock.rest();
            else clock.resume();
            onProgress?.(stage, countIn(answer));
        };

        window.addEventListener(
            "message",
            (event: MessageEvent<unknown>) => {
                const { data } = event;
                if (event.source !== window || !isAnswer(data) || data["id"] !== id) return;
                if (data["action"] === `${action}-ack`) acknowledged();
                else if (data["action"] === `${action}-progress`) progressed(data);
                else if (data["action"] === `${action}-success`) end(() => { succeeded(data); });
                else if (data["action"] === `${action}-failure`) end(() => { reject(remote(data["error"], options)); });
            },
            { signal: listening.signal },
        );
        signal?.addEventListener(
            "abort",
            () => {
                window.postMessage({ action: `${PREFIX}cancel`, id }, window.origin);
                end(() => { reject(reasonOf(signal)); });
            },
            { signal: listening.signal },
        );
        const passed = { ...(lang && { lang }), ...(userInteractionTimeout && { userInteractionTimeout }) };
        window.postMessage({ action, id, libraryVersion: LIBRARY_VERSION, ...fields, options: passed }, window.origin);
    });
}

function reasonOf(signal: AbortSignal): Error {
    return signal.reason instanceof Error ? signal.reason : new DOMException("Aborted", "AbortError");
}

function operationTimeout({ userInteractionTimeout: wished = 0 }: Options): number {
    return (wished === 0 ? DEFAULT_TIMEOUT : wished) + ANSWER_GRACE;
}

/** Whether the extension and the program are there, and which versions. Asks nothing of the person. */
export async function status(options: Pick<Options, "lang" | "signal"> = {}): Promise<Status> {
    return ask("status", {}, options, STATUS_TIMEOUT, parseStatus);
}

/** Logs in. The nonce comes from the server (base64, at least 256 bits), and the token goes back to it. */
export async function authenticate(challengeNonce: string, options: Options = {}): Promise<AuthenticationToken> {
    return ask("authenticate", { challengeNonce }, options, operationTimeout(options), parseToken);
}

/** Reads the signing certificate, which costs a PIN entry; `sign` without a certificate saves it. */
export async function getSigningCertificate(options: Options = {}): Promise<SigningCertificate> {
    return ask("get-signing-certificate", {}, options, operationTimeout(options), parseCertificate);
}

/** Signs a hash (base64). Without a certificate the card's own is used, and answered. */
export async function sign(
    certificate: string | undefined,
    hash: string,
    hashFunction: HashFunction,
    options: Options = {},
): Promise<Signature> {
    const fields = { ...(certificate === undefined ? {} : { certificate }), hash, hashFunction };
    return ask("sign", fields, options, operationTimeout(options), (answer) =>
        parseSignature(answer, certificate === undefined),
    );
}

/**
 * Has documents signed by the holder of the card, who is shown each of them first; one PIN entry signs them all. Up to
 * 50 files, 256 MiB in all. Nothing leaves the computer. All are signed, or none is handed out: then the error's
 * `document` says which file was at fault, and its `signed` how many signatures the card had made.
 */
export async function signDocuments(files: readonly FileToSign[], options: Options = {}): Promise<SignedDocuments> {
    const handed = handOver(files);
    if (!("blobs" in handed)) throw local(handed.reason, options, handed.details);
    const { blobs, fields } = handed;
    const parse = (answer: Answer): SignedDocuments | null => assemble(answer, fields, blobs);
    return ask("sign-documents", { files: fields }, options, operationTimeout(options), parse, "review");
}

/** Reads the fields that the person agrees to, for filling in forms. Costs an entry of the card's third PIN. */
export async function readProfile(fields: readonly ProfileField[], options: Options = {}): Promise<Profile> {
    return ask("read-profile", { fields }, options, operationTimeout(options), (answer) => parseProfile(answer, fields));
}
