/* SPDX-License-Identifier: MIT */
// What a server must check of a document signed with a MyNumber card: a CAdES-B-B signature beside it, or PAdES-B-B
// signatures inside a PDF. Not checked: revocation (see verify.ts), and the time, which is the signer's word only.
import { createHash, verify, X509Certificate } from "node:crypto";
import { AsnArray, AsnConvert, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes, OctetString } from "@peculiar/asn1-schema";
import * as cms from "@peculiar/asn1-cms";
import * as asn1 from "@peculiar/asn1-x509";
import { bytesOf, digestOf, type Content, type Range } from "./content.ts";
import { readPdfSignatures } from "./pdf-signatures.ts";
import { algorithmOf, checkCertificate, demand, describe, holder, Refused, SIGNING, type Check, type Verified } from "./verify.ts";

/** One signature, with the time that the signer gave. */
export interface DocumentSignature extends Verified { signedAt: string }

const HASHES: Record<string, string | undefined> = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
};
/** What may stand for a signature with each hash, by kind of key. */
const SIGNATURES: Record<string, string[]> = {
    "rsa sha256": ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"], "ec sha256": ["1.2.840.10045.4.3.2"],
    "rsa sha384": ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.12"], "ec sha384": ["1.2.840.10045.4.3.3"],
    "rsa sha512": ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.13"], "ec sha512": ["1.2.840.10045.4.3.4"],
};
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_TIME = "1.2.840.113549.1.9.5";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const CLOCKS_DIFFER = 5 * 60_000;

// SigningCertificateV2 of RFC 5035, as far as it is needed.
class EssCertId {
    hashAlgorithm?: asn1.AlgorithmIdentifier;
    certHash = new OctetString();
    issuerSerial?: ArrayBuffer;
}
AsnType({ type: AsnTypeTypes.Sequence })(EssCertId);
AsnProp({ type: asn1.AlgorithmIdentifier, optional: true })(EssCertId.prototype, "hashAlgorithm");
AsnProp({ type: OctetString })(EssCertId.prototype, "certHash");
AsnProp({ type: AsnPropTypes.Any, optional: true })(EssCertId.prototype, "issuerSerial");
class SigningCertificate {
    certs: EssCertId[] = [];
    policies?: ArrayBuffer;
}
AsnType({ type: AsnTypeTypes.Sequence })(SigningCertificate);
AsnProp({ type: EssCertId, repeated: "sequence" })(SigningCertificate.prototype, "certs");
AsnProp({ type: AsnPropTypes.Any, optional: true })(SigningCertificate.prototype, "policies");
class SignedAttributes extends AsnArray<cms.Attribute> {}
AsnType({ type: AsnTypeTypes.Set, itemType: cms.Attribute })(SignedAttributes);

/** Checks a detached CAdES-B-B signature over all of `document`; `cas` are the signing CA's certificates alone. Throws Refused. */
export async function verifyCades(
    signature: Buffer, document: Content, cas: X509Certificate[], now = new Date(), checks: Check[] = [],
): Promise<DocumentSignature> {
    demand(checks, "format", encodedLength(signature) === signature.length, "CMS (CAdES)", true);
    const read = await verifyCms(checks, signature, document, [[0, document.size]], cas, now);
    const time = readAttribute(checks, read.signer, SIGNING_TIME, asn1.Time)?.getTime();
    return finish(checks, read.certificate, time, now);
}

/**
 * Checks every signature of a PDF, and that the last one covers the whole file: then the file is what its signer
 * signed, to the last byte. Each earlier one covers the file as it was then. Throws Refused.
 */
export async function verifyPades(document: Content, cas: X509Certificate[], now = new Date()): Promise<DocumentSignature[]> {
    const checked: DocumentSignature[] = [];
    for (const { checks, hole, end, signedAt } of await readPdfSignatures(document)) {
        const hex = await bytesOf(document, hole[0] + 1, hole[1] - 1);
        const padded = Buffer.from(hex.toString("latin1"), "hex");
        const length = encodedLength(padded);
        demand(checks, "format", length !== undefined && padded.subarray(length).every((each) => each === 0), "CMS in Contents", true);
        const ranges: Range[] = [[0, hole[0]], [hole[1], end]];
        const { certificate, signer } = await verifyCms(checks, padded.subarray(0, length), document, ranges, cas, now);
        const attribute = readAttribute(checks, signer, SIGNING_TIME, asn1.Time);
        demand(checks, "signing-time", attribute === undefined, "the dictionary's M alone may carry it", true);
        checked.push(finish(checks, certificate, signedAt, now));
    }
    return checked;
}

interface ReadCms { certificate: X509Certificate; signer: cms.SignerInfo }

async function verifyCms(
    checks: Check[], der: Buffer, document: Content, ranges: readonly Range[], cas: X509Certificate[], now: Date,
): Promise<ReadCms> {
    const { certificate, signer } = readCms(checks, der);
    checkCertificate(checks, certificate, SIGNING, cas, now);

    const key = certificate.publicKey;
    algorithmOf(checks, key); // no weak keys
    const hash = HASHES[signer.digestAlgorithm.algorithm] ?? "";
    const allowed = SIGNATURES[`${String(key.asymmetricKeyType)} ${hash}`] ?? [];
    demand(checks, "algorithm", allowed.includes(signer.signatureAlgorithm.algorithm), `${describe(key)}, ${hash}`);

    const contentType = readAttribute(checks, signer, CONTENT_TYPE, undefined);
    const isData = contentType?.equals(Buffer.from("06092a864886f70d010701", "hex")) === true; // the OID of id-data
    demand(checks, "signed-attributes", isData, "content-type, message-digest, signing-certificate-v2");
    const named = readAttribute(checks, signer, SIGNING_CERTIFICATE_V2, SigningCertificate)?.certs[0];
    const namedHash = HASHES[named?.hashAlgorithm?.algorithm ?? "2.16.840.1.101.3.4.2.1"]; // SHA-256 where none is named
    const own = namedHash && createHash(namedHash).update(certificate.raw).digest();
    demand(checks, "signing-certificate", !!own && named !== undefined && own.equals(bytes(named.certHash)), named ? namedHash ?? "unknown hash" : "absent");

    const digest = await digestOf(document, ranges, hash);
    const claimed = readAttribute(checks, signer, MESSAGE_DIGEST, OctetString);
    demand(checks, "message-digest", claimed !== undefined && digest.equals(bytes(claimed)), `${hash} ${digest.toString("hex")}`);

    // What was signed are the attributes as a SET OF; in the message they stand under the tag [0].
    const signed = encoded(new SignedAttributes(signer.signedAttrs));
    demand(checks, "signature", verify(hash, signed, key, bytes(signer.signature)), describe(key));
    return { certificate, signer };
}

/** Exactly one signer, without the content, and the signer's certificate among those that came along. */
function readCms(checks: Check[], der: Buffer): ReadCms {
    let signedData: cms.SignedData;
    try {
        const { contentType, content } = AsnConvert.parse(der, cms.ContentInfo);
        demand(checks, "format", contentType === cms.id_signedData, contentType, true);
        signedData = AsnConvert.parse(content, cms.SignedData);
    } catch (error) {
        throw error instanceof Refused ? error : new Refused(checks, "format", "not CMS");
    }
    const { encapContentInfo: content, signerInfos, certificates } = signedData;
    const [signer, ...more] = signerInfos;
    const detached = content.eContentType === cms.id_data && content.eContent === undefined;
    if (!detached || signer === undefined || more.length > 0) {
        throw new Refused(checks, "format", "not one detached signature");
    }
    demand(checks, "format", true, "CMS SignedData");
    const id = signer.sid.issuerAndSerialNumber;
    const found = Array.from(certificates ?? []).map((each) => each.certificate).find((each) => each !== undefined && id !== undefined
        && encoded(each.tbsCertificate.issuer).equals(encoded(id.issuer))
        && Buffer.from(each.tbsCertificate.serialNumber).equals(Buffer.from(id.serialNumber)));
    if (found === undefined) {
        throw new Refused(checks, "certificate", "the signer's is not there");
    }
    const certificate = new X509Certificate(encoded(found));
    demand(checks, "certificate", true, `serial ${certificate.serialNumber}`);
    return { certificate, signer };
}

/** The one value of a signed attribute; undefined where there is no such attribute. */
function readAttribute(checks: Check[], signer: cms.SignerInfo, id: string, type: undefined): Buffer | undefined;
function readAttribute<T>(checks: Check[], signer: cms.SignerInfo, id: string, type: new () => T): T | undefined;
function readAttribute<T>(checks: Check[], signer: cms.SignerInfo, id: string, type: (new () => T) | undefined): T | Buffer | undefined {
    const found = (signer.signedAttrs ?? []).filter((each) => each.attrType === id);
    const [value, ...more] = found.flatMap((each) => each.attrValues);
    if (found.length > 1 || more.length > 0 || (found.length === 1 && value === undefined)) {
        throw new Refused(checks, "signed-attributes", `${id} more than once`);
    }
    try {
        return value && (type === undefined ? Buffer.from(value) : AsnConvert.parse(value, type));
    } catch {
        throw new Refused(checks, "signed-attributes", `${id} cannot be read`);
    }
}

function finish(checks: Check[], certificate: X509Certificate, time: Date | undefined, now: Date): DocumentSignature {
    const likely = time !== undefined && certificate.validFromDate <= time && time <= certificate.validToDate
        && time.getTime() <= now.getTime() + CLOCKS_DIFFER;
    demand(checks, "signing-time", likely, time?.toISOString() ?? "absent");
    return { checks, ...holder(certificate), signedAt: time?.toISOString() ?? "" };
}

/** Bytes of the DER value that `der` begins with, its header included. */
function encodedLength(der: Buffer): number | undefined {
    const short = der[1] ?? 0;
    const more = short > 0x80 ? short - 0x80 : 0;
    if (der.length < 2 + more || short === 0x80 || more > 4) {
        return undefined;
    }
    const length = 2 + more + (more === 0 ? short : der.readUIntBE(2, more));
    return length <= der.length ? length : undefined;
}

const encoded = (value: unknown): Buffer => Buffer.from(AsnConvert.serialize(value));
const bytes = (octets: OctetString): Buffer => Buffer.from(octets.buffer);
