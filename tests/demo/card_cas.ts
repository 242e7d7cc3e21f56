/* SPDX-License-Identifier: MIT */
// The CA certificates that lie on the card in the reader. Good enough to show a demonstration with one's own
// card; a real server has them from the CA's own site, since a card of a thief's making could hold any.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";

const SELECT_JPKI = "00A4040C0AD392F000260100000001";
const PIECE = 0xe0;
const PIECES = 12; // 2,688 bytes, more than any of them has

function read(file: string): Buffer {
    const reads = Array.from({ length: PIECES }, (_, n) => {
        const at = (n * PIECE).toString(16).padStart(4, "0");
        return ["-s", `00B0${at}${PIECE.toString(16)}`];
    });
    const output = execFileSync("opensc-tool", ["-s", SELECT_JPKI, "-s", `00A4020C02${file}`, ...reads.flat()],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const answers = output.split(/^Sending: .*$/m).slice(3);
    const bytes = answers.flatMap((answer) => {
        const lines = answer.split("\n").filter((line) => /^([0-9A-F]{2} )+/.test(line));
        return lines.flatMap((line) => line.slice(0, 48).trim().split(/ +/).filter((each) => /^[0-9A-F]{2}$/.test(each)));
    });
    return Buffer.from(bytes.join(""), "hex");
}

/** Writes the CA certificate of one EF (000B user authentication, 0002 signing) as PEM. */
export function writeCa(file: "000B" | "0002", path: string): void {
    const der = read(file);
    // A DER header of four bytes tells how long the certificate is; padding may follow.
    const length = der.length > 4 && der.readUInt16BE() === 0x3082 ? 4 + der.readUInt16BE(2) : 0;
    writeFileSync(path, new X509Certificate(der.subarray(0, length)).toString());
}
