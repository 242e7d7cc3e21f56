// SPDX-License-Identifier: MIT
// The extension's side of the one table of errors. The first part mirrors the host's errors.def, which a test
// compares word for word; the second holds what only a browser can meet. Reasons are only ever added.

export const ERROR_CODES = [
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
export type Language = "ja" | "en";
export type Sentences = Readonly<Record<Language, string>>;

export interface ErrorEntry extends Sentences {
    readonly code: ErrorCode;
}

export const HOST_ERRORS = {
    "internal-error": {
        code: "ERR_WEBEID_UNKNOWN_ERROR",
        ja: "予期しない問題が起きました。もう一度お試しください。",
        en: "Something unexpected went wrong. Please try again.",
    },
    "out-of-memory": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "メモリが足りません。ほかのプログラムを閉じてから、もう一度お試しください。",
        en: "There is not enough memory. Close other programs and try again.",
    },
    "request-malformed": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "要求の形式が正しくありません。サイトの運営者にお知らせください。",
        en: "The request is malformed. Please tell the people who run the site.",
    },
    "command-unknown": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "この要求には対応していません。プログラムを最新版にしてください。",
        en: "This request is not supported. Please update the program.",
    },
    "argument-missing": {
        code: "ERR_WEBEID_MISSING_PARAMETER",
        ja: "要求に必要な項目がありません。サイトの運営者にお知らせください。",
        en: "The request lacks a field that it needs. Please tell the people who run the site.",
    },
    "argument-unknown": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "要求に知らない項目があります。サイトの運営者にお知らせください。",
        en: "The request has a field that is not known. Please tell the people who run the site.",
    },
    "argument-invalid": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "要求の値が正しくありません。サイトの運営者にお知らせください。",
        en: "A value in the request is not valid. Please tell the people who run the site.",
    },
    "operation-pending": {
        code: "ERR_WEBEID_ACTION_PENDING",
        ja: "ほかの操作が進んでいます。それを終えてから、もう一度お試しください。",
        en: "Another operation is still running. Finish it, then try again.",
    },
    "user-cancelled": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "操作を取り消しました。",
        en: "You cancelled the operation.",
    },
    "timeout": {
        code: "ERR_WEBEID_USER_TIMEOUT",
        ja: "時間切れになりました。もう一度お試しください。",
        en: "Time ran out. Please try again.",
    },
    "origin-invalid": {
        code: "ERR_WEBEID_CONTEXT_INSECURE",
        ja: "このページは安全な接続(https)ではないため、カードを使えません。",
        en: "The card cannot be used on this page, because its connection is not secure (https).",
    },
    "origin-denied": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "このサイトでのカードの利用は、管理者の設定で許可されていません。管理者にお問い合わせください。",
        en: "Your administrator does not allow this site to use the card. Please ask your administrator.",
    },
    "pcsc-unavailable": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "カードリーダーのサービス(PC/SC)が動いていません。サービスを起動してから、もう一度お試しください。",
        en: "The card reader service (PC/SC) is not running. Start it, then try again.",
    },
    "reader-absent": {
        code: "ERR_WEBEID_USER_TIMEOUT",
        ja: "カードリーダーが見つかりません。カードリーダーをつないでから、もう一度お試しください。",
        en: "No card reader was found. Connect a card reader, then try again.",
    },
    "card-absent": {
        code: "ERR_WEBEID_USER_TIMEOUT",
        ja: "カードが置かれませんでした。マイナンバーカードをカードリーダーに置いて、もう一度お試しください。",
        en: "No card was placed. Lay your MyNumber card on the reader, then try again.",
    },
    "not-a-mynumber-card": {
        code: "ERR_WEBEID_USER_TIMEOUT",
        ja: "置かれているのはマイナンバーカードではありません。マイナンバーカードに取り替えて、もう一度お試しください。",
        en: "The card on the reader is not a MyNumber card. Replace it with your MyNumber card, then try again.",
    },
    "card-removed": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "途中でカードが離れました。カードを置いたまま、もう一度お試しください。",
        en: "The card was removed too early. Leave it on the reader and try again.",
    },
    "card-busy": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "ほかのプログラムがカードを使っています。そのプログラムを終えてから、もう一度お試しください。",
        en: "Another program is using the card. Close it, then try again.",
    },
    "card-unresponsive": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "カードから応答がありません。カードを置き直して、もう一度お試しください。",
        en: "The card does not answer. Lay it down again and try again.",
    },
    "card-error": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "カードから正しくない応答がありました。カードを置き直して、もう一度お試しください。",
        en: "The card gave an answer that is not valid. Lay it down again and try again.",
    },
    "pin-wrong": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号が違います。残りの回数を確かめてから、もう一度お試しください。",
        en: "The PIN is wrong. Check how many tries are left, then try again.",
    },
    "pin-locked": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号がロックされています。このカードを持って、お住まいの市区町村の窓口で初期化できます。",
        en: "The PIN is locked. It can be reset at your municipal office with this card.",
    },
    "pin-unanswered": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号を送りましたが、カードの返事が届きませんでした。残りの回数が1回減ったかもしれません。カードを置き直して、もう一度お試しください。",
        en: "The PIN was sent, but the card's answer did not arrive. One try may have been used. Lay the card down again and try again.",
    },
    "prompt-unavailable": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号の入力画面を開けません。pinentryを導入してから、もう一度お試しください。",
        en: "The PIN window cannot be opened. Install pinentry, then try again.",
    },
    "certificate-absent": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "このカードには、必要な電子証明書がありません。住所や氏名を変更した後や15歳未満の方のカードでは、署名用電子証明書がないことがあります。市区町村の窓口にご相談ください。",
        en: "This card does not hold the certificate that is needed. After a change of address or name, or for holders under 15, there is no signing certificate. Please ask at your municipal office.",
    },
    "certificate-expired": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "電子証明書の有効期限が切れています。市区町村の窓口で更新してください。",
        en: "The certificate has expired. Renew it at your municipal office.",
    },
    "certificate-not-yet-valid": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "電子証明書の有効期間がまだ始まっていません。パソコンの日付を確かめてください。",
        en: "The certificate is not valid yet. Check the date of this computer.",
    },
    "certificate-mismatch": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "サイトが求める電子証明書と、カードの電子証明書が違います。正しいカードを置いて、もう一度お試しください。",
        en: "The certificate on the card is not the one the site asked for. Use the right card and try again.",
    },
    "certificate-invalid": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "カードの電子証明書を読み取れません。市区町村の窓口にご相談ください。",
        en: "The certificate on the card cannot be read. Please ask at your municipal office.",
    },
    "algorithm-unsupported": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "このカードは、サイトが求める署名方式に対応していません。サイトの運営者にお知らせください。",
        en: "The card does not support the kind of signature that the site asked for. Please tell the people who run the site.",
    },
    "signature-invalid": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "カードの署名が正しくありません。カードを置き直して、もう一度お試しください。",
        en: "The card's signature is not valid. Lay the card down again and try again.",
    },
    "keypad-cancelled": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "カードリーダーで取り消されました。",
        en: "The operation was cancelled on the card reader.",
    },
    "keypad-timeout": {
        code: "ERR_WEBEID_USER_TIMEOUT",
        ja: "カードリーダーでの入力が時間切れになりました。もう一度お試しください。",
        en: "Time ran out at the card reader. Please try again.",
    },
    "lock-unavailable": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "同時に使われないようにするためのファイルを作れません。ホームフォルダーの書き込み権限を確かめてください。",
        en: "The file that keeps two programs from using the card at once cannot be made. Check that your home folder can be written to.",
    },
    "config-invalid": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "設定ファイルを読み取れないか、信頼できません。「jpki-bridge doctor」で確かめてください。",
        en: "The configuration file cannot be read or trusted. Run \"jpki-bridge doctor\" to see why.",
    },
    "policy-invalid": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "管理者の設定ファイルが正しくありません。管理者にお知らせください。",
        en: "The administrator's policy file is not valid. Please tell your administrator.",
    },
    "reply-too-large": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "答えが大きすぎて、ブラウザーに渡せません。",
        en: "The answer is too large for the browser.",
    },
    "pin-change-unknown": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "新しい暗証番号を送りましたが、カードの返事が届きませんでした。前の暗証番号と新しい暗証番号のどちらが有効か、わかりません。次に使うときは、残りの回数を確かめ、まず新しい方を入れてください。",
        en: "The new PIN was sent, but the card's answer did not arrive. It is not known whether the old PIN or the new one holds. At the next use, look at the tries left and enter the new one first.",
    },
    "pin-unchanged": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号は変わっていません。これまでの暗証番号をお使いください。変更は、もう一度お試しになれます。",
        en: "The PIN was not changed: the old one still holds. You can try again to change it.",
    },
    "memory-unlocked": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "暗証番号を守るためのメモリを確保できません。ロックできるメモリの上限(ulimit -l)を64以上にしてから、ブラウザーを起動し直してください。",
        en: "The memory that protects the PIN cannot be locked. Raise the limit of locked memory (ulimit -l) to 64 or more, then restart the browser.",
    },
    "home-absent": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "ホームフォルダーが見つかりません。環境変数HOMEと、そのフォルダーがあることを確かめてから、もう一度お試しください。",
        en: "Your home folder cannot be found. Check that HOME names a folder that exists, then try again.",
    },
    "pcsc-denied": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "このセッションからカードリーダーを使うことが、システムの設定(polkit)で許可されていません。パソコンの前でログインした画面から使うか、管理者にお問い合わせください。",
        en: "The system (polkit) does not allow card readers to be used from this session. Use the desktop that you logged in to at the computer itself, or ask your administrator.",
    },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export const EXTENSION_ERRORS = {
    "extension-unavailable": {
        code: "ERR_WEBEID_EXTENSION_UNAVAILABLE",
        ja: "JPKI Bridgeの拡張機能が入っていないか、このサイトでオフになっています。拡張機能を導入し、ツールバーのJPKI Bridgeのアイコンからこのサイトをオンにして、もう一度お試しください。",
        en: "The JPKI Bridge extension is not installed, or it is switched off for this site. Install it, switch this site on from the JPKI Bridge icon in the toolbar, then try again.",
    },
    "extension-updated": {
        code: "ERR_WEBEID_EXTENSION_UNAVAILABLE",
        ja: "拡張機能が更新されました。このページを再読み込みしてから、もう一度お試しください。",
        en: "The extension was updated. Reload this page, then try again.",
    },
    "site-off": {
        code: "ERR_WEBEID_EXTENSION_UNAVAILABLE",
        ja: "このサイトではJPKI Bridgeがオフになっています。ツールバーのJPKI Bridgeのアイコンからオンにして、もう一度お試しください。",
        en: "JPKI Bridge is switched off for this site. Switch it on from the JPKI Bridge icon in the toolbar, then try again.",
    },
    "page-hidden": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "ページが表示されていなかったため、操作を始めませんでした。ページを開いて、もう一度お試しください。",
        en: "Nothing was started, because the page was not in view. Open the page, then try again.",
    },
    "page-left": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "ページを離れたため、操作を取り消しました。もう一度お試しください。",
        en: "The operation was cancelled, because you left the page. Please try again.",
    },
    "gesture-required": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "もう一度始めるには、ページのボタンを押してください。",
        en: "To start again, press the button on the page.",
    },
    "request-withdrawn": {
        code: "ERR_WEBEID_USER_CANCELLED",
        ja: "サイトが操作を取り消しました。もう一度お試しください。",
        en: "The site cancelled the operation. Please try again.",
    },
    "native-unavailable": {
        code: "ERR_WEBEID_NATIVE_UNAVAILABLE",
        ja: "パソコンにJPKI Bridgeのプログラムが入っていないか、起動できません。プログラムを導入して、もう一度お試しください。",
        en: "The JPKI Bridge program is not installed on this computer, or it cannot be started. Install it, then try again.",
    },
    "native-disconnected": {
        code: "ERR_WEBEID_NATIVE_UNAVAILABLE",
        ja: "JPKI Bridgeのプログラムが途中で終わりました。もう一度お試しください。",
        en: "The JPKI Bridge program ended too early. Please try again.",
    },
    "native-reply-malformed": {
        code: "ERR_WEBEID_NATIVE_FATAL",
        ja: "JPKI Bridgeのプログラムから正しくない答えがありました。プログラムと拡張機能を最新版にしてください。",
        en: "The JPKI Bridge program gave an answer that is not valid. Update the program and the extension.",
    },
    "version-mismatch": {
        code: "ERR_WEBEID_VERSION_MISMATCH",
        ja: "プログラムと拡張機能の版が合いません。両方を最新版にしてください。",
        en: "The versions of the program and the extension do not fit together. Update both.",
    },
    "version-invalid": {
        code: "ERR_WEBEID_VERSION_INVALID",
        ja: "版の番号を読み取れません。プログラムと拡張機能を最新版にしてください。",
        en: "A version number cannot be read. Update the program and the extension.",
    },
    "action-timeout": {
        code: "ERR_WEBEID_ACTION_TIMEOUT",
        ja: "時間内に答えがありませんでした。もう一度お試しください。",
        en: "No answer came in time. Please try again.",
    },
    "documents-too-large": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "書類が多すぎるか、大きすぎます。一度に署名できるのは50件まで、1件は64MiB未満、合わせて256MiBまでです。",
        en: "There are too many documents, or they are too large. At most 50 can be signed at once, each under 64 MiB, 256 MiB in all.",
    },
    "document-unreadable": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "書類を読み取れません。ファイルを選び直して、もう一度お試しください。",
        en: "A document cannot be read. Choose the file again, then try again.",
    },
    "document-not-pdf": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "PDFとして署名するよう求められましたが、PDFではない書類があります。PDFを選んで、もう一度お試しください。",
        en: "A document that was to be signed as a PDF is not a PDF. Choose a PDF, then try again.",
    },
    "document-encrypted": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "パスワードなどで暗号化されたPDFには署名できません。暗号化を解いたPDFで、もう一度お試しください。",
        en: "An encrypted PDF cannot be signed. Remove its protection, then try again.",
    },
    "document-damaged": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "PDFが壊れているため、署名できません。作り直したPDFで、もう一度お試しください。",
        en: "A damaged PDF cannot be signed. Make the PDF anew, then try again.",
    },
    "document-certified": {
        code: "ERR_WEBEID_NATIVE_INVALID_ARGUMENT",
        ja: "作成者が以後の署名を禁じているPDFです。署名すると前の署名が無効になるため、取りやめました。",
        en: "The author of this PDF forbids further signatures. Signing it would break the signature it has, so it was not signed.",
    },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export const ERRORS = { ...HOST_ERRORS, ...EXTENSION_ERRORS };
export type Reason = keyof typeof ERRORS;

/** The reason that stands for a code when a host gives none, or one that this table does not hold. */
export const REASON_OF_CODE: Readonly<Record<ErrorCode, Reason>> = {
    ERR_WEBEID_ACTION_TIMEOUT: "action-timeout",
    ERR_WEBEID_USER_TIMEOUT: "timeout",
    ERR_WEBEID_VERSION_MISMATCH: "version-mismatch",
    ERR_WEBEID_VERSION_INVALID: "version-invalid",
    ERR_WEBEID_EXTENSION_UNAVAILABLE: "extension-unavailable",
    ERR_WEBEID_NATIVE_UNAVAILABLE: "native-unavailable",
    ERR_WEBEID_UNKNOWN_ERROR: "internal-error",
    ERR_WEBEID_CONTEXT_INSECURE: "origin-invalid",
    ERR_WEBEID_USER_CANCELLED: "user-cancelled",
    ERR_WEBEID_NATIVE_INVALID_ARGUMENT: "argument-invalid",
    ERR_WEBEID_NATIVE_FATAL: "internal-error",
    ERR_WEBEID_ACTION_PENDING: "operation-pending",
    ERR_WEBEID_MISSING_PARAMETER: "argument-missing",
};

export function isReason(value: string): value is Reason {
    return Object.hasOwn(ERRORS, value);
}

export function isErrorCode(value: unknown): value is ErrorCode {
    return ERROR_CODES.some((code) => code === value);
}

/** Both sentences for a reason, known or not. */
export function sentencesOf(reason: string, code: ErrorCode): Sentences {
    const { ja, en } = ERRORS[isReason(reason) ? reason : REASON_OF_CODE[code]];
    return { ja, en };
}
