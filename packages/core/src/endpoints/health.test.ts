import { describe, expect, test } from "vitest";
import { circuitOf, type Health, isGivenUp, isWell, learn, type Verdict } from "./health.ts";

const now = new Date("2026-11-20T10:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const well: Health = {
  failures: 0,
  openedAt: null,
  probeAt: null,
  failingSince: null,
  slowness: 0,
  slownessAt: null,
  blockedUntil: null,
};
const failure: Verdict = { ok: false, startedAt: now, limited: false, timedOut: false, retryAfterMs: null };
const success: Verdict = { ...failure, ok: true };

function fail(health: Health, times: number, at = now): Health {
  return Array.from({ length: times }).reduce<Health>(
    (before) => learn(before, { ...failure, startedAt: at }, at),
    health,
  );
}

test("five failures in a row open the circuit for ten seconds; one that was under way meanwhile is no news", () => {
  expect(circuitOf(fail(well, 4), now)).toBe("closed");
  const open = fail(well, 5);
  expect([circuitOf(open, now), circuitOf(open, after(10_000))]).toEqual(["open", "half_open"]);
  expect(learn(open, failure, after(5_000)).probeAt).toEqual(open.probeAt);
});

test("each failed probe doubles the pause, up to five minutes; a success ends it", () => {
  let health = fail(well, 5);
  let at = now;
  const pauses = Array.from({ length: 7 }, () => {
    at = health.probeAt ?? at;
    health = fail(health, 1, at);
    return ((health.probeAt?.getTime() ?? 0) - at.getTime()) / 1000;
  });
  expect(pauses).toEqual([20, 40, 80, 160, 300, 300, 300]);
  expect(isWell(learn(health, success, at))).toBe(true);
});

describe("given up", () => {
  const failing = { failures: 9, failingSince: now };
  test.each([
    [after(5 * 86_400_000 - 1), failing, false],
    [after(5 * 86_400_000), failing, true],
    [after(9 * 86_400_000), { failures: 1, failingSince: now }, false],
    [after(9 * 86_400_000), { failures: 9, failingSince: null }, false],
  ])("at %s: %j is %s", (at, health, expected) => {
    expect(isGivenUp(health, at)).toBe(expected);
  });
});

test("failing since the first failure after a success", () => {
  const failed = fail(fail(well, 1), 1, after(1_000));
  expect(failed.failingSince).toEqual(now);
  expect(learn(failed, success, now).failingSince).toBeNull();
});
