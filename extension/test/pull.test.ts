// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { Puller } from "../src/ui/session/pull.ts";
import { settle } from "./fakes/clock.ts";

test("documents come one at a time, as they are asked for", async () => {
    const said: unknown[] = [];
    const puller = new Puller((message) => said.push(message));
    const got: (Blob | null)[] = [];
    const [first, second] = [new Blob(["a"]), new Blob(["b"])];
    puller.receive({ kind: "document", index: 0, data: first });
    const pull = async (index: number): Promise<void> => { got.push(await puller.pull(index)); };
    void pull(0);
    assert.deepEqual(said, [{ kind: "send", index: 0 }]);
    for (const strange of [
        null, { kind: "document", index: 1, data: second }, { kind: "document", index: -1, data: second }, { kind: "file", index: 0, data: second },
    ]) {
        puller.receive(strange);
    }
    await settle();
    assert.equal(got.length, 0, "nothing but what was asked for, and not from before");
    puller.receive({ kind: "document", index: 0, data: first });
    puller.receive({ kind: "document", index: 0, data: second });
    await settle();
    assert.equal(got.length, 1);
    assert.equal(got.at(0), first);
    void pull(1);
    puller.receive({ kind: "document", index: 1, data: { size: 1 } });
    await settle();
    assert.equal(got.at(1), null, "what is no Blob is no document");
    assert.deepEqual(said, [{ kind: "send", index: 0 }, { kind: "send", index: 1 }]);
});
