/* SPDX-License-Identifier: MIT */
// Signatures of documents for the portal's own tests: right ones, and wrong in one way each.
import { createHash, sign, X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as cms from "@peculiar/asn1-cms";
import * as asn1 from "@peculiar/asn1-x509";
import type { Issued } from "./fixtures.ts";

const SHA256 = new cms.DigestAlgorithmIdentifier({ algorithm: "2.16.840.1.101.3.4.2.1" });
const ID_DATA = "06092a864886f70d010701";
export const CONTENT_TYPE = "1.2.840.113549.1.9.3";
export const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
export const SIGNING_TIME = "1.2.840.113549.1.9.5";
export const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

export interface CmsWish {
    signingTime?: Date | null;
    /** Whose hash signing-certificate-v2 holds. */
    named?: X509Certificate;
    attributes?: (all: cms.Attribute[]) => cms.Attribute[];
    certificates?: X509Certificate[];
    key?: KeyObject;
    signers?: number;
    /** Put in, so that the signature is not detached. */
    content?: Buffer;
    algorithm?: string;
}

const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
export const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
export const attribute = (attrType: string, ...values: Uint8Array[]): cms.Attribute => new cms.Attribute({ attrType, attrValues: values.map(buffer) });

/** A detached CMS over `digest`; with a signing-time as CAdES has it, unless it is null. */
export function signCms(card: Issued, digest: Buffer, wish: CmsWish = {}): Buffer {
    const { signingTime = new Date(), named = card.certificate } = wish;
    const time = (value: Date): Uint8Array => new Uint8Array(AsnConvert.serialize(new asn1.Time(value)));
    const all = [
        attribute(CONTENT_TYPE, Buffer.from(ID_DATA, "hex")),
        ...(signingTime === null ? [] : [attribute(SIGNING_TIME, time(signingTime))]),
        attribute(MESSAGE_DIGEST, Buffer.concat([Buffer.of(4, digest.length), digest])),
        attribute(SIGNING_CERTIFICATE_V2, Buffer.concat([Buffer.from("30263024302204" + "20", "hex"), sha256(named.raw)])),
    ];
    const attributes = (wish.attributes ?? ((each) => each))(all)
        .map((each) => ({ each, der: Buffer.from(AsnConvert.serialize(each)) }))
        .sort((one, other) => Buffer.compare(one.der, other.der));
    const body = Buffer.concat(attributes.map(({ der }) => der));
    const [high, low] = [body.length >> 8, body.length & 255];
    const length = high > 0 ? Buffer.of(0x82, high, low) : low >= 128 ? Buffer.of(0x81, low) : Buffer.of(low);
    const signature = sign("sha256", Buffer.concat([Buffer.of(0x31), length, body]), wish.key ?? card.privateKey);
    const { tbsCertificate } = AsnConvert.parse(card.certificate.raw, asn1.Certificate);
    const signer = new cms.SignerInfo({
        version: cms.CMSVersion.v1,
        sid: new cms.SignerIdentifier({ issuerAndSerialNumber: new cms.IssuerAndSerialNumber({ issuer: tbsCertificate.issuer, serialNumber: tbsCertificate.serialNumber }) }),
        digestAlgorithm: SHA256, signedAttrs: attributes.map(({ each }) => each),
        signatureAlgorithm: new cms.SignatureAlgorithmIdentifier({ algorithm: wish.algorithm ?? "1.2.840.113549.1.1.1", parameters: null }),
        signature: new OctetString(buffer(signature)),
    });
    const certificates = (wish.certificates ?? [card.certificate])
        .map((each) => new cms.CertificateChoices({ certificate: AsnConvert.parse(each.raw, asn1.Certificate) }));
    const eContent = wish.content && new cms.EncapsulatedContent({ single: new OctetString(buffer(wish.content)) });
    const signedData = new cms.SignedData({
        version: cms.CMSVersion.v1, digestAlgorithms: new cms.DigestAlgorithmIdentifiers([SHA256]),
        encapContentInfo: new cms.EncapsulatedContentInfo({ eContentType: cms.id_data, ...(eContent && { eContent }) }),
        certificates: new cms.CertificateSet(certificates), signerInfos: new cms.SignerInfos(Array.from({ length: wish.signers ?? 1 }, () => signer)),
    });
    return Buffer.from(AsnConvert.serialize(new cms.ContentInfo({ contentType: cms.id_signedData, content: AsnConvert.serialize(signedData) })));
}

/** A PDF with these objects, numbered from 1; the first is the catalog. */
export function writePdf(objects: readonly string[]): Buffer {
    let text = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
    const starts = objects.map((object, at) => {
        const start = text.length;
        text += `${at + 1} 0 obj\n${object}\nendobj\n`;
        return start;
    });
    const rows = starts.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("");
    text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n`;
    return Buffer.from(`${text}startxref\n${text.lastIndexOf("xref\n0 ")}\n%%EOF\n`, "latin1");
}

export const stream = (content: string, more = ""): string => `<< /Length ${Buffer.byteLength(content, "latin1")} ${more}>>\nstream\n${content}\nendstream`;

/** One page with one line in large letters. */
export function smallPdf(line = "ORIGINAL", catalog = "", ...more: string[]): Buffer {
    return writePdf([
        `<< /Type /Catalog /Pages 2 0 R ${catalog}>>`,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
        stream(`BT /F1 48 Tf 60 700 Td (${line}) Tj ET`),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ...more,
    ]);
}

export interface PdfWish extends CmsWish {
    subFilter?: string;
    /** Further entries of the signature's dictionary. */
    entries?: string;
    time?: string;
    /** Changes the numbers of ByteRange, which are then signed as they are. */
    ranges?: (ranges: [number, number, number, number]) => number[];
    /** Written into the file between the end of the update and its %%EOF. */
    object?: string;
}

const HOLE = 8192;

/** Adds an update with a signature; none of the bytes before changes. */
export function signPdf(pdf: Buffer, card: Issued, wish: PdfWish = {}): Buffer {
    const text = pdf.toString("latin1");
    const size = Number([...text.matchAll(/\/Size (\d+)/g)].at(-1)?.[1]);
    const before = Number([...text.matchAll(/startxref\n(\d+)/g)].at(-1)?.[1]);
    const fields = /\/Fields \[([^\]]*)\]/.exec(text.slice(text.lastIndexOf("/Fields")))?.[1] ?? "";
    const time = wish.time ?? `(D:${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}Z)`;
    const dictionary = `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter ${wish.subFilter ?? "/ETSI.CAdES.detached"} /M ${time} ${wish.entries ?? ""}`
        + `/ByteRange [${" ".repeat(60)}] /Contents <${"0".repeat(HOLE)}> >>`;
    const added: [number, string][] = [
        [1, `<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [${fields} ${size + 1} 0 R] >> >>`],
        [size, dictionary],
        [size + 1, `<< /FT /Sig /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /T (Signature${size}) /V ${size} 0 R /P 3 0 R >>`],
    ];
    let update = "";
    const row = (at: number): string => `${String(at).padStart(10, "0")} 00000 n \n`;
    const starts = added.map(([number, object]) => {
        const start = text.length + update.length;
        update += `${number} 0 obj\n${object}\nendobj\n`;
        return start;
    });
    const table = text.length + update.length;
    const [catalog = 0, ...others] = starts;
    update += `xref\n1 1\n${row(catalog)}${size} 2\n${others.map(row).join("")}trailer\n<< /Size ${size + 2} /Root 1 0 R /Prev ${before} >>\n`
        + `${wish.object ?? ""}startxref\n${table}\n%%EOF\n`;
    const whole = Buffer.concat([pdf, Buffer.from(update, "latin1")]);
    const hole = whole.indexOf(`<${"0".repeat(HOLE)}>`, pdf.length, "latin1");
    const behind = hole + HOLE + 2;
    const ranges = (wish.ranges ?? ((each) => each))([0, hole, behind, whole.length - behind]);
    const place = whole.indexOf("/ByteRange [", pdf.length, "latin1") + "/ByteRange [".length;
    whole.write(ranges.join(" "), place, "latin1");
    const [from = 0, length = 0, second = 0, rest = 0] = ranges;
    const signed = Buffer.concat([whole.subarray(from, from + length), whole.subarray(second, second + rest)]);
    whole.write(signCms(card, sha256(signed), { signingTime: null, ...wish }).toString("hex"), hole + 1, "latin1");
    return whole;
}
