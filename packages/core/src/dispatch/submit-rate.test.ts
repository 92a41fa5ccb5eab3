import { expect, test } from "vitest";
import { type Bucket, nextSubmitAt, refill, slowDown, submitsAllowed } from "./submit-rate.ts";

const now = new Date("2026-11-20T10:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const full: Bucket = { tokens: 20, at: now, slowedTo: null, blockedUntil: null };

test("a quarter of a second's worth at once, then as fast as it refills", () => {
  expect(submitsAllowed(refill(full, 20, now))).toBe(5);
  const empty = { ...full, tokens: 0 };
  expect(submitsAllowed(refill(empty, 20, after(49)))).toBe(0);
  expect(submitsAllowed(refill(empty, 20, after(50)))).toBe(1);
  expect(nextSubmitAt(refill(empty, 20, now), 20)).toEqual(after(50));
  expect(submitsAllowed(refill(empty, 20, after(60_000)))).toBe(5);
});

test("a rate below one a second still lets one go", () => {
  const slow = refill({ ...full, tokens: 0 }, 0.5, after(2_000));
  expect(submitsAllowed(slow)).toBe(1);
});

test("429 halves the speed and honours Retry-After; then it recovers by itself", () => {
  const slowed = slowDown(full, 20, now, 7_000);
  expect(slowed).toMatchObject({ tokens: 0, slowedTo: 10, blockedUntil: after(7_000) });
  expect(submitsAllowed(refill(slowed, 20, after(6_999)))).toBe(0);
  expect(nextSubmitAt(refill(slowed, 20, after(1_000)), 20)).toEqual(after(7_000));
  const later = refill(slowed, 20, after(8_000));
  expect(submitsAllowed(later)).toBeGreaterThan(0);
  expect(later.slowedTo).toBeGreaterThan(10);
  expect(refill(slowed, 20, after(120_000)).slowedTo).toBeNull();
});

test("many 429s in a row do not stop it for good", () => {
  let bucket = full;
  for (let index = 0; index < 30; index += 1) {
    const at = after(index * 1_001);
    bucket = slowDown(refill(bucket, 20, at), 20, at, 0);
  }
  expect(bucket.slowedTo).toBe(0.5);
});

test("a clock that goes back takes nothing away", () => {
  expect(refill({ ...full, tokens: 3 }, 20, after(-5_000)).tokens).toBe(3);
});

test("many 429s at once, to submits that were under way together, slow it down once", () => {
  let bucket = full;
  for (let index = 0; index < 30; index += 1)
    bucket = slowDown(refill(bucket, 20, after(index)), 20, after(index), 2_000);
  expect(bucket.slowedTo).toBeCloseTo(10, 0);
  expect(bucket.blockedUntil).toEqual(after(2_029));
});
