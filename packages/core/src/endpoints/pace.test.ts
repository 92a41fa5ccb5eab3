import { describe, expect, test } from "vitest";
import { allowanceOf, type Pace, slowDown, speedUp, take } from "./pace.ts";

const now = new Date("2026-11-20T10:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const pace: Pace = {
  ratePerSecond: null,
  concurrency: 10,
  tokens: 1,
  tokensAt: now,
  slowness: 0,
  slownessAt: null,
  blockedUntil: null,
};

describe("without a rate", () => {
  test("as many as may be under way", () => {
    expect(allowanceOf(pace, now)).toEqual({ count: 10, concurrency: 10, againAt: null });
  });

  test.each([
    [1, 5],
    [3, 1],
    [5, 1],
  ])("slowness %i leaves %i at once", (slowness, concurrency) => {
    expect(allowanceOf({ ...pace, slowness }, now).concurrency).toBe(concurrency);
  });
});

describe("with a rate", () => {
  const limited = { ...pace, ratePerSecond: 4 };

  test("what is taken comes back with time, up to a second's worth", () => {
    const taken = { ...limited, ...take({ ...limited, tokens: 4 }, 4, now) };
    expect(allowanceOf(taken, now)).toMatchObject({ count: 0, againAt: after(250) });
    expect(allowanceOf(taken, after(250)).count).toBe(1);
    expect(allowanceOf(taken, after(60_000)).count).toBe(4);
  });

  test("slowness halves it", () => {
    const slow = { ...limited, tokens: 0, slowness: 2 };
    expect(allowanceOf(slow, now)).toMatchObject({ count: 0, againAt: after(1_000) });
  });

  test("a clock that goes back gives nothing away and takes nothing", () => {
    expect(allowanceOf({ ...limited, tokens: 2 }, after(-60_000)).count).toBe(2);
  });
});

describe("trouble", () => {
  test("at once is one piece of news", () => {
    const timeout = { limited: false, retryAfterMs: null };
    const once = slowDown(pace, timeout, now);
    expect(once).toEqual({ slowness: 1, slownessAt: now, blockedUntil: null });
    expect(slowDown(once, timeout, after(5_000)).slowness).toBe(1);
    expect(slowDown(once, timeout, after(10_000)).slowness).toBe(2);
  });

  test.each([
    [null, 5_000],
    [30_000, 30_000],
    [99_999_999, 600_000],
    [0, 0],
  ])("a 429 with Retry-After of %s ms is silence for %i ms", (retryAfterMs, quietMs) => {
    expect(slowDown(pace, { limited: true, retryAfterMs }, now).blockedUntil).toEqual(after(quietMs));
  });

  test("a shorter wish does not end a longer silence", () => {
    const blocked = { ...pace, blockedUntil: after(60_000) };
    expect(slowDown(blocked, { limited: true, retryAfterMs: 1_000 }, now).blockedUntil).toEqual(after(60_000));
    expect(allowanceOf(blocked, now)).toMatchObject({ count: 0, againAt: after(60_000) });
    expect(allowanceOf(blocked, after(60_000)).count).toBe(10);
  });

  test("a success takes one step back, at most every ten seconds", () => {
    const slow = { slowness: 2, slownessAt: now, blockedUntil: null };
    expect(speedUp(slow, after(9_999)).slowness).toBe(2);
    expect(speedUp(slow, after(10_000))).toEqual({ slowness: 1, slownessAt: after(10_000), blockedUntil: null });
    expect(speedUp(pace, now).slowness).toBe(0);
  });
});
