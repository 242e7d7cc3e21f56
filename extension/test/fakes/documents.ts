// SPDX-License-Identifier: MIT

/** As much of a CMS as is looked at in the extension: a SEQUENCE in which the document's hash stands. Base64. */
export function cmsOver(sha256: string, padding = 40): string {
    const before = Buffer.alloc(padding, 4); // many bytes that could begin an OCTET STRING
    return Buffer.concat([Buffer.from("3082", "hex"), before, Buffer.from("0420", "hex"), Buffer.from(sha256, "hex"), Buffer.of(5, 0)]).toString("base64");
}
