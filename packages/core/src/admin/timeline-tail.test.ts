import { describe, expect, test } from "vitest";
import { absorb, lowWaterOf, type Tail } from "./timeline-tail.ts";

const tail = (high: number): Tail => ({ high, gaps: new Map() });

describe("absorb", () => {
  test("remembers what is missing until it comes", () => {
    const one = tail(10);
    absorb(one, [11, 14], 0);
    expect([one.high, [...one.gaps.keys()], lowWaterOf(one)]).toEqual([14, [12, 13], 11]);
    absorb(one, [12], 500);
    expect([[...one.gaps.keys()], lowWaterOf(one)]).toEqual([[13], 12]);
    absorb(one, [13, 15], 1_000);
    expect([one.high, one.gaps.size, lowWaterOf(one)]).toEqual([15, 0, 15]);
  });

  test("takes what is still missing after a minute for undone", () => {
    const one = tail(1);
    absorb(one, [3], 0);
    absorb(one, [], 59_999);
    expect(lowWaterOf(one)).toBe(1);
    absorb(one, [], 60_000);
    expect(lowWaterOf(one)).toBe(3);
  });

  test("does not remember without bound", () => {
    const one = tail(1);
    absorb(one, [1_000_000], 0);
    expect(one.gaps.size).toBeLessThanOrEqual(5_000);
  });
});
