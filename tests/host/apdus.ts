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

const SELECT_APPLICATION = /^> 00 A4 04 .. .. (.+)$/;

/** How the card is left when the log ends: the application selected last (hex, or "") and whether a PIN counts as verified
    in it. As on real cards a reset ends neither; another application and the loss of power do. */
export function stateAfter(log: readonly string[]): { application: string; verified: boolean } {
    let [application, verified, asked, verifying] = ["", false, "", false];
    for (const line of log) {
        if (line.startsWith("> ")) {
            verifying = VERIFY_WITH_PIN.test(line);
            asked = SELECT_APPLICATION.exec(line)?.[1] ?? "";
        } else if (line === "< 90 00" && asked !== "") {
            verified &&= asked === application;
            application = asked;
        } else if (line === "< 90 00" && verifying) {
            verified = true;
        } else if (/^(power-off|# out)/.test(line)) {
            [application, verified] = ["", false];
        }
    }
    return { application, verified };
}

export function isVerified(log: readonly string[]): boolean {
    return stateAfter(log).verified;
}
