/* SPDX-License-Identifier: MIT */
// What the card says of its holder: to the holder (card-details), and to a site (read-profile).
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CARD_DATA } from "../rig/paths.ts";
import { commands } from "./apdus.ts";
import { bench, ORIGIN } from "./bench.ts";
import { cardDetails, readProfile } from "./care.ts";
import { HOLDER } from "./mynaportal.ts";
import { canSetPolicy, underPolicy } from "./policy.ts";
import { assertFailure, certificate } from "./verify.ts";

function end(name: string): string {
    return certificate(name).validToDate.toISOString().replace(".000Z", "Z");
}

describe("card-details", () => {
    const it = bench();

    test("shows the holder's own signing certificate under one PIN entry", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin abc123");
        const answer = await host.request(cardDetails());
        assert.deepEqual(answer, {
            notBefore: certificate("sign").validFromDate.toISOString().replace(".000Z", "Z"),
            notAfter: end("sign"),
            name: { value: HOLDER.name, substituted: [] },
            address: { value: HOLDER.address, substituted: [] },
            birthDate: { era: "showa", date: "1985-05-04" },
            sex: "female",
        });
        const [prompt] = it.home.pinentry.prompts();
        assert.match(prompt?.description ?? "", /^JPKI Bridge \(no site asks for this\)\n5 tries left/);
        assert.match(prompt?.description ?? "", /No site receives anything/);
        assert.equal(it.log().filter((line) => line === "reset").length, 1);
        assert.deepEqual(commands(it.log()).filter((command) => command.startsWith("80 2A")), []);
    });
});

describe("card-details of a card past its end", () => {
    const it = bench(["--expired"]);

    test("says when that was", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        assert.equal((await host.request(cardDetails()))["notAfter"], end("sign-expired"));
    });
});

describe("card-details of a holder whose name needs other characters, and whose birth date is known in part", () => {
    const it = bench(["--data", join(CARD_DATA, "partial")]);

    test("says which, and leaves out what is not known", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin ABC123");
        const answer = await host.request(cardDetails());
        assert.deepEqual(answer["name"], { value: "〓藤　花〓", substituted: [0, 4] });
        assert.deepEqual(answer["address"], { value: "京都府京都市〓京区", substituted: [6] });
        assert.deepEqual(answer["birthDate"], { era: "showa", date: "1950-00-00" });
        assert.equal(answer["sex"], "other");
    });
});

describe("card-details of a card without a signing certificate", () => {
    const it = bench(["--no-signing-certificate"]);

    test("says so before any prompt", async () => {
        const host = await it.start();
        assertFailure(await host.request(cardDetails()), "certificate-absent");
        assert.deepEqual(it.home.pinentry.prompts(), []);
    });
});

describe("read-profile", () => {
    const it = bench();

    test("hands over the fields asked for and no other, and the prompt names them", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 1234", "pin 1234", "pin 1234");
        assert.deepEqual(await host.request(readProfile(["name"])), { name: HOLDER.name });
        assert.deepEqual(await host.request(readProfile(["sex", "birthDate"])), { birthDate: HOLDER.birthday, sex: HOLDER.sex });
        assert.deepEqual(await host.request(readProfile(["name", "address", "birthDate", "sex"], { lang: "ja" })),
            { name: HOLDER.name, address: HOLDER.address, birthDate: HOLDER.birthday, sex: HOLDER.sex });
        const [one, two, all] = it.home.pinentry.prompts();
        assert.ok(one?.description.startsWith(`Site: ${ORIGIN}\n3 tries left`));
        assert.match(one?.description ?? "", /only your\nname\.$/);
        assert.match(two?.description ?? "", /only your\ndate of birth and sex\.$/);
        assert.match(all?.description ?? "", /氏名、住所、生年月日、性別$/);
        assert.equal(it.log().filter((line) => line === "reset").length, 3);
    });

    test("a locked PIN, and a wrong one", async () => {
        const host = await it.start();
        it.home.pinentry.answer("pin 9999", "cancel");
        assertFailure(await host.request(readProfile(["name"])), "user-cancelled", 2);
        await it.card.setTries("profile", 0);
        assertFailure(await host.request(readProfile(["name"])), "pin-locked", 0);
    });

    test("what is no list of fields is refused before anything else", async () => {
        const host = await it.start();
        for (const fields of [[], ["name", "name"], ["number"], [1], [null]]) {
            assertFailure(await host.request(readProfile(fields)), "argument-invalid");
        }
        assertFailure(await host.request(readProfile(["name"], { origin: "http://a.example" })), "origin-invalid");
        assert.deepEqual(commands(it.log()), []);
    });

    test("an administrator's word is above it", { skip: !canSetPolicy && "the machine's policy is not ours to write" }, async () => {
        await underPolicy({ deniedOrigins: [ORIGIN] }, async () => {
            const host = await it.start();
            assertFailure(await host.request(readProfile(["name"])), "origin-denied");
            assert.deepEqual(commands(it.log()), []);
        });
    });
});
