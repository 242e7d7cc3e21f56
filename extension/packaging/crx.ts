// SPDX-License-Identifier: MIT
// A signed package for Chromium's family: CRX3 (Chromium, components/crx_file/crx3.proto and crx_creator.cc). RSA with
// PKCS #1 v1.5 has no salt, so the same zip and key give the same bytes.

import { createHash, createPublicKey, createSign } from "node:crypto";
import type { KeyObject } from "node:crypto";

const MAGIC = Buffer.from("Cr24");
const VERSION = 3;
const CONTEXT = Buffer.from("CRX3 SignedData\0");
const FEWEST_BITS = 2048;

function littleEndian(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
}

function varint(value: number): Buffer {
    const bytes: number[] = [];
    for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
    return Buffer.from([...bytes, value]);
}

/** A field of the wire type "bytes" (protocol buffers, encoding). */
function field(number: number, bytes: Uint8Array): Buffer {
    return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function publicKeyOf(key: KeyObject): Buffer {
    const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
    if (key.type !== "private" || key.asymmetricKeyType !== "rsa" || modulusLength < FEWEST_BITS) {
        throw new Error(`the key of a CRX is a private RSA key of at least ${FEWEST_BITS} bits`);
    }
    return createPublicKey(key).export({ type: "spki", format: "der" });
}

function digestOf(publicKey: Uint8Array): Buffer {
    return createHash("sha256").update(publicKey).digest().subarray(0, 16);
}

/** The extension's id from its public key (SubjectPublicKeyInfo, DER). */
export function idOf(publicKey: Uint8Array): string {
    return digestOf(publicKey).toString("hex").replace(/./g, (digit) => "abcdefghijklmnop"[parseInt(digit, 16)] ?? "");
}

export interface Crx {
    readonly id: string;
    readonly bytes: Buffer;
}

export function crx(archive: Uint8Array, key: KeyObject): Crx {
    const publicKey = publicKeyOf(key);
    const signedData = field(1, digestOf(publicKey));
    const signature = createSign("sha256")
        .update(CONTEXT)
        .update(littleEndian(signedData.length))
        .update(signedData)
        .update(archive)
        .sign(key);
    const proof = Buffer.concat([field(1, publicKey), field(2, signature)]);
    const header = Buffer.concat([field(2, proof), field(10_000, signedData)]);
    const bytes = Buffer.concat([MAGIC, littleEndian(VERSION), littleEndian(header.length), header, archive]);
    return { id: idOf(publicKey), bytes };
}
