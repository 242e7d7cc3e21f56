/* SPDX-License-Identifier: MIT */
// What a server must check before it believes a log-in token or a signature made with a MyNumber card.
// Not checked: revocation. JPKI answers OCSP and CRL requests of registered verifiers only; a site
// that is one (or uses one) adds its question after the last check here.
import { createHash, verify, X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";

export const CHECK_NAMES = [
    "nonce", "format", "certificate", "chain", "validity", "key-usage", "extended-key-usage", "policy",
    "algorithm", "signature",
    "signed-attributes", "signing-certificate", "signing-time", "message-digest", "byte-range", "whole-file",
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];
export interface Check { name: CheckName; ok: boolean; detail: string }
export interface Verified { checks: Check[]; subject: string; serial: string; name?: string }

/** Thrown at the first check that fails; `checks` holds those before it and, last, the failed one. */
export class Refused extends Error {
    readonly check: CheckName;
    readonly checks: Check[];
    constructor(checks: Check[], check: CheckName, detail: string) {
        super(`${check}: ${detail}`);
        this.check = check;
        this.checks = [...checks, { name: check, ok: false, detail }];
    }
}

/** Everything that tells the two certificates of a card apart. */
export interface Profile { policy: string; keyUsage: number; extendedKeyUsage?: string }

export const AUTHENTICATION: Profile = {
    policy: "1.2.392.200149.8.5.1.3.30",
    keyUsage: asn1.KeyUsageFlags.digitalSignature,
    extendedKeyUsage: "1.3.6.1.5.5.7.3.2", // clientAuth
};
export const SIGNING: Profile = {
    policy: "1.2.392.200149.8.5.1.1.20",
    keyUsage: asn1.KeyUsageFlags.digitalSignature | asn1.KeyUsageFlags.nonRepudiation,
};

/** The one algorithm for each kind of key: a token must not choose its own. */
const ALGORITHMS: Record<string, { name: string; hash: string; document: string } | undefined> = {
    "rsa": { name: "RS256", hash: "sha256", document: "RSA SHA-256 PKCS1.5" },
    "ec prime256v1": { name: "ES256", hash: "sha256", document: "ECC SHA-256 NONE" },
    "ec secp384r1": { name: "ES384", hash: "sha384", document: "ECC SHA-256 NONE" },
};

/**
 * Checks a `web-eid:1.0` log-in token. `origin` is the site's own, from its configuration and not from
 * the request; `nonce` is the one this server gave to this session, already taken out of use;
 * `cas` are the user-authentication CA's certificates and nothing else. Throws Refused.
 */
export function verifyLogin(
    token: unknown, origin: string, nonce: string, cas: X509Certificate[], now = new Date(), checks: Check[] = [],
): Verified {
    const fields = strings(checks, token, ["unverifiedCertificate", "algorithm", "signature", "format"]);
    demand(checks, "format", fields.format === "web-eid:1.0", fields.format);
    const certificate = readCertificate(checks, fields.unverifiedCertificate);
    checkCertificate(checks, certificate, AUTHENTICATION, cas, now);

    const algorithm = algorithmOf(checks, certificate.publicKey);
    demand(checks, "algorithm", fields.algorithm === algorithm.name, `${fields.algorithm} (${describe(certificate.publicKey)})`);
    const hash = (text: string): Buffer => createHash(algorithm.hash).update(text, "utf8").digest();
    const signed = Buffer.concat([hash(origin), hash(nonce)]);
    checkSignature(checks, algorithm.hash, signed, certificate.publicKey, fields.signature, origin);
    return { checks, ...holder(certificate) };
}

/**
 * Checks a signature over SHA-256 of `document`, bytes that this server kept and did not get back from
 * the page. `cas` are the signing CA's certificates and nothing else. Throws Refused.
 */
export function verifyDocument(
    answer: unknown, document: Buffer, cas: X509Certificate[], now = new Date(), checks: Check[] = [],
): Verified {
    const fields = strings(checks, answer, ["certificate", "signature"]);
    const named = strings(checks, property(answer, "signatureAlgorithm"), ["cryptoAlgorithm", "hashFunction", "paddingScheme"]);
    demand(checks, "format", true, "certificate, signature, signatureAlgorithm");
    const certificate = readCertificate(checks, fields.certificate);
    checkCertificate(checks, certificate, SIGNING, cas, now);

    const algorithm = algorithmOf(checks, certificate.publicKey);
    const claimed = `${named.cryptoAlgorithm} ${named.hashFunction} ${named.paddingScheme}`;
    demand(checks, "algorithm", claimed === algorithm.document, `${claimed} (${describe(certificate.publicKey)})`);
    const digest = createHash("sha256").update(document).digest("hex");
    checkSignature(checks, "sha256", document, certificate.publicKey, fields.signature, `SHA-256 ${digest}`);
    return { checks, ...holder(certificate) };
}

export function checkCertificate(checks: Check[], certificate: X509Certificate, profile: Profile, cas: X509Certificate[], now: Date): void {
    // The card's certificates are issued by the CA itself: a chain is one step, or it is none.
    const ca = cas.find((each) => each.ca && certificate.checkIssued(each) && certificate.verify(each.publicKey));
    if (ca === undefined) {
        throw new Refused(checks, "chain", oneLine(certificate.issuer));
    }
    demand(checks, "chain", true, oneLine(certificate.issuer));
    for (const each of [certificate, ca]) {
        const inTime = each.validFromDate <= now && now <= each.validToDate;
        demand(checks, "validity", inTime, `${japanDay(each.validFromDate)} – ${japanDay(each.validToDate)} (JST)`, each !== certificate);
    }

    const extensions = extensionsOf(certificate);
    const known: string[] = [asn1.id_ce_keyUsage, asn1.id_ce_extKeyUsage, asn1.id_ce_certificatePolicies,
        asn1.id_ce_basicConstraints, asn1.id_ce_subjectAltName];
    const unknown = extensions.find((each) => each.critical && !known.includes(each.extnID));
    demand(checks, "certificate", unknown === undefined, `critical extension ${unknown?.extnID ?? ""}`, true);
    const find = <T>(id: string, type: new () => T): T | undefined => {
        const found = extensions.find((each) => each.extnID === id);
        return found && decode(checks, found.extnValue.buffer, type);
    };
    const usage = find(asn1.id_ce_keyUsage, asn1.KeyUsage);
    demand(checks, "key-usage", usage !== undefined && (usage.toNumber() & profile.keyUsage) === profile.keyUsage,
        usage?.toJSON().join(", ") ?? "absent");
    if (profile.extendedKeyUsage !== undefined) {
        const extended = find(asn1.id_ce_extKeyUsage, asn1.ExtendedKeyUsage);
        demand(checks, "extended-key-usage", extended?.includes(profile.extendedKeyUsage) === true, extended?.join(", ") ?? "absent");
    }
    const policies = find(asn1.id_ce_certificatePolicies, asn1.CertificatePolicies)?.map((each) => each.policyIdentifier);
    demand(checks, "policy", policies?.includes(profile.policy) === true, policies?.join(", ") ?? "absent");
}

export function checkSignature(checks: Check[], hash: string, signed: Buffer, key: KeyObject, base64: string, detail: string): void {
    const signature = decodeBase64(base64);
    const good = signature !== undefined && verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, signature);
    demand(checks, "signature", good, detail);
}

export function algorithmOf(checks: Check[], key: KeyObject): { name: string; hash: string; document: string } {
    const { namedCurve, modulusLength = 2048 } = key.asymmetricKeyDetails ?? {};
    const algorithm = ALGORITHMS[[key.asymmetricKeyType, namedCurve].filter(Boolean).join(" ")];
    if (algorithm === undefined || modulusLength < 2048) {
        throw new Refused(checks, "algorithm", describe(key));
    }
    return algorithm;
}

export function readCertificate(checks: Check[], base64: string): X509Certificate {
    const der = decodeBase64(base64);
    try {
        const certificate = new X509Certificate(der ?? "");
        // The parser stops at the end of the certificate; anything after it is not one.
        demand(checks, "certificate", der?.equals(certificate.raw) === true, `serial ${certificate.serialNumber}`);
        return certificate;
    } catch (error) {
        throw error instanceof Refused ? error : new Refused(checks, "certificate", "not a DER certificate");
    }
}

/** Adds a check that was passed (unless `quiet`), or throws. */
export function demand(checks: Check[], name: CheckName, ok: boolean, detail: string, quiet = false): void {
    if (!ok) {
        throw new Refused(checks, name, detail);
    }
    if (!quiet) {
        checks.push({ name, ok, detail });
    }
}

function extensionsOf(certificate: X509Certificate): asn1.Extension[] {
    return Array.from(AsnConvert.parse(certificate.raw, asn1.Certificate).tbsCertificate.extensions ?? new asn1.Extensions());
}

function decode<T>(checks: Check[], der: ArrayBuffer, type: new () => T): T {
    try {
        return AsnConvert.parse(der, type);
    } catch {
        throw new Refused(checks, "certificate", "an extension cannot be read");
    }
}

export function property(value: unknown, name: string): unknown {
    return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

export function strings<Name extends string>(checks: Check[], value: unknown, names: Name[]): Record<Name, string> {
    const read = (name: Name): [Name, string] => {
        const field = property(value, name);
        if (typeof field !== "string" || field.length > 8192) {
            throw new Refused(checks, "format", `${name} is missing or not text`);
        }
        return [name, field];
    };
    return Object.fromEntries(names.map(read)) as Record<Name, string>;
}

function decodeBase64(text: string): Buffer | undefined {
    const bytes = Buffer.from(text, "base64"); // lenient: what does not encode back was not base64
    return bytes.toString("base64") === text ? bytes : undefined;
}

/** Who it is. The serial number changes when the certificate is renewed; `name` is in signing certificates only. */
export function holder(certificate: X509Certificate): Omit<Verified, "checks"> {
    const identity = { subject: oneLine(certificate.subject), serial: certificate.serialNumber };
    const name = nameOf(certificate);
    return name === undefined ? identity : { ...identity, name };
}

function nameOf(certificate: X509Certificate): string | undefined {
    const found = extensionsOf(certificate).find((each) => each.extnID === asn1.id_ce_subjectAltName);
    if (found === undefined) {
        return undefined;
    }
    const names = AsnConvert.parse(found.extnValue.buffer, asn1.SubjectAlternativeName);
    const other = names.map((each) => each.otherName).find((each) => each?.typeId === "1.2.392.200149.8.5.5.1");
    return other && AsnConvert.parse(other.value, asn1.DirectoryString).utf8String;
}

export function describe(key: KeyObject): string {
    const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
    return [key.asymmetricKeyType?.toUpperCase(), namedCurve ?? modulusLength].join(" ");
}

const oneLine = (name: string): string => name.replaceAll("\n", ", ");
const japanDay = (date: Date): string => date.toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" });
