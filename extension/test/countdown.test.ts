// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Countdown } from "../src/shared/countdown.ts";
import { Clock } from "./fakes/clock.ts";

let clock: Clock;
let ended: number;
let countdown: Countdown;

beforeEach(() => {
    clock = new Clock();
    ended = 0;
    countdown = new Countdown(10_000, () => ended++);
});
afterEach(() => {
    clock.stop();
});

test("it begins at once and ends once", async () => {
    await clock.pass(9_999);
    assert.equal(ended, 0);
    assert.equal(countdown.left, 1);
    await clock.pass(1);
    assert.equal(ended, 1);
    await clock.pass(100_000);
    assert.equal(ended, 1);
});

test("what passes while it rests does not count", async () => {
    await clock.pass(4_000);
    countdown.rest();
    countdown.rest();
    assert.equal(countdown.resting, true);
    await clock.pass(3_600_000);
    assert.deepEqual([ended, countdown.left], [0, 6_000]);
    countdown.resume();
    await clock.pass(2_000);
    countdown.resume();
    assert.deepEqual([countdown.resting, countdown.left], [false, 4_000], "going on twice gives no time");
    await clock.pass(3_999);
    assert.equal(ended, 0);
    await clock.pass(1);
    assert.equal(ended, 1);
});

test("once stopped it never ends, nor goes on", async () => {
    countdown.stop();
    countdown.resume();
    await clock.pass(100_000);
    assert.equal(ended, 0);
});
