/* SPDX-License-Identifier: MIT */
// The CA certificates that lie on the card in the reader. Good enough to show a demonstration with one's own
// card; a real server has them from the CA's own site, since a card of a thief's making could hold any.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";

const SELECT_JPKI = "00A4040C0AD392F000260100000001";
const PIECE = 0xe0;

/** `length` bytes of an EF from its beginning. */
function read(file: string, length: number): Buffer {
    const starts = Array.from({ length: Math.ceil(length / PIECE) }, (_, n) => n * PIECE);
    const reads = starts.flatMap((at) => {
        const size = Math.min(PIECE, length - at);
        return ["-s", `00B0${at.toString(16).padStart(4, "0")}${size.toString(16).padStart(2, "0")}`];
    });
    const output = execFileSync("opensc-tool", ["-s", SELECT_JPKI, "-s", `00A4020C02${file}`, ...reads],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const answers = output.split(/^Sending: .*$/m).slice(3).join("\n").split("\n");
    const dumps = answers.filter((line) => /^([0-9A-F]{2} )+/.test(line)).map((line) => line.slice(0, 48));
    return Buffer.from(dumps.join("").replaceAll(/[^0-9A-F]/g, ""), "hex");
}

/** Writes the CA certificate of one EF (000B user authentication, 0002 signing) as PEM. */
export function writeCa(file: "000B" | "0002", path: string): void {
    const header = read(file, 4); // tells how long the certificate is; padding may follow it
    const der = read(file, 4 + header.readUInt16BE(2));
    writeFileSync(path, new X509Certificate(der).toString());
}
