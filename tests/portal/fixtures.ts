/* SPDX-License-Identifier: MIT */
// Certificates for the portal's own tests, made anew in each run: right ones, and wrong in one way each.
import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert, AsnUtf8StringConverter, OctetString } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";

export const ORIGIN = "https://portal.example.go.jp";
const DAY = 24 * 3600 * 1000;
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const { digitalSignature, nonRepudiation, keyCertSign } = asn1.KeyUsageFlags;

export interface Keys { publicKey: KeyObject; privateKey: KeyObject }
export type Issued = Keys & { certificate: X509Certificate };
export interface Wish {
    keys?: Keys; subject?: string; days?: [number, number]; usage?: number; ca?: boolean;
    extended?: string[]; policies?: string[]; name?: string; more?: asn1.Extension[]; signer?: Keys;
}

const rsa = (bits = 2048): Keys => generateKeyPairSync("rsa", { modulusLength: bits });
const SHA256_RSA = "1.2.840.113549.1.1.11";

function nameOf(common: string): asn1.Name {
    const part = (type: string, text: string): asn1.RelativeDistinguishedName =>
        new asn1.RelativeDistinguishedName([new asn1.AttributeTypeAndValue({ type, value: new asn1.AttributeValue({ printableString: text }) })]);
    return new asn1.Name([part("2.5.4.6", "JP"), part("2.5.4.10", "JPKI"), part("2.5.4.3", common)]);
}

function extension(id: string, value: unknown, critical = false): asn1.Extension {
    return new asn1.Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** A certificate by `issuer` (or by itself), with exactly the extensions that are wished for. */
export function issue(issuer: Issued | undefined, wish: Wish): Issued {
    const keys = wish.keys ?? rsa();
    const [from, to] = wish.days ?? [-1, 365];
    const subject = nameOf(wish.subject ?? "JPKI for tests");
    const extensions = [...(wish.more ?? [])];
    if (wish.usage !== undefined) extensions.push(extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(wish.usage), true));
    if (wish.ca) extensions.push(extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: true }), true));
    if (wish.extended) extensions.push(extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage(wish.extended)));
    if (wish.policies) {
        const policies = wish.policies.map((policyIdentifier) => new asn1.PolicyInformation({ policyIdentifier }));
        extensions.push(extension(asn1.id_ce_certificatePolicies, new asn1.CertificatePolicies(policies), true));
    }
    if (wish.name !== undefined) {
        const value = AsnUtf8StringConverter.toASN(wish.name).toBER();
        const otherName = new asn1.OtherName({ typeId: "1.2.392.200149.8.5.5.1", value });
        extensions.push(extension(asn1.id_ce_subjectAltName, new asn1.SubjectAlternativeName([new asn1.GeneralName({ otherName })])));
    }
    const algorithm = new asn1.AlgorithmIdentifier({ algorithm: SHA256_RSA, parameters: null });
    const tbs = new asn1.TBSCertificate({
        version: asn1.Version.v3,
        serialNumber: Uint8Array.from([1, ...randomBytes(8)]).buffer,
        signature: algorithm,
        issuer: issuer ? AsnConvert.parse(issuer.certificate.raw, asn1.Certificate).tbsCertificate.subject : subject,
        validity: new asn1.Validity({ notBefore: new Date(Date.now() + from * DAY), notAfter: new Date(Date.now() + to * DAY) }),
        subject,
        subjectPublicKeyInfo: AsnConvert.parse(keys.publicKey.export({ type: "spki", format: "der" }), asn1.SubjectPublicKeyInfo),
        extensions: new asn1.Extensions(extensions),
    });
    const signer = wish.signer ?? issuer ?? keys;
    const signatureValue = sign("sha256", Buffer.from(AsnConvert.serialize(tbs)), signer.privateKey);
    const whole = new asn1.Certificate({ tbsCertificate: tbs, signatureAlgorithm: algorithm, signatureValue: new Uint8Array(signatureValue).buffer });
    return { ...keys, certificate: new X509Certificate(Buffer.from(AsnConvert.serialize(whole))) };
}

const authKeys = rsa();
const signKeys = rsa();
const CA: Wish = { usage: keyCertSign, ca: true, days: [-10, 3650] };
export const authCa = issue(undefined, { ...CA, subject: "JPKI for user authentication" });
export const signCa = issue(undefined, { ...CA, subject: "JPKI for digital signature" });
export const strangerCa = issue(undefined, { ...CA, subject: "JPKI for user authentication" });
export const AUTH: Wish = {
    keys: authKeys, subject: "0123456789ABCDEF", usage: digitalSignature, extended: [CLIENT_AUTH], policies: ["1.2.392.200149.8.5.1.3.30"],
};
export const SIGN: Wish = {
    keys: signKeys, subject: "20261122 00001", usage: digitalSignature | nonRepudiation, policies: ["1.2.392.200149.8.5.1.1.20"], name: "番号 花子",
};
export const authCard = issue(authCa, AUTH);
export const signCard = issue(signCa, SIGN);
export const smallKeys = (): Keys => rsa(1024);
export const ecKeys = (namedCurve: string): Keys => generateKeyPairSync("ec", { namedCurve });
export const unknownCritical = new asn1.Extension({ extnID: "1.2.3.4", critical: true, extnValue: new OctetString(new Uint8Array([5, 0]).buffer) });
export const brokenPolicies = new asn1.Extension({ extnID: asn1.id_ce_certificatePolicies, critical: true, extnValue: new OctetString(new Uint8Array([5, 0]).buffer) });

export interface Token { unverifiedCertificate: string; algorithm: string; signature: string; format: string; appVersion: string }

/** What an honest bridge answers for `nonce` at `origin`, made with the key and certificate of `card`. */
export function token(card: Issued, nonce: string, origin = ORIGIN, hash = "sha256", algorithm = "RS256"): Token {
    const digest = (text: string): Buffer => createHash(hash).update(text).digest();
    const signature = sign(hash, Buffer.concat([digest(origin), digest(nonce)]), { key: card.privateKey, dsaEncoding: "ieee-p1363" });
    return {
        unverifiedCertificate: card.certificate.raw.toString("base64"), algorithm, signature: signature.toString("base64"),
        format: "web-eid:1.0", appVersion: "https://jpki-bridge.example/releases/0.1.0",
    };
}

export interface Answer { certificate: string; signature: string; signatureAlgorithm: { cryptoAlgorithm: string; hashFunction: string; paddingScheme: string } }

export function signedDocument(card: Issued, document: Buffer): Answer {
    return {
        certificate: card.certificate.raw.toString("base64"), signature: sign("sha256", document, card.privateKey).toString("base64"),
        signatureAlgorithm: { cryptoAlgorithm: "RSA", hashFunction: "SHA-256", paddingScheme: "PKCS1.5" },
    };
}
