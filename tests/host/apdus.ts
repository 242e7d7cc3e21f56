/* SPDX-License-Identifier: MIT */
// What a virtual card's log tells.

const VERIFY_WITH_PIN = /^> 00 20 00 .*\*\*$/;

/** The command APDUs. */
export function commands(log: readonly string[]): string[] {
    return log.filter((line) => line.startsWith("> ")).map((line) => line.slice(2));
}

/** The VERIFY commands that carried a PIN. */
export function verifies(log: readonly string[]): string[] {
    return log.filter((line) => VERIFY_WITH_PIN.test(line));
}

/** Whether a PIN counts as verified on the card when the log ends. */
export function isVerified(log: readonly string[]): boolean {
    let verified = false;
    let verifying = false;
    for (const line of log) {
        if (line.startsWith("> ")) {
            verifying = VERIFY_WITH_PIN.test(line);
            verified &&= !line.startsWith("> 00 A4 04"); // another application
        } else if (line.startsWith("< ")) {
            verified ||= verifying && line === "< 90 00";
        } else if (/^(reset|power-|# out)/.test(line)) {
            verified = false;
        }
    }
    return verified;
}
