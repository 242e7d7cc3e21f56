// SPDX-License-Identifier: MIT
import type { ErrorCode, Language } from "./jpki-bridge.ts";

/** The few errors that are met without the extension; everything else comes from it. */
export const LOCAL_ERRORS = {
    "extension-unavailable": {
        code: "ERR_WEBEID_EXTENSION_UNAVAILABLE",
        ja: "JPKI Bridgeの拡張機能が入っていないか、このサイトでオフになっています。拡張機能を導入し、ツールバーのJPKI Bridgeのアイコンからこのサイトをオンにして、もう一度お試しください。",
        en: "The JPKI Bridge extension is not installed, or it is switched off for this site. Install it, switch this site on from the JPKI Bridge icon in the toolbar, then try again.",
    },
    "action-timeout": {
        code: "ERR_WEBEID_ACTION_TIMEOUT",
        ja: "時間内に答えがありませんでした。もう一度お試しください。",
        en: "No answer came in time. Please try again.",
    },
    "internal-error": {
        code: "ERR_WEBEID_UNKNOWN_ERROR",
        ja: "予期しない問題が起きました。もう一度お試しください。",
        en: "Something unexpected went wrong. Please try again.",
    },
    "origin-invalid": {
        code: "ERR_WEBEID_CONTEXT_INSECURE",
        ja: "このページは安全な接続(https)ではないため、カードを使えません。",
        en: "The card cannot be used on this page, because its connection is not secure (https).",
    },
    "argument-missing": {
        code: "ERR_WEBEID_MISSING_PARAMETER",
        ja: "要求に必要な項目がありません。サイトの運営者にお知らせください。",
        en: "The request lacks a field that it needs. Please tell the people who run the site.",
    },
    "argument-invalid": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "要求の値が正しくありません。サイトの運営者にお知らせください。",
        en: "A value in the request is not valid. Please tell the people who run the site.",
    },
    "documents-too-large": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "書類が多すぎるか、大きすぎます。一度に署名できるのは50件まで、1件は64MiB未満、合わせて256MiBまでです。",
        en: "There are too many documents, or they are too large. At most 50 can be signed at once, each under 64 MiB, 256 MiB in all.",
    },
} as const satisfies Readonly<Record<string, { code: ErrorCode } & Record<Language, string>>>;
